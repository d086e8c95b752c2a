package check

import (
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/sim/trace"
)

// noLostEdit: every edit that a system accepted is visible, superseded,
// waiting, a vendor race, or the loser that a ledger entry names. An engine
// without claims has no ledger: what the table lets be overwritten counts as
// decided.
func noLostEdit(m *model) Result {
	t := &tally{m: m}
	races := 0
	for _, p := range m.people {
		t.seen += p.story.edits
		for _, w := range p.story.writes {
			races += w.races
			m.lostBy(t, p, w)
		}
	}
	passed := phrase{"edit is visible or accounted for", "edits are visible or accounted for"}
	if races > 0 {
		passed = passed.with(strconv.Itoa(races) + " overwritten in a vendor race")
	}
	return t.verdict(passed, "nobody edited anything")
}

func (m *model) lostBy(t *tally, p *person, w *write) {
	at := clockText(m.ev[w.ev].At)
	if w.verb == trace.Delete {
		switch {
		case w.wrong != "":
			t.fail(p.name, m.chain(w.ev, p), "at %s: %s", at, w.wrong)
		case w.conflict && m.ledger && len(p.story.claims) == 0 && !m.wipedAfter(w):
			t.fail(p.name, m.chain(w.ev, p), "at %s the engine deleted the edited %s in %s, and the ledger does not name it", at, p.name, sideNames[w.side])
		}
		return
	}
	for k := range w.changes {
		ch := &w.changes[k]
		name := p.fields.list[ch.field].name
		switch {
		case ch.fault != "":
			t.fail(p.name, m.chain(w.ev, p), "at %s: %s", at, ch.fault)
		case !ch.lost || w.outlived: // what outlives its process is a vendor race (EV-10)
		case w.hidden && m.buried(w): // and so is what nobody can tell any more
		case m.ledger && (m.inLedger(p, ch) || m.wipedAfter(w)):
		case m.ledger:
			t.fail(p.name, m.chain(w.ev, p), "at %s the edit %s of %s's %s in %s was overwritten with %s, and no ledger entry names it",
				at, shown(ch.before), p.name, name, sideNames[w.side], shown(ch.after))
		case !m.ledger && w.wrong != "":
			t.fail(p.name, m.chain(w.ev, p), "at %s the edit %s of %s's %s in %s was overwritten with %s against the table",
				at, shown(ch.before), p.name, name, sideNames[w.side], shown(ch.after))
		}
	}
}

// buried says that a user changed the record before the engine read it again
// after a write: what it then shows does not tell whether the write arrived.
func (m *model) buried(w *write) bool {
	for _, i := range m.who[w.ev].log {
		switch e := &m.ev[i]; {
		case i <= w.ev:
		case e.Kind == trace.Commit && e.Actor != trace.ActorEngine:
			return true
		case e.Kind == trace.Read && e.Actor == trace.ActorEngine:
			return false
		}
	}
	return false
}

// wipedAfter says that the engine's store was lost while the write was under
// way, or before a process that died then had come back, and with it what the
// ledger may have held of it.
func (m *model) wipedAfter(w *write) bool {
	from, until := m.sentAt(w.ev), m.ev[w.ev].At+hideWindow
	for k := range m.outages {
		o := &m.outages[k]
		if o.crash > from && m.ev[o.crash].At <= until && o.restart >= 0 {
			until = max(until, m.ev[o.restart].At)
		}
	}
	for k := range m.outages {
		if o := &m.outages[k]; o.wipe && o.crash > from && m.ev[o.crash].At <= until {
			return true
		}
	}
	return false
}

// claimedField drops the side from a name such as "cc.notes".
func claimedField(name string) string {
	for _, side := range sideNames {
		if rest, ok := strings.CutPrefix(name, side+"."); ok {
			return rest
		}
	}
	return name
}

// inLedger looks for a claimed decision that names the value that was lost.
func (m *model) inLedger(p *person, ch *fieldWrite) bool {
	for _, i := range p.story.claims {
		e := &m.ev[i]
		for k := range e.Changes {
			c := &e.Changes[k]
			f, ok := p.fields.find(claimedField(c.Field))
			if !ok || f != ch.field {
				continue
			}
			fd := p.fields.list[f]
			for side := range sideNames {
				if fd.canon(side, c.Before) == ch.before || fd.canon(side, c.After) == ch.before {
					return true
				}
			}
		}
	}
	return false
}
