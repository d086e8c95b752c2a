package live

import (
	"fmt"
	"slices"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// begin starts a fault, as the simulator does: one that lasts is open until its
// time is over, or until the timeline ends.
func (w *world) begin(step *scenarios.Step) {
	if step.Verb == scenarios.CrashEngine || step.Verb == scenarios.LoseStore {
		w.crash(step)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	on := sim.FaultOn(step)
	op := w.Emit(trace.Event{Kind: trace.FaultBegin, On: on, Code: string(step.Verb), Text: step.String()})
	w.lastFault++
	id, now := w.lastFault, w.clock.now()
	if !w.strike(step, id) {
		e := trace.Event{Kind: trace.FaultEnd, On: on, Code: string(step.Verb), Cause: op}
		if step.ForGood() {
			e.Text = "for good"
		}
		w.Emit(e)
		return
	}
	until := now + int64(step.For)
	if step.For == 0 {
		until = max(int64(w.sc.End()), now)
	}
	w.faults++
	w.clock.at(until, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.faults--
		w.lift(step, id)
		w.Emit(trace.Event{Kind: trace.FaultEnd, On: on, Code: string(step.Verb), Cause: op})
	})
}

// strike makes a fault effective, and reports whether something ends it.
func (w *world) strike(step *scenarios.Step, id uint64) (lasts bool) {
	f := linkFault{id: id, step: step, since: w.clock.now()}
	switch {
	case step.Verb.Group() == scenarios.Network:
		f.key = w.stage.Key(step)
		side := sim.FaultSide(step)
		w.open[side] = append(w.open[side], f)
		if step.Verb == scenarios.Partition {
			w.build(side, &f)
		}
		return true
	case step.Verb == scenarios.ForgeWebhook:
		w.forge(step)
		return false
	case step.Verb == scenarios.ReplayWebhook:
		w.replay(step)
		return false
	case step.Verb.Group() == scenarios.Webhook && step.Verb != scenarios.MuteWebhooks:
		f.key = w.stage.Key(step)
		w.webhooks = append(w.webhooks, f)
		return true
	case step.Verb == scenarios.DiskFull:
		w.full++
		w.ok(w.engine.setFull(w.full > 0))
		return true
	}
	lasts, err := w.stage.Switch(step, id, f.since)
	w.ok(err)
	return lasts
}

// lift takes back what strike did.
func (w *world) lift(step *scenarios.Step, id uint64) {
	same := func(f linkFault) bool { return f.id == id }
	switch {
	case step.Verb.Group() == scenarios.Network:
		side := sim.FaultSide(step)
		w.open[side] = slices.DeleteFunc(w.open[side], same)
		if step.Verb == scenarios.Partition {
			w.ok(w.net.breach(side, id))
		}
	case step.Verb.Group() == scenarios.Webhook && step.Verb != scenarios.MuteWebhooks:
		w.webhooks = slices.DeleteFunc(w.webhooks, same)
	case step.Verb == scenarios.DiskFull:
		w.full--
		w.ok(w.engine.setFull(w.full > 0))
	default:
		w.stage.Unswitch(step, id, w.clock.now())
	}
}

// build puts a partition's walls up, and down and up again where it flaps.
// What is under way meets them.
func (w *world) build(side mapping.Side, f *linkFault) {
	step, id := f.step, f.id
	for _, d := range []direction{request, response, webhook} {
		if d.matches(step.Way) {
			w.ok(w.net.wall(side, id, d))
		}
	}
	for _, x := range w.exchanges {
		if x.side == side && (request.matches(step.Way) && !x.handled || response.matches(step.Way)) && !x.ended {
			x.lost = "partition"
			w.stalls(x)
		}
	}
	if step.Flap > 0 {
		w.clock.at(w.clock.now()+int64(step.Flap), func() { w.flap(side, id, false) })
	}
}

// flap opens or closes a flapping partition, if it is still there.
func (w *world) flap(side mapping.Side, id uint64, closes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.open[side], func(f linkFault) bool { return f.id == id })
	if i < 0 {
		return
	}
	f := w.open[side][i]
	if closes {
		w.build(side, &f)
		return
	}
	w.ok(w.net.breach(side, id))
	w.clock.at(w.clock.now()+int64(f.step.Flap), func() { w.flap(side, id, true) })
}

// crash kills the engine's process at once, and starts the next one after its
// time. What a crash loses of the disk beyond that is refused beforehand.
func (w *world) crash(step *scenarios.Step) {
	w.mu.Lock()
	wipe := step.Crash.Wipe || step.Verb == scenarios.LoseStore
	if !w.up {
		w.mu.Unlock()
		if wipe {
			w.engine.wipe()
			w.wiped()
		}
		return
	}
	op := w.Emit(trace.Event{Kind: trace.Crash, On: trace.Engine, Text: "at the instant " + step.At.String()})
	w.up = false
	w.faults++
	for _, x := range w.exchanges {
		w.stalls(x)
	}
	w.mu.Unlock()
	w.engine.kill()
	if wipe {
		w.engine.wipe()
		w.wiped()
	}
	w.clock.at(w.clock.now()+int64(step.Crash.Down), func() { w.restart(op) })
}

// wiped journals that the engine's disk is empty.
func (w *world) wiped() {
	w.under(func() {
		w.Emit(trace.Event{Kind: trace.FaultBegin, On: trace.Engine, Code: string(scenarios.LoseStore), Text: "the engine's disk is empty"})
		w.Emit(trace.Event{Kind: trace.FaultEnd, On: trace.Engine, Code: string(scenarios.LoseStore)})
	})
}

// restart starts the next process after a crash. Time stands still until it is
// ready, for an engine in this process; others start while it passes.
func (w *world) restart(crash uint64) {
	w.under(func() {
		w.faults--
		w.Emit(trace.Event{Kind: trace.Restart, On: trace.Engine, Cause: crash})
		w.life++
		w.up = true
		w.clock.forget()
	})
	if err := w.engine.start(w.net.ctx); err != nil {
		w.failed(notReady(err))
	}
}

func notReady(err error) *sim.HarnessError {
	return &sim.HarnessError{Inconclusive: true, Message: fmt.Sprintf("the engine did not get ready: %v", err)}
}

// Refusal says why a scenario cannot be made live, and what plays it instead.
type Refusal struct {
	Step *scenarios.Step // nil if it is no step's doing
	Why  string
}

func (r *Refusal) Error() string {
	if r.Step == nil {
		return "this cannot be made live: " + r.Why + "; play it with `syncproof run`"
	}
	return fmt.Sprintf("line %d: %s cannot be made live: %s; play it with `syncproof run`", r.Step.Line, r.Step.Verb, r.Why)
}

// Playable says whether a scenario can be made live with an engine of the
// given form; the error is a *Refusal.
func Playable(sc *scenarios.Scenario, form Form) error {
	for i := range sc.Timeline {
		step := &sc.Timeline[i]
		if why := form.refuses(step); why != "" {
			return &Refusal{Step: step, Why: why}
		}
	}
	return nil
}

// refuses says why a step cannot be made live, "" if it can.
func (f Form) refuses(step *scenarios.Step) string {
	switch step.Verb {
	case scenarios.CrashEngine:
		switch {
		case step.Crash.Effect != "":
			return "a process cannot be killed just before its own " + step.Crash.Effect
		case step.Crash.Torn, step.Crash.Lost:
			return "this machine's disk cannot be made to lose what was synced to it"
		}
	case scenarios.Redeliver:
		return "the queue is inside the engine"
	case scenarios.Review, scenarios.Restore:
		if f != InProcess {
			return "only the console of the engine in this process is at hand"
		}
	case scenarios.ClockStep, scenarios.ClockSkew, scenarios.ClockDrift:
		if step.On == "engine" && f != InProcess {
			return "the clock of another process is not ours to set"
		}
	}
	switch {
	case (step.Verb == scenarios.CrashEngine || step.Verb == scenarios.LoseStore) && f == ByURL:
		return "an engine that was not started here is not ours to kill"
	case step.Verb == scenarios.DiskFull && f == ByURL:
		return "the disk of an engine that was not started here is not at hand"
	case step.Verb == scenarios.DiskFull && f != InProcess:
		return diskRefusal
	}
	return ""
}
