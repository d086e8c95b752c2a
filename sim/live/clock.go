package live

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// clock is the true time of a live world: nanoseconds since the run's start,
// at a multiple of real time. It holds two kinds of appointment. The world's
// are barriers: time does not pass them before they are over, so that a step
// of the timeline happens at its exact instant, however late this machine
// comes to it. Timers are an engine's own, in this process.
//
// With a quiet span, time skips to the next appointment when nothing has been
// under way for that long: an hour of silence takes no hour, and what is
// under way goes on at the clock's speed. It does not skip while an engine in
// this process owes an answer to what it was given, or one of its calls is on
// the way to or from a tap, unless that takes absurdly
// long; and real time in which this process did not run at all, because the
// machine is loaded, does not count.
type clock struct {
	speed float64
	quiet time.Duration // real time without activity after which silence is skipped, 0 for never

	mu     sync.Mutex
	origin time.Time // real instant at which base was shown
	base   int64
	last   int64
	world  appointments
	timers appointments
	hold   int64 // the instant of the appointment under way, -1 for none
	seq    uint64
	busy   int       // what is under way and ends by itself
	owed   bool      // the engine was given something and has not stepped since
	hidden int       // calls of the engine that neither wait at its gate nor at a tap
	lost   int       // requests that the engine gave up, less those whose end is in the journal
	active time.Time // of the last activity
	halted bool      // the run is over: silence is skipped no more
	wake   chan struct{}
}

// appointment is something due at an instant.
type appointment struct {
	at    int64
	seq   uint64
	do    func()
	index int // in its heap, -1 when it is not there
}

func newClock(speed float64, quiet time.Duration) *clock {
	now := time.Now()
	return &clock{speed: speed, quiet: quiet, origin: now, active: now, hold: -1, wake: make(chan struct{}, 1)}
}

// now is the true time. It never goes back.
func (c *clock) now() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read()
}

// reaction is the real time in which a limit signal that has left the tap
// reaches the engine's core, and a request that the core let go before it
// reaches the tap.
const reaction = 50 * time.Millisecond

// strideMax is the longest real time between two looks at a skipping clock that
// counts.
const strideMax = 5 * time.Millisecond

func (c *clock) read() int64 {
	passed := time.Since(c.origin)
	if c.quiet > 0 {
		c.base += int64(float64(min(passed, strideMax)) * c.speed)
		c.origin, passed = c.origin.Add(passed), 0
	}
	now := c.base + int64(float64(passed)*c.speed)
	if c.hold >= 0 {
		now = min(now, c.hold)
	}
	if len(c.world) > 0 {
		now = min(now, c.world[0].at)
	}
	c.last = max(c.last, now)
	if c.quiet > 0 {
		c.base = c.last
	}
	return c.last
}

// set lets the time go on from an instant.
func (c *clock) set(at int64) {
	c.base, c.origin = max(at, c.last), time.Now()
	c.last = c.base
}

// at makes an appointment of the world; do runs with no lock held, and time
// stands still while it does.
func (c *clock) at(when int64, do func()) *appointment {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.put(&c.world, max(when, c.read()), do)
}

// after makes an engine's timer.
func (c *clock) after(d time.Duration, do func()) *appointment {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active = time.Now()
	return c.put(&c.timers, c.read()+int64(max(d, 0)), do)
}

func (c *clock) put(h *appointments, at int64, do func()) *appointment {
	c.seq++
	a := &appointment{at: at, seq: c.seq, do: do}
	heap.Push(h, a)
	c.poke()
	return a
}

// drop cancels an appointment, and reports whether it prevented it.
func (c *clock) drop(a *appointment) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.index < 0 {
		return false
	}
	if a.index < len(c.timers) && c.timers[a.index] == a {
		heap.Remove(&c.timers, a.index)
	} else {
		heap.Remove(&c.world, a.index)
	}
	c.poke()
	return true
}

// begin and end mark what is under way and ends by itself; touch marks any
// other activity.
func (c *clock) begin() { c.mark(1) }

func (c *clock) end() { c.mark(-1) }

func (c *clock) touch() { c.mark(0) }

// owe marks that the engine was given something that it will step for, and
// stepped that it has.
func (c *clock) owe() { c.owes(true) }

func (c *clock) stepped() { c.owes(false) }

// hide counts a call of the engine that is where nobody sees it, between its
// core, its gate and a tap, and that comes to light again by itself.
func (c *clock) hide(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hidden, c.active = c.hidden+n, time.Now()
}

// gaveUp counts a request that the engine gave up, and noted one whose end is in
// the journal: until both are even, word of one is still on its way.
func (c *clock) gaveUp() { c.lose(1) }

func (c *clock) noted() { c.lose(-1) }

// forget begins to count anew, for a process that gave nothing up.
func (c *clock) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost, c.hidden, c.owed = 0, 0, false
}

// halt ends the skipping of silence: what the engine still does after the end of
// the run is nobody's business, and hours of it need not pass.
func (c *clock) halt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.halted = true
}

func (c *clock) lose(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost, c.active = c.lost+n, time.Now()
}

func (c *clock) owes(owed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.owed, c.active = owed, time.Now()
}

func (c *clock) mark(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy += n
	c.active = time.Now()
	if n < 0 && c.busy == 0 {
		c.poke()
	}
}

func (c *clock) poke() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run keeps the appointments until the context ends.
func (c *clock) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		wait := c.keep()
		if wait <= 0 {
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-c.wake:
		case <-timer.C:
		}
	}
}

// keep does the next appointment if it is due, and says how long to wait if
// none is.
func (c *clock) keep() time.Duration {
	c.mu.Lock()
	now := c.read()
	if len(c.timers) > 0 && c.timers[0].at <= now && (len(c.world) == 0 || c.timers[0].at <= c.world[0].at) {
		a := heap.Pop(&c.timers).(*appointment)
		c.owed, c.active = true, time.Now()
		c.mu.Unlock()
		go a.do()
		return 0
	}
	if len(c.world) > 0 && c.world[0].at <= now {
		a := heap.Pop(&c.world).(*appointment)
		c.hold = a.at
		c.mu.Unlock()
		a.do()
		c.mu.Lock()
		c.set(a.at)
		c.hold, c.active = -1, time.Now()
		c.mu.Unlock()
		return 0
	}
	defer c.mu.Unlock()
	return c.wait(now)
}

// wait is how long in real time nothing is due, or until silence is skipped.
func (c *clock) wait(now int64) time.Duration {
	next := int64(-1)
	for _, h := range []appointments{c.world, c.timers} {
		if len(h) > 0 && (next < 0 || h[0].at < next) {
			next = h[0].at
		}
	}
	if next < 0 {
		return time.Hour
	}
	due := time.Duration(float64(next-now)/c.speed) + 1
	if c.quiet == 0 {
		return due
	}
	if c.busy > 0 || c.halted {
		return min(due, strideMax/2)
	}
	needed := c.quiet
	if c.owed || c.lost > 0 || c.hidden > 0 || len(c.timers) == 0 {
		needed *= patience
	}
	if silent := needed - time.Since(c.active); silent > 0 {
		return min(due, silent, strideMax/2)
	}
	c.set(next)
	return 0
}

// patience is how many times longer silence must last while the engine owes a
// step, or has no timer that would wake it.
const patience = 100

// appointments is a heap by time; equal instants keep the order in which they
// were made.
type appointments []*appointment

func (h appointments) Len() int { return len(h) }

func (h appointments) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return h[i].seq < h[j].seq
}

func (h appointments) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push implements heap.Interface.
func (h *appointments) Push(x any) {
	a := x.(*appointment)
	a.index = len(*h)
	*h = append(*h, a)
}

// Pop implements heap.Interface.
func (h *appointments) Pop() any {
	old := *h
	a := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	a.index = -1
	return a
}
