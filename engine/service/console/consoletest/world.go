// Package consoletest is a world in which a review console can be tried: the
// real core on a store in memory, between two toy systems that answer at once,
// under a clock that moves only when told to. It serves tests of the console,
// of its clients, and of the documentation.
package consoletest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
	"github.com/syncproof/syncproof/engine/store/memory"
)

// World is the core, its store and the two systems. Its methods may be called
// from several goroutines.
type World struct {
	Store *memory.Store

	mu       sync.Mutex
	core     *engine.Core
	systems  [2]*system
	now      engine.Instant
	wake     engine.Instant
	events   []engine.Event
	effects  []engine.Effect // to be carried out, in order
	admitted map[engine.Op]bool
	waiting  map[uint64]chan engine.Reply
	token    uint64
	told     []engine.Message
}

// Epoch is the instant at which every world begins.
var Epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// New is a world without records, in which the engine has just started.
// MassDelete is how many deletions may travel before a person is asked.
func New(massDelete int) *World {
	w := &World{
		Store: memory.Open(), now: engine.Instant(Epoch.UnixNano()),
		admitted: map[engine.Op]bool{}, waiting: map[uint64]chan engine.Reply{},
	}
	cfg := engine.Config{Mapping: Mapping, Policy: resolve.Policy{Tolerance: -1}, Seed: 1, MassDelete: massDelete}
	for side := range w.systems {
		w.systems[side] = newSystem(mapping.Side(side))
		cfg.Systems[side] = engine.SystemConfig{
			Traits:       resolve.SystemTraits{Versioning: resolve.Trigger, Resolution: time.Second, Priority: side + 1},
			Capabilities: adapter.Capabilities{Conditional: adapter.ByVersion, Resolution: time.Second, ReportsActor: true},
		}
	}
	w.core = engine.New(cfg)
	meta, err := w.Store.Reopen(context.Background(), w.now, w.now)
	must(err)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run(engine.Started{Meta: meta})
	return w
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("consoletest: %v", err))
	}
}

// Now is the world's clock.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Unix(0, int64(w.now)).UTC()
}

// Advance lets time pass, with whatever the engine does meanwhile.
func (w *World) Advance(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	end := w.now.Add(by)
	for w.wake != 0 && w.wake <= end {
		w.now = max(w.now, w.wake)
		w.run(engine.Tick{})
	}
	w.now = end
}

// Told is what the engine told people so far.
func (w *World) Told() []engine.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.told)
}

// Decide gives the core a person's word and waits for its reply.
func (w *World) Decide(ctx context.Context, r engine.Reviewed) (engine.Reply, error) {
	return w.ask(ctx, func(token uint64) engine.Event { r.Token = token; return r })
}

// Approve gives the core a person's approval and waits for its reply.
func (w *World) Approve(ctx context.Context) (engine.Reply, error) {
	return w.ask(ctx, func(token uint64) engine.Event { return engine.Approved{Token: token} })
}

func (w *World) ask(ctx context.Context, event func(token uint64) engine.Event) (engine.Reply, error) {
	reply := make(chan engine.Reply, 1)
	w.mu.Lock()
	w.token++
	token := w.token
	w.waiting[token] = reply
	w.run(event(token))
	w.mu.Unlock()
	select {
	case r := <-reply:
		return r, nil
	case <-ctx.Done():
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.waiting, token)
		return engine.Reply{}, ctx.Err()
	}
}

// run steps the core and carries out what follows until nothing is left.
func (w *World) run(e engine.Event) {
	w.events = append(w.events, e)
	for len(w.events) > 0 || len(w.effects) > 0 {
		if len(w.events) > 0 {
			next := w.events[0]
			w.events = w.events[1:]
			w.step(next)
			continue
		}
		i := slices.IndexFunc(w.effects, w.ready)
		if i < 0 {
			return // the gate holds back what is left
		}
		effect := w.effects[i]
		w.effects = slices.Delete(w.effects, i, i+1)
		w.carry(effect)
	}
}

func (w *World) step(e engine.Event) {
	var out engine.Effects
	w.core.Step(w.now, e, &out)
	w.wake = out.Wake
	for _, effect := range out.List {
		switch effect := effect.(type) {
		case engine.Admit:
			w.admitted[engine.Op(effect.Call)] = true
		case engine.Reply:
			if ch := w.waiting[effect.Token]; ch != nil {
				delete(w.waiting, effect.Token)
				ch <- effect
			}
		case engine.Tell:
			w.told = append(w.told, effect.Message)
		case engine.Acknowledge:
		default:
			w.effects = append(w.effects, effect)
			if op, side, remote := call(effect); remote {
				w.events = append(w.events, engine.Asked{Op: op, Side: side, Call: uint64(op)})
			}
		}
	}
}

// call is the system that an effect calls, if any.
func call(e engine.Effect) (op engine.Op, side mapping.Side, remote bool) {
	switch e := e.(type) {
	case engine.Read:
		return e.Op, e.Ref.Side, true
	case engine.Find:
		return e.Op, e.Side, true
	case engine.Write:
		return e.Op, e.Ref.Side, true
	case engine.Describe:
		return e.Op, e.Side, true
	}
	return 0, 0, false
}

func (w *World) ready(e engine.Effect) bool {
	op, _, remote := call(e)
	return !remote || w.admitted[op]
}

func (w *World) carry(e engine.Effect) {
	ctx := context.Background()
	switch e := e.(type) {
	case engine.Persist:
		must(w.Store.Apply(ctx, w.now, e.Batch))
		w.events = append(w.events, engine.Persisted{Op: e.Op})
	case engine.Fetch:
		got, err := w.Store.Fetch(ctx, w.now, e)
		must(err)
		w.events = append(w.events, got)
	case engine.Lookup:
		rec, err := w.Store.Lookup(ctx, e.Ref)
		must(err)
		w.events = append(w.events, engine.LookedUp{Op: e.Op, Record: rec})
	default:
		op, side, _ := call(e)
		delete(w.admitted, op)
		quiet := adapter.Signal{RetryAfter: -1, Allowed: -1, Remaining: -1, Reset: -1}
		w.events = append(w.events, engine.Exchanged{Side: side, Call: uint64(op), Signal: quiet, Answered: !w.systems[side].down},
			w.systems[side].exchange(w.now, e))
	}
}
