package live

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// Form is how the engine under test is run.
type Form uint8

// The forms.
const (
	// InProcess is the reference engine in this process, with a store in memory.
	InProcess Form = iota
	// Serve is the reference engine as a process, with its store in a file.
	Serve
	// Command is a foreign engine that a command starts.
	Command
	// ByURL is a foreign engine that runs already.
	ByURL
)

// Options of a live run.
type Options struct {
	Seed *uint64 // replaces the scenario's, if not nil
	Form Form
	// Command starts a foreign engine; of Serve, it is the reference engine's
	// program and the arguments before `--config FILE`.
	Command []string
	// URL is a foreign engine's webhook endpoint.
	URL string
	// Speed is how many seconds of the scenario pass in one of real time,
	// default 10 for InProcess and 1 else.
	Speed float64
	// Poll is a foreign engine's polling interval in the scenario's time, if it
	// does not follow the scenario's.
	Poll time.Duration
	// Channels: the reference engine hears of the contact center's changes by
	// notification channels, in the place of webhooks.
	Channels bool
	// Toxiproxy is the address of one that runs already, "" for one in this process.
	Toxiproxy string
	// Dir keeps what processes leave: logs and state. "" is a temporary folder.
	Dir string
	// Record, if not "", is a folder in which each process of the engine in this
	// process leaves a recording of what its core was given.
	Record string
	// EventsMax bounds the journal, default a million.
	EventsMax int
	// Beat, if not nil, counts what happens.
	Beat *atomic.Uint64
	// Progress, if not nil, is called now and then with the scenario's time.
	Progress func(at scenarios.Duration, events int)
}

func (o *Options) eventsMax() int {
	if o.EventsMax > 0 {
		return o.EventsMax
	}
	return 1_000_000
}

// skipAfter is how long nothing must be under way, in real time, before a world
// whose engine is in this process skips the silence.
const skipAfter = 2 * time.Millisecond

// Run plays the scenario to its end, as sim.Run does. It fails with a *Refusal
// before anything runs if the scenario cannot be made live, with a
// *sim.HarnessError, or with the context's error.
func Run(ctx context.Context, sc *scenarios.Scenario, o Options) (*sim.Result, error) {
	if err := Playable(sc, o.Form); err != nil {
		return nil, err
	}
	if o.Form != InProcess {
		sc = atPresent(sc)
	}
	if o.Channels {
		if o.Form == Command || o.Form == ByURL {
			return nil, &Refusal{Why: "what a foreign engine hears changes by is its own choice"}
		}
		sc = byChannels(sc)
	}
	w, err := newWorld(ctx, sc, &o)
	if err != nil {
		return nil, err
	}
	defer w.close()
	return w.play(ctx)
}

func newWorld(ctx context.Context, sc *scenarios.Scenario, o *Options) (*world, error) {
	quiet := time.Duration(0)
	if o.Form == InProcess {
		quiet = skipAfter
	}
	if o.Speed == 0 {
		o.Speed = 1
		if o.Form == InProcess {
			o.Speed = 10
		}
	}
	w := &world{
		sc: sc, options: o, clock: newClock(o.Speed, quiet), over: make(chan struct{}), span: span(sc, o),
		sockets: map[uint64]*pushed{}, exchanges: map[uint64]*exchange{}, genuine: map[string]mocks.Delivery{}, muted: true,
	}
	for i := range w.rest.unseen {
		w.rest.unseen[i] = map[string]bool{}
	}
	w.journal = trace.NewJournal(w.clock.now)
	p, err := proxiesOf(o)
	if err != nil {
		return nil, &sim.HarnessError{Inconclusive: true, Message: err.Error()}
	}
	if w.net, err = newNetwork(ctx, w, p); err != nil {
		return nil, &sim.HarnessError{Message: err.Error()}
	}
	if err := w.set(); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func proxiesOf(o *Options) (proxies, error) {
	if o.Toxiproxy == "" {
		return newEmbedded(), nil
	}
	return newRemote(o.Toxiproxy, worldName())
}

// set lays the stage and makes the engine, which does not run yet.
func (w *world) set() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	made, err := w.newContestant()
	if err != nil {
		return err
	}
	w.engine = made
	if w.stage, err = sim.NewStage(w.sc, w.options.Seed, w.net.places(), w); err != nil {
		return err
	}
	w.muted = false
	known := []*knownRecord{}
	if err = w.stage.Populate(func(r *knownRecord) { known = append(known, r) }); err != nil {
		return err
	}
	w.muted = true
	cursors, err := w.stage.Cursors()
	if err != nil {
		return err
	}
	w.muted = false
	return w.engine.lay(known, cursors)
}

// play starts the engine and the clock, and waits for the end.
func (w *world) play(ctx context.Context) (*sim.Result, error) {
	steps := w.sc.Schedule()
	w.steps = len(steps)
	for i := range steps {
		w.clock.at(max(int64(steps[i].At), 1), func() { w.step(&steps[i]) })
	}
	deadline := int64(sim.GiveUp(w.sc))
	w.clock.at(deadline, func() { w.under(func() { w.stop("deadline") }) })
	w.clock.at(int64(w.sc.End())+int64(time.Second), w.examine)
	w.up, w.life = true, 1
	w.clock.set(0)
	if err := w.engine.start(w.net.ctx); err != nil {
		return nil, notReady(err)
	}
	go w.clock.run(w.net.ctx)
	w.watch(ctx)
	w.engine.stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if w.broken != nil {
		return nil, w.broken
	}
	ended := w.ended
	w.ended = "" // the last event is the journal's own
	w.Emit(trace.Event{Kind: trace.End, Code: ended})
	w.ended = ended
	return &sim.Result{
		Scenario: w.sc, Events: w.journal.Events(), Hash: w.journal.Hash(), Ended: ended, Exchanges: int(w.calls),
		Reaction: time.Duration(float64(reaction) * w.options.Speed),
	}, nil
}

// watch waits for the end of the run.
func (w *world) watch(ctx context.Context) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.over:
			return
		case err := <-w.engine.died():
			w.failed(&sim.HarnessError{Inconclusive: true, Message: err.Error()})
			return
		case <-tick.C:
			w.report()
		}
	}
}

func (w *world) report() {
	w.mu.Lock()
	events := w.journal.Len()
	w.mu.Unlock()
	at := w.clock.now()
	if w.options.Beat != nil {
		w.options.Beat.Store(uint64(at))
	}
	if w.options.Progress != nil {
		w.options.Progress(scenarios.Duration(at), events)
	}
}

// step does one step of the timeline.
func (w *world) step(step *scenarios.Step) {
	defer w.under(func() { w.steps-- })
	if step.Verb.Fault() {
		w.begin(step)
		return
	}
	if step.Verb == scenarios.Review || step.Verb == scenarios.Restore {
		w.decide(step)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	side := mapping.CRM
	if step.On == "cc" {
		side = mapping.CC
	}
	err := w.stage.Act(step, w.clock.now())
	w.stir(side)
	if err != nil {
		w.refused(step, err)
	}
}

// refused journals that a system, or the engine, did not let a person do what
// the scenario says. The lock is held.
func (w *world) refused(step *scenarios.Step, err error) {
	w.Emit(trace.Event{Kind: trace.Person, On: trace.World, Verb: string(step.Verb), Alias: step.Record, Code: "refused", Text: err.Error()})
}

func (w *world) close() {
	if w.engine != nil {
		w.engine.stop()
	}
	w.net.close()
}
