package engine

import (
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// Instant is nanoseconds since the Unix epoch; 0 is unknown.
type Instant int64

// Add returns the instant d later.
func (t Instant) Add(d time.Duration) Instant { return t + Instant(d) }

// Sub returns the time from u to t.
func (t Instant) Sub(u Instant) time.Duration { return time.Duration(t - u) }

func instantOf(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixNano())
}

func (t Instant) time() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(t)).UTC()
}

// Resolver turns two readings and their bases into a decision.
// resolve.Decide is the one that obeys the specification.
type Resolver func(resolve.Input) resolve.Decision

// Config is fixed for the life of a Core.
type Config struct {
	// Mapping is of the first object, Also are those beside it (DM-11).
	Mapping  *mapping.Mapping
	Also     []Object
	Systems  [2]SystemConfig // by mapping.Side
	Policy   resolve.Policy
	Retry    Retry
	Resolver Resolver // default resolve.Decide

	// WorkingSet is how many records are worked on at once (EV-9), default 64.
	WorkingSet int
	// PendingNotices is how many notices may wait for their durability before
	// further ones are answered 503, default 1024.
	PendingNotices int
	// MassDelete is how many deletions may travel within MassDeleteWindow
	// before the engine stops and asks (CR-13), default 20 in an hour.
	MassDelete       int
	MassDeleteWindow time.Duration
	// OutageAfter is how long a system may fail before a person is told
	// (EV-11), default 5 minutes.
	OutageAfter time.Duration
	// Audit is the interval at which every link is looked at again, and the
	// feeds are read from their beginning: it heals what neither notices nor
	// polling can show, such as a deletion that a feed does not list, or a
	// record stamped by a clock that had been set back (EV-8); 0 disables.
	Audit time.Duration
	// Seed keys all jitter.
	Seed uint64
}

// SystemConfig describes one side.
type SystemConfig struct {
	Traits resolve.SystemTraits
	// Capabilities of its adapter for the first object.
	Capabilities adapter.Capabilities
	// Automation lists users whose changes are of origin system (DM-10).
	Automation []string
	// Concurrency is the limit of requests in flight (RL-2), default 8.
	Concurrency int
	// Poll is the interval of reconciliation polling, 0 disables it (EV-8).
	Poll time.Duration
	// PageSize of a poll, default 200.
	PageSize int
	// Overlap is how far a poll looks behind its watermark, default 2 minutes.
	Overlap time.Duration
}

// Retry is the backoff schedule of EV-3 and the bounds of RL-1.
type Retry struct {
	Base          time.Duration // default 1 s
	Factor        int           // default 2
	Cap           time.Duration // default 5 min
	JitterPercent int           // default 10, added
	RetryAfterCap time.Duration // default 15 min
}

func (c Config) withDefaults() Config {
	setDefault(&c.WorkingSet, 64)
	setDefault(&c.PendingNotices, 1024)
	setDefault(&c.MassDelete, 20)
	setDefault(&c.MassDeleteWindow, time.Hour)
	setDefault(&c.OutageAfter, 5*time.Minute)
	setDefault(&c.Retry.Base, time.Second)
	setDefault(&c.Retry.Factor, 2)
	setDefault(&c.Retry.Cap, 5*time.Minute)
	setDefault(&c.Retry.JitterPercent, 10)
	setDefault(&c.Retry.RetryAfterCap, 15*time.Minute)
	for i := range c.Systems {
		s := &c.Systems[i]
		setDefault(&s.Concurrency, 8)
		setDefault(&s.PageSize, 200)
		setDefault(&s.Overlap, 2*time.Minute)
	}
	if c.Resolver == nil {
		c.Resolver = resolve.Decide
	}
	return c
}

func setDefault[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}
