package engine

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// gate decides when requests may be sent to one system: the limit signal
// pauses the whole target (RL-1), remaining-quota headers slow it down before
// the limit is hit (RL-2), and fresh edits go first (RL-4).
type gate struct {
	limit    int
	inFlight []uint64
	urgent   []ticket // calls that go before the others
	// verified are writes that nothing but the reading right before them guards:
	// no pace comes between the two (EV-10).
	verified []ticket
	tokens   []uint64    // urgent calls in flight: their answers say nothing of the limits
	waiting  [2][]ticket // calls by lane, in the order of asking
	turn     uint8       // counts admissions, so that the backlog gets its share

	pausedUntil Instant
	pauses      int // limit signals since the last good answer
	signals     int // limit signals in all: keys the jitter
	ramp        int // requests in flight allowed while recovering from a pause
	// ceiling is how many requests in flight the system was last seen to
	// bear; good counts the good answers since the last signal.
	ceiling, good int

	allowed, remaining int // of the current window; allowed is 0 while unknown
	// reserved are the requests of it that readings right before a write were
	// admitted with: a write that had to wait for the next window would be read
	// for anew, and so would all others, for ever.
	reserved int
	// size is that of the last window known, and expected what is left of one
	// that began since, until an answer says.
	size, expected int
	resetAt        Instant
	notBefore      Instant // pacing
}

// recallWrites takes the writes back that wait at a gate which has closed, if
// nothing but the reading before them guards them: by the time that it opens,
// that reading is old (EV-10).
func (c *Core) recallWrites(side mapping.Side) {
	g := &c.gates[side]
	for _, t := range g.verified {
		if w := c.work[t.key]; w != nil {
			w.recalled = true
		}
		c.out.add(Admit{Side: side, Call: t.call, Denied: true})
	}
	g.verified = nil
}

// recallWrite takes the write of one work back that still waits for its turn,
// because what it rests on may have changed. It reports whether there was one.
func (c *Core) recallWrite(w *work, side mapping.Side) (waited bool) {
	g := &c.gates[side]
	for _, line := range [...]*[]ticket{&g.verified, &g.waiting[Fresh], &g.waiting[Backlog]} {
		*line = slices.DeleteFunc(*line, func(t ticket) bool {
			if t.key != w.key {
				return false
			}
			w.recalled, waited = true, true
			c.out.add(Admit{Side: side, Call: t.call, Denied: true})
			return true
		})
	}
	return waited
}

// onVerified reports whether a call is the write that follows w's last reading.
func (c *Core) onVerified(w *work) bool {
	return w.phase == writing && c.mustVerify(w, &w.plan.steps[w.step])
}

// ticket is a call that waits for admission, and the record it is for. The
// older work goes first in its lane: one record is finished before the next is
// begun, so that however small a quota is, something gets through.
type ticket struct {
	call uint64
	key  string
	age  uint64 // number of the work, in the order of beginning
}

func newGate(limit int) gate { return gate{limit: limit, ramp: limit, ceiling: limit} }

// dailyWindow is what a quota without a reset time is taken to be: an
// organisation's rolling 24 hours.
const dailyWindow = 24 * time.Hour

// guessMax bounds the pace that is derived from dailyWindow.
const guessMax = time.Minute

// backlogShare: of so many admissions at least one is the backlog's, so that
// a stream of fresh edits cannot stop the recovery.
const backlogShare = 4

// ready is the earliest instant at which the gate lets a request through as
// far as time decides; now or earlier means at once.
func (g *gate) ready(now Instant) Instant {
	return max(g.opens(now), g.notBefore)
}

// opens is ready without the pace.
func (g *gate) opens(now Instant) Instant {
	at := g.pausedUntil
	if g.allowed > 0 && g.remaining <= 0 && g.resetAt > now {
		at = max(at, g.resetAt)
	}
	return at
}

// room reports whether the window has the requests that a call takes, besides
// those that are reserved.
func (g *gate) room(now Instant, takes int) bool {
	switch {
	case g.size == 0 || g.allowed > 0 && g.resetAt <= now:
		return true
	case g.allowed > 0:
		return g.remaining-g.reserved >= min(takes, g.size)
	case len(g.inFlight) == 0:
		return true // no answer is on its way that would say more
	}
	return g.expected-g.reserved >= min(takes, g.size)
}

func (g *gate) nextWake(now Instant) Instant {
	if len(g.verified) > 0 {
		if at := g.opens(now); at > now {
			return at
		}
	}
	if len(g.urgent)+len(g.waiting[Fresh])+len(g.waiting[Backlog]) == 0 {
		return 0
	}
	if at := g.ready(now); at > now {
		return at
	}
	if g.allowed > 0 && !g.room(now, pairTakes) {
		return g.resetAt
	}
	return 0 // only a finished request makes room
}

// first is the line whose call goes first, nil if none waits.
func (g *gate) first() *[]ticket {
	lane := Fresh
	if len(g.waiting[Fresh]) == 0 || ((g.turn+1)%backlogShare == 0 && len(g.waiting[Backlog]) > 0) {
		lane = Backlog
	}
	switch {
	case len(g.urgent) > 0:
		return &g.urgent
	case len(g.waiting[lane]) > 0:
		return &g.waiting[lane]
	}
	return nil
}

// next takes the call that goes first from its line.
func (g *gate) next(line *[]ticket) ticket {
	t := (*line)[0]
	if line == &g.urgent {
		g.tokens = append(g.tokens, t.call)
	} else {
		g.turn++
	}
	*line = slices.Delete(*line, 0, 1) // in place: its room is used again
	return t
}

// pairTakes is what a reading right before a write takes of a window: itself and
// the write.
const pairTakes = 2

// takes is what a call takes of the window on side, besides what is reserved.
func (c *Core) takes(t ticket, side mapping.Side) int {
	if w := c.work[t.key]; w != nil && !w.reserves && w.phase == verifying && w.plan.steps[w.step].side == side {
		return pairTakes
	}
	return 1
}

// reserve keeps a request of the window for the write of w.
func (c *Core) reserve(w *work, side mapping.Side) {
	if g := &c.gates[side]; w != nil && !w.reserves && g.size > 1 {
		w.reserves, w.reserved = true, side
		g.reserved++
	}
}

// unreserve gives it back: the write leaves, or will not.
func (c *Core) unreserve(w *work) {
	if w.reserves {
		w.reserves = false
		c.gates[w.reserved].reserved--
	}
}

// sent accounts for an admitted request and sets the pace of the next one.
func (g *gate) sent(now Instant, call uint64) {
	g.inFlight = append(g.inFlight, call)
	if g.allowed == 0 {
		g.expected = max(0, g.expected-1)
		return
	}
	if g.resetAt != 0 && now >= g.resetAt {
		g.allowed, g.expected = 0, g.size-1 // a new window began: its size is known with the next answer
		return
	}
	g.remaining--
	switch {
	case g.resetAt == 0 && g.remaining*10 < g.allowed:
		// Nobody said how long the window is: never wait long on a guess.
		g.notBefore = now.Add(min(dailyWindow/time.Duration(g.allowed), guessMax))
	case g.resetAt != 0 && g.remaining > 0 && g.remaining*2 < g.allowed:
		g.notBefore = now.Add(g.resetAt.Sub(now) / time.Duration(g.remaining+1))
	}
}

func (c *Core) onAsked(e Asked) {
	g := &c.gates[e.Side]
	op := c.ops[e.Op]
	o := &c.objects[op.object]
	if w := c.work[op.key]; w != nil {
		o = c.of(w)
	}
	if o.schemas[e.Side].refusedAt != 0 && !e.Urgent && op.kind != pendingDescribe {
		// What follows on an answer of before asks for the unknown field as well.
		c.out.add(Admit{Side: e.Side, Call: e.Call, Denied: true})
		return
	}
	lane, t := Fresh, ticket{call: e.Call, key: op.key}
	if w := c.work[t.key]; w != nil {
		lane, t.age = w.lane, w.number
	} else if c.ops[e.Op].kind == pendingPoll {
		lane, t.age = Backlog, c.begun // behind what was begun already: a window may hold one request
	}
	if e.Urgent {
		g.urgent = append(g.urgent, t)
		return
	}
	if w := c.work[t.key]; w != nil && c.onVerified(w) {
		g.verified = append(g.verified, t)
		return
	}
	line := g.waiting[lane]
	at := len(line)
	for at > 0 && line[at-1].age > t.age {
		at--
	}
	g.waiting[lane] = slices.Insert(line, at, t)
}

func (c *Core) onWithdrawn(e Withdrawn) {
	g := &c.gates[e.Side]
	mine := func(t ticket) bool { return t.call == e.Call }
	g.urgent = slices.DeleteFunc(g.urgent, mine)
	g.verified = slices.DeleteFunc(g.verified, mine)
	for lane := range g.waiting {
		g.waiting[lane] = slices.DeleteFunc(g.waiting[lane], mine)
	}
}

// turnAway refuses the calls that wait for a system that refuses the engine: a
// permission is missing, and one record at a time tries whether it is back, or
// a field is not known there, and the schema is looked at first.
func (c *Core) turnAway(o *object, side mapping.Side) {
	g := &c.gates[side]
	for _, line := range [...]*[]ticket{&g.verified, &g.waiting[Fresh], &g.waiting[Backlog]} {
		var others []ticket
		for _, t := range *line {
			if w := c.work[t.key]; w != nil && c.of(w) != o {
				others = append(others, t)
				continue
			}
			c.out.add(Admit{Side: side, Call: t.call, Denied: true})
		}
		*line = others
	}
}

func (c *Core) admitWaiting(side mapping.Side) {
	g := &c.gates[side]
	for len(g.verified) > 0 && len(g.inFlight) < min(g.ceiling, g.ramp) && g.opens(c.now) <= c.now {
		t := g.verified[0]
		g.verified = slices.Delete(g.verified, 0, 1)
		if w := c.work[t.key]; w != nil {
			c.unreserve(w)
		}
		g.sent(c.now, t.call)
		c.out.add(Admit{Side: side, Call: t.call})
	}
	for len(g.inFlight) < min(g.ceiling, g.ramp) && g.ready(c.now) <= c.now {
		line := g.first()
		if line == nil {
			return
		}
		takes := c.takes((*line)[0], side)
		if line != &g.urgent && !g.room(c.now, takes) {
			return
		}
		t := g.next(line)
		if takes == pairTakes {
			c.reserve(c.work[t.key], side)
		}
		g.sent(c.now, t.call)
		c.out.add(Admit{Side: side, Call: t.call})
	}
}

func (c *Core) onExchanged(e Exchanged) {
	g := &c.gates[e.Side]
	if i := slices.Index(g.inFlight, e.Call); i >= 0 {
		g.inFlight = slices.Delete(g.inFlight, i, i+1)
	}
	if i := slices.Index(g.tokens, e.Call); i >= 0 {
		g.tokens = slices.Delete(g.tokens, i, i+1)
		e.Answered = e.Signal.Limited
	}
	if !e.Answered {
		return
	}
	g.learn(c.now, e.Signal)
	if e.Signal.Limited {
		c.pause(e.Side, e.Signal)
		return
	}
	if c.now >= g.pausedUntil {
		g.recover()
	}
}

// recover takes a good answer into account: the ramp doubles up to the
// ceiling, the pauses are forgotten after a while of good answers, and after a
// longer one the ceiling is probed.
func (g *gate) recover() {
	g.good++
	g.ramp = min(g.limit, g.ramp*2)
	if g.good >= pausesForgotten {
		g.pauses = 0
	}
	if g.good%ceilingProbe == 0 {
		g.ceiling = min(g.limit, g.ceiling+1)
	}
}

const (
	// pausesForgotten is how many good answers end a series of limit signals.
	pausesForgotten = 4
	// ceilingProbe is how many good answers it takes to try one request in
	// flight more than the system last bore.
	ceilingProbe = 64
)

// learn takes the quota headers of one answer. Requests still in flight were
// perhaps not counted in them, so they are counted here.
func (g *gate) learn(now Instant, s adapter.Signal) {
	if s.Allowed <= 0 || s.Remaining < 0 {
		return
	}
	g.allowed, g.remaining = s.Allowed, s.Remaining-len(g.inFlight)
	g.size = g.allowed
	g.resetAt = 0
	if s.Reset >= 0 {
		g.resetAt = now.Add(s.Reset)
	}
}

// pause stops the whole target for what the signal asks, within bounds, plus
// jitter. A value that is absent, or that turned out too short, is replaced by
// the backoff schedule; an absurd one is capped.
func (c *Core) pause(side mapping.Side, s adapter.Signal) {
	g := &c.gates[side]
	d := s.RetryAfter
	if d <= 0 || g.pauses > 0 {
		d = max(d, c.backoff(side, g.pauses))
	}
	d = min(d, c.cfg.Retry.RetryAfterCap)
	d += c.jitter(d, retryAfterJitter, "pause", side, uint64(g.signals))
	if until := c.now.Add(d); until > g.pausedUntil {
		if c.now >= g.pausedUntil {
			g.pauses++
			switch {
			case s.RetryAfter < 0:
				// No time was named: perhaps it is the number in flight.
				g.ceiling = max(1, (len(g.inFlight)+1)/2)
			case g.narrow(c.now, d):
				g.ceiling = max(1, g.ceiling/2)
			}
		}
		g.signals++
		g.pausedUntil = until
		c.persist(pending{kind: pendingOther}, PutGate{Side: side, Until: until})
	}
	g.ramp, g.good = 1, 0
	c.recallWrites(side)
}

// narrow reports whether the window that a pause of d ends held too few
// requests for as many records at a time as are worked on: all that it holds
// goes into readings, the writes that they lead to are refused, and the next
// window begins with readings again. Fewer at a time lose nothing (RL-3) where
// the window was used up sooner than the pause lasts.
func (g *gate) narrow(now Instant, d time.Duration) bool {
	return g.good > 0 && g.good < requestsOfRecord*g.ceiling && now.Sub(g.pausedUntil) < d
}

// requestsOfRecord are what one record asks of one system: it is read, looked
// for, read once more and written.
const requestsOfRecord = 4

// retryAfterJitter is the percentage of RL-1.
const retryAfterJitter = 10
