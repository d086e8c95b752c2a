package explore

import (
	"context"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
)

// Search looks for the first world in which an engine with a known defect
// fails and the engine without it does not.
type Search struct {
	Vary    func() *sim.Variation
	Size    Size
	Seed    uint64
	For     time.Duration // wall time at most, 0 for no bound
	Runs    int           // worlds at most, 0 for no bound
	Workers int
	Clock   func() time.Duration
	// Simulate plays one world, as Player.Simulate.
	Simulate func(context.Context, *scenarios.Scenario, sim.Options) (*sim.Result, error)
}

// Detection is how a search ended.
type Detection struct {
	Found bool
	// Runs were played until then, in Wall time.
	Runs     int
	Wall     time.Duration
	Failure  Failure
	Scenario *scenarios.Scenario
	// Fault is what kept the harness from going on.
	Fault error
}

// Run searches.
func (s *Search) Run(ctx context.Context) Detection {
	h := Hunt{
		Player:  &Player{Vary: s.Vary, EventsMax: SearchEvents, Simulate: s.Simulate},
		Against: &Player{EventsMax: SearchEvents, Simulate: s.Simulate},
		Size:    s.Size, Seed: s.Seed, For: s.For, Runs: s.Runs, Workers: s.Workers, Enough: 1, Clock: s.Clock,
	}
	t := h.Run(ctx)
	d := Detection{Runs: t.Runs, Wall: t.Wall, Fault: t.Fault}
	if len(t.Found) > 0 {
		first := t.Found[0]
		d.Found, d.Wall, d.Failure, d.Scenario = true, first.At, first.Failure, first.Scenario
	}
	return d
}

// SearchEvents bounds a run of an engine that has a defect: one that loops
// need not loop for a virtual day to be caught.
const SearchEvents = 60_000
