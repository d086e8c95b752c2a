package check

import "github.com/syncproof/syncproof/sim/trace"

// word is what a person decided about a record. It covers the values that it
// speaks of and nothing else: what happens to the record afterwards is judged
// as if no person had ever looked at it.
type word struct {
	ev        int32
	held      [2][]string    // what both sides held when it was given, nil for a side without a record
	given     map[int]string // values that the person wrote, by field
	chosen    int            // the side that the person chose, -1 for none
	contested []bool         // fields in a certain conflict when it was given, by themselves or as part of a record
	silent    bool           // the journal does not show what it said
	done      bool           // the sides agreed after it was carried out
}

// decided takes a person's word: both sides' values count as settled.
func (s *story) decided(i int32) {
	e := &s.m.ev[i]
	if e.Code == "refused" || s.m.refusedOps[e.Op] {
		return
	}
	s.persons = append(s.persons, i)
	s.word = &word{ev: i, chosen: -1}
	if !s.p.simple() {
		return
	}
	s.word.listen(s, e)
	for side := range s.base {
		if s.cur[side] < 0 {
			continue
		}
		for f, v := range s.stored(side).content {
			s.base[side].admit(f, v)
		}
	}
}

// listen notes what the person decided on, and what the decision says.
func (w *word) listen(s *story, e *trace.Event) {
	switch e.Origin {
	case sideNames[cc]:
		w.chosen = cc
	case sideNames[crm]:
		w.chosen = crm
	}
	for k := range e.Changes {
		c := &e.Changes[k]
		if f, ok := s.p.fields.find(claimedField(c.Field)); ok {
			if w.given == nil {
				w.given = map[int]string{}
			}
			w.given[f] = s.p.fields.list[f].canon(cc, c.After)
		}
	}
	w.silent = e.Origin == "" && len(e.Changes) == 0
	for side := range s.cur {
		if s.cur[side] >= 0 {
			w.held[side] = s.stored(side).content
		}
	}
	if w.held[cc] == nil || w.held[crm] == nil {
		return
	}
	w.contested = make([]bool, len(s.p.fields.list))
	whole := false // the records conflict as wholes (CR-3, granularity record)
	if s.m.set.byRecord {
		whole = s.compare([2]*state{s.stored(cc), s.stored(crm)}, w.ev).certain
	}
	for f, fd := range s.p.fields.list {
		x, y := w.held[cc][f], w.held[crm][f]
		xs, _ := s.base[cc].changed(f, x)
		ys, _ := s.base[crm].changed(f, y)
		w.contested[f] = fd.twoWay() && (xs && ys || whole && (xs || ys)) && !fd.agree(x, y) && !s.base[cc].none(f)
	}
}

// covers says that a person's word allows a change: its value is one that the
// person saw or gave, and no user has edited the field there since.
func (s *story) covers(ch *fieldWrite, side int) bool {
	w := s.word
	if w == nil || w.held[side] == nil || s.movedSince(side, ch.field, w.ev) {
		return false
	}
	if v, ok := w.given[ch.field]; ok && ch.after == v || w.silent {
		return true
	}
	for _, held := range w.held {
		if held != nil && held[ch.field] == ch.after {
			return true
		}
	}
	return false
}

// against says that a change is the opposite of what a person chose.
func (s *story) against(ch *fieldWrite, side int) bool {
	w := s.word
	if w == nil || w.chosen != side || w.contested == nil || !w.contested[ch.field] || s.movedSince(side, ch.field, w.ev) {
		return false
	}
	_, given := w.given[ch.field]
	return !given && !s.movedSince(1-side, ch.field, w.ev) && ch.after != w.held[side][ch.field]
}

// movedSince says that a user edited a field of a side after an event.
func (s *story) movedSince(side, f int, ev int32) bool {
	n := s.p.node(side)
	for k := s.cur[side]; n != nil && k > 0 && n.states[k].ev > ev; k-- {
		if n.states[k].by == byUser && n.states[k].content[f] != n.states[k-1].content[f] {
			return true
		}
	}
	return false
}

// carried notes that the sides agree after a write: a person's word is then
// carried out, and ends with the next edit. What had left before the word was
// given is no part of that.
func (s *story) carried(w *write) {
	if s.word == nil || s.cur[cc] < 0 || s.cur[crm] < 0 || s.m.sentAt(w.ev) < s.word.ev {
		return
	}
	x, y := s.stored(cc), s.stored(crm)
	s.word.done = x.gone == y.gone && (x.gone || s.m.agree(s.p.fields, x, y))
}

// edited ends a person's word that was carried out, and with it the cause of
// the flag that it answered.
func (s *story) edited(i int32) {
	if s.word == nil || !s.word.done {
		return
	}
	s.word = nil
	if s.flagCause >= 0 {
		s.pastCauses = append(s.pastCauses, [2]int32{s.flagCause, i})
		s.flagCause = -1
	}
}

// agree says that two states hold the same content. Where an edit on the wrong
// side of a one-way field waits for a person, those fields count too.
func (m *model) agree(t *fieldTable, x, y *state) bool {
	for f, fd := range t.list {
		if (fd.twoWay() || m.set.wrongSide == "review") && !fd.agree(x.content[f], y.content[f]) {
			return false
		}
	}
	return true
}

// staleSince is the index of the edit that made a person's decision stale: the
// first thing that happened to the record after it, and nothing of it had been
// written, not even that it cannot be. -1 if there was none. Such a decision is
// refused (CR-10).
func (m *model) staleSince(p *person, decided int32) int32 {
	for _, i := range p.log {
		e := &m.ev[i]
		if i <= decided || e.Kind != trace.Commit {
			continue
		}
		n := m.who[i]
		k := n.stateAt(i)
		switch {
		case e.Actor == trace.ActorEngine && (m.unflags(i) || !p.statusOnly(e) && e.Verb != trace.Touch):
			return -1
		case e.Actor != trace.ActorEngine && e.Verb == trace.Update && k > 0 && m.movedTwoWay(n, k):
			return i
		}
	}
	return -1
}

func (m *model) movedTwoWay(n *node, k int) bool {
	for f, fd := range n.fields.list {
		if fd.twoWay() && n.states[k].content[f] != n.states[k-1].content[f] {
			return true
		}
	}
	return false
}
