package engine_test

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// epoch is when every story begins.
const epoch = engine.Instant(1_767_225_600_000_000_000) // 2026-01-01

// fault is how a remote call fails.
type fault struct {
	err       *adapter.Error
	committed bool // it took effect all the same
}

// driver carries out the effects of one core against two dumb systems and a
// dumb store, one at a time, in an order that the test may choose. A remote
// call is one exchange, for which the gate is asked when the effect appears.
type driver struct {
	cfg     engine.Config
	systems [2]*system
	store   *store
	now     engine.Instant // of the world
	behind  time.Duration  // how far the engine's clock lags behind it

	core     *engine.Core // nil while crashed
	todo     []engine.Effect
	admitted map[engine.Op]bool
	wake     engine.Instant
	events   []engine.Event // to be stepped
	stepping bool

	faults  [2]*fault         // of the next exchange with a side
	down    [2]*outage        // while a side refuses or does not answer
	signals [2]adapter.Signal // of the next answer of a side
	// meddling is what somebody writes right behind the next write on a side.
	meddling [2]map[string]string
	acks     map[uint64]int
	replies  []engine.Reply
	told     []engine.Message

	// crashAfter kills the process after so many more effects, 0 is off;
	// survives says how many of the batches under way do.
	crashAfter, survives int

	onEvent  func(engine.Event)
	onEffect func(engine.Effect)
	onWrite  func(w *engine.Write, before *row)
	onSend   func(engine.Effect)
	onApply  func(engine.Persist)
}

// outage is how a side fails until it is up again.
type outage struct {
	fault
	writes bool // only writes fail
}

func (o *outage) hits(e engine.Effect) bool {
	_, write := e.(engine.Write)
	return o != nil && (write || !o.writes)
}

func newDriver(cfg engine.Config, caps [2]adapter.Capabilities) *driver {
	d := &driver{cfg: cfg, store: &store{}, now: epoch, acks: map[uint64]int{}}
	for side := range d.systems {
		d.systems[side] = newSystem(mapping.Side(side), caps[side])
		d.signals[side] = quiet
	}
	return d
}

// quiet is the limit signal of an answer that says nothing of limits.
var quiet = adapter.Signal{RetryAfter: -1, Allowed: -1, Remaining: -1, Reset: -1}

// salesforceLike and genesysLike are the default capabilities.
func genesysLike() adapter.Capabilities {
	return adapter.Capabilities{Conditional: adapter.Unconditional, Resolution: time.Millisecond, ReportsActor: true}
}

func salesforceLike() adapter.Capabilities {
	return adapter.Capabilities{Conditional: adapter.ByVersion, Resolution: time.Second, ReportsActor: true, CreateByExternal: true}
}

func defaultConfig(caps [2]adapter.Capabilities) engine.Config {
	cfg := engine.Config{Mapping: contacts, Policy: resolve.Policy{Tolerance: -1}, Seed: 1}
	for side := range cfg.Systems {
		cfg.Systems[side] = engine.SystemConfig{
			Traits: resolve.SystemTraits{
				Versioning: resolve.Trigger, Resolution: caps[side].Resolution, Priority: side + 1,
			},
			Capabilities: caps[side],
		}
	}
	return cfg
}

func (d *driver) start() {
	d.core = engine.New(d.cfg)
	d.todo, d.events, d.admitted, d.wake = nil, nil, map[engine.Op]bool{}, 0
	d.step(engine.Started{Meta: d.store.reopen()})
}

// crash ends the process. Of the batches that are under way the first survive.
func (d *driver) crash(survive int) {
	for _, e := range d.todo {
		if p, ok := e.(engine.Persist); ok && survive > 0 {
			survive--
			d.apply(p)
		}
	}
	d.core, d.todo, d.events, d.wake, d.crashAfter = nil, nil, nil, 0, 0
}

// step gives the core an event, and then those that follow at once.
func (d *driver) step(e engine.Event) {
	d.events = append(d.events, e)
	if d.stepping {
		return
	}
	d.stepping = true
	defer func() { d.stepping = false }()
	for len(d.events) > 0 && d.core != nil {
		next := d.events[0]
		d.events = d.events[1:]
		if d.onEvent != nil {
			d.onEvent(next)
		}
		var out engine.Effects
		d.core.Step(d.now.Add(-d.behind), next, &out)
		d.wake = out.Wake
		for _, effect := range out.List {
			if d.core == nil {
				return
			}
			d.accept(effect)
		}
	}
}

// accept does at once what needs no answer and keeps the rest.
func (d *driver) accept(e engine.Effect) {
	if d.onEffect != nil {
		d.onEffect(e)
	}
	switch e := e.(type) {
	case engine.Admit:
		if e.Denied {
			d.deny(engine.Op(e.Call))
			return
		}
		d.admitted[engine.Op(e.Call)] = true
	case engine.Acknowledge:
		d.acks[e.Token] = e.Status
	case engine.Tell:
		d.told = append(d.told, e.Message)
	case engine.Reply:
		d.replies = append(d.replies, e)
	default:
		d.todo = append(d.todo, e)
		if side, remote := target(e); remote {
			d.events = append(d.events, engine.Asked{Op: opOf(e), Side: side, Call: uint64(opOf(e))})
		}
	}
	if d.crashAfter > 0 {
		if d.crashAfter--; d.crashAfter == 0 {
			d.crash(d.survives)
		}
	}
}

// deny ends a call that the gate does not let through: nothing was sent.
func (d *driver) deny(op engine.Op) {
	i := slices.IndexFunc(d.todo, func(e engine.Effect) bool { return opOf(e) == op })
	e := d.todo[i]
	d.todo = slices.Delete(d.todo, i, i+1)
	d.events = append(d.events, failed(e, &adapter.Error{Kind: adapter.Unavailable}))
}

// target is the system that an effect calls.
func target(e engine.Effect) (mapping.Side, bool) {
	switch e := e.(type) {
	case engine.Read:
		return e.Ref.Side, true
	case engine.Find:
		return e.Side, true
	case engine.Write:
		return e.Ref.Side, true
	case engine.Poll:
		return e.Side, true
	case engine.Describe:
		return e.Side, true
	}
	return 0, false
}

func opOf(e engine.Effect) engine.Op {
	switch e := e.(type) {
	case engine.Persist:
		return e.Op
	case engine.Fetch:
		return e.Op
	case engine.Lookup:
		return e.Op
	case engine.Read:
		return e.Op
	case engine.Find:
		return e.Op
	case engine.Write:
		return e.Op
	case engine.Poll:
		return e.Op
	case engine.Describe:
		return e.Op
	}
	return 0
}

// ready reports whether the i-th effect under way can be carried out now: the
// gate let it through, and batches go in order.
func (d *driver) ready(i int) bool {
	switch e := d.todo[i].(type) {
	case engine.Persist:
		return !slices.ContainsFunc(d.todo[:i], func(x engine.Effect) bool { _, ok := x.(engine.Persist); return ok })
	case engine.Fetch, engine.Lookup:
		return true
	default:
		return d.admitted[opOf(e)]
	}
}

// carryable lists the indexes of todo that are ready.
func (d *driver) carryable() []int {
	var all []int
	for i := range d.todo {
		if d.ready(i) {
			all = append(all, i)
		}
	}
	return all
}

// carry carries out one effect and gives the answer to the core. f is how a
// remote call fails, nil for not.
func (d *driver) carry(i int, f *fault) {
	e := d.todo[i]
	d.todo = slices.Delete(d.todo, i, i+1)
	switch e := e.(type) {
	case engine.Persist:
		d.apply(e)
		d.step(engine.Persisted{Op: e.Op})
		return
	case engine.Fetch:
		d.step(d.store.fetch(d.now.Add(-d.behind), e))
		return
	case engine.Lookup:
		d.step(engine.LookedUp{Op: e.Op, Record: d.store.lookup(e.Ref)})
		return
	}
	side, _ := target(e)
	signal := d.signals[side]
	d.signals[side] = quiet
	if f == nil {
		f, d.faults[side] = d.faults[side], nil
	}
	if f == nil && d.down[side].hits(e) {
		f = &d.down[side].fault
	}
	if signal.Limited && f == nil {
		f = &fault{err: &adapter.Error{Kind: adapter.Limited, Status: 429, RetryAfter: signal.RetryAfter}}
	}
	if d.onSend != nil {
		d.onSend(e)
	}
	var answer engine.Event
	if f == nil || f.committed {
		answer = d.exchange(e)
	}
	answered := true
	if f != nil {
		answer = failed(e, f.err)
		answered = f.err.Status != 0 || f.err.Kind != adapter.Unavailable
	}
	if !answered {
		signal = quiet // nobody saw it
	}
	d.step(engine.Exchanged{Side: side, Call: uint64(opOf(e)), Signal: signal, Answered: answered})
	if d.core != nil {
		d.step(answer)
	}
}

func (d *driver) apply(p engine.Persist) {
	d.store.apply(d.now.Add(-d.behind), p.Batch)
	if d.onApply != nil {
		d.onApply(p)
	}
}

// exchange is one atomic request to a system.
func (d *driver) exchange(e engine.Effect) engine.Event {
	side, _ := target(e)
	s := d.systems[side]
	switch e := e.(type) {
	case engine.Read:
		rec, err := s.read(e.Ref.ID)
		return engine.ReadDone{Op: e.Op, Record: rec, Err: err}
	case engine.Find:
		return engine.FindDone{Op: e.Op, Records: s.find(e.External)}
	case engine.Poll:
		return engine.PollDone{Op: e.Op, Page: s.changes(e.After, e.Limit)}
	case engine.Describe:
		return engine.Described{Op: e.Op, Schema: s.schema}
	case engine.Write:
		var before *row
		if r := s.row(e.Ref.ID); r != nil {
			before = r.clone()
		}
		rec, err := s.write(d.now, &e)
		if err == nil && d.onWrite != nil {
			d.onWrite(&e, before)
		}
		if values := d.meddling[side]; err == nil && values != nil {
			d.meddling[side] = nil
			rec = s.record(s.edit(d.now, rec.ID, "somebody", values))
		}
		return engine.WriteDone{Op: e.Op, Record: rec, Err: err}
	}
	panic("not a remote call")
}

func failed(e engine.Effect, err *adapter.Error) engine.Event {
	switch e := e.(type) {
	case engine.Read:
		return engine.ReadDone{Op: e.Op, Err: err}
	case engine.Find:
		return engine.FindDone{Op: e.Op, Err: err}
	case engine.Poll:
		return engine.PollDone{Op: e.Op, Err: err}
	case engine.Describe:
		return engine.Described{Op: e.Op, Err: err}
	case engine.Write:
		return engine.WriteDone{Op: e.Op, Err: err}
	}
	panic("not a remote call")
}

// run carries out everything that is ready, first come first served, until
// nothing is; time stands still. It reports false if that does not end.
func (d *driver) run() bool {
	for range runMax {
		ready := d.carryable()
		if len(ready) == 0 {
			return true
		}
		d.carry(ready[0], nil)
	}
	return false
}

// runMax bounds run: far more than any story needs.
const runMax = 20_000

// wait lets time pass, with a Tick whenever the core asked for one.
func (d *driver) wait(by time.Duration) bool {
	end := d.now.Add(by)
	for d.core != nil && d.wake != 0 && d.wake.Add(d.behind) <= end {
		d.now = max(d.now, d.wake.Add(d.behind))
		d.step(engine.Tick{})
		if !d.run() {
			return false
		}
	}
	d.now = end
	return true
}

// settle runs and waits until the core is idle, for at most that long.
func (d *driver) settle(most time.Duration) bool {
	end := d.now.Add(most)
	for {
		if !d.run() {
			return false
		}
		if d.core.Idle() {
			return true
		}
		if d.wake == 0 || d.wake > end {
			return false
		}
		d.now = max(d.now, d.wake)
		d.step(engine.Tick{})
	}
}

// link makes one record on both sides, known to the store and in sync.
func (d *driver) link(name string, version int64, values map[string]string) {
	cc, crm := d.systems[mapping.CC].add(name, version, values), d.systems[mapping.CRM].add("003"+name, version, values)
	cc.external, crm.external = crm.id, cc.id
	rec := &engine.Record{Key: "cc:" + name, ID: [2]string{cc.id, crm.id}, Status: engine.InSync}
	for side, r := range [2]*row{cc, crm} {
		rec.Base[side] = engine.Base{Known: true, Present: true, Version: version, Content: d.systems[side].canonical(r)}
	}
	d.store.put(rec)
}
