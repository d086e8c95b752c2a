package check

import (
	"fmt"
	"slices"

	"github.com/syncproof/syncproof/sim/trace"
)

// Contradiction is where a journal says what cannot be: it was damaged, or its
// writer is wrong.
type Contradiction struct {
	Op      uint64 `json:"op"`
	Message string `json:"message"`
}

// Contradictions lists where a journal contradicts itself, at most maxFindings.
// Nothing can be concluded from such a journal: what is missing or moved may be
// the very evidence that a check would have failed on. It speaks of what is
// there and not of what a journal leaves out altogether, such as the network's
// events around a foreign engine.
func Contradictions(events []trace.Event) []Contradiction {
	s := soundness{ev: events, doors: map[doorKey]int{}, notices: map[uint64]place{}, faults: map[string]int{}}
	for on := range s.stored {
		s.stored[on] = map[string]*shelf{}
	}
	most := uint64(0)
	for i := range events {
		e := &events[i]
		s.seen[e.Kind] = true
		most = max(most, e.Call)
	}
	s.calls = make([]passage, min(most, uint64(4*len(events)+1024))+1)
	for i := range events {
		s.event(i, &events[i])
		if len(s.found) >= maxFindings {
			break
		}
	}
	return s.found
}

// contradicted is the result of a journal that contradicts itself: unknown, for
// the run may have been anything. A sound journal has none.
func contradicted(events []trace.Event) []Result {
	found := Contradictions(events)
	if len(found) == 0 {
		return nil
	}
	r := Result{Name: "journal", Verdict: Unknown, Seen: len(events), Reason: "the journal contradicts itself: " + found[0].Message}
	for _, c := range found {
		r.Findings = append(r.Findings, Finding{Message: c.Message, Ops: []uint64{c.Op}})
	}
	return []Result{r}
}

// soundness follows what must hold between the events of any journal.
type soundness struct {
	ev      []trace.Event
	seen    [256]bool       // kinds that the journal holds at all
	calls   []passage       // by exchange number, as in the model
	doors   map[doorKey]int // deliveries that wait for an answer
	notices map[uint64]place
	stored  [trace.Engine + 1]map[string]*shelf // by system and native id
	faults  map[string]int
	down    bool
	found   []Contradiction
}

// passage is one exchange under way.
type passage struct {
	sent, ended bool
	known       bool
	on          trace.System
	arrivals    int32
	answers     int32
	first       answer
	more        []answer // to a request that the network delivered again
	asked       int32    // index of the Send
}

// answered says that a system gave an answer.
func (p *passage) answered(a answer) bool {
	return p.answers > 0 && p.first == a || slices.Contains(p.more, a)
}

// passage is the exchange of a number, nil if there is none.
func (s *soundness) passage(n uint64) *passage {
	if n == 0 || n >= uint64(len(s.calls)) {
		return nil
	}
	return &s.calls[n]
}

// early says that an event belongs to an exchange that had not arrived.
func (s *soundness) early(e *trace.Event) bool {
	p := s.passage(e.Call)
	return p != nil && p.arrivals == 0 && s.seen[trace.Arrive]
}

// answer is what a system said, as the network must deliver it.
type answer struct {
	status     int16
	retryAfter string
}

type doorKey struct {
	on      trace.System
	notice  uint64
	attempt int32
}

// shelf is what a system stores under one native id.
type shelf struct {
	object  string
	version int64
	value   map[string]string
}

func (s *soundness) fail(e *trace.Event, format string, args ...any) {
	s.found = append(s.found, Contradiction{e.Op, fmt.Sprintf(format, args...)})
}

func (s *soundness) event(i int, e *trace.Event) {
	switch {
	case e.Op != uint64(i)+1:
		s.fail(e, "operation %d stands where %d is expected", e.Op, i+1)
	case i > 0 && e.At < s.ev[i-1].At:
		s.fail(e, "time goes back from %s to %s", clockText(s.ev[i-1].At), clockText(e.At))
	case e.Cause >= e.Op && e.Cause > 0:
		s.fail(e, "its cause is operation %d, which had not happened", e.Cause)
	}
	switch e.Kind {
	case trace.Send, trace.Arrive, trace.Answer, trace.Receive, trace.Lose:
		s.exchange(e)
	case trace.Read:
		s.read(e)
	case trace.Feed:
		s.feed(e)
	case trace.Commit:
		s.commit(e)
	case trace.Notify, trace.Deliver, trace.Ack, trace.Missed:
		s.notice(e)
	case trace.FaultBegin, trace.FaultEnd:
		s.fault(e)
	case trace.Crash, trace.Restart:
		s.life(e)
	case trace.End:
		s.end(i, e)
	}
}

// exchange: a request is sent once, arrives after that, is answered after it
// arrived, and ends once for its sender.
func (s *soundness) exchange(e *trace.Event) {
	p := s.passage(e.Call)
	if p == nil {
		return
	}
	if !p.known {
		p.known, p.on = true, e.On
	}
	if p.on != e.On {
		s.fail(e, "call %d went to %s and is now one to %s", e.Call, p.on, e.On)
		return
	}
	switch e.Kind {
	case trace.Send:
		if p.sent || p.arrivals > 0 {
			s.fail(e, "call %d is sent a second time", e.Call)
		}
		if s.down {
			s.fail(e, "call %d is sent by an engine that is down", e.Call)
		}
		p.sent, p.asked = true, int32(e.Op)-1
	case trace.Arrive:
		s.arrive(e, p)
	case trace.Answer:
		if p.answers++; p.answers > p.arrivals && s.seen[trace.Arrive] {
			s.fail(e, "call %d is answered and had not arrived", e.Call)
		}
		if a := (answer{e.Status, e.RetryAfter}); p.answers == 1 {
			p.first = a
		} else {
			p.more = append(p.more, a)
		}
	default:
		switch {
		case p.ended:
			s.fail(e, "call %d ends a second time", e.Call)
		case !p.sent && s.seen[trace.Send]:
			s.fail(e, "call %d ends and was never sent", e.Call)
		case e.Kind == trace.Receive && s.seen[trace.Answer] && !p.answered(answer{e.Status, e.RetryAfter}):
			s.fail(e, "call %d is received with %d, which no system answered", e.Call, e.Status)
		}
		p.ended = true
	}
}

// arrive: what arrives is what was sent.
func (s *soundness) arrive(e *trace.Event, p *passage) {
	p.arrivals++
	if !p.sent {
		if s.seen[trace.Send] {
			s.fail(e, "call %d arrives and was never sent", e.Call)
		}
		return
	}
	if sent := s.at(p.asked); sent != nil && (sent.Method != e.Method || sent.Path != e.Path) && sent.Path != "" && e.Path != "" {
		s.fail(e, "call %d was sent as %s %s and arrives as %s %s", e.Call, sent.Method, sent.Path, e.Method, e.Path)
	}
}

// at is the event at an index, nil in a journal whose numbers are not its places.
func (s *soundness) at(i int32) *trace.Event {
	if i < 0 || int(i) >= len(s.ev) {
		return nil
	}
	return &s.ev[i]
}

// shelves are what a system stores.
func (s *soundness) shelves(on trace.System) map[string]*shelf {
	return s.stored[on%trace.System(len(s.stored))]
}

// read: a system discloses what it stores.
func (s *soundness) read(e *trace.Event) {
	if s.early(e) {
		s.fail(e, "%s is shown to call %d, which had not arrived", e.Record, e.Call)
	}
	at := s.shelves(e.On)[e.Record]
	switch {
	case at == nil:
		s.fail(e, "%s of %s is shown and was never stored", e.Record, e.On)
	case e.Version != at.version:
		s.fail(e, "%s of %s is shown at version %d and is stored at %d", e.Record, e.On, e.Version, at.version)
	}
}

// feed: a page of changes names records that were stored at some time.
func (s *soundness) feed(e *trace.Event) {
	if s.early(e) {
		s.fail(e, "a page of changes is shown to call %d, which had not arrived", e.Call)
	}
	stored := s.shelves(e.On)
	for _, id := range e.Records {
		if stored[id] == nil {
			s.fail(e, "%s of %s is on a page of changes and was never stored", id, e.On)
		}
	}
}

// commit: a change starts from what is stored.
func (s *soundness) commit(e *trace.Event) {
	if s.early(e) {
		s.fail(e, "%s is changed by call %d, which had not arrived", e.Record, e.Call)
	}
	stored := s.shelves(e.On)
	at := stored[e.Record]
	if at == nil {
		at = &shelf{object: e.Object, value: map[string]string{}}
		stored[e.Record] = at
	}
	if e.Object != at.object {
		s.fail(e, "%s of %s changes as another object than it was stored as", e.Record, e.On)
	}
	if e.Before != at.version {
		s.fail(e, "%s of %s had version %d, it is stored at %d", e.Record, e.On, e.Before, at.version)
	}
	at.version = e.Version
	for k := range e.Changes {
		c := &e.Changes[k]
		if v, had := at.value[c.Field]; v != c.Before || had != c.Had {
			s.fail(e, "%s of %s in %s had %s, %s is stored", c.Field, e.Record, e.On, shown(c.Before), shown(v))
		}
		if c.Has {
			at.value[c.Field] = c.After
		} else {
			delete(at.value, c.Field)
		}
	}
}

// notice: a notice is queued before it is delivered, unless it is forged, and
// a delivery is answered or given up once.
func (s *soundness) notice(e *trace.Event) {
	key := doorKey{e.On, e.Notice, e.Attempt}
	about, queued := s.notices[e.Notice]
	switch here := (place{e.On, e.Record}); {
	case e.Kind == trace.Notify && queued:
		s.fail(e, "notice %d is queued a second time", e.Notice)
	case e.Kind == trace.Notify:
		s.notices[e.Notice] = here
		if c := s.cause(e); c != nil && c.Kind == trace.Commit && (place{c.On, c.Record} != here) {
			s.fail(e, "notice %d is about %s of %s, and its cause about %s of %s", e.Notice, e.Record, e.On, c.Record, c.On)
		}
	case queued && about != here:
		s.fail(e, "notice %d is about %s of %s, not about %s of %s", e.Notice, about.id, about.on, e.Record, e.On)
	}
	switch e.Kind {
	case trace.Deliver:
		if e.Code != "forged" && e.Code != codePushed && s.seen[trace.Notify] && !queued {
			s.fail(e, "notice %d is delivered and was never queued", e.Notice)
		}
		s.doors[key]++
	case trace.Ack:
		if s.doors[key]--; s.doors[key] < 0 && s.seen[trace.Deliver] {
			s.fail(e, "notice %d is answered and was not delivered", e.Notice)
		}
	}
}

// cause is the event that led to another, nil if none is known.
func (s *soundness) cause(e *trace.Event) *trace.Event {
	if e.Cause == 0 || e.Cause >= e.Op || e.Op > uint64(len(s.ev)) {
		return nil
	}
	return &s.ev[e.Cause-1]
}

// fault: one that ends had begun, but for a crash that waited in vain.
func (s *soundness) fault(e *trace.Event) {
	key := e.Code + " " + e.On.String()
	if e.Kind == trace.FaultBegin {
		s.faults[key]++
		return
	}
	if neverStruck(e) {
		return
	}
	if s.faults[key]--; s.faults[key] < 0 {
		s.fail(e, "the fault %s on %s ends and had not begun", e.Code, e.On)
	}
}

// life: a process that is down starts, and one that runs dies. What it had
// under way is never received.
func (s *soundness) life(e *trace.Event) {
	if s.down == (e.Kind == trace.Crash) {
		s.fail(e, "a %s of an engine that is in that state already", e.Kind)
	}
	if s.down = e.Kind == trace.Crash; s.down {
		for n := range s.calls {
			s.calls[n].ended = s.calls[n].known
		}
	}
}

// end: what ended at rest left nothing under way, but perhaps a page of a feed
// that is asked for without a rest.
func (s *soundness) end(i int, e *trace.Event) {
	if i+1 < len(s.ev) {
		s.fail(e, "the journal goes on after its end")
	}
	if e.Code != "idle" {
		return
	}
	var feeds map[place]bool
	for n := range s.calls {
		p := &s.calls[n]
		open := p.sent && !p.ended
		if open && feeds == nil {
			feeds = s.feeds()
		}
		if open {
			page := place{p.on, pathOf(&s.ev[p.asked])}
			open = !feeds[page]
			delete(feeds, page) // one page of a feed at a time
		}
		if open || p.answers < p.arrivals && s.seen[trace.Answer] {
			s.fail(e, "the world is at rest, and call %d never ended", n)
			return
		}
	}
}

// feeds are the paths at which a system showed pages that were received.
func (s *soundness) feeds() map[place]bool {
	feeds := map[place]bool{}
	for i := range s.ev {
		e := &s.ev[i]
		if p := s.passage(e.Call); e.Kind == trace.Feed && p != nil && p.sent && p.ended {
			feeds[place{p.on, pathOf(&s.ev[p.asked])}] = true
		}
	}
	return feeds
}
