package check

import (
	"strings"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// retries follows, for each record on each system, how often in a row a
// request at its own address failed, and holds the next one against
// base*factor^n (EV-3). Only lower bounds are judged: a queue may always take
// longer. A store that was lost does not yet know which two records are one
// person, so that each may be tried by itself: from then on nothing is judged.
type retries struct {
	m     *model
	state map[*node]*retry
	// heard are the records of persons of whom there was news for which no
	// attempt was made at once yet: each news allows one.
	heard []bool           // by node
	news  int              // how many are heard
	pages map[uint64]*page // what exchanges disclosed that are under way
	last  *page            // that of the exchange lastCall, which discloses more next
	spare []*page          // that were received, for the next ones
	wiped bool

	lastCall uint64

	failed map[*node]int32 // index of the last failure
}

// page is what one exchange disclosed. A feed or a list is news of each
// record on it; a record that was asked for by itself is none.
type page struct {
	nodes []*node
	feed  bool
}

type retry struct {
	failures int
	begun    int32 // index at which the request that failed last was sent
	event    int32 // index of the failure
	told     bool  // reported already
}

func newRetries(m *model) *retries {
	return &retries{m: m, state: map[*node]*retry{}, heard: make([]bool, len(m.nodes)), pages: map[uint64]*page{}, failed: map[*node]int32{}}
}

// address is the record whose own address a request goes to, nil if there is
// none, or if the engine may not know whose record it is.
func (r *retries) address(e *trace.Event) *node {
	path, _, _ := strings.Cut(e.Path, "?")
	n := r.m.find(e.On, path[strings.LastIndexByte(path, '/')+1:])
	if n == nil || r.wiped || n.person.story.baseless {
		return nil
	}
	return n
}

// ended takes the end of an exchange, as the engine saw it.
func (r *retries) ended(t *tally, i int32, e *trace.Event) {
	failed := e.Kind == trace.Lose || e.Status >= 500
	if !failed && e.Status/100 != 4 && len(r.state) == 0 {
		return
	}
	c := r.m.exchange(e.Call)
	if c == nil || c.send == 0 {
		return
	}
	n := r.address(&r.m.ev[c.send-1])
	if n == nil {
		return
	}
	if failed || e.Status/100 == 4 {
		r.failed[n] = i
	}
	if !failed {
		delete(r.state, n)
		r.answered(n)
		return
	}
	t.seen++
	st := r.state[n]
	if st == nil {
		st = &retry{}
		r.state[n] = st
	}
	if r.otherFailed(n, st.begun) {
		st.failures = 0
	}
	st.failures++
	st.event, st.begun, st.told = i, c.send-1, false
}

// otherFailed says that the person's record on the other system failed too
// since an event. That is another failure, with a wait of its own, and the
// attempts count from the start.
func (r *retries) otherFailed(n *node, since int32) bool {
	for _, o := range n.person.nodes[1-n.side] {
		if r.failed[o] > since {
			return true
		}
	}
	return false
}

// sent holds a request against the schedule.
func (r *retries) sent(t *tally, i int32, e *trace.Event) {
	if len(r.state) == 0 && r.news == 0 {
		return
	}
	n := r.address(e)
	if n == nil {
		return
	}
	st, news := r.state[n], r.answered(n) // each news allows one attempt
	if st == nil || st.told {
		return
	}
	if news {
		st.failures = 1 // what is new counts from the start
	}
	set := &r.m.set
	wait := set.base
	for k := 1; k < st.failures && wait < set.cap; k++ {
		wait *= time.Duration(set.factor)
	}
	wait = min(wait, set.cap)
	got := r.m.elapsed(st.event, i)
	if r.m.ev[st.event].Kind == trace.Lose {
		got += r.m.reaction // the engine gave up before anybody saw it
	}
	if got < wait && (news || r.otherFailed(n, st.begun)) {
		delete(r.state, n)
		return
	}
	if got < wait && !r.m.gateLost(st.event, i) {
		t.fail(n.person.name, []uint64{r.m.op(st.event), e.Op},
			"after failure %d in a row the next request for %s in %s came %s later; the schedule asks for %s",
			st.failures, n.person.name, e.On, got.Round(time.Millisecond), wait)
		st.told = true
	}
}

// stirred takes news of a record, on either system.
func (r *retries) stirred(i int32) {
	if n := r.m.who[i]; n != nil {
		r.hear(n.person)
	}
}

// redelivered takes a broker's repeat of what was done before: it asks for an
// attempt as news does, at each record that it may mean.
func (r *retries) redelivered(i int32, e *trace.Event) {
	if e.Code != string(scenarios.Redeliver) {
		return
	}
	step := r.m.stepOf(&fault{code: e.Code, begin: i})
	for _, p := range r.m.people {
		if step == nil || step.Record == "" || step.Record == p.alias {
			r.hear(p)
		}
	}
}

func (r *retries) hear(p *person) {
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			if !r.heard[n.number] {
				r.heard[n.number] = true
				r.news++
			}
		}
	}
}

// answered forgets the news of a record, and says whether there was any.
func (r *retries) answered(n *node) bool {
	news := r.heard[n.number]
	if news {
		r.heard[n.number] = false
		r.news--
	}
	return news
}

// disclosed takes records that an exchange discloses; they are news once its
// answer is received, not while it travels.
func (r *retries) disclosed(i int32, e *trace.Event) {
	if e.Call == 0 {
		return
	}
	pg := r.pageOf(e.Call)
	pg.feed = pg.feed || e.Kind == trace.Feed
	if n := r.m.who[i]; n != nil {
		pg.nodes = append(pg.nodes, n)
	}
	for _, id := range e.Records {
		if n := r.m.find(e.On, id); n != nil {
			pg.nodes = append(pg.nodes, n)
		}
	}
}

// pageOf is what an exchange disclosed so far. Records of one page follow one
// another in the journal.
func (r *retries) pageOf(call uint64) *page {
	if call == r.lastCall {
		return r.last
	}
	pg := r.pages[call]
	if pg == nil {
		pg = r.page()
		r.pages[call] = pg
	}
	r.last, r.lastCall = pg, call
	return pg
}

// page is one that holds nothing.
func (r *retries) page() *page {
	last := len(r.spare) - 1
	if last < 0 {
		return &page{}
	}
	pg := r.spare[last]
	r.spare = r.spare[:last]
	return pg
}

// received ends an exchange: what it disclosed has reached the engine.
func (r *retries) received(call uint64) {
	pg := r.pages[call]
	if pg == nil {
		return
	}
	delete(r.pages, call)
	if call == r.lastCall {
		r.last, r.lastCall = nil, 0
	}
	if c := r.m.exchange(call); c != nil && c.receive > 0 && (pg.feed || len(pg.nodes) > 1) {
		for _, n := range pg.nodes {
			r.hear(n.person)
		}
	}
	pg.feed, pg.nodes = false, pg.nodes[:0]
	r.spare = append(r.spare, pg)
}

// forget drops all counts: a restart or a person may start afresh.
func (r *retries) forget(i int32) {
	clear(r.state)
	for k := range r.m.outages {
		o := &r.m.outages[k]
		r.wiped = r.wiped || o.wipe && o.crash < i
	}
}
