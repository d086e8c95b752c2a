package sim

import (
	"context"
	"fmt"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

func run(ctx context.Context, sc *scenarios.Scenario, o Options) (*Result, error) {
	w, err := newWorld(sc, o)
	if err != nil {
		return nil, err
	}
	defer w.host.halt()
	w.start()
	if err := w.loop(ctx, w.deadline()); err != nil {
		return nil, err
	}
	if w.broken != nil {
		return nil, w.broken
	}
	return w.result(), nil
}

// start puts the timeline on the agenda and starts the engine.
func (w *World) start() {
	for i := range w.schedule {
		w.steps++
		w.at(max(int64(w.schedule[i].At), 1), happening{what: stepComes, id: uint64(i)})
	}
	w.host.boot()
}

// result ends the journal of a run.
func (w *World) result() *Result {
	if w.ended != "until" {
		w.host.unstruck()
		w.Emit(trace.Event{Kind: trace.End, Code: w.ended})
	}
	r := &Result{Scenario: w.sc, Events: w.journal.Events(), Ended: w.ended, Exchanges: int(w.net.calls)}
	if !w.options.Unhashed {
		r.Hash = w.journal.Hash()
	}
	return r
}

// newWorld builds everything that exists at the start.
func newWorld(sc *scenarios.Scenario, o Options) (*World, error) {
	m, err := compileMappings(sc)
	if err != nil {
		return nil, err
	}
	if v := o.Variation; o.Fidelity == Model && v != nil && v.WireOnly() {
		return nil, &HarnessError{Message: "the variation wraps an adapter, its transport or its signals, which model fidelity does not use: play it at wire fidelity"}
	}
	seed := sc.Seed
	if o.Seed != nil {
		seed = *o.Seed
	}
	w := &World{Stage: newStage(sc, seed, m), options: o, schedule: sc.Schedule(), genuine: map[string]mocks.Delivery{}}
	for i := range w.sights {
		w.sights[i].hidden = map[string]bool{}
	}
	w.journal = trace.NewJournal(func() int64 { return w.agenda.now })
	w.journal.Recycle(o.Room)
	if w.journal.Sink = o.Sink; o.Sink == nil {
		w.journal.Reserve(expectedEvents(sc))
	}
	w.keepsDeliveries = keepsDeliveries(sc)
	w.faults, w.deliveries = map[uint64]openFault{}, map[uint64]*delivery{}
	w.net = &network{w: w}
	w.host = &host{w: w, tasks: &tasks{}, decisions: map[uint64]*decision{}}
	for i := range w.systems {
		// A scenario that forges or repeats webhooks is about their signatures.
		w.systems[i] = w.buildSystem(mapping.Side(i), w, o.Fidelity == Model && !w.keepsDeliveries)
		if o.Fidelity == Model {
			w.answersDirectly(w.systems[i])
		}
		spec := w.systems[i].spec
		w.net.links[i].side = mapping.Side(i)
		w.net.links[i].latency, w.net.links[i].jitter = spec.Latency.Std(), spec.Jitter.Std()
	}
	w.host.clock = w.wall
	w.host.parts = w.buildParts()
	w.host.disk = &disk{h: w.host, store: w.host.parts.store(), statuses: map[string]string{}}
	w.adoptCapabilities()
	if w.broken != nil {
		return nil, w.broken
	}
	if err := w.populate(w.remember); err != nil {
		return nil, &HarnessError{Message: fmt.Sprintf("%s: %v", sc.Path, err)}
	}
	if err := w.prelude(); err != nil {
		return nil, &HarnessError{Message: fmt.Sprintf("%s: %v", sc.Path, err)}
	}
	return w, nil
}

// expectedEvents guesses the length of the journal: about forty events for an
// edit that travels. A bad guess costs a copy, or memory that is never touched.
func expectedEvents(sc *scenarios.Scenario) int {
	const each, most = 40, 400_000
	n := 1000
	for i := range sc.Timeline {
		step := &sc.Timeline[i]
		of := 1
		if step.All {
			of = max(sc.Records.Count(), 1)
		}
		n += each * of * max(step.Times, 1)
	}
	return min(n, most)
}

// adoptCapabilities tells the core what its adapters can do.
func (w *World) adoptCapabilities() {
	h := w.host
	l := &login{}
	for place := range w.placesUsed() {
		if client := h.parts.client(h, place/2, sideOf(place%2), l); client != nil {
			h.clients[place] = client // at model fidelity it goes on to verify webhooks
			*capabilities(&h.parts.config, place) = client.Capabilities()
		}
	}
}

// keepsDeliveries reports whether the scenario needs genuine webhooks again.
func keepsDeliveries(sc *scenarios.Scenario) bool {
	for i := range sc.Timeline {
		if v := sc.Timeline[i].Verb; v == scenarios.ReplayWebhook || v == scenarios.ForgeWebhook {
			return true
		}
	}
	return false
}
