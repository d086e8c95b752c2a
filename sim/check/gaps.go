package check

import (
	"fmt"

	"github.com/syncproof/syncproof/sim/trace"
)

// gaps are the users' edits that landed after a read and that a write
// overwrote, one entry for each change of the write.
type gaps struct {
	read  []string
	open  []bool
	fault []string // not "" where no vendor race excuses it
	races int
}

func (g *gaps) faulty() bool {
	for _, f := range g.fault {
		if f != "" {
			return true
		}
	}
	return false
}

// findGaps looks for edits between the engine's read of the record, in the
// given state, and its write.
func (s *story) findGaps(w *write, n *node, read int) gaps {
	g := gaps{make([]string, len(w.changes)), make([]bool, len(w.changes)), make([]string, len(w.changes)), 0}
	for k := range w.changes {
		ch := &w.changes[k]
		g.read[k] = n.states[read].content[ch.field]
		if g.read[k] == ch.before || !s.userMoved(n, read, w.state-1, ch.field) {
			continue
		}
		g.open[k] = true
		if s.excuse(w, n, read) {
			g.races++
			continue
		}
		g.fault[k] = fmt.Sprintf("%s of %s: the write put %s over %s, an edit that the engine had not read (it had read %s)",
			s.p.fields.list[ch.field].name, sideNames[w.side], shown(ch.after), shown(ch.before), shown(g.read[k]))
	}
	return g
}

// findRace notes a write that follows an edit which landed after the read it
// rests on, where nothing could have guarded it.
func (s *story) findRace(w *write, n *node) {
	targets := s.targets(n.side, s.m.sentAt(w.ev))
	if len(targets) == 0 || targets[0] >= w.state-1 {
		return
	}
	read := targets[0]
	now := &n.states[w.state]
	for k := read + 1; k < w.state; k++ {
		if n.states[k].by == byUser && n.states[read].version <= now.version {
			w.raced = s.excuse(w, n, read)
			return
		}
	}
}

// racedAlone is findRace for one of a person's several records, by what was
// asked for that record itself.
func (m *model) racedAlone(w *write, n *node) bool {
	sent := m.sentAt(w.ev)
	read := m.readBefore(n, sent)
	if read < 0 || m.set.conditional[w.side] {
		return false
	}
	landed := false
	for _, i := range n.log {
		switch e := &m.ev[i]; {
		case i <= read || i >= w.ev || e.Call == m.ev[w.ev].Call:
		case e.Kind == trace.Arrive && e.Actor == trace.ActorEngine && e.Call != m.ev[read].Call:
			return false
		case e.Kind == trace.Deliver && i < sent:
			return false // the engine was told of it
		case e.Kind == trace.Commit && e.Actor != trace.ActorEngine:
			landed = true
		}
	}
	return landed && n.at(read).version <= n.states[w.state].version
}

// userMoved says that a user changed the field after state from, up to state to.
func (s *story) userMoved(n *node, from, to, f int) bool {
	for k := from + 1; k <= to; k++ {
		st := &n.states[k]
		if st.by == byUser && st.content[f] != n.states[k-1].content[f] {
			return true
		}
	}
	return false
}

// excuse decides whether an edit in the gap is a vendor race (EV-10): the
// system guards no write, or guards by a version that the edit did not move,
// and nothing else was asked for this record between the read and the write;
// or the request outlived its process.
func (s *story) excuse(w *write, n *node, read int) bool {
	if w.outlived {
		return true
	}
	set := &s.m.set
	if set.conditional[w.side] {
		return !set.byTag[w.side] && n.states[read].version == n.states[w.state-1].version
	}
	sent := s.m.sentAt(w.ev)
	k := len(s.requests) - 1
	for k >= 0 && (s.requests[k].first > sent || s.requests[k].page) {
		k--
	}
	return k < 0 || s.requests[k].read == w.side
}

// judgeDelete holds a deletion by the engine against CR-13.
func (s *story) judgeDelete(w *write, n *node) {
	other := s.p.node(1 - n.side)
	if w.outlived || s.word != nil || s.p.merged {
		w.unjudged = true
		return
	}
	if other == nil || !everGone(other) {
		w.wrong = fmt.Sprintf("the engine deleted the record in %s, which nobody deleted in %s (CR-13)",
			sideNames[n.side], sideNames[1-n.side])
		return
	}
	w.rule = "CR-13"
	targets := s.targets(n.side, s.m.sentAt(w.ev))
	if len(targets) == 0 {
		return
	}
	read := &n.states[targets[0]]
	edited, sent := -1, s.m.sentAt(w.ev)
	for f, v := range read.content {
		if surely, _ := s.base[n.side].changed(f, v); surely && len(s.base[n.side].values[f]) > 0 && s.m.sees(s.p.fields, n.side, f, sent) {
			edited = f
		}
	}
	w.conflict = edited >= 0
	if w.conflict && s.m.set.deleteVsEdit != "delete" {
		w.wrong = fmt.Sprintf("the engine deleted a record in %s whose %s had been edited there; the policy is %s (CR-13)",
			sideNames[n.side], s.p.fields.list[edited].name, s.m.set.deleteVsEdit)
	}
}

func everGone(n *node) bool {
	for k := range n.states {
		if n.states[k].gone && n.states[k].by != byEngine {
			return true
		}
	}
	return false
}

// judgeRevival holds a creation or undeletion by the engine against CR-13: a
// deleted record comes back only by policy, by a person, or because the other
// side's users brought it back.
func (s *story) judgeRevival(w *write, n *node) {
	w.rule = "CR-2"
	if w.state == 0 || !n.states[w.state-1].gone {
		return
	}
	w.rule = "CR-13"
	if s.word != nil || w.outlived || s.m.set.deleteVsEdit == "restore" || n.states[w.state-1].by == byEngine {
		return
	}
	other := s.p.node(1 - n.side)
	if other != nil {
		for k := range other.states {
			if st := &other.states[k]; st.by == byUser && st.ev > n.states[w.state-1].ev && s.m.ev[st.ev].Verb == trace.Undelete {
				return
			}
		}
	}
	w.wrong = fmt.Sprintf("the engine brought back a record that was deleted in %s (CR-13)", sideNames[n.side])
}
