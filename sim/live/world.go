package live

import (
	"sync"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// world is one live run: the stage, the servers around it, and the order in
// which things happen. Its lock orders the journal; the clock runs under a
// lock of its own, which may be taken while the world's is held.
type world struct {
	sc      *scenarios.Scenario
	options *Options
	clock   *clock
	net     *network
	engine  contestant

	mu      sync.Mutex
	stage   *sim.Stage
	journal *trace.Journal
	muted   bool // nothing is journaled: the run has not begun
	broken  *sim.HarnessError

	up     bool // the engine's process runs
	life   int  // counts processes
	steps  int  // timeline steps still to come
	faults int  // windows and restarts still to come
	full   int  // open faults by which the engine's disk takes no write
	ended  string
	over   chan struct{} // closed when ended is set

	lastFault uint64
	open      [2][]linkFault // of the network, by side
	webhooks  []linkFault
	exchanges map[uint64]*exchange // under way
	calls     uint64
	sent      [2]uint64 // exchanges begun, by which randomness is keyed
	inUse     [2]int    // exchanges under way
	waiting   [2]int    // ... of which the engine waits for the end

	sockets map[uint64]*pushed // connections to notification channels, by the mock's number
	// messages went over them, and told of them were notices that arrived.
	messages, told uint64

	deliveries int // webhooks under way
	genuine    map[string]mocks.Delivery
	lastOne    string // the record of the last genuine delivery
	forged     uint64
	due        [2]*appointment
	dueAt      [2]int64

	span time.Duration // how long nothing must happen before the world is at rest
	rest rest
}

// linkFault is one open fault window of the network or of webhooks.
type linkFault struct {
	id    uint64
	step  *scenarios.Step
	since int64
	key   uint64 // of its randomness
}

// Emit is the journal as the mocks and the world write it. The lock is held.
func (w *world) Emit(e trace.Event) uint64 {
	if w.muted || w.ended != "" {
		return 0
	}
	w.stage.Name(&e)
	w.clock.touch()
	op := w.journal.Emit(e)
	w.rest.note(&e, w.clock.now())
	if w.journal.Len() > w.options.eventsMax() {
		w.stop("steps")
	}
	return op
}

// note is Emit for who does not hold the lock.
func (w *world) note(e trace.Event) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Emit(e)
}

// stop ends the run. The lock is held.
func (w *world) stop(why string) {
	if w.ended != "" {
		return
	}
	w.ended = why
	w.clock.halt()
	close(w.over)
}

// fail ends the run because the harness itself cannot go on. The lock is held.
func (w *world) fail(err *sim.HarnessError) {
	if w.broken == nil {
		w.broken = err
	}
	w.stop("broken")
}

// failed is fail for who does not hold the lock.
func (w *world) failed(err *sim.HarnessError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail(err)
}

// ok ends the run if err is not nil. The lock is held.
func (w *world) ok(err error) bool {
	if err != nil {
		w.fail(&sim.HarnessError{Message: err.Error()})
	}
	return err == nil
}

// under runs do with the lock held.
func (w *world) under(do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	do()
}

// shows is what a system's own clock shows now.
func (w *world) shows(side mapping.Side) time.Time { return w.stage.Shows(side, w.clock.now()) }

// stir takes what a system wants to do after something happened in it: the
// webhooks that became due, and its next appointment. The lock is held.
func (w *world) stir(side mapping.Side) {
	mock := w.stage.Mock(side)
	for _, d := range mock.Deliveries(w.shows(side)) {
		w.dispatch(side, d)
	}
	if side == mapping.CC {
		w.push()
	}
	at, ok := mock.NextDue()
	if !ok {
		return
	}
	now := w.clock.now()
	when := max(w.stage.When(side, now, at), now+1)
	if w.due[side] != nil && w.dueAt[side] <= when {
		return
	}
	if w.due[side] != nil {
		w.clock.drop(w.due[side])
	}
	w.dueAt[side] = when
	w.due[side] = w.clock.at(when, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.due[side] = nil
		mock.Advance(w.shows(side))
		w.stir(side)
	})
}

// on is a system as the journal names it.
func on(side mapping.Side) trace.System {
	if side == mapping.CC {
		return trace.CC
	}
	return trace.CRM
}
