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
		if !m.mergedAway(o, at) {
			break
		}
		o = m.find(o.on, m.merges[o].into)
	}
	return o
}

func (n *node) lives(at int32) bool {
	st := n.at(at)
	return st != nil && !st.gone
}

// tied says that two records stand for one identity at an event, and that no
// other record lays as good a claim to either of them: a link that one of the
// two carries itself goes before one that a merge brought, unless both carried
// that one, and where each names the other nobody's claim is as good.
func (m *model) tied(n, o *node, at int32) bool {
	there, back := m.names(n, at) == o, m.names(o, at) == n
	if !there && !back {
		return false
	}
	carries, carried := m.carries(n, o, at), m.carries(o, n, at)
	if there && back && (carries || carried) || m.inherited(n, o, at) || m.inherited(o, n, at) || m.madeAgain(n, o, at) || m.madeAgain(o, n, at) {
		return true
	}
	rival := m.carry
	if !carries && !carried && (!there || !back) {
		rival = m.claim
	}
	for _, x := range n.person.nodes[n.side] {
		if x != n && x.lives(at) && rival(x, o, at) {
			return false
		}
	}
	for _, x := range n.person.nodes[o.side] {
		if x != o && x.lives(at) && rival(x, n, at) {
			return false
		}
	}
	return true
}

// inherited says that o was given, by a merge, a record that n and it both named
// as each other's half, and that no other record is o's by a link of its own.
func (m *model) inherited(n, o *node, at int32) bool {
	st, own := n.at(at), o.at(at)
	if st == nil || own == nil || own.external != "" && own.external != n.id {
		return false
	}
	x := m.find(o.on, st.external)
	if x == nil || x == o || !m.mergedAway(x, at) || m.merges[x].into != o.id {
		return false
	}
	for _, rival := range n.person.nodes[n.side] {
		if rival != n && rival.lives(at) && m.carry(rival, o, at) {
			return false
		}
	}
	before := m.merges[x].ev - 1
	return m.carries(n, x, before) && m.carries(x, n, before)
}

// madeAgain says that the engine made n as o's other half in the place of one
// that is gone, and that this one and o had named each other: the new id has yet
// to be written to o, and nobody who names o had the link.
func (m *model) madeAgain(n, o *node, at int32) bool {
	st := n.at(at)
	if n.states[0].by != byEngine || st == nil || st.gone || st.external != o.id {
		return false
	}
	x := m.names(o, at)
	if x == nil || x == n || x.lives(at) {
		return false
	}
	before := x.last().ev - 1
	return m.carries(x, o, before) && m.carries(o, x, before)
}

// claim says that one of two records names the other, if only since a merge.
func (m *model) claim(n, o *node, at int32) bool {
	return m.names(n, at) == o || m.names(o, at) == n
}

// carry says that one of two records names the other by a link of its own.
func (m *model) carry(n, o *node, at int32) bool {
	return m.carries(n, o, at) || m.carries(o, n, at)
}

// carries says that n names o by a link that it was given for itself: not one
// that ends in a record merged into o, and none that n gained by swallowing
// another, or had before it was merged away itself.
func (m *model) carries(n, o *node, at int32) bool {
	st := n.at(at)
	return st != nil && st.external == o.id && m.names(n, at) == o && !m.mergedAway(n, at) && !m.swallowed(n, at)
}

func (m *model) mergedAway(n *node, at int32) bool {
	g, ok := m.merges[n]
	return ok && g.ev <= at
}

// swallowed says that the id which a record carries at an event came with
// another record that was merged into it: users do not edit links.
func (m *model) swallowed(n *node, at int32) bool {
	k := 0
	for k+1 < len(n.states) && n.states[k+1].ev <= at {
		k++
	}
	for k > 0 && n.states[k-1].external == n.states[k].external {
		k--
	}
	return k > 0 && n.states[k].by == byUser
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
	sent := s.m.sentAt(w.ev)
	cuts := append([]int32{w.ev, sent}, s.m.readsBefore(n, sent)...)
	for k := range w.changes {
		ch := &w.changes[k]
		if f := s.p.fields.list[ch.field]; ch.after == f.def || s.m.mayCome(n, ch, cuts) {
			continue
		}
		w.wrong = fmt.Sprintf("%s of %s became %s, which no record held that is linked with it (CR-14)",
			s.p.fields.list[ch.field].name, or(n.alias, n.id), shown(ch.after))
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
		for _, read := range m.readsBefore(o, cuts[1]) {
			if m.tied(n, o, read) && o.held(ch.field, ch.after, read) {
				return true
			}
		}
		for _, at := range cuts {
			if m.tied(n, o, at) && o.held(ch.field, ch.after, cuts[0]) {
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
	if reads := m.readsBefore(n, at); len(reads) > 0 {
		return reads[0]
	}
	return -1
}

// readsBefore are the events before another at which the engine read a record,
// newest first: the last reading of it alone, and the pages that disclosed it
// since, which an engine may take as a hint only.
func (m *model) readsBefore(n *node, at int32) []int32 {
	var reads []int32
	for k := len(n.log) - 1; k >= 0; k-- {
		i := n.log[k]
		e := &m.ev[i]
		if i >= at || e.Kind != trace.Read || e.Actor != trace.ActorEngine {
			continue
		}
		reads = append(reads, i)
		if m.single(e) {
			break
		}
	}
	return reads
}

// judgeRecreated holds the making of a record against CR-13 where the identity
// had one in that system before, which a user deleted: it comes back only by
// policy, or because the other side's users brought it back, or because the
// engine cannot know that its own making of the first one had arrived.
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
		if m.neverLearnt(old) {
			continue
		}
		o := m.find(systemOf(1-n.side), n.states[w.state].external)
		if o == nil || m.names(o, gone.ev) != old && m.names(old, gone.ev) != o || s.broughtBack(o, old, gone.ev, w.ev) {
			continue
		}
		w.wrong = fmt.Sprintf("the engine made a record in %s for an identity that was deleted there at %s (CR-13)",
			sideNames[n.side], clockText(m.ev[gone.ev].At))
		return
	}
}

// neverLearnt says that the engine made a record and cannot have kept that it
// did: the answer was hidden from it, and so was that of every reading of the
// record alone before it was gone. What is left looks as if the request had
// never arrived (EV-7), and a deletion in that gap is a vendor race (EV-10).
func (m *model) neverLearnt(n *node) bool {
	made, gone := n.states[0].ev, n.last().ev
	if n.states[0].by != byEngine || !m.outcomeHidden(made, &m.ev[made]) {
		return false
	}
	for _, i := range n.log {
		e := &m.ev[i]
		if i < gone && e.Kind == trace.Read && e.Actor == trace.ActorEngine && m.single(e) && !m.outcomeHidden(i, e) {
			return false
		}
	}
	return true
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
