package check

import (
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// noLoop: every committed engine write changes content, version, status or
// link, or repeats a write whose outcome was hidden; and there are at most
// two on each system for each external edit, plus such repeats.
func noLoop(m *model) Result {
	t := &tally{m: m}
	extra := 0
	for k := range m.faults {
		if c := m.faults[k].code; c == string(scenarios.Drift) || c == string(scenarios.Permission) {
			extra++
		}
	}
	for _, p := range m.people {
		m.loops(t, p, extra)
	}
	m.together(t)
	return t.verdict(phrase{"engine write, with a cause", "engine writes, each with a cause"}, "the engine wrote nothing")
}

func (m *model) loops(t *tally, p *person, extra int) {
	s := p.story
	causes := s.edits + len(s.persons) + s.unsettled() + extra
	var count, repeats [2]int
	var hidden [2]bool
	calls := map[uint64]bool{}
	var last [2]*write
	for _, w := range s.writes {
		t.seen++
		e := &m.ev[w.ev]
		if e.Call != 0 && calls[e.Call] {
			continue // the network delivered one request twice
		}
		calls[e.Call] = true
		if w.empty() && !hidden[w.side] && !m.overtaken(p, w) && !m.diedSince(last[w.side], w) {
			t.fail(p.name, m.chain(w.ev, p), "at %s the engine wrote %s in %s and changed nothing",
				clockText(e.At), p.name, sideNames[w.side])
			continue
		}
		count[w.side]++
		if hidden[w.side] || m.diedSince(last[w.side], w) {
			repeats[w.side]++
		}
		hidden[w.side] = hidden[w.side] && w.empty() || w.hidden || w.outlived
		last[w.side] = w
		if limit := 2*causes + repeats[w.side] + 2*m.relinks(p); count[w.side] == limit+1 {
			t.fail(p.name, m.chain(w.ev, p), "write %d to %s in %s at %s, for %d external edits and %d hidden outcomes: at most %d are explained",
				count[w.side], p.name, sideNames[w.side], clockText(e.At), s.edits, repeats[w.side], limit)
		}
	}
}

// unsettled counts what beside edits asks for writes: records that were not
// in step before the run, and stores that were lost.
func (s *story) unsettled() int {
	n := 0
	if a, b := s.p.node(cc), s.p.node(crm); a == nil || b == nil || !s.p.simple() ||
		s.base[cc].lost() || s.p.spec != nil && (s.p.spec.Base == "lost" || !s.p.spec.Linked) || outOfStep(a, b) {
		n++
	}
	for k := range s.m.outages {
		if s.m.outages[k].wipe {
			n++
		}
	}
	return n
}

// outOfStep says that two records differed when the run began.
func outOfStep(a, b *node) bool {
	x, y := &a.states[0], &b.states[0]
	if x.version != y.version || x.external == "" || y.external == "" {
		return true
	}
	for f := range x.content {
		if x.content[f] != y.content[f] {
			return true
		}
	}
	return false
}

// relinks counts the records beyond one on each side: each asks for writes of its own.
func (m *model) relinks(p *person) int {
	return max(0, len(p.nodes[cc])-1) + max(0, len(p.nodes[crm])-1)
}

// overtaken says that a user made the same edit between the engine's last
// read and its write, which made the write empty.
func (m *model) overtaken(p *person, w *write) bool {
	n := m.who[w.ev]
	if w.state == 0 || n.states[w.state-1].by != byUser {
		return false
	}
	since := n.states[w.state-1].ev
	for _, i := range n.log {
		if e := &m.ev[i]; i > since && i < m.sentAt(w.ev) && e.Kind == trace.Read && e.Actor == trace.ActorEngine {
			return false
		}
	}
	return true
}

// diedSince says that the engine died between two writes.
func (m *model) diedSince(last, w *write) bool {
	from := int32(0)
	if last != nil {
		from = last.ev
	}
	for k := range m.outages {
		if c := m.outages[k].crash; c > from && c < w.ev {
			return true
		}
	}
	return false
}
