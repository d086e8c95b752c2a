package engine

import (
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// Core is the state machine. It is not safe for concurrent use: one driver
// steps it, one event after the other.
type Core struct {
	cfg     Config
	objects []object // at least the first
	names   Objects
	now     Instant
	out     *Effects

	ops    map[Op]pending // effects that wait for their answer
	lastOp Op

	work   map[string]*work // the working set, by record key
	holder map[Ref]*work    // which work has claimed a native id
	// waiters are the keys of works that wait for a native id, oldest first.
	waiters []string
	begun   uint64 // works so far

	queue   queueView
	notices []waitingNotice // notices whose batch is not durable yet, oldest first
	gates   [2]gate
	health  [2]health
	deletes PutDeletes
	audit   Instant // next audit, 0 if off
	started bool
}

// pending says what an answer belongs to. Exactly one handler is set by kind.
type pending struct {
	kind   pendingKind
	side   mapping.Side
	object uint8  // of a poll, its page, and a description
	key    string // of the work
}

type pendingKind uint8

const (
	pendingNone pendingKind = iota
	pendingFetch
	pendingRead
	pendingFind
	pendingLookup
	pendingWrite
	pendingPoll
	pendingDescribe
	pendingNotices // a batch of notices
	pendingWork    // a work's batch
	pendingPage    // a feed page with its cursor
	pendingOther   // a batch nobody waits for
)

// New makes a core; it does nothing before its first Started event.
func New(cfg Config) *Core {
	cfg = cfg.withDefaults()
	c := &Core{
		cfg:     cfg,
		objects: newObjects(&cfg),
		names:   cfg.Objects(),
		ops:     map[Op]pending{},
		work:    map[string]*work{},
		holder:  map[Ref]*work{},
	}
	for side := range c.gates {
		c.gates[side] = newGate(cfg.Systems[side].Concurrency)
	}
	return c
}

func fieldTraits(m *mapping.Mapping) []resolve.FieldTraits {
	traits := make([]resolve.FieldTraits, len(m.Fields))
	for i := range m.Fields {
		traits[i] = resolve.FieldTraits{Name: m.Fields[i].Name, OneWay: resolve.None, Empty: m.Fields[i].Empty()}
		switch m.Fields[i].Direction {
		case mapping.ToCRM:
			traits[i].OneWay = resolve.CRM
		case mapping.ToCC:
			traits[i].OneWay = resolve.CC
		}
	}
	return traits
}

// Step consumes one event at the instant now and adds what follows from it to
// out. Instants never go backwards within one life; an engine clock that
// steps back is held by the driver at its last value.
func (c *Core) Step(now Instant, e Event, out *Effects) {
	c.now, c.out = max(now, c.now), out
	switch e := e.(type) {
	case Started:
		c.onStarted(e)
	case Noticed:
		c.onNoticed(e)
	case Persisted:
		c.onPersisted(e)
	case Fetched:
		c.onFetched(e)
	case LookedUp:
		c.onLookedUp(e)
	case ReadDone:
		c.onReadDone(e)
	case FindDone:
		c.onFindDone(e)
	case WriteDone:
		c.onWriteDone(e)
	case PollDone:
		c.onPollDone(e)
	case Unheard:
		for i := range c.objects {
			c.objects[i].feeds[e.Side].ask(c.now)
		}
	case Described:
		c.onDescribed(e)
	case Asked:
		c.onAsked(e)
	case Withdrawn:
		c.onWithdrawn(e)
	case Exchanged:
		c.onExchanged(e)
	case Reviewed:
		c.onReviewed(e)
	case Approved:
		c.onApproved(e)
	case Redelivered:
		c.queue.stale = true
	case Tick:
	}
	if c.started {
		c.pump()
	}
	c.out.Wake = c.nextWake()
}

func (c *Core) onStarted(e Started) {
	c.started = true
	c.deletes = e.Meta.Deletes
	for side := range c.gates {
		c.gates[side].pausedUntil = e.Meta.Gates[side]
		c.health[side].remembered(e.Meta.Told[side])
		for i := range c.objects {
			c.startObject(&c.objects[i], mapping.Side(side), &e.Meta)
		}
	}
	if c.cfg.Audit > 0 {
		c.audit = c.now.Add(c.cfg.Audit)
	}
	c.queue.stale = true
}

// startObject takes up what the disk remembers of one object in one system.
func (c *Core) startObject(o *object, side mapping.Side, m *Meta) {
	cursor, told := m.Cursors[side], m.Told[side]
	if o.index > 0 {
		also := m.Object(o.name)
		cursor, told = also.Cursors[side], also.Told[side]
		o.told[side] = told
	}
	if told.Permission != 0 {
		o.denied[side] = &denial{since: told.Permission, probeAt: c.now}
	}
	o.feeds[side].start(c.cfg.Systems[side].Poll, cursor, c.now)
	c.describe(o, side)
}

// pump does what time and free capacity allow, after every event.
func (c *Core) pump() {
	c.auditIfDue()
	for side := range c.gates {
		s := mapping.Side(side)
		c.admitWaiting(s)
		for i := range c.objects {
			o := &c.objects[i]
			c.pollIfDue(o, s)
			c.describeIfDue(o, s)
		}
	}
	c.fetchIfUseful()
}

// auditIfDue looks at every link again, and at everything that the feeds show.
func (c *Core) auditIfDue() {
	if c.audit == 0 || c.now < c.audit {
		return
	}
	c.audit = c.now.Add(c.cfg.Audit)
	c.persist(pending{kind: pendingNotices}, EnqueueAll{Lane: Backlog})
	for i := range c.objects {
		for side := range c.objects[i].feeds {
			c.objects[i].feeds[side].audit(c.now)
		}
	}
}

// nextWake is the earliest instant at which pump would do something new.
func (c *Core) nextWake() Instant {
	wake := c.audit
	for side := range c.gates {
		wake = earlier(wake, c.gates[side].nextWake(c.now))
		for i := range c.objects {
			wake = earlier(wake, c.objects[i].feeds[side].nextWake())
			wake = earlier(wake, c.objects[i].schemas[side].nextWake())
		}
	}
	return earlier(wake, c.queueWake())
}

// earlier is the smaller of two instants of which 0 means never.
func earlier(a, b Instant) Instant {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}

func (c *Core) op(p pending) Op {
	c.lastOp++
	c.ops[c.lastOp] = p
	return c.lastOp
}

// take removes and returns what an answer belongs to. An answer to nothing,
// or to a work that is gone, is ignored: ok is false.
func (c *Core) take(op Op) (p pending, w *work, ok bool) {
	p, ok = c.ops[op]
	if !ok {
		return p, nil, false
	}
	delete(c.ops, op)
	return p, c.work[p.key], true
}

func (c *Core) persist(p pending, ops ...StoreOp) {
	c.out.add(Persist{Op: c.op(p), Batch: Batch{Ops: ops}})
}

func (c *Core) onPersisted(e Persisted) {
	p, w, ok := c.take(e.Op)
	if !ok {
		return
	}
	switch p.kind {
	case pendingNotices:
		c.acknowledgeUpTo(e.Op)
		c.queue.stale = true
	case pendingPage:
		c.queue.stale = true
		c.objects[p.object].feeds[p.side].applied(c.now)
	case pendingWork:
		if w != nil {
			c.resume(w)
		}
	}
}

// Idle reports whether the core has nothing to do until a notice, a poll or
// an audit brings something: no work, nothing due or delayed in the queue.
func (c *Core) Idle() bool {
	return len(c.work) == 0 && len(c.notices) == 0 && c.queue.empty()
}

// Gauges are the sizes that EV-9 bounds.
type Gauges struct {
	WorkingSet, WorkingSetLimit int
	InFlight, InFlightLimit     [2]int
}

// Gauges returns the current sizes.
func (c *Core) Gauges() Gauges {
	g := Gauges{WorkingSet: len(c.work), WorkingSetLimit: c.cfg.WorkingSet}
	for side := range c.gates {
		g.InFlight[side] = len(c.gates[side].inFlight)
		g.InFlightLimit[side] = c.cfg.Systems[side].Concurrency
	}
	return g
}
