package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/syncproof/syncproof/internal/again"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/explore"
	"github.com/syncproof/syncproof/sim/trace"
)

// twins are the other processes of a search, one for each worker.
type twins struct {
	idle chan *again.Twin
	all  []*again.Twin
}

func (f *exploreFlags) twins() (*twins, error) {
	if !f.twice {
		return nil, nil
	}
	self, err := again.Self(againVerb, "--engine", f.engine.String())
	if err != nil {
		return nil, broken("cannot play again: %w", err)
	}
	t := &twins{idle: make(chan *again.Twin, f.jobs)}
	for range f.jobs {
		twin := again.New(self)
		t.all = append(t.all, twin)
		t.idle <- twin
	}
	return t, nil
}

func (t *twins) close() {
	if t == nil {
		return
	}
	for _, twin := range t.all {
		twin.Close()
	}
}

// recheck plays a world in another process, nil if nobody asked for that.
func (f *exploreFlags) recheck(t *twins) func(context.Context, *scenarios.Scenario, *explore.Outcome) (string, error) {
	if t == nil {
		return nil
	}
	return func(ctx context.Context, sc *scenarios.Scenario, out *explore.Outcome) (string, error) {
		twin := <-t.idle
		defer func() { t.idle <- twin }()
		text, err := sc.Marshal()
		if err != nil {
			return "", fmt.Errorf("hand a world to another process: %w", err)
		}
		d, err := twin.Compare(ctx, again.World{
			Path: "world.yaml", Scenario: text, Seed: sc.Seed, Fidelity: f.fidelity, EventsMax: explore.EventsMost, Stall: f.stall,
		}, out.Events, trace.Hash(out.Events))
		var trouble *again.Trouble
		switch {
		case errors.As(err, &trouble):
			return "", &sim.HarnessError{Inconclusive: trouble.Inconclusive, Message: trouble.Message, Stack: trouble.Stack}
		case err != nil || d == nil:
			return "", err
		}
		return different(out.Events, d).Reason, nil
	}
}
