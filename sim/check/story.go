package check

import (
	"slices"

	"github.com/syncproof/syncproof/sim/trace"
)

// story is one person's part of the journal, replayed: which states the
// engine can have known at each of its writes, which merge bases were
// possible, and what the table allowed then.
type story struct {
	m        *model
	p        *person
	cur      [2]int // index of the stored state, -1 before the first
	known    [2][]point
	base     [2]base
	baseless bool  // at some time the engine's store knew nothing of the person
	begun    bool  // the world's initial state is complete
	word     *word // what a person decided last, nil where no word covers what happens

	notified map[uint64]int // state at which a notice was queued, by notice
	requests []request      // the engine's requests for this person, in order of arrival

	writes []*write
	edits  int // accepted edits by users
	// contested: the side ever held content that neither the base nor the
	// engine had put there.
	contested [2]bool

	settledAt []int32 // by field: index plus 1 of the write that last brought both sides in step, 0 if none

	// promised is what was decided without a base of a field, and is still to be
	// written there.
	promised map[int]promise

	flagCause int32 // first event at which the model accepts a flag, -1 if never
	// pastCauses are such causes that a person has answered, with the event
	// that ended each.
	pastCauses [][2]int32
	flags      []flagging
	claims     []int32 // ClaimDecision events
	persons    []int32 // Person events
	told       []int32
}

// point is a state of one side that the engine can have known: it read it,
// wrote it, or had a notice of it.
type point struct {
	state  int
	ev     int32
	from   int32 // index from which the engine had the answer; -1 if it never came
	sure   bool  // disclosed by a request for this record alone, or written by the engine
	notice bool  // a notice told of it, perhaps long after it was gone
}

type request struct {
	call  uint64
	read  int // side whose record it disclosed, -1 if none
	first int32
	page  bool // it asked for many records, and disclosed this one among them
}

// write is one committed engine write and what the model says of it.
type write struct {
	ev      int32
	side    int
	state   int // index of the state it made
	verb    string
	changes []fieldWrite
	// content, version, status say what it changed.
	version, status, link bool
	hidden                bool // its outcome was hidden from the engine by a fault or crash
	outlived              bool // it committed after its process died or had given it up
	conflict              bool // a decision between two edits
	races                 int  // vendor races (EV-10): edits that landed in the unguarded gap
	rule                  string
	wrong                 string // why the model refuses it, "" if it accepts
	unjudged              bool
	open                  bool   // the bases leave open whether one side changed or both
	raced                 bool   // a user's edit landed in the gap that no engine can close (EV-10)
	stale                 string // why its content is older than what it replaced, "" if it is not
}

// fieldWrite is one business field of a write.
type fieldWrite struct {
	field         int
	before, after string // stored before, and after
	read          string // what the engine had read there
	gap           bool   // an edit landed between the read and the write
	lost          bool   // a user's unsettled value was decided away
	fault         string // not "" if an edit was overwritten that should not have been
}

type flagging struct {
	ev   int32
	side int // -1 for a message
}

// tell replays a person's log.
func (m *model) tell(p *person) *story {
	s := &story{m: m, p: p, cur: [2]int{-1, -1}, flagCause: -1}
	for side := range s.base {
		s.base[side] = newBase(len(p.fields.list))
	}
	crash := 0
	for _, i := range p.log {
		for crash < len(m.outages) && m.outages[crash].crash < i {
			if m.ev[i].Verb != trace.Setup {
				s.begin() // nothing was heard of the person before the crash
			}
			s.crashed(&m.outages[crash])
			crash++
		}
		s.event(i, &m.ev[i])
	}
	for ; crash < len(m.outages); crash++ {
		s.crashed(&m.outages[crash])
	}
	s.begin()
	return s
}

func (s *story) event(i int32, e *trace.Event) {
	if !s.begun && (e.Kind != trace.Commit || e.Verb != trace.Setup) {
		s.begin()
	}
	switch e.Kind {
	case trace.Commit:
		s.commit(i, e)
	case trace.Read:
		s.read(i, e)
	case trace.Arrive:
		if e.Actor == trace.ActorEngine {
			s.request(e.Call, -1, i)
		}
	case trace.Notify:
		if s.notified == nil {
			s.notified = map[uint64]int{}
		}
		s.notified[e.Notice] = s.cur[sideOf(e.On)]
	case trace.Deliver:
		if st, ok := s.notified[e.Notice]; ok && st >= 0 && s.p.simple() {
			side := sideOf(e.On)
			s.known[side] = append(s.known[side], point{state: st, ev: i, from: i, notice: true})
		}
	case trace.Person:
		s.decided(i)
	case trace.Told:
		s.told = append(s.told, i)
		if e.Verb == "flagged" {
			s.flags = append(s.flags, flagging{i, -1})
		}
	case trace.ClaimDecision:
		s.claims = append(s.claims, i)
	}
}

// begin takes what the systems held before the run as the base, unless the
// scenario says that the engine's store knows nothing of the record.
func (s *story) begin() {
	if s.begun {
		return
	}
	s.begun = true
	s.baseless = true
	p := s.p
	if s.cur[cc] < 0 || s.cur[crm] < 0 || !p.simple() {
		return
	}
	if p.spec != nil && (p.spec.Base == "lost" || !p.spec.Linked && !s.tied()) {
		return
	}
	s.baseless = false
	for side := range s.base {
		st := s.stored(side)
		other := s.stored(1 - side)
		for f := range st.content {
			s.base[side].settle(f, st.content[f])
			if st.content[f] != other.content[f] {
				s.contested[side] = true
				s.base[side].settle(f, s.m.common(p, f, st.content[f]))
			}
		}
		s.base[side].settleVersion(st.version, st.ev)
		s.base[side].admitVersion(other.version)
		s.known[side] = append(s.known[side], point{state: s.cur[side], ev: st.ev, from: st.ev, sure: true})
	}
}

// common is the value of a field that the scenario gives a record on both
// sides, which the engine's store holds as the base where one side differs.
func (m *model) common(p *person, f int, stored string) string {
	if p.spec == nil {
		return stored
	}
	fd := p.fields.list[f]
	v := fd.empty()
	for k := range p.spec.Fields {
		if set := &p.spec.Fields[k]; set.Field == fd.name {
			if v = fd.empty(); !set.Clear {
				v = fd.canon(cc, set.Value)
			}
		}
	}
	return v
}

// tied says that the records carry each other's ids.
func (s *story) tied() bool {
	return s.stored(cc).external != "" || s.stored(crm).external != ""
}

func (s *story) stored(side int) *state {
	return &s.p.node(side).states[s.cur[side]]
}

// crashed makes the base unknown where the engine's store was lost.
func (s *story) crashed(o *outage) {
	if !o.wipe {
		return
	}
	s.settledAt, s.promised, s.baseless = nil, nil, true
	for side := range s.base {
		s.base[side].forget()
		s.known[side] = nil
	}
}

// read enters what a request disclosed, and looks whether the model accepts a
// flag on what the engine now knows.
func (s *story) read(i int32, e *trace.Event) {
	if e.Actor != trace.ActorEngine || !s.p.simple() {
		return
	}
	side := sideOf(e.On)
	if s.cur[side] < 0 {
		return
	}
	from, sure := i, s.m.single(e)
	s.request(e.Call, side, i)
	s.requests[len(s.requests)-1].page = !sure
	if c := s.m.exchange(e.Call); c != nil && c.send > 0 {
		switch {
		case c.receive > 0:
			from = c.receive - 1
			sure = sure && !s.m.bodyFaultAt(from)
		case c.lose > 0:
			from = -1
		}
	}
	if s.readBefore(side, e.Call) {
		return // the network delivered the request once more; its answer goes nowhere
	}
	if k := len(s.known[side]) - 1; k >= 0 && from >= 0 {
		// Polling reads an unchanged record again and again.
		if last := &s.known[side][k]; last.state == s.cur[side] && last.from >= 0 && !last.notice && (last.sure || !sure) && s.m.showsAlike(s.p.fields, last.ev, i) {
			if s.hidAnEdit(side) {
				s.lookForFlag(i)
			}
			return
		}
	}
	s.known[side] = append(s.known[side], point{state: s.cur[side], ev: i, from: from, sure: sure})
	s.settleAgreed(side, i)
	s.lookForFlag(i)
}

// hidAnEdit says that the engine's own write, the last change of a side, covers
// a user's edit that it had not read: nothing tells any more when that was made.
func (s *story) hidAnEdit(side int) bool {
	n, cur := s.p.node(side), s.cur[side]
	if cur == 0 || n.states[cur].by != byEngine || n.states[cur-1].by != byUser {
		return false
	}
	return !slices.ContainsFunc(s.known[side], func(p point) bool { return p.state == cur-1 && p.from >= 0 && !p.notice })
}

// readBefore says that the same exchange disclosed the record already.
func (s *story) readBefore(side int, call uint64) bool {
	k := len(s.known[side]) - 1
	return call != 0 && k >= 0 && s.m.ev[s.known[side][k].ev].Call == call && s.m.ev[s.known[side][k].ev].Kind == trace.Read
}

// single says that a read was made for this record alone and not as part of a
// page, which an engine may take as a hint only.
func (m *model) single(e *trace.Event) bool {
	i := int(e.Op) // index of the next event: operations are dense from 1
	ev := m.ev
	if i >= 1 && i <= len(ev) && ev[i-1].Op == e.Op {
		if i < len(ev) && ev[i].Call == e.Call && paged(&ev[i], e) {
			return false
		}
		if i >= 2 && ev[i-2].Call == e.Call && paged(&ev[i-2], e) {
			return false
		}
	}
	return true
}

// paged says that a neighbour in the journal discloses other records in the
// same exchange.
func paged(o, e *trace.Event) bool {
	return o.Kind == trace.Feed || o.Kind == trace.Read && o.Record != e.Record
}

func (s *story) request(call uint64, read int, i int32) {
	if n := len(s.requests); n > 0 && s.requests[n-1].call == call && call != 0 {
		if read >= 0 {
			s.requests[n-1].read = read
		}
		return
	}
	s.requests = append(s.requests, request{call: call, read: read, first: i})
}

// settleAgreed admits as base what the engine knows at an event to be equal on
// both sides: it may have decided then that there is nothing to do (CR-1). Of
// the other side it may go by what it had for certain, or by a page since.
func (s *story) settleAgreed(side int, at int32) {
	for k := len(s.known[1-side]) - 1; k >= 0; k-- {
		o := &s.known[1-side][k]
		if o.from < 0 || o.notice {
			continue
		}
		s.agreeOn(side, at, o)
		if o.sure {
			return
		}
	}
}

func (s *story) agreeOn(side int, at int32, o *point) {
	mine, theirs := s.stored(side), &s.p.node(1 - side).states[o.state]
	equal := true // in all that the engine can go by
	for f, v := range mine.content {
		equal = equal && (v == theirs.content[f] || s.m.doubts(s.p.fields, side, f, at) || s.m.doubts(s.p.fields, 1-side, f, o.ev))
		if fd := s.p.fields.list[f]; fd.agree(v, theirs.content[f]) && s.m.sees(s.p.fields, side, f, at) && s.m.sees(s.p.fields, 1-side, f, o.ev) {
			s.base[side].admit(f, v)
			s.base[1-side].admit(f, theirs.content[f])
		}
	}
	if equal {
		s.base[side].admitVersion(mine.version)
		s.base[1-side].admitVersion(theirs.version)
	}
}

// newest is the last state of a side that the engine read or wrote.
func (s *story) newest(side int) *point {
	for k := len(s.known[side]) - 1; k >= 0; k-- {
		if p := &s.known[side][k]; p.from >= 0 && !p.notice {
			return p
		}
	}
	return nil
}

// commit moves the stored state, and judges the engine's writes.
func (s *story) commit(i int32, e *trace.Event) {
	n := s.m.who[i]
	side := n.side
	if !s.p.simple() {
		if e.Actor == trace.ActorEngine && e.Verb != trace.Setup {
			w := s.m.describe(i, n, n.stateAt(i))
			s.writes = append(s.writes, w)
			if w.status && n.states[w.state].status == "FLAGGED" {
				s.flags = append(s.flags, flagging{i, w.side})
			}
			s.judgeIdentity(w, n)
			w.raced = s.m.racedAlone(w, n)
		}
		s.edits += userEdit(e)
		return
	}
	if e.Actor != trace.ActorEngine && e.Verb != trace.Touch {
		s.edited(i)
	}
	s.cur[side]++
	if e.Verb == trace.Setup && !s.begun {
		return
	}
	if e.Actor == trace.ActorEngine {
		s.engineWrote(i, n)
		return
	}
	s.edits += userEdit(e)
	s.contested[side] = s.contested[side] || !sameContent(n, s.cur[side])
	s.flagOnDelete(i)
	// Another edit arrives while a decision may be half carried out: what the
	// engine already knew may have become the base of either side.
	for k := range s.base {
		if p := s.newest(k); p != nil && len(s.writes) > 0 {
			for f, v := range s.p.node(k).states[p.state].content {
				if s.decidedOn(k, p.state) {
					s.base[k].admit(f, v)
				}
			}
		}
	}
}

// decidedOn says that the engine has written something since it knew a state.
func (s *story) decidedOn(side, st int) bool {
	w := s.writes[len(s.writes)-1]
	return w.ev > s.p.node(side).states[st].ev
}

func userEdit(e *trace.Event) int {
	if e.Actor == trace.ActorEngine || e.Verb == trace.Setup || e.Verb == trace.Touch {
		return 0
	}
	return 1
}

// stateAt finds the state that a commit made.
func (n *node) stateAt(ev int32) int {
	k, _ := slices.BinarySearchFunc(n.states, ev, func(s state, ev int32) int { return int(s.ev) - int(ev) })
	return k
}
