// Package sim runs the whole world of a scenario from one seed under a
// virtual clock: the mock systems, the network between them and the engine,
// the engine's disk, its crashes and restarts.
package sim

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// Options vary a run without changing its scenario.
type Options struct {
	// Seed replaces the scenario's, if not nil.
	Seed *uint64
	// Fidelity is how much of an exchange is played, default Wire.
	Fidelity Fidelity
	// Budget is what may go wrong in a world whose order is chosen (NewWorld).
	Budget Budget
	// Tick is how long each message takes there; 0 is for no time at all, which
	// gives the fewest states: most orders of the same messages are one then.
	Tick time.Duration
	// Until stops the run after this operation, 0 for the end.
	Until uint64
	// Variation, if not nil, replaces parts of the reference engine.
	Variation *Variation
	// EventsMax bounds the journal; a run that exceeds it ends as "steps".
	// 0 is 20 million.
	EventsMax int
	// Sink, if not nil, takes each event, and the journal keeps its hash and
	// the latest events alone: for runs too long to be judged as a whole.
	Sink func(*trace.Event)
	// Unhashed leaves the result without its hash, which trace.Hash gives to who
	// wants it later.
	Unhashed bool
	// Room is memory for the journal, that of a result that nobody needs any
	// more: its events are overwritten.
	Room []trace.Event
	// Beat, if not nil, counts what happens: a watchdog sees by it that the
	// run makes progress.
	Beat *atomic.Uint64
	// Progress, if not nil, is called now and then with the virtual time.
	Progress func(at scenarios.Duration, events int)
}

func (o *Options) eventsMax() int {
	if o.EventsMax > 0 {
		return o.EventsMax
	}
	return 20_000_000
}

// Result is one finished run.
type Result struct {
	Scenario *scenarios.Scenario
	Events   []trace.Event
	Hash     string // "" if Options.Unhashed
	// Ended is why: idle, deadline or until.
	Ended string
	// Exchanges is the number of HTTP exchanges.
	Exchanges int
	// Reaction is check.Case's, of a world whose wire is observed from outside.
	Reaction time.Duration
}

// HarnessError is a fault of the harness or of an adapter's use of it, never
// of the engine's logic (exit code 70, or 2 for blocking outside RoundTrip).
type HarnessError struct {
	Inconclusive bool
	Message      string
	Stack        string
}

func (e *HarnessError) Error() string { return e.Message }

// Run plays the scenario to its end. It fails only with a *HarnessError or
// the context's error; what the engine did wrong is for the checkers to say.
func Run(ctx context.Context, sc *scenarios.Scenario, o Options) (*Result, error) {
	return run(ctx, sc, o)
}
