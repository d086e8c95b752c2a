package explore

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// Player plays worlds with one engine and judges them. Safe for concurrent use.
type Player struct {
	// Vary makes the engine under test anew for each run; nil is the reference
	// engine.
	Vary func() *sim.Variation
	// Fidelity of the runs; at model fidelity a variation's adapters and
	// transports cannot take part.
	Fidelity sim.Fidelity
	// EventsMax bounds a run's journal. A world that exceeds it is judged as far
	// as it came. 0 is EventsMost.
	EventsMax int
	// Simulate plays one world; nil is sim.Run. The command line watches over it:
	// a world that stands still cannot be ended from within.
	Simulate func(context.Context, *scenarios.Scenario, sim.Options) (*sim.Result, error)
}

// EventsMost bounds the journal of a generated world: a hundred times what an
// ordinary one writes, so that a livelock ends as one.
const EventsMost = 400_000

// Outcome is one run, judged.
type Outcome struct {
	Failures []Failure
	// Undecided names the invariants of which the run could not tell whether
	// they held.
	Undecided []string
	Events    []trace.Event
	Ended     string
	Exchanges int
	// Fault is what kept the harness from finishing the run, nil if nothing did.
	Fault error
}

// Play runs one world and judges it. A panic is a fault: which code it comes
// from, the engine's or the harness's, nobody can tell from outside.
func (p *Player) Play(ctx context.Context, sc *scenarios.Scenario) Outcome {
	return p.play(ctx, sc, nil)
}

// play is Play, with memory for the journal.
func (p *Player) play(ctx context.Context, sc *scenarios.Scenario, room []trace.Event) (out Outcome) {
	defer func() {
		if v := recover(); v != nil {
			out = Outcome{Fault: panicked(v)}
		}
	}()
	o := sim.Options{EventsMax: p.EventsMax, Fidelity: p.Fidelity, Unhashed: true, Room: room}
	if o.EventsMax == 0 {
		o.EventsMax = EventsMost
	}
	if p.Vary != nil {
		o.Variation = p.Vary()
	}
	simulate := p.Simulate
	if simulate == nil {
		simulate = sim.Run
	}
	r, err := simulate(ctx, sc, o)
	if err != nil {
		return Outcome{Fault: err}
	}
	out = Outcome{Events: r.Events, Ended: r.Ended, Exchanges: r.Exchanges}
	results := check.Judge(check.Case{Scenario: sc, Events: r.Events})
	out.Failures, out.Undecided = FailuresOf(results), undecided(results)
	return out
}

// panicked is what a worker recovered, as a fault: a panic that leaves its
// goroutine would end the process with exit code 2, which says inconclusive.
func panicked(v any) error {
	return &sim.HarnessError{Message: fmt.Sprintf("panic: %v", v), Stack: string(debug.Stack())}
}

// undecided lists the invariants that are unknown. A step that could not be
// played, such as a crash at an effect that never came, is none of them: a
// generated world promises nothing about its steps.
func undecided(results []check.Result) []string {
	var names []string
	for i := range results {
		if results[i].Verdict == check.Unknown && results[i].Name != unplayed {
			names = append(names, results[i].Name)
		}
	}
	return names
}

// unplayed is the name of a result about a step that could not be played.
const unplayed = "scenario"

// Trial is the player as the shrinker wants it.
func (p *Player) Trial() Trial {
	return func(ctx context.Context, sc *scenarios.Scenario) ([]Failure, bool) {
		out := p.Play(ctx, sc)
		return out.Failures, out.Fault == nil
	}
}
