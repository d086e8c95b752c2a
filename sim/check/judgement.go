package check

import (
	"fmt"
	"slices"

	"github.com/syncproof/syncproof/sim/trace"
)

// mostCuts bounds the states of one side that are tried for one write. Where
// the engine may have known more, a refusal is not certain.
const mostCuts = 16

// engineWrote describes and judges a committed write of the engine and moves
// the bases to what the decision behind it rested on.
func (s *story) engineWrote(i int32, n *node) {
	w := s.m.describe(i, n, s.cur[n.side])
	s.writes = append(s.writes, w)
	own := point{state: w.state, ev: i, from: i, sure: true}
	if c := s.m.exchange(s.m.ev[i].Call); c != nil && c.send > 0 {
		switch {
		case c.receive > i:
			own.from = c.receive - 1
		case c.receive == 0:
			own.sure = false
		}
	}
	status := n.states[w.state].status
	if w.status && status == "FLAGGED" {
		s.flags = append(s.flags, flagging{i, w.side})
	}
	var partner []int
	switch w.verb {
	case trace.Update:
		s.findStale(w)
		s.findRace(w, n)
		partner = s.judge(w, n)
	case trace.Delete:
		s.judgeDelete(w, n)
	case trace.Create, trace.Undelete:
		s.judgeRevival(w, n)
	}
	s.known[n.side] = append(s.known[n.side], own)
	s.promise(w, n, partner)
	s.rebase(w, n, partner)
	if w.verb == trace.Update || w.verb == trace.Touch {
		s.coincided(w, n)
	}
	s.carried(w)
}

// judge holds a write against every pair of states that the engine may have
// decided on, and returns the other side's states that explain it.
func (s *story) judge(w *write, n *node) []int {
	sources := s.sources(1-n.side, s.m.sentAt(w.ev))
	if len(w.changes) == 0 {
		return sources
	}
	targets := s.targets(n.side, s.m.sentAt(w.ev))
	if len(targets) == 0 || s.p.node(1-n.side) == nil || len(sources) == 0 {
		w.unjudged = true
		return sources
	}
	var explain []int
	first, clean := "", false
	for _, t := range targets {
		for _, o := range sources {
			v := s.weigh(w, n, t, o)
			if v.wrong != "" {
				first = or(first, v.wrong)
				continue
			}
			explain = appendNew(explain, o)
			if clean {
				continue
			}
			if gaps := s.findGaps(w, n, t); !gaps.faulty() || len(explain) == 1 {
				clean = !gaps.faulty()
				s.adopt(w, v, gaps)
			}
		}
	}
	switch {
	case len(explain) > 0:
		return explain
	case w.outlived || len(sources) >= mostCuts:
		w.unjudged = true
	default:
		w.wrong = first
		s.adopt(w, weighing{}, s.findGaps(w, n, targets[0]))
		s.markOverwritten(w)
	}
	return sources
}

// adopt takes over what was found for the states that explain a write best.
func (s *story) adopt(w *write, v weighing, g gaps) {
	w.rule, w.conflict, w.races, w.open = v.rule, v.conflict, g.races, v.open
	for k := range w.changes {
		ch := &w.changes[k]
		ch.read, ch.gap, ch.fault, ch.lost = g.read[k], g.open[k], g.fault[k], false
	}
	for _, k := range v.lost {
		ch := &w.changes[k]
		ch.lost = !ch.gap && s.usersOwn(w, ch)
	}
}

// targets are the states on which a write to its own side may rest: the
// newest that the engine had for certain, and what it may have known since.
func (s *story) targets(side int, sent int32) []int {
	var out []int
	for k := len(s.known[side]) - 1; k >= 0; k-- {
		p := &s.known[side][k]
		if p.from < 0 || p.from > sent {
			continue
		}
		out = appendNew(out, p.state)
		if p.sure {
			break
		}
	}
	return out
}

// sources are the states of the other side that the engine may have known,
// newest first.
func (s *story) sources(side int, sent int32) []int {
	var out []int
	for k := len(s.known[side]) - 1; k >= 0 && len(out) < mostCuts; k-- {
		if p := &s.known[side][k]; p.from >= 0 && p.from <= sent {
			out = appendNew(out, p.state)
		}
	}
	return out
}

func appendNew(list []int, v int) []int {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// weighing is one write held against one pair of states.
type weighing struct {
	wrong    string
	rule     string
	conflict bool
	open     bool  // the bases leave open whether one side changed or both
	lost     []int // indexes into the write's changes
}

// weigh says whether a write that read state t of its own side and state o of
// the other is what the table gives.
func (s *story) weigh(w *write, n *node, t, o int) weighing {
	other := 1 - n.side
	mine, theirs := &n.states[t], &s.p.node(other).states[o]
	var st [2]*state
	st[n.side], st[other] = mine, theirs
	c := s.compare(st, s.m.sentAt(w.ev))
	res := outcomes{}
	if c.possible {
		res = s.table(n.side, t, o)
	}
	v := weighing{rule: "CR-2"}
	if c.both {
		v.rule, v.open = "CR-3", !c.surelyBoth
	}
	for k := range w.changes {
		ch := &w.changes[k]
		f := s.p.fields.list[ch.field]
		if s.against(ch, n.side) {
			v.wrong = fmt.Sprintf("a person chose the %s of %s, %s, and %s was written over it (CR-10)",
				f.name, sideNames[n.side], shown(ch.before), shown(ch.after))
			return v
		}
		if ch.after == mine.content[ch.field] || s.covers(ch, n.side) {
			continue // what it read there, sent again; or a person's word
		}
		if why := s.weighField(ch, f, n.side, mine, theirs, &c, &res); why != "" {
			v.wrong = why
			return v
		}
		mineSure, _ := s.base[n.side].changed(ch.field, mine.content[ch.field])
		filled := mine.content[ch.field] == f.empty() && s.base[n.side].none(ch.field)
		if mineSure && !f.twoWay() {
			v.lost = append(v.lost, k) // corrected on the wrong side (FC-2)
		}
		if mineSure && f.twoWay() && !filled {
			v.lost = append(v.lost, k)
			v.conflict = true
			v.rule = or(or(res.by[other], res.rule), v.rule)
		}
	}
	if s.base[n.side].lost() && !v.conflict {
		v.rule = "CR-12"
	}
	if v.open && s.p.node(w.side).states[w.state].version <= max(mine.version, theirs.version) {
		v.rule = "CR-2" // where both had changed it would carry one more
	}
	c.both = c.both || s.wasGone(n, t, w.state)
	v.wrong = s.weighVersion(w, mine, theirs, &c)
	return v
}

// wasGone says that a record was deleted and came back between two of its states:
// the write may have been meant to restore it against the deletion (CR-13).
func (s *story) wasGone(n *node, from, to int) bool {
	return slices.ContainsFunc(n.states[from+1:max(to, from+1)], func(st state) bool { return st.gone })
}

func (s *story) weighField(ch *fieldWrite, f *field, side int, mine, theirs *state, c *comparison, res *outcomes) string {
	other := 1 - side
	was, source := mine.content[ch.field], theirs.content[ch.field]
	if f.source == side {
		return fmt.Sprintf("field %s travels from %s only, and was written there", f.name, sideNames[side])
	}
	if ch.after != source && !f.agree(ch.after, source) {
		return fmt.Sprintf("%s of %s became %s, which %s did not hold when it was read (%s)",
			f.name, sideNames[side], shown(ch.after), sideNames[other], shown(source))
	}
	mineSure, _ := s.base[side].changed(ch.field, was)
	_, theirsMay := s.base[other].changed(ch.field, source)
	if !f.twoWay() {
		return ""
	}
	clears := ch.after == f.empty() && was != f.empty() && !s.promised[ch.field].held(other, f)
	if len(s.base[side].values[ch.field]) == 0 && clears {
		return fmt.Sprintf("without a base, the empty %s of %s overwrote %s (CR-12)", f.name, sideNames[other], shown(was))
	}
	if s.base[side].none(ch.field) && was == f.empty() {
		return "" // without a base a present value fills an empty one
	}
	if s.m.set.byRecord {
		mineSure, theirsMay = c.sure[side], c.may[other]
	}
	if !mineSure {
		return ""
	}
	if !theirsMay {
		return fmt.Sprintf("only %s changed %s (%s), and %s overwrote it with its unchanged %s (CR-2)",
			sideNames[side], f.name, shown(was), sideNames[other], shown(source))
	}
	if res.wins[other] || s.promised[ch.field].keeps(other, was, source) {
		return ""
	}
	if res.onlyFlag() {
		return fmt.Sprintf("both sides changed %s and the table says review (CR-6), but %s was overwritten with %s",
			f.name, shown(was), shown(source))
	}
	return fmt.Sprintf("both sides changed %s: the table lets %s win by %s (%s), but %s was written",
		f.name, sideNames[side], res.rule, shown(was), shown(source))
}

// highest is the version that a write may carry at most: the maximum of the
// stored and the effective versions, plus 1 where both sides may have changed.
func (s *story) highest(most int64, c *comparison) int64 {
	for side := range s.base {
		for _, v := range s.base[side].versions {
			most = max(most, v+1)
		}
		if s.base[side].lost() || s.base[side].unsure {
			return most + 2
		}
	}
	if c.both {
		most++
	}
	return most
}

// weighVersion is CR-3's: the maximum of both sides, plus 1 if both changed.
func (s *story) weighVersion(w *write, mine, theirs *state, c *comparison) string {
	got := s.p.node(w.side).states[w.state].version
	most := max(mine.version, theirs.version)
	low := most
	if c.surelyBoth && !s.base[cc].unsure && !s.base[crm].unsure && !s.base[cc].lost() && !s.base[crm].lost() && s.word == nil {
		low++
	}
	if got < low {
		return fmt.Sprintf("the write carries version %d where both sides' versions ask for %d (CR-3)", got, low)
	}
	if high := s.highest(most, c); got > high && s.word == nil {
		return fmt.Sprintf("the write carries version %d, where the sides' %d and %d ask for %d at most (CR-3)", got, mine.version, theirs.version, high)
	}
	return ""
}

// markOverwritten notes the unsettled edits that a write overwrote which the
// table does not explain.
func (s *story) markOverwritten(w *write) {
	for k := range w.changes {
		ch := &w.changes[k]
		surely, _ := s.base[w.side].changed(ch.field, ch.read)
		ch.lost = surely && !ch.gap && ch.after != ch.read && s.usersOwn(w, ch)
	}
}

// usersOwn says that the value that a write replaced was put there by a user,
// and that no user of the other side replaced it there, having seen it.
func (s *story) usersOwn(w *write, ch *fieldWrite) bool {
	n, o := s.p.node(w.side), s.p.node(1-w.side)
	for k := 1; o != nil && k < len(o.states) && o.states[k].ev < w.ev; k++ {
		if o.states[k-1].content[ch.field] == ch.before && o.states[k].by == byUser && o.states[k].content[ch.field] != ch.before {
			return false
		}
	}
	for k := w.state - 1; k > 0; k-- {
		if n.states[k].content[ch.field] != n.states[k-1].content[ch.field] {
			return n.states[k].by == byUser
		}
	}
	return n.states[0].by == byUser
}
