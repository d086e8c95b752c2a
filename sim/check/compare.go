package check

import (
	"slices"

	"github.com/syncproof/syncproof/sim/trace"
)

// comparison is how two states stand to the bases.
type comparison struct {
	sure, may  [2]bool // the side changed some two-way field, certainly and possibly
	both       bool    // both may have changed
	surelyBoth bool
	possible   bool // there may be a conflict
	certain    bool // there is a conflict whatever the base was
}

// compare holds one state of each side, as they were read up to an event, against
// the bases.
func (s *story) compare(st [2]*state, at int32) comparison {
	var c comparison
	wide := [2]bool{}  // possibly changed, one-way fields included
	moved := [2]bool{} // certainly changed since a base that certainly exists
	for f, fd := range s.p.fields.list {
		var sure, may [2]bool
		for side := range sure {
			sure[side], may[side] = s.changed(side, f, st[side].content[f], at)
			wide[side] = wide[side] || may[side]
		}
		if !fd.twoWay() {
			continue // it meets no edit of the other side, but it moves the version
		}
		for side := range sure {
			c.sure[side], c.may[side] = c.sure[side] || sure[side], c.may[side] || may[side]
			moved[side] = moved[side] || sure[side] && !s.base[side].none(f)
		}
		if x, y := st[cc].content[f], st[crm].content[f]; !fd.agree(x, y) {
			c.possible = c.possible || may[cc] && may[crm]
			// Without a base an empty value never contests a present one.
			empty := x == fd.empty() || y == fd.empty()
			c.certain = c.certain || sure[cc] && sure[crm] && !(empty && s.base[cc].none(f))
		}
	}
	c.both = wide[cc] && wide[crm]
	c.surelyBoth = moved[cc] && moved[crm]
	if s.m.set.byRecord {
		differ := !slices.Equal(st[cc].content, st[crm].content)
		c.possible, c.certain = c.may[cc] && c.may[crm] && differ, c.sure[cc] && c.sure[crm] && differ
	}
	return c
}

// changed says whether a value that was read up to an event differs from the
// base: certainly, and possibly. What was not shown changed for nobody.
func (s *story) changed(side, f int, v string, at int32) (surely, possibly bool) {
	surely, possibly = s.base[side].changed(f, v)
	return surely && s.couldSee(side, f, at), possibly
}

// table asks the decision table about state t of a side and o of the other.
func (s *story) table(side, t, o int) outcomes {
	var a [2]contender
	for _, at := range [...]struct{ side, state int }{{side, t}, {1 - side, o}} {
		a[at.side] = s.m.contend(s.p.node(at.side), at.state)
		if s.base[at.side].mayBeNone() {
			s.m.mistake(&a[at.side], s.p.node(at.side), at.state)
		}
	}
	return s.m.set.decide(a, [2]*base{&s.base[cc], &s.base[crm]})
}

// rebase moves the bases to what a committed write proves of the decision
// behind it. Where the engine cannot know that the write arrived, the old
// readings stay open.
func (s *story) rebase(w *write, n *node, partner []int) {
	side, other := n.side, 1-n.side
	now := &n.states[w.state]
	if w.parks(now) {
		return
	}
	for k := range s.base {
		s.base[k].unsure = s.base[k].unsure || s.base[k].lost()
	}
	keep := w.hidden || w.outlived || w.unjudged
	set := func(b *base, f int, v string) {
		if keep {
			b.admit(f, v)
		} else {
			b.settle(f, v)
		}
	}
	if w.verb != trace.Update && w.verb != trace.Touch {
		for f, v := range now.content {
			set(&s.base[side], f, v)
			set(&s.base[other], f, v)
			s.admitKnown(other, f)
		}
	}
	if s.settledAt == nil && len(w.changes) > 0 {
		s.settledAt = make([]int32, len(s.p.fields.list))
	}
	for k := range w.changes {
		ch := &w.changes[k]
		s.settledAt[ch.field] = w.ev + 1
		if keep {
			s.settledAt[ch.field] = 0
		}
		set(&s.base[side], ch.field, ch.after)
		set(&s.base[other], ch.field, ch.after)
	}
	if !keep {
		if w.business() {
			// A link or a status alone says nothing of the version under it, which
			// may be an unread edit's.
			s.base[other].versions = s.base[other].versions[:0]
			s.base[side].settleVersion(now.version, w.ev)
		}
		s.leaveApart()
		s.base[cc].unsure, s.base[crm].unsure = false, false
	}
	if keep || w.business() {
		s.base[side].admitVersion(now.version)
		s.base[other].admitVersion(now.version)
	}
	if p := s.p.node(other); p != nil {
		for _, o := range partner {
			s.base[other].admitVersion(p.states[o].version)
		}
	}
}

// parks says that a write shows no more than that nothing was carried out: the
// bases stay what they were, and where there was none, there is none.
func (w *write) parks(now *state) bool {
	return w.status && len(w.changes) == 0 && !w.version && (now.status == "FAILED" || now.status == "FLAGGED")
}

// coincided admits as base what a write may have carried although it changed
// nothing: the other side's value, where a user gave the record the very same
// after the reading that the write rests on.
func (s *story) coincided(w *write, n *node) {
	sent, other := s.m.sentAt(w.ev), 1-n.side
	targets, sources := s.targets(n.side, sent), s.sources(other, sent)
	for f, v := range n.states[w.state].content {
		same := func(t int) bool { return n.states[t].content[f] == v || !s.userMoved(n, t, w.state-1, f) }
		if !slices.ContainsFunc(targets, func(t int) bool { return !same(t) }) {
			continue
		}
		for _, o := range sources {
			if theirs := s.p.node(other).states[o].content[f]; s.p.fields.list[f].agree(v, theirs) {
				s.base[n.side].admit(f, v)
				s.base[other].admit(f, theirs)
				if slices.ContainsFunc(targets, func(t int) bool { return n.states[t].content[f] != v }) {
					s.base[n.side].admitVersion(n.states[w.state].version)
				}
			}
		}
	}
}

// leaveApart keeps open whether there is a base of the fields in which the sides
// still differ after a write: what was decided of them rested on none, and is
// on its way.
func (s *story) leaveApart() {
	if s.p.node(cc) == nil || s.p.node(crm) == nil || s.cur[cc] < 0 || s.cur[crm] < 0 {
		return
	}
	x, y := s.stored(cc), s.stored(crm)
	for f, fd := range s.p.fields.list {
		if fd.agree(x.content[f], y.content[f]) {
			continue
		}
		for k := range s.base {
			if s.base[k].unsure {
				s.base[k].loosen(f)
			}
		}
	}
}

// admitKnown admits what the engine knows of a side's field as its base.
func (s *story) admitKnown(side, f int) {
	if p := s.newest(side); p != nil {
		s.base[side].admit(f, s.p.node(side).states[p.state].content[f])
	}
}
