package again

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/syncproof/syncproof/internal/watchdog"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// Simulate plays a world; sim.Run does.
type Simulate func(context.Context, *scenarios.Scenario, sim.Options) (*sim.Result, error)

// Serve is the other process: it plays the worlds that in asks for, one after
// another, and answers on out, until in ends.
func Serve(ctx context.Context, in io.Reader, out io.Writer, simulate Simulate) error {
	s := &server{ctx: ctx, simulate: simulate, replies: gob.NewEncoder(out)}
	requests := gob.NewDecoder(in)
	for {
		var r request
		if err := requests.Decode(&r); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("found no request of `syncproof run --twice`: %w", err)
		}
		answer := s.answer(&r)
		if err := s.send(answer); err != nil {
			return err
		}
		if answer.Trouble != nil && answer.Trouble.Inconclusive {
			return nil // the run that stands still would meet the next one
		}
	}
}

type server struct {
	ctx      context.Context
	simulate Simulate
	mu       sync.Mutex
	replies  *gob.Encoder
	kept     []trace.Event
	warm     bool // a world has been played here before
}

func (s *server) send(r *reply) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replies.Encode(r)
}

func (s *server) answer(r *request) *reply {
	switch r.Ask {
	case askPlay:
		return s.play(&r.World)
	case askCheckpoints:
		return &reply{Checkpoints: trace.Checkpoints(s.kept)}
	case askBlock:
		to := min(r.To, len(s.kept))
		return &reply{Block: s.kept[min(r.From, to):to]}
	}
	return &reply{Trouble: troublef("it was asked for %d, which it does not know", r.Ask)}
}

// play runs a world under a watch of its own, and tells the parent now and
// then that it moves.
func (s *server) play(w *World) *reply {
	s.kept = nil
	sc, err := scenarios.Parse(w.Path, w.Scenario)
	if err != nil {
		return &reply{Trouble: troublef("%v", err)}
	}
	var beats atomic.Uint64
	stuck := make(chan string, 1)
	stop := watchdog.Watch(beats.Load, w.Stall, func(stack string) { stuck <- stack })
	defer stop()
	done := make(chan *reply, 1)
	go func() { done <- s.attempt(sc, w, &beats) }()
	tick := time.NewTicker(max(w.Stall/4, time.Millisecond))
	defer tick.Stop()
	for last := uint64(0); ; {
		select {
		case r := <-done:
			return r
		case stack := <-stuck:
			return &reply{Trouble: blocked(w.Stall, stack)}
		case <-tick.C:
			if b := beats.Load(); b != last {
				last = b
				_ = s.send(&reply{Beat: true}) // the answer meets the same error
			}
		}
	}
}

// blocked says where a run stands that no longer moves.
func blocked(stall time.Duration, stack string) *Trouble {
	t := troublef("nothing moved for %s of wall time", stall)
	t.Inconclusive, t.Stack = true, stack
	var names, traces []string
	for _, s := range watchdog.Suspects(stack, "(*server).attempt", "created by iter.Pull") {
		names, traces = append(names, s.String()), append(traces, s.Stack)
	}
	if len(names) > 0 {
		t.Message += "; it stands in " + strings.Join(names, ", or in ")
		t.Stack = strings.Join(traces, "\n\n")
	}
	return t
}

func (s *server) attempt(sc *scenarios.Scenario, w *World, beats *atomic.Uint64) (r *reply) {
	defer func() {
		if v := recover(); v != nil {
			t := troublef("panic: %v", v)
			t.Stack = string(debug.Stack())
			r = &reply{Trouble: t}
		}
	}()
	options := sim.Options{Seed: &w.Seed, Fidelity: w.Fidelity, Until: w.Until, EventsMax: w.EventsMax, Beat: beats}
	if !s.warm {
		// The first world is played once more than by the parent, which has the
		// same worlds in the same order: what a run leaves behind in a package
		// variable would be the same in both, and not be seen.
		s.warm = true
		_, _ = s.simulate(s.ctx, sc, options) // the next run meets the same error
	}
	result, err := s.simulate(s.ctx, sc, options)
	var h *sim.HarnessError
	switch {
	case errors.As(err, &h):
		t := troublef("%s", h.Message)
		t.Inconclusive, t.Stack = h.Inconclusive, h.Stack
		return &reply{Trouble: t}
	case err != nil:
		return &reply{Trouble: troublef("%v", err)}
	}
	s.kept = result.Events
	return &reply{Hash: result.Hash, Events: len(result.Events)}
}
