package check

// lookForFlag notes the first event at which the model accepts that the
// record is flagged: a conflict that the table may call simultaneous, or a
// one-way field edited on the wrong side where the policy is review.
func (s *story) lookForFlag(i int32) {
	if s.flagCause >= 0 || s.cur[cc] < 0 || s.cur[crm] < 0 {
		return
	}
	for _, x := range s.recent(cc) {
		for _, y := range s.recent(crm) {
			st := [2]*state{&s.p.node(cc).states[x], &s.p.node(crm).states[y]}
			if s.mayFlag(x, y, st, i) {
				s.flagCause = i
				return
			}
		}
	}
}

func (s *story) mayFlag(x, y int, st [2]*state, at int32) bool {
	if s.m.set.wrongSide == "review" && s.wrongSide(st) {
		return true
	}
	if s.m.set.simultaneous != "review" || s.oneSided() || !s.compare(st, at).possible {
		return false
	}
	o := s.table(cc, x, y)
	return o.flag
}

// oneSided says that one side certainly never held anything but its base and
// what the engine wrote there. It contests no edit, whatever answer was hidden:
// the content of a write is known before it is sent, and is known again.
func (s *story) oneSided() bool {
	return !s.baseless && !(s.contested[cc] && s.contested[crm])
}

// wrongSide says that a one-way field may have been edited where it arrives.
func (s *story) wrongSide(st [2]*state) bool {
	for f, fd := range s.p.fields.list {
		if fd.twoWay() {
			continue
		}
		target := 1 - fd.source
		v := st[target].content[f]
		if _, may := s.base[target].changed(f, v); may && v != st[fd.source].content[f] {
			return true
		}
	}
	return false
}

// recent are the last states of a side that the engine knows, with the one
// that is stored.
func (s *story) recent(side int) []int {
	const most = 4
	out := []int{s.cur[side]}
	for k := len(s.known[side]) - 1; k >= 0 && len(out) < most; k-- {
		if p := &s.known[side][k]; p.from >= 0 {
			out = appendNew(out, p.state)
		}
	}
	return out
}

// flagOnDelete notes a deletion that meets an edit (CR-13): one that is stored,
// or that the engine has read and not seen taken back.
func (s *story) flagOnDelete(i int32) {
	if s.flagCause >= 0 || s.cur[cc] < 0 || s.cur[crm] < 0 || s.m.set.deleteVsEdit != "review" {
		return
	}
	for side := range s.cur {
		if !s.stored(side).gone {
			continue
		}
		for _, k := range appendNew(s.targets(1-side, i), s.cur[1-side]) {
			if s.holdsAnEdit(1-side, k) {
				s.flagCause = i
				return
			}
		}
	}
}

// holdsAnEdit says that a state of a side may be another than its base, and not
// for being gone.
func (s *story) holdsAnEdit(side, k int) bool {
	if s.p.node(side).states[k].gone {
		return false
	}
	for f, v := range s.p.node(side).states[k].content {
		if _, may := s.base[side].changed(f, v); may {
			return true
		}
	}
	return false
}

// causedAt says that the model accepted a flag at an event: a cause had come
// up by then, and no person had answered it.
func (s *story) causedAt(at int32) bool {
	if s.flagCause >= 0 && s.flagCause <= at {
		return true
	}
	for _, c := range s.pastCauses {
		if c[0] <= at && at <= c[1] {
			return true
		}
	}
	return false
}
