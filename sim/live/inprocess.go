package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/service/recording"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/memory"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// inProcess is the reference engine as its live driver runs it, in this
// process: real requests, goroutines and timers, a store in memory, and the
// world's clock.
type inProcess struct {
	w        *world
	disk     *memory.Store
	statuses map[string]string // as last claimed
	service  *service.Service
	durable  map[string]bool // decisions of people that the store has taken, by record and state
	dead     chan error
	stopped  atomic.Bool
	full     atomic.Bool // its disk takes no write
	recorder *recording.File
}

func newInProcess(w *world) (*inProcess, error) {
	endpoint, err := freeAddress()
	if err != nil {
		return nil, &sim.HarnessError{Message: err.Error()}
	}
	w.net.endpoint = endpoint
	return &inProcess{w: w, disk: memory.Open(), statuses: map[string]string{}, durable: map[string]bool{}, dead: make(chan error, 1)}, nil
}

// freeAddress is one on loopback at which nobody listens. Lives of one engine
// follow each other at the same address.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("no address on loopback: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (p *inProcess) lay(known []*engine.Record, cursors []engine.PutCursor) error {
	for _, r := range known {
		p.statuses[r.Key] = r.Status.String()
	}
	if err := p.disk.Apply(context.Background(), 0, laid(known, cursors)); err != nil {
		return &sim.HarnessError{Message: err.Error()}
	}
	return nil
}

func (p *inProcess) start(ctx context.Context) error {
	c, err := configOf(p.w)
	if err != nil {
		return err
	}
	p.w.mu.Lock()
	clock := &engineClock{clock: p.w.clock, shows: p.w.stage.EngineClock()}
	p.w.mu.Unlock()
	recorder, err := p.newRecorder()
	if err != nil {
		return err
	}
	p.service, err = service.New(service.Options{
		Recorder: recorder, Config: c, Store: &witnessed{Store: p.disk, p: p}, Clock: clock, Sink: p, Version: "live",
		Log:  slog.New(slog.NewTextHandler(&output{w: p.w}, &slog.HandlerOptions{Level: slog.LevelInfo})),
		Core: func(c engine.Config) service.Machine { return &watched{Core: engine.New(c), w: p.w} },
	})
	if err != nil {
		return err
	}
	return p.service.Start(ctx)
}

// newRecorder begins the recording of one process, nil if nobody asked for it.
func (p *inProcess) newRecorder() (service.Recorder, error) {
	if p.w.options.Record == "" {
		return nil, nil
	}
	file, err := recording.Create(filepath.Join(p.w.options.Record, fmt.Sprintf("life-%03d.ndjson", p.w.life)), recording.DefaultMax)
	if err != nil {
		return nil, err
	}
	file.Systems([2]string{p.w.sc.Systems.CC.Kind, p.w.sc.Systems.CRM.Kind})
	p.recorder = file
	return file, nil
}

// abort ends the service, and its recording with it.
func (p *inProcess) abort() {
	p.service.Abort()
	if p.recorder != nil {
		_ = p.recorder.Close() // each line is in the file already
		p.recorder = nil
	}
}

func (p *inProcess) kill() {
	p.abort()
	p.disk = p.disk.Again()
}

func (p *inProcess) wipe() {
	p.disk, p.statuses = memory.Open(), map[string]string{}
}

func (p *inProcess) setFull(full bool) error {
	p.full.Store(full)
	return nil
}

func (p *inProcess) idle() bool { return p.service.Idle() }

func (p *inProcess) died() <-chan error { return p.dead }

func (p *inProcess) stop() {
	if p.service != nil && !p.stopped.Swap(true) {
		p.abort()
	}
}

// Tell implements service.Sink.
func (p *inProcess) Tell(_ context.Context, m engine.Message) error {
	p.w.under(func() { p.w.Emit(p.w.stage.Told(m)) })
	return nil
}

// engineClock is the clock of one process of the engine.
type engineClock struct {
	clock *clock
	shows func(at int64) time.Time
}

// Now implements service.Clock.
func (c *engineClock) Now() time.Time { return c.shows(c.clock.now()) }

// AfterFunc implements service.Clock.
func (c *engineClock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	a := c.clock.after(d, f)
	return func() bool { return c.clock.drop(a) }
}

// witnessed is a store whose batches show in the journal, as the engine's own
// words, once they are durable.
type witnessed struct {
	*memory.Store
	p *inProcess
}

var _ store.Store = (*witnessed)(nil)

// Apply implements store.Store.
func (s *witnessed) Apply(ctx context.Context, now engine.Instant, batches ...engine.Batch) error {
	if s.p.full.Load() {
		return errNoRoom
	}
	if err := s.Store.Apply(ctx, now, batches...); err != nil {
		return err
	}
	s.p.w.clock.owe()
	s.p.w.mu.Lock()
	defer s.p.w.mu.Unlock()
	for _, b := range batches {
		s.p.claim(b)
	}
	return nil
}

// errNoRoom is a disk that takes no write.
var errNoRoom = errors.New("no space left on device")

// claim journals what a batch says that the engine decided. The lock is held.
func (p *inProcess) claim(b engine.Batch) {
	for _, op := range b.Ops {
		switch op := op.(type) {
		case engine.Append:
			p.w.Emit(p.w.stage.Decided(&op.Entry))
		case engine.Enqueue:
			if op.Review != nil {
				p.durable[decisionKey(op.Review)] = true
			}
		case engine.PutRecord:
			if status := op.Record.Status.String(); p.statuses[op.Record.Key] != status {
				p.statuses[op.Record.Key] = status
				p.w.Emit(p.w.stage.Stated(op.Record))
			}
		}
	}
}

// watched is a core whose largest sizes show in the journal (EV-9).
type watched struct {
	*engine.Core
	w    *world
	most engine.Gauges
}

// Step implements service.Machine.
func (m *watched) Step(now engine.Instant, e engine.Event, out *engine.Effects) {
	m.Core.Step(now, e, out)
	m.follow(e, out)
	m.w.clock.stepped()
	if x, ok := e.(engine.Exchanged); ok && !x.Answered {
		m.w.clock.gaveUp()
	}
	g, limits := m.Core.Gauges(), &m.w.sc.Engine
	m.measure("working_set", g.WorkingSet, &m.most.WorkingSet, limits.WorkingSet)
	m.measure("in_flight.cc", g.InFlight[mapping.CC], &m.most.InFlight[mapping.CC], limits.Concurrency.CC)
	m.measure("in_flight.crm", g.InFlight[mapping.CRM], &m.most.InFlight[mapping.CRM], limits.Concurrency.CRM)
	if _, ok := e.(engine.Approved); ok && !approves(out) {
		m.w.under(func() {
			m.w.Emit(trace.Event{Kind: trace.Person, On: trace.World, Verb: "approve", Code: "refused", Text: "no mass delete waits for approval"})
		})
	}
}

// follow tells the clock where the engine's calls are.
func (m *watched) follow(e engine.Event, out *engine.Effects) {
	n := 0
	switch e.(type) {
	case engine.Asked: // it waits at the gate
		n--
	case engine.Withdrawn:
		n++
	case engine.ReadDone, engine.FindDone, engine.WriteDone, engine.PollDone, engine.Described:
		n--
	}
	for _, effect := range out.List {
		switch effect.(type) {
		case engine.Read, engine.Find, engine.Write, engine.Poll, engine.Describe, engine.Admit:
			n++
		}
	}
	if n != 0 {
		m.w.clock.hide(n)
	}
}

func (m *watched) measure(what string, value int, most *int, limit int) {
	if value > *most {
		*most = value
		m.w.note(trace.Event{Kind: trace.Gauge, On: trace.Engine, Code: what, Version: int64(value), Before: int64(limit)})
	}
}

// approves reports whether a core took an approval up; it has no other answer.
func approves(out *engine.Effects) bool {
	for _, effect := range out.List {
		if p, ok := effect.(engine.Persist); ok {
			for _, op := range p.Batch.Ops {
				if all, ok := op.(engine.EnqueueAll); ok && all.Mass {
					return true
				}
			}
		}
	}
	return false
}

// output takes what an engine writes, line by line, into the journal.
type output struct {
	w    *world
	size int
}

// outputMax bounds what of an engine's output is journaled, in bytes.
const outputMax = 4 << 20

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.w.mu.Lock()
	defer o.w.mu.Unlock()
	if o.size += len(p); o.size <= outputMax {
		o.w.Emit(trace.Event{Kind: trace.Output, On: trace.Engine, Text: string(p)})
	}
	return len(p), nil
}

// decide is a person at the engine's console who decides at once. Time stands
// still until the engine has the decision.
func (w *world) decide(step *scenarios.Step) {
	p, ok := w.engine.(*inProcess)
	var up bool
	w.under(func() { up = w.up })
	if !ok || !up {
		w.under(func() { w.refused(step, errDown) })
		return
	}
	if step.Record == "mass-delete" {
		p.approve(step)
		return
	}
	r, err := p.decision(step)
	if err != nil {
		w.under(func() { w.refused(step, err) })
		return
	}
	verb := "review"
	if r.Restore {
		verb = "restore"
	}
	e := trace.Event{Kind: trace.Person, On: trace.World, Verb: verb, Alias: step.Record, Actor: step.By, Origin: step.Choose}
	var op uint64
	w.under(func() {
		for _, set := range r.Set {
			e.Changes = append(e.Changes, trace.Change{Field: w.stage.Field(step.Record, set.Index), After: set.Value, Has: set.Value != ""})
		}
		op = w.Emit(e)
	})
	w.clock.begin()
	go func(s *service.Service) {
		defer w.clock.end()
		reply, err := s.Decide(w.net.ctx, r)
		var kept bool
		w.under(func() { kept = p.durable[decisionKey(&r)] })
		switch {
		case err == nil && reply.OK, err != nil && kept:
			return
		case err != nil:
			reply.Why = "the engine died before the decision was durable"
		}
		w.note(trace.Event{Kind: trace.Person, On: trace.World, Verb: verb, Alias: step.Record, Cause: op, Code: "refused", Text: reply.Why})
	}(p.service)
}

// decisionKey names a decision by what it was made on.
func decisionKey(r *engine.Reviewed) string { return r.Ref.String() + " " + r.State }

// errDown is what a person sees of a console without a process behind it.
var errDown = errors.New("the engine is down")

func (p *inProcess) approve(step *scenarios.Step) {
	p.w.note(trace.Event{Kind: trace.Person, On: trace.World, Verb: "approve", Alias: step.Record, Actor: step.By, Code: step.Choose})
	if step.Choose != "approve" {
		return // nothing is asked of the engine: the records stay parked
	}
	p.w.clock.begin()
	go func(s *service.Service) {
		defer p.w.clock.end()
		// Whether the core took it up was noted as it stepped.
		if _, err := s.Approve(p.w.net.ctx); err != nil {
			p.w.under(func() { p.w.refused(step, err) })
		}
	}(p.service)
}

// decision is what a person decides on a record as the engine's store has it.
func (p *inProcess) decision(step *scenarios.Step) (engine.Reviewed, error) {
	r := engine.Reviewed{Choose: mapping.Side(2)}
	rec, err := p.record(step.Record)
	switch {
	case err != nil:
		return r, err
	case rec == nil:
		return r, fmt.Errorf("the engine does not know %s", step.Record)
	}
	for side, id := range rec.ID {
		if id != "" && r.Ref.ID == "" {
			r.Ref = engine.Ref{Side: mapping.Side(side), ID: id}
		}
	}
	if step.Verb == scenarios.Restore {
		r.Restore, r.State = true, rec.Restorable()
		r.Set, err = p.overwritten(step, rec.Key)
		return r, err
	}
	if rec.Flag == nil {
		return r, fmt.Errorf("the engine has no flag on %s", step.Record)
	}
	r.State = rec.Flag.State
	switch step.Choose {
	case "cc":
		r.Choose = mapping.CC
	case "crm":
		r.Choose = mapping.CRM
	}
	p.w.under(func() { r.Set, err = p.w.stage.Values(step.Record, step.Set) })
	return r, err
}

// record is the engine's durable record of a name, nil if it knows none.
func (p *inProcess) record(name string) (*engine.Record, error) {
	for _, side := range []mapping.Side{mapping.CC, mapping.CRM} {
		var id string
		p.w.under(func() { id = p.w.stage.Ref(side, name).ID })
		if id == "" {
			continue
		}
		rec, err := p.disk.Lookup(p.w.net.ctx, engine.Ref{Side: side, ID: id})
		if rec != nil || err != nil {
			return rec, err
		}
	}
	return nil, nil
}

// overwritten is what the last decision on a record overwrote.
func (p *inProcess) overwritten(step *scenarios.Step, key string) ([]engine.FieldText, error) {
	entries, err := p.disk.Ledger(p.w.net.ctx, key)
	if err != nil {
		return nil, err
	}
	for i := len(entries) - 1; i >= 0; i-- {
		if set := lostIn(&entries[i], step.Fields); len(entries[i].Lost) > 0 {
			return set, nil
		}
	}
	return nil, fmt.Errorf("the ledger holds nothing that was overwritten in %s", step.Record)
}
