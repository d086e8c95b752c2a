package memory

import (
	"container/heap"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// entry is one coalesced queue entry.
type entry struct {
	key     string
	ref     engine.Ref
	hint    string
	lane    engine.Lane
	gen     uint64
	due     engine.Instant
	order   uint64 // of arrival, among equals
	attempt int
	review  *engine.Reviewed
	taken   *engine.Reviewed // the review that was given out with the lease
	later   []*engine.Reviewed
	leased  bool
	fresher bool // a fresh notice came during the lease
	delayed bool // it waits for a retry
	index   int  // in its lane's heap, -1 while leased
}

// lane orders entries by the instant at which they become due, then by arrival.
type lane []*entry

func (l lane) Len() int { return len(l) }
func (l lane) Less(i, j int) bool {
	return l[i].due < l[j].due || (l[i].due == l[j].due && l[i].order < l[j].order)
}
func (l lane) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].index, l[j].index = i, j
}
func (l *lane) Push(x any) {
	e := x.(*entry)
	e.index = len(*l)
	*l = append(*l, e)
}
func (l *lane) Pop() any {
	old := *l
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*l = old[:len(old)-1]
	e.index = -1
	return e
}

func (m *State) enqueue(now engine.Instant, op engine.Enqueue) {
	key := m.keyOf(op.Ref)
	due := now
	e := m.entries[key]
	if e == nil {
		m.arrived++
		e = &entry{key: key, ref: op.Ref, lane: op.Lane, due: due, order: m.arrived, index: -1}
		m.entries[key] = e
		heap.Push(&m.lanes[e.lane], e)
	}
	e.gen++
	if op.Hint != "" {
		e.hint = op.Hint
	}
	switch {
	case op.Review == nil:
	case e.review != nil || e.taken != nil:
		e.later = append(e.later, op.Review)
	default:
		e.review = op.Review
	}
	e.fresher = e.fresher || (e.leased && op.Lane == engine.Fresh)
	if e.leased || op.Lane != engine.Fresh || (e.lane == engine.Fresh && e.due <= due) {
		return
	}
	heap.Remove(&m.lanes[e.lane], e.index)
	e.lane, e.due, e.delayed = engine.Fresh, min(due, e.due), false
	heap.Push(&m.lanes[e.lane], e)
}

func (m *State) enqueueAll(now engine.Instant, op engine.EnqueueAll) {
	for _, key := range m.order {
		rec := m.records[key]
		mass, failed := rec.Flag != nil && rec.Flag.Mass > 0, rec.Failure != nil
		if (op.Mass && !mass) || (op.Failed && !failed) {
			continue
		}
		for side, id := range rec.ID {
			if id != "" {
				m.enqueue(now, engine.Enqueue{Ref: engine.Ref{Side: mapping.Side(side), ID: id}, Lane: op.Lane})
				break
			}
		}
	}
}

func (m *State) done(op engine.Done) {
	e := m.entries[op.Key]
	if e == nil {
		return
	}
	if e.gen != op.Generation {
		m.giveBack(e)
		return
	}
	if e.index >= 0 {
		heap.Remove(&m.lanes[e.lane], e.index)
	}
	delete(m.entries, op.Key)
}

// giveBack ends a lease.
func (m *State) giveBack(e *entry) {
	if e.leased {
		e.leased, e.taken, e.attempt, e.delayed = false, nil, 0, false
		e.freshen()
		heap.Push(&m.lanes[e.lane], e)
		m.fold(e.key, m.keyOf(e.ref))
	}
}

// freshen moves an entry whose lease ends to the fresh lane if a fresh notice
// came meanwhile (RL-4).
func (e *entry) freshen() {
	if e.fresher {
		e.lane, e.fresher = engine.Fresh, false
	}
}

// untake puts a review back that was given out, unless a newer one came.
func (e *entry) untake() {
	if e.review == nil {
		e.review = e.taken
	}
	e.taken = nil
}

func (m *State) requeue(op engine.Requeue) {
	e := m.entries[op.Key]
	if e == nil {
		return
	}
	if e.index >= 0 {
		heap.Remove(&m.lanes[e.lane], e.index)
	}
	e.leased, e.lane, e.due, e.attempt, e.delayed = false, op.Lane, op.Due, op.Attempt, true
	e.freshen()
	e.untake()
	heap.Push(&m.lanes[e.lane], e)
	m.fold(e.key, m.keyOf(e.ref)) // a record may have taken the reference meanwhile
}

// fold moves a waiting entry to the key that its reference leads to now.
func (m *State) fold(from, into string) {
	e := m.entries[from]
	if e == nil || from == into || e.leased {
		return
	}
	heap.Remove(&m.lanes[e.lane], e.index)
	delete(m.entries, from)
	m.enqueue(e.due, engine.Enqueue{Ref: e.ref, Lane: e.lane, Hint: e.hint, Review: e.review})
	for _, late := range e.later { // whoever sent it waits for an answer
		m.enqueue(e.due, engine.Enqueue{Ref: e.ref, Lane: e.lane, Review: late})
	}
}

// Fetch leases due entries as engine.Fetch asks.
func (m *State) Fetch(now engine.Instant, f engine.Fetch) engine.Fetched {
	out := engine.Fetched{Op: f.Op}
	m.take(&out, engine.Fresh, now, f.Max)
	m.take(&out, engine.Backlog, now, f.Max-max(f.Fresh, len(out.Items)))
	out.FreshWaits = len(m.lanes[engine.Fresh]) > 0 && m.lanes[engine.Fresh][0].due <= now
	for _, l := range m.lanes {
		if len(l) > 0 && (out.Next == 0 || l[0].due < out.Next) {
			out.Next = l[0].due
		}
	}
	return out
}

func (m *State) take(out *engine.Fetched, from engine.Lane, now engine.Instant, n int) {
	l := &m.lanes[from]
	for ; n > 0 && len(*l) > 0 && (*l)[0].due <= now; n-- {
		e := heap.Pop(l).(*entry)
		e.leased, e.taken, e.review = true, e.review, nil
		out.Items = append(out.Items, engine.Item{
			Key: e.key, Generation: e.gen, Ref: e.ref, Lane: e.lane, Attempt: e.attempt,
			Record: m.records[e.key], Hint: e.hint, Review: e.taken, Later: e.later,
		})
		e.later = nil
	}
}

// Reopen is what a new process does first: leases are gone, whatever is no
// retry is due at once even if the clock went back, and the delays of retries
// and pauses that a wrong clock made absurd are cut to latest.
func (m *State) Reopen(now, latest engine.Instant) engine.Meta {
	for i := range m.lanes {
		m.lanes[i] = m.lanes[i][:0]
	}
	for _, e := range m.entries { //syncproof:unordered heaps give entries out in their own order
		if e.leased {
			e.leased = false
			e.freshen()
			e.untake()
		}
		if e.delayed {
			e.due = min(e.due, latest)
		} else {
			e.due = min(e.due, now)
		}
		e.index = len(m.lanes[e.lane])
		m.lanes[e.lane] = append(m.lanes[e.lane], e)
	}
	for i := range m.lanes {
		heap.Init(&m.lanes[i])
	}
	for i := range m.meta.Gates {
		m.meta.Gates[i] = min(m.meta.Gates[i], latest)
	}
	return m.meta
}

// Empty reports whether no queue entry is left.
func (m *State) Empty() bool { return len(m.entries) == 0 }
