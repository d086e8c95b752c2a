package check

import (
	"fmt"

	"github.com/syncproof/syncproof/sim/trace"
)

// merge is one record's end in another.
type merge struct {
	ev   int32
	into string
}

// names is the record that n names as its other half at an event, with merges
// followed; nil if it names none.
func (m *model) names(n *node, at int32) *node {
	st := n.at(at)
	if st == nil || st.external == "" {
		return nil
	}
	o := m.find(systemOf(1-n.side), st.external)
	for hops := 0; o != nil && hops < 8; hops++ {
		g, ok := m.merges[o]
		if !ok || g.ev > at {
			break
		}
		o = m.find(o.on, g.into)
	}
	return o
}

func (n *node) lives(at int32) bool {
	st := n.at(at)
	return st != nil && !st.gone
}

// tied says that two records stand for one identity at an event, and that no
// other record lays claim to either of them.
func (m *model) tied(n, o *node, at int32) bool {
	there, back := m.names(n, at) == o, m.names(o, at) == n
	if there && back {
		return true
	}
	if !there && !back {
		return false
	}
	for _, x := range n.person.nodes[n.side] {
		if x != n && x.lives(at) && (m.names(x, at) == o || m.names(o, at) == x) {
			return false
		}
	}
	for _, x := range n.person.nodes[o.side] {
		if x != o && x.lives(at) && (m.names(x, at) == n || m.names(n, at) == x) {
			return false
		}
	}
	return true
}

// judgeIdentity holds a write to one of a person's several records against
// CR-14: its values come from the record that it is tied to.
func (s *story) judgeIdentity(w *write, n *node) {
	if w.outlived || s.word != nil {
		return
	}
	if w.verb == trace.Create {
		s.judgeRecreated(w, n)
	}
	if w.verb != trace.Update || len(w.changes) == 0 {
		return
	}
	cuts := []int32{w.ev, s.m.sentAt(w.ev), s.m.readBefore(n, s.m.sentAt(w.ev))}
	for k := range w.changes {
		ch := &w.changes[k]
		if f := s.m.fields.list[ch.field]; ch.after == f.def || s.m.mayCome(n, ch, cuts) {
			continue
		}
		w.wrong = fmt.Sprintf("%s of %s became %s, which no record held that is linked with it (CR-14)",
			s.m.fields.list[ch.field].name, or(n.alias, n.id), shown(ch.after))
		return
	}
}

// mayCome says that a value was held by the record itself, or by one that was
// tied to it at one of the cuts, or when the engine read it last.
func (m *model) mayCome(n *node, ch *fieldWrite, cuts []int32) bool {
	if n.held(ch.field, ch.after, cuts[0]-1) {
		return true
	}
	for _, o := range n.person.nodes[1-n.side] {
		if read := m.readBefore(o, cuts[1]); read >= 0 && m.tied(n, o, read) && o.held(ch.field, ch.after, read) {
			return true
		}
		for _, at := range cuts {
			if at >= 0 && m.tied(n, o, at) && o.held(ch.field, ch.after, cuts[0]) {
				return true
			}
		}
	}
	return false
}

// held says that a record held a value at any time up to an event.
func (n *node) held(f int, v string, until int32) bool {
	for k := range n.states {
		if st := &n.states[k]; st.ev <= until && st.content[f] == v {
			return true
		}
	}
	return false
}

// readBefore is the last event before another at which the engine read a
// record, -1 if it never did.
func (m *model) readBefore(n *node, at int32) int32 {
	for k := len(n.log) - 1; k >= 0; k-- {
		if i := n.log[k]; i < at && m.ev[i].Kind == trace.Read && m.ev[i].Actor == trace.ActorEngine {
			return i
		}
	}
	return -1
}

// judgeRecreated holds the making of a record against CR-13 where the identity
// had one in that system before, which a user deleted: it comes back only by
// policy, or because the other side's users brought it back.
func (s *story) judgeRecreated(w *write, n *node) {
	m := s.m
	if m.set.deleteVsEdit == "restore" || m.storeless(s.p, w.ev) {
		return
	}
	for _, old := range s.p.nodes[n.side] {
		gone := old.last()
		if old == n || !gone.gone || gone.by != byUser || gone.ev > m.sentAt(w.ev) || m.ev[gone.ev].Verb != trace.Delete {
			continue
		}
		o := m.find(systemOf(1-n.side), n.states[w.state].external)
		if o == nil || m.names(o, gone.ev) != old && m.names(old, gone.ev) != o || s.broughtBack(o, gone.ev, w.ev) {
			continue
		}
		w.wrong = fmt.Sprintf("the engine made a record in %s for an identity that was deleted there at %s (CR-13)",
			sideNames[n.side], clockText(m.ev[gone.ev].At))
		return
	}
}

// broughtBack says that a user made or undeleted a record between two events.
func (s *story) broughtBack(o *node, from, to int32) bool {
	for k := range o.states {
		st := &o.states[k]
		if st.by == byUser && st.ev > from && st.ev < to && (s.m.ev[st.ev].Verb == trace.Undelete || s.m.ev[st.ev].Verb == trace.Create) {
			return true
		}
	}
	return false
}

// unmatched is the first of a person's living records that stands for nobody's
// other half, though there is more than one on a side, and that no flag names.
// It is nil if all are tied or wait for a person.
func (m *model) unmatched(p *person) *node {
	at := int32(len(m.ev))
	for side := range p.nodes {
		for _, n := range p.alive(side) {
			if !m.matched(n, at) && !m.excusedIdentity(n, at) {
				return n
			}
		}
	}
	return nil
}

func (m *model) matched(n *node, at int32) bool {
	for _, o := range n.person.alive(1 - n.side) {
		if m.tied(n, o, at) {
			return true
		}
	}
	return false
}

// excusedIdentity says that a flag stands on a record, or on one that it names
// or that names it.
func (m *model) excusedIdentity(n *node, at int32) bool {
	if m.waits(n) || m.massWaits() && everGoneAny(n.person) {
		return true
	}
	for _, o := range n.person.nodes[1-n.side] {
		st := n.at(at)
		if (o.id == st.external || m.names(n, at) == o || m.names(o, at) == n) && m.waits(o) {
			return true
		}
	}
	return false
}

// doubted says that a person's identity was in question at some time up to an
// event: two records of one system lived at once, or one was merged away.
func (m *model) doubted(p *person, until int32) bool {
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			if g, ok := m.merges[n]; ok && g.ev <= until {
				return true
			}
			for _, o := range p.nodes[side] {
				if o != n && o.states[0].ev <= until && n.states[0].ev <= o.states[0].ev && n.lives(o.states[0].ev) {
					return true
				}
			}
		}
	}
	return false
}
