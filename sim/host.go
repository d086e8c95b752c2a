package sim

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// Machine is an engine's core as the world drives it; *engine.Core is one.
type Machine interface {
	Step(now engine.Instant, e engine.Event, out *engine.Effects)
	Idle() bool
	Gauges() engine.Gauges
}

// host is the machine on which the engine runs: it starts and kills the
// process, carries its effects out, and keeps its disk.
type host struct {
	w     *World
	parts *parts
	clock clock // the process's: monotonic from the wall time at its start
	disk  *disk
	tasks *tasks

	life     int // counts processes
	up       bool
	machine  Machine
	effects  engine.Effects
	stepping bool
	inbox    []engine.Event
	clients  [places]adapter.System
	asked    map[uint64]*task
	errands  map[engine.Op]*errand // at model fidelity: effects under way
	spare    []*errand             // ... memory of those that are over
	asking   numbered[engine.Op]   // ... of which these wait at the gate, by admission
	running  engine.Op             // ... the one that is being worked on, 0 for none
	tokens   [2]tokens
	views    [places]view
	lastAsk  uint64
	wakeAt   engine.Instant
	wakeSeq  uint64
	doors    map[uint64]bool // deliveries that wait for this process's answer
	crashes  []*crashPlan
	doom     doom
	// knowsDrift, toldFailed and describedAt tell whether an engine that knows of
	// a drift, or of a dead letter, has seen the schema since it was touched last:
	// what counts is when the system showed it. One that has seen it whole again
	// knows of no drift any more.
	knowsDrift  [places]bool
	toldFailed  [places]bool
	describedAt [places]int64
	describing  [places]engine.Op
	shownAt     [places]int64 // when the system answered the look under way
	most        engine.Gauges
	decisions   map[uint64]*decision // that wait for an answer, by token
	approvals   []uint64             // tokens of those that approve a mass delete
	lastReply   uint64
}

// now is the process's own clock: wall time when it started, and from then on
// a monotonic one, so that a step of the machine's clock moves no timer.
func (h *host) now() engine.Instant {
	return engine.Instant(h.clock.at(h.w.agenda.now).UnixNano())
}

// boot starts a process on what the disk holds.
func (h *host) boot() {
	w := h.w
	h.life++
	h.up = true
	h.clock = w.wall
	h.tasks = &tasks{}
	h.asked, h.doors = map[uint64]*task{}, map[uint64]bool{}
	h.most = engine.Gauges{}
	h.wakeAt = 0
	h.disk.life = h.life
	w.noteBoot()
	if w.options.Fidelity == Model {
		h.bootErrands()
	} else {
		l := &login{flight: &flight{pool: h.tasks, world: w, calls: map[string]*shared{}}}
		for place := range w.placesUsed() {
			h.clients[place] = h.parts.client(h, place/2, sideOf(place%2), l)
		}
	}
	h.machine = h.parts.machine()
	meta := h.disk.store.Reopen(h.now(), h.now().Add(h.parts.longestDelay))
	h.step(engine.Started{Meta: meta})
}

// bootErrands forgets what a process kept of its exchanges.
func (h *host) bootErrands() {
	h.errands = map[engine.Op]*errand{}
	h.asking.clear()
	h.tokens = [2]tokens{}
	for place := range h.w.placesUsed() {
		h.views[place] = h.w.newView(place/2, sideOf(place%2), everything)
	}
}

// step gives the process one event and carries out what follows. Events that
// arise meanwhile wait their turn.
func (h *host) step(e engine.Event) {
	if !h.up {
		return
	}
	h.inbox = append(h.inbox, e)
	if h.stepping {
		return
	}
	h.stepping = true
	for i := 0; i < len(h.inbox) && h.up; i++ {
		h.effects.Reset()
		h.machine.Step(h.now(), h.inbox[i], &h.effects)
		h.gauge()
		h.note(h.inbox[i])
		for _, effect := range h.effects.List {
			if !h.up {
				break
			}
			h.carryOut(effect)
		}
		if h.up {
			h.wake(h.effects.Wake)
		}
	}
	h.inbox = h.inbox[:0]
	h.stepping = false
}

// note takes down what the end of the run and the people at the console want
// to know of an event that the core has just taken in.
func (h *host) note(e engine.Event) {
	switch e := e.(type) {
	case engine.PollDone:
		h.notePage(e)
	case engine.Described:
		h.noteSchema(e)
	case engine.Approved:
		h.noteApproved()
	}
}

// soon gives the process an event behind what is happening now, unless the
// process has died by then.
func (h *host) soon(e engine.Event) {
	h.w.soon(happening{what: tells, life: h.life, event: e})
}

// wake arranges the Tick that the core asked for.
func (h *host) wake(at engine.Instant) {
	if at == h.wakeAt {
		return
	}
	h.wakeAt = at
	h.wakeSeq++
	if at == 0 {
		return
	}
	when := h.clock.when(h.w.agenda.now, time.Unix(0, int64(at)))
	h.w.background(when, happening{what: wakes, life: h.life, n: h.wakeSeq})
}

// crash kills the process. Its calls end, its memory is gone, what it put on
// the wire travels on, and the disk keeps what was synced.
func (h *host) crash(c scenarios.Crash, where string) {
	if !h.up {
		if c.Wipe {
			h.disk.crash(c) // the machine is down, and loses its disk as well
		}
		return
	}
	w := h.w
	op := w.Emit(trace.Event{Kind: trace.Crash, On: trace.Engine, Text: where})
	h.up = false
	h.inbox = h.inbox[:0]
	h.disk.crash(c)
	h.tasks.close()
	clear(h.errands)
	h.asking.clear()
	h.forgetDecisions(c.Wipe)
	w.windows++
	w.at(w.agenda.now+int64(c.Down), happening{what: restarts, id: op})
}

// halt ends the coroutines of the last process, which would hold on to the
// world for ever. What their calls come to is nobody's business any more.
func (h *host) halt() {
	h.up = false
	h.tasks.close()
}

// restart starts the next process after a crash.
func (h *host) restart(crash uint64) {
	h.w.windows--
	h.w.Emit(trace.Event{Kind: trace.Restart, On: trace.Engine, Cause: crash})
	h.boot()
}

// idle reports whether the process is up and has nothing to do but so many
// effects that do not count.
func (h *host) idle(spare int) bool {
	return h.up && len(h.disk.pending) == 0 && len(h.tasks.live)+len(h.errands) <= spare && len(h.doors) == 0 &&
		h.disk.store.Empty() && h.machine.Idle()
}

// polls reports whether the engine watches a system's feed.
func (h *host) polls(side int) bool { return h.parts.config.Systems[side].Poll > 0 }

// gauge journals every new maximum of what EV-9 bounds, with the limit that
// the scenario sets: what the engine takes its limit for is no evidence.
func (h *host) gauge() {
	g := h.machine.Gauges()
	limits := [2]int{h.w.sc.Engine.Concurrency.CC, h.w.sc.Engine.Concurrency.CRM}
	if g.WorkingSet > h.most.WorkingSet {
		h.most.WorkingSet = g.WorkingSet
		h.measure("working_set", g.WorkingSet, h.w.sc.Engine.WorkingSet)
	}
	for side := range g.InFlight {
		if g.InFlight[side] > h.most.InFlight[side] {
			h.most.InFlight[side] = g.InFlight[side]
			h.measure("in_flight."+sideOf(side).String(), g.InFlight[side], limits[side])
		}
	}
}

func (h *host) measure(what string, value, limit int) {
	h.w.Emit(trace.Event{Kind: trace.Gauge, On: trace.Engine, Code: what, Version: int64(value), Before: int64(limit)})
}

// gate is the adapter.Gate of one client: every exchange asks the core first.
type gate struct {
	h    *host
	side mapping.Side
}

// call numbers an admitted exchange of the running task, so that its end can
// be reported.
func (g *gate) Admit(ctx context.Context) error {
	h, t := g.h, g.h.tasks.current
	if t == nil || t.killed {
		return errKilled
	}
	h.lastAsk++
	call := h.lastAsk
	h.asked[call] = t
	h.step(engine.Asked{Op: engine.Op(t.op), Side: g.side, Call: call, Urgent: adapter.IsUrgent(ctx)})
	for h.asked[call] != nil {
		if !t.park() {
			return errKilled
		}
	}
	if t.denied {
		t.denied = false
		return errDenied
	}
	t.call = call
	return nil
}

// errDenied is what a call sees that the core does not let through at all.
var errDenied = errors.New("the core holds requests to this system back")

// Report tells the core what an answer said about limits.
func (g *gate) Report(s adapter.Signal) {
	h, t := g.h, g.h.tasks.current
	if t == nil {
		return // the process died while it read the answer
	}
	call := t.call
	t.call = 0
	h.step(engine.Exchanged{Side: g.side, Call: call, Signal: s, Answered: true})
}

// governed wraps the network for one client: the core's gate in front, and a
// report also of exchanges that got no answer.
type governed struct {
	inner http.RoundTripper
	gate  *gate
}

func (g *governed) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := g.inner.RoundTrip(req)
	if t := g.gate.h.tasks.current; err != nil && t != nil && t.call != 0 {
		call := t.call
		t.call = 0
		g.gate.h.step(engine.Exchanged{Side: g.gate.side, Call: call})
	}
	return res, err
}
