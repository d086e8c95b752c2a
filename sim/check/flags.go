package check

import (
	"slices"

	"github.com/syncproof/syncproof/sim/trace"
)

// stands says that a person's record waits for a person at the end: somebody
// was told of a flag, or it shows in a record, and nothing after that ended it.
func (m *model) stands(p *person) bool {
	if !p.simple() {
		return m.anyWaits(p)
	}
	told, shown, end := m.lastTold(p, nil), int32(-1), int32(-1)
	for side := range p.nodes {
		if n := p.live(side); n != nil && n.last().status == "FLAGGED" {
			shown = max(shown, m.statusSince(n))
		}
	}
	if told < 0 && shown < 0 {
		return false
	}
	for _, i := range p.log {
		if m.unflags(i) {
			end = i
		}
	}
	end = max(end, m.answered(p, nil))
	return told > end || shown > max(end, m.approvedFor(p))
}

// lastTold is the last message by which people were told of a flag on a person,
// or on one record of several: -1 if there was none, or if the engine has lost
// its store since.
func (m *model) lastTold(p *person, n *node) int32 {
	last := int32(-1)
	for _, i := range p.story.told {
		if e := &m.ev[i]; e.Verb == "flagged" && (n == nil || m.speaksOf(e, n)) {
			last = i
		}
	}
	for k := range m.outages {
		if o := &m.outages[k]; o.wipe && o.crash > last {
			return -1
		}
	}
	return last
}

// statusSince is the commit that stored a record's present status.
func (m *model) statusSince(n *node) int32 {
	k := len(n.states) - 1
	for k > 0 && n.states[k].status == n.states[k-1].status {
		k--
	}
	return n.states[k].ev
}

func (m *model) anyWaits(p *person) bool {
	for side := range p.nodes {
		if slices.ContainsFunc(p.nodes[side], m.waits) {
			return true
		}
	}
	return false
}

// waits says that one record of a person's several waits: the flag names it,
// or shows in it.
func (m *model) waits(n *node) bool {
	p := n.person
	told, shown, end := m.lastTold(p, n), int32(-1), int32(-1)
	if st := n.last(); st.status == "FLAGGED" && !st.gone {
		shown = m.statusSince(n)
	}
	for _, i := range n.log {
		if m.unflags(i) {
			end = i
		}
	}
	if told < 0 && shown < 0 {
		return false
	}
	end = max(end, m.answered(p, n))
	return told > end || shown > max(end, m.approvedFor(p))
}

// speaksOf says that a message is about a record: by the scenario's name, or
// by a native id within the engine's key.
func (m *model) speaksOf(e *trace.Event, n *node) bool {
	return e.Alias != "" && e.Alias == n.alias || e.Record != "" && containsAny(e.Record, n.id)
}

// answered is the last event by which somebody decided about a person, or about
// one record of several, -1 if nobody did. A decision that had gone stale
// answers nothing.
func (m *model) answered(p *person, n *node) int32 {
	last := int32(-1)
	for _, i := range p.story.persons {
		if m.staleSince(p, i) < 0 && (n == nil || p.simple() || m.speaksOf(&m.ev[i], n)) {
			last = max(last, i)
		}
	}
	return last
}

// approvedFor is the last approval of a mass delete, if by it somebody decided
// about a person, and else -1.
func (m *model) approvedFor(p *person) int32 {
	if !m.answersFor(p, m.approved) {
		return -1
	}
	return m.approved
}

// answersFor says that the approval of a mass delete decides about a person. It
// answers one question for all deletions, and nothing that people were told of a
// record by itself (CR-13).
func (m *model) answersFor(p *person, approval int32) bool {
	told := m.lastTold(p, nil)
	return everGoneAny(p) && (told < 0 || told >= approval)
}

// unflags says that a commit of the engine's took the status FLAGGED away.
func (m *model) unflags(i int32) bool {
	n := m.who[i]
	if n == nil || m.ev[i].Kind != trace.Commit || m.ev[i].Actor != trace.ActorEngine {
		return false
	}
	k := n.stateAt(i)
	return k > 0 && n.states[k-1].status == "FLAGGED" && n.states[k].status != "FLAGGED"
}

// massWaits says that a person was asked about a mass delete, and has not
// approved it.
func (m *model) massWaits() bool { return m.massTold >= 0 && m.massTold > m.approved }

// finalStatus holds the stored Sync_Status of a person's records against what
// the journals show at the end (DM-9). It returns what is wrong, "" if nothing.
func (m *model) finalStatus(p *person) (string, []uint64) {
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			st := n.last()
			if st.gone || st.status == "" || m.silenced(p) {
				continue
			}
			wrote := &m.ev[m.statusSince(n)]
			if wrote.Actor != trace.ActorEngine {
				continue
			}
			ops := []uint64{wrote.Op, m.op(st.ev)}
			switch {
			case st.status == "FLAGGED" && !m.flagMayStand(p, n):
				return "Sync_Status of " + sideNames[side] + " is FLAGGED, and nothing waits for a person (DM-9)", ops
			case st.status == "FAILED" && m.inStep(p) && m.deadCause(p, p.live(cc), p.live(crm)) == "":
				return "Sync_Status of " + sideNames[side] + " is FAILED, and the sides agree (DM-9)", ops
			case st.status != "FLAGGED" && st.status != "FAILED" && p.simple() && m.toldAfter(p, wrote.Op):
				return "Sync_Status of " + sideNames[side] + " is " + st.status + ", and the record waits for a person (DM-9)", ops
			}
		}
	}
	return "", nil
}

// silenced says that the engine may not know, or may not write, how a person's
// records stand.
func (m *model) silenced(p *person) bool {
	if m.faultOpen() || m.refused(p) || p.story.baseless {
		return true
	}
	return m.deaf(p)
}

// flagMayStand says that a stored FLAGGED may be true at the end.
func (m *model) flagMayStand(p *person, n *node) bool {
	if !p.simple() {
		return m.waits(n)
	}
	return m.stands(p) && !m.inStep(p)
}

// inStep says that a person's two records live and hold the same in all
// fields, one-way fields included.
func (m *model) inStep(p *person) bool {
	a, b := p.live(cc), p.live(crm)
	if a == nil || b == nil || !p.simple() {
		return false
	}
	x, y := a.last(), b.last()
	for f, fd := range p.fields.list {
		if !fd.agree(x.content[f], y.content[f]) {
			return false
		}
	}
	return x.version == y.version
}

// toldAfter says that a person was told of a flag after an operation, and that
// the flag stands.
func (m *model) toldAfter(p *person, op uint64) bool {
	for _, i := range p.story.told {
		if e := &m.ev[i]; e.Verb == "flagged" && e.Op > op {
			return m.stands(p) && !m.inStep(p)
		}
	}
	return false
}
