package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/syncproof/syncproof/internal/again"
	"github.com/syncproof/syncproof/internal/watchdog"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
)

// vigil simulates worlds, each on a goroutine of its own, and gives up one that
// stands still: it cannot be ended, but the rest of the command can go on.
type vigil struct {
	// stall is how long a world may stand still, in wall time.
	stall time.Duration
	// simulate plays it; nil is sim.Run.
	simulate again.Simulate
}

// finished is how a simulation ended.
type finished struct {
	result *sim.Result
	err    error
}

// play is sim.Run under watch. A world that stands still, and a panic, are
// *sim.HarnessErrors. What o.Room holds belongs to a world that was given up.
func (v vigil) play(ctx context.Context, sc *scenarios.Scenario, o sim.Options) (*sim.Result, error) {
	var beats atomic.Uint64
	o.Beat = &beats
	stuck := make(chan string, 1)
	stop := watchdog.Watch(beats.Load, v.stall, func(stack string) { stuck <- stack })
	defer stop()
	done := make(chan finished, 1)
	go func() { done <- v.attempt(ctx, sc, o) }()
	select {
	case f := <-done:
		return f.result, f.err
	case stack := <-stuck:
		return nil, v.blocked(stack)
	}
}

// attempt simulates on the calling goroutine.
func (v vigil) attempt(ctx context.Context, sc *scenarios.Scenario, o sim.Options) (f finished) {
	defer func() {
		if p := recover(); p != nil {
			f = finished{err: &sim.HarnessError{Message: fmt.Sprintf("panic: %v", p), Stack: string(debug.Stack())}}
		}
	}()
	simulate := v.simulate
	if simulate == nil {
		simulate = sim.Run
	}
	r, err := simulate(ctx, sc, o)
	return finished{r, err}
}

// blocked explains a world that no longer moves: which function holds it up.
func (v vigil) blocked(stack string) *sim.HarnessError {
	h := &sim.HarnessError{
		Inconclusive: true,
		Message:      fmt.Sprintf("nothing moved for %s of wall time: the code under test blocks outside its RoundTrip", v.stall),
		Stack:        stack,
	}
	var names, traces []string
	for _, s := range watchdog.Suspects(stack, "vigil.attempt", "created by iter.Pull") {
		names = append(names, s.String())
		traces = append(traces, s.Stack)
	}
	if len(names) > 0 {
		h.Message += "; it stands in " + strings.Join(names, ", or in ")
		h.Stack = strings.Join(traces, "\n\n")
	}
	return h
}

// checkStall refuses a watch that would end every world.
func checkStall(stall time.Duration) error {
	if stall <= 0 {
		return misuse("", "--stall is %v, it must be positive", stall)
	}
	return nil
}

const stallUsage = "give a world up that has not moved for this long in wall time"
