package engine

import (
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// feed is the reconciliation polling of one system (EV-8). The cursor is made
// durable in the same batch as the notices that it passed, so that it never
// runs ahead of them.
type feed struct {
	interval time.Duration
	cursor   adapter.Cursor
	dueAt    Instant // 0 while off or under way
	began    Instant // of the round under way
	movedAt  Instant // when the cursor last moved
	behind   bool    // the round under way looks behind the watermark
	lookedAt Instant // when the last whole round that did began
	inside   bool    // a page of the round is durable: others follow without rewinding
	initial  bool    // a round over everything: nothing was read before, or an audit asks
	afresh   bool    // the next round is one
	again    bool    // the next round is asked for at once: one under way may have passed what it is asked for
	failures int
	held     bool // the round waits for a look at the schema

	next adapter.Cursor // becomes the cursor when its notices are durable
	more bool
	// seen remembers what a look behind the watermark shows again and again,
	// in two generations: the older one is dropped when the newer is full.
	seen, before map[string]sighting
}

// sighting is one state of one record as the feed showed it.
type sighting struct {
	stamp     string
	by        string // who made it: one that commits late may come under the same stamp
	first     Instant
	confirmed bool
}

// seenMax bounds each generation of sightings; beyond it records are only
// read more often than needed.
const seenMax = 4096

// confirmAfter is longer than any resolution of a system's timestamps: a state
// sighted again after it can hold no later edit under the same stamp.
const confirmAfter = 2 * time.Second

func (f *feed) start(interval time.Duration, cursor adapter.Cursor, now Instant) {
	*f = feed{interval: interval, cursor: cursor, initial: cursor == "", movedAt: now, seen: map[string]sighting{}}
	if interval > 0 {
		f.dueAt = now
	}
}

func (f *feed) nextWake() Instant { return f.dueAt }

func (c *Core) pollIfDue(o *object, side mapping.Side) {
	f := &o.feeds[side]
	if f.dueAt == 0 || c.now < f.dueAt {
		return
	}
	if o.schemas[side].refusedAt != 0 {
		f.dueAt, f.held = 0, true
		return
	}
	if !f.inside {
		f.began, f.again = c.now, false
		f.startAfresh()
		f.behind = f.looksBehind(c.cfg.Systems[side].Overlap)
	}
	f.dueAt = 0
	c.out.add(Poll{
		Op: c.op(pending{kind: pendingPoll, side: side, object: uint8(o.index)}), Side: side, Object: o.index,
		After: f.cursor, Rewind: !f.inside && f.behind, Limit: c.cfg.Systems[side].PageSize,
	})
}

// audit lets the next round begin at once and from the beginning: a record
// stamped by a clock that had been set back lies below the watermark for ever.
func (f *feed) audit(now Instant) {
	f.afresh = f.interval > 0
	if f.dueAt != 0 && f.failures == 0 {
		f.dueAt = now
	}
}

// ask lets a round begin at once, or right behind the one under way, unless
// polling is off. A system that fails is asked when its backoff says so.
func (f *feed) ask(now Instant) {
	if f.interval == 0 {
		return
	}
	f.again = true
	if f.dueAt != 0 && f.failures == 0 && !f.inside {
		f.dueAt = now
	}
}

// release lets a round go on that waited for a look at the schema.
func (f *feed) release(now Instant) {
	if f.held {
		f.held, f.dueAt = false, now
	}
}

func (f *feed) startAfresh() {
	if f.afresh {
		f.cursor, f.initial, f.afresh = "", true, false
	}
}

// looksBehind: once a whole round began when the watermark had stood still for
// longer than a commit can be late, nothing can appear below it any more. Rounds
// that failed meanwhile showed nothing, however much time they took.
func (f *feed) looksBehind(overlap time.Duration) bool {
	return f.lookedAt.Sub(f.movedAt) <= overlap
}

func (c *Core) onPollDone(e PollDone) {
	p, _, ok := c.take(e.Op)
	if !ok {
		return
	}
	o := &c.objects[p.object]
	f := &o.feeds[p.side]
	c.observe(p.side, e.Err)
	if e.Err != nil {
		c.pollFailed(o, p.side, e.Err)
		return
	}
	f.failures = 0
	if d := o.denied[p.side]; d != nil && !d.write {
		c.granted(o, p.side)
	}
	f.next, f.more = e.Page.Next, e.Page.More
	var ops []StoreOp
	for i := range e.Page.Changed {
		if ch := &e.Page.Changed[i]; c.isNews(o, p.side, ch) {
			ops = append(ops, Enqueue{Ref: Ref{p.side, c.names.Qualify(o.index, ch.ID)}, Lane: Backlog})
		}
	}
	if len(ops) == 0 && f.next == f.cursor {
		f.applied(c.now)
		return
	}
	c.persist(pending{kind: pendingPage, side: p.side, object: p.object}, append(ops, PutCursor{p.side, f.next, o.name})...)
}

// pollFailed tries again later. A round that a limit or an outage interrupts goes
// on where it was: begun anew it would never end where a window of the quota
// holds fewer pages than it has.
func (c *Core) pollFailed(o *object, side mapping.Side, err *adapter.Error) {
	f := &o.feeds[side]
	f.inside = f.inside && (err.Kind == adapter.Limited || err.Kind == adapter.Unavailable)
	delay := c.backoff(side, f.failures)
	f.failures++
	c.refusedToLook(o, side, err)
	f.dueAt = max(c.now.Add(delay), c.gates[side].pausedUntil)
}

// refusedToLook tells of what keeps the engine from reading at all.
func (c *Core) refusedToLook(o *object, side mapping.Side, err *adapter.Error) {
	switch err.Kind {
	case adapter.Drift:
		c.drifted(o, side, err)
	case adapter.Forbidden:
		c.missing403(o, side, err, false)
	case adapter.Unauthorized:
		c.refused(side, err)
	}
}

// applied goes on after a page is durable.
func (f *feed) applied(now Instant) {
	if f.cursor != f.next {
		f.movedAt = now
	}
	f.cursor = f.next
	if f.inside = f.more; f.more {
		f.dueAt = now
		return
	}
	f.initial = false
	if f.behind {
		f.lookedAt = f.began
	}
	if f.afresh || f.again {
		f.dueAt = now
		return
	}
	f.dueAt = max(now, f.began.Add(f.interval))
}

// isNews filters what needs no reading: the engine's own writes where the
// system refuses stale ones, so that nothing of a user's can hide behind
// them, and states that were sighted before and confirmed. In the first round
// an own write is of a life whose store was lost.
func (c *Core) isNews(o *object, side mapping.Side, ch *adapter.Change) bool {
	if ch.Own && !o.feeds[side].initial && o.capabilities[side].Conditional == adapter.ByTag {
		return false
	}
	if ch.Stamp == "" {
		return true
	}
	f := &o.feeds[side]
	s, known := f.sighted(ch.ID)
	switch {
	case !known || s.stamp != ch.Stamp || s.by != ch.By:
		f.sight(ch.ID, sighting{stamp: ch.Stamp, by: ch.By, first: c.now})
		return true
	case s.confirmed:
		return false
	case c.now.Sub(s.first) >= confirmAfter:
		s.confirmed = true
		f.sight(ch.ID, s)
		return true
	}
	return true
}

func (f *feed) sighted(id string) (sighting, bool) {
	if s, ok := f.seen[id]; ok {
		return s, true
	}
	s, ok := f.before[id]
	return s, ok
}

func (f *feed) sight(id string, s sighting) {
	if len(f.seen) >= seenMax {
		f.before, f.seen = f.seen, map[string]sighting{}
	}
	f.seen[id] = s
}
