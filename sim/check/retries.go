package check

import (
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// retries follows, for each record's own address on each system, how often in
// a row a request failed, and holds the next one against base*factor^n (EV-3).
// Only lower bounds are judged: a queue may always take longer.
type retries struct {
	m     *model
	state map[string]*retry
	byID  map[string][]*retry     // by native id, to forget on a notice
	pages map[uint64]*trace.Event // feed pages by exchange, news once the answer is received
}

type retry struct {
	failures int
	since    int64
	event    int32
	noticed  bool // something new was heard of the record: an attempt at once is right
}

func newRetries(m *model) *retries {
	return &retries{m: m, state: map[string]*retry{}, byID: map[string][]*retry{}, pages: map[uint64]*trace.Event{}}
}

// address is the part of a request's path that is a record's own, "" if the
// request is not about one record.
func (r *retries) address(e *trace.Event) (key, id string) {
	path, _, _ := strings.Cut(e.Path, "?")
	id = path[strings.LastIndexByte(path, '/')+1:]
	if id == "" || r.m.index[place{e.On, id}] == nil {
		return "", ""
	}
	return e.On.String() + path, id
}

// ended takes the end of an exchange, as the engine saw it.
func (r *retries) ended(t *tally, i int32, e *trace.Event) {
	failed := e.Kind == trace.Lose || e.Status >= 500
	if !failed && len(r.state) == 0 {
		return
	}
	c := r.m.exchange(e.Call)
	if c == nil || c.send == 0 {
		return
	}
	key, id := r.address(&r.m.ev[c.send-1])
	if key == "" {
		return
	}
	if !failed {
		delete(r.state, key)
		return
	}
	t.seen++
	st := r.state[key]
	if st == nil {
		st = &retry{}
		r.state[key] = st
		r.byID[id] = append(r.byID[id], st)
	}
	st.failures++
	st.since, st.event, st.noticed = e.At, i, false
}

// sent holds a request against the schedule.
func (r *retries) sent(t *tally, i int32, e *trace.Event) {
	if len(r.state) == 0 {
		return
	}
	key, _ := r.address(e)
	st := r.state[key]
	if st == nil || st.noticed {
		return
	}
	if c := r.m.exchange(e.Call); c != nil && c.send-1 != i {
		return
	}
	set := &r.m.set
	wait := set.base
	for n := 1; n < st.failures && wait < set.cap; n++ {
		wait *= time.Duration(set.factor)
	}
	wait = min(wait, set.cap)
	if got := time.Duration(e.At - st.since); got < wait && !r.m.gateLost(st.event, i) {
		t.fail(strings.TrimPrefix(key, e.On.String()), []uint64{r.m.op(st.event), e.Op},
			"after failure %d in a row the next request to %s came %s later; the schedule asks for %s",
			st.failures, key, got.Round(time.Millisecond), wait)
		st.noticed = true
	}
}

// stirred takes news of a record, on either system. A page of a feed is news
// when its answer is received, not while it travels.
func (r *retries) stirred(e *trace.Event) {
	if e.Kind == trace.Feed && e.Call != 0 {
		r.pages[e.Call] = e
	}
	if len(r.state) == 0 {
		return
	}
	r.hear(e.On, e.Record)
	for _, id := range e.Records {
		r.hear(e.On, id)
	}
}

func (r *retries) hear(on trace.System, id string) {
	n := r.m.index[place{on, id}]
	if n == nil {
		return
	}
	for side := range n.person.nodes {
		for _, other := range n.person.nodes[side] {
			for _, st := range r.byID[other.id] {
				st.noticed = true
			}
		}
	}
}

// forget drops all counts: a restart or a person may start afresh.
func (r *retries) forget() {
	r.state, r.byID = map[string]*retry{}, map[string][]*retry{}
}
