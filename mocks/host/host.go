package host

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// Options make a Host.
type Options struct {
	// Kind is the mock's name on the command line and in snapshots.
	Kind string
	// On is the side that the mock plays, as in its configuration.
	On trace.System
	// New makes the mock in the state in which it begins, writing to a journal.
	New func(mocks.Journal) mocks.System
	// Clock is the system's, default the machine's.
	Clock *Clock
	// JournalMax is how many events are kept, default 100,000.
	JournalMax int
	// Client delivers webhooks; its Timeout is the vendor's patience. Default
	// is one with 10 s, the vendor's (S).
	Client *http.Client
	// Heartbeat is the interval of heartbeats on connections over which the
	// mock pushes, default the vendor's.
	Heartbeat time.Duration
	// Zone finds a time zone by its name, for the fault local_times; without
	// it the fault is refused.
	Zone func(name string) (*time.Location, error)
	// Lines writes events for the journal's readers, one JSON object a line.
	Lines Lines
}

// journalMax is the default of Options.JournalMax.
const journalMax = 100_000

// webhookTimeout is how long the vendor waits for a delivery's answer (S).
const webhookTimeout = 10 * time.Second

// deliveriesMax is how many webhooks are under way at once.
const deliveriesMax = 32

// Host is one mock that runs. Its methods are safe for concurrent use.
type Host struct {
	options Options
	clock   *Clock
	log     *Log
	flights *flights // requests in progress on the vendor's surface
	changed chan struct{}
	sockets *sockets

	mu      sync.Mutex // guards what follows, and every call of the mock
	system  mocks.System
	latency time.Duration
	calls   uint64
	dirty   bool          // something happened since the last save
	moved   chan struct{} // closed, and replaced, when the mock may have something to push
}

// New makes a host. Its mock does nothing by itself until Run.
func New(o Options) *Host {
	if o.Clock == nil {
		o.Clock = NewClock(time.Now)
	}
	if o.JournalMax <= 0 {
		o.JournalMax = journalMax
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: webhookTimeout}
	}
	h := &Host{options: o, clock: o.Clock, changed: make(chan struct{}, 1), flights: newFlights(o.Clock.wall), sockets: newSockets(), moved: make(chan struct{})}
	h.log = NewLog(o.Clock.wall, o.JournalMax)
	h.system = o.New(h.log)
	return h
}

// Journal is what the mock saw.
func (h *Host) Journal() *Log { return h.log }

// do lets f change the mock, at its own time, and Run look what follows.
func (h *Host) do(f func(now time.Time, s mocks.System) error) error {
	defer h.stir()
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.move()
	h.dirty = true
	return f(h.advanced(), h.system)
}

// see lets f look at the mock.
func (h *Host) see(f func(now time.Time, s mocks.System) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return f(h.advanced(), h.system)
}

// advanced does what became due by now, and returns now.
func (h *Host) advanced() time.Time {
	now := h.clock.Now()
	h.system.Advance(now)
	return now
}

// Changed reports whether anything happened since the last Save.
func (h *Host) Changed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.dirty
}

// move lets connections look what there is to push; the caller holds mu.
func (h *Host) move() {
	close(h.moved)
	h.moved = make(chan struct{})
}

// stir wakes Run.
func (h *Host) stir() {
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

// Run lets happen what the mock does by itself, late commits and webhooks,
// until the context ends. It returns when no delivery is under way any more,
// and the connections over which the mock pushes are closed.
func (h *Host) Run(ctx context.Context) {
	var deliveries sync.WaitGroup
	defer deliveries.Wait()
	defer h.sockets.close()
	lines := make(chan struct{}, deliveriesMax)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		due, next := h.advance()
		for _, d := range due {
			deliveries.Go(func() {
				lines <- struct{}{}
				defer func() { <-lines }()
				h.deliver(ctx, d)
			})
		}
		timer.Reset(next)
		select {
		case <-ctx.Done():
		case <-h.changed:
		case <-timer.C:
		}
	}
}

// advance does what became due, and tells how long nothing will.
func (h *Host) advance() (due []mocks.Delivery, next time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.move()
	now := h.advanced()
	due = h.system.Deliveries(now)
	next = time.Hour
	if at, waits := h.system.NextDue(); waits {
		next = min(next, max(at.Sub(now), time.Millisecond))
	}
	return due, next
}
