package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// begin starts a fault. One that lasts is open until its time is over, or
// until the timeline ends; one that strikes once is over at once, and so is
// one that changes the world for good, whose end says so.
func (w *World) begin(step *scenarios.Step) {
	on := faultOn(step)
	op := w.Emit(trace.Event{Kind: trace.FaultBegin, On: on, Code: string(step.Verb), Text: step.String()})
	w.lastFault++
	if !w.strike(step, w.lastFault) {
		e := trace.Event{Kind: trace.FaultEnd, On: on, Code: string(step.Verb), Cause: op}
		if step.ForGood() {
			e.Text = "for good"
		}
		w.Emit(e)
		return
	}
	until := w.agenda.now + int64(step.For)
	if step.For == 0 {
		until = max(int64(w.sc.End()), w.agenda.now)
	}
	w.windows++
	w.faults[w.lastFault] = openFault{step: step, op: op}
	w.at(until, happening{what: faultEnds, id: w.lastFault})
}

// openFault is a fault whose end is still to come.
type openFault struct {
	step *scenarios.Step
	op   uint64 // of its beginning
}

// end takes a fault back whose time is over.
func (w *World) end(id uint64) {
	f := w.faults[id]
	delete(w.faults, id)
	w.windows--
	w.lift(f.step, id)
	w.Emit(trace.Event{Kind: trace.FaultEnd, On: faultOn(f.step), Code: string(f.step.Verb), Cause: f.op})
}

func faultOn(step *scenarios.Step) trace.System {
	name := step.On
	if name == "" {
		name = step.Between[1]
	}
	switch name {
	case "cc":
		return trace.CC
	case "crm":
		return trace.CRM
	default:
		return trace.Engine
	}
}

// strike makes a fault effective, and reports whether something ends it.
func (w *World) strike(step *scenarios.Step, id uint64) (lasts bool) {
	switch step.Verb.Group() {
	case scenarios.Network:
		l := w.linkOf(step)
		l.faults = append(l.faults, w.newLinkFault(step, id))
		return true
	case scenarios.Vendor:
		lasts = w.vendorFault(w.systems[sideNamed(step.On)], step, id, w.agenda.now)
		w.noteSwitched(step)
		return lasts
	case scenarios.Clocks:
		lasts, err := w.clockFault(step, id, w.agenda.now)
		if err != nil {
			w.fail(&HarnessError{Message: err.Error()})
		}
		return lasts
	case scenarios.Webhook:
		return w.webhookFault(step, id)
	default:
		return w.engineFault(step)
	}
}

// lift takes back what strike did.
func (w *World) lift(step *scenarios.Step, id uint64) {
	switch step.Verb.Group() {
	case scenarios.Network:
		l := w.linkOf(step)
		l.faults = without(l.faults, id)
	case scenarios.Vendor:
		w.shut(w.systems[sideNamed(step.On)], id, w.agenda.now)
		w.noteSwitched(step)
	case scenarios.Clocks:
		w.liftClock(step, id, w.agenda.now)
	case scenarios.Webhook:
		if step.Verb == scenarios.MuteWebhooks {
			w.shut(w.systems[sideNamed(step.On)], id, w.agenda.now)
			return
		}
		w.webhookFaults = without(w.webhookFaults, id)
	case scenarios.EngineIs:
		w.host.disk.full--
	}
}

func without(faults []linkFault, id uint64) []linkFault {
	return slices.DeleteFunc(faults, func(f linkFault) bool { return f.id == id })
}

func (w *World) linkOf(step *scenarios.Step) *link {
	if slices.Contains(step.Between[:], "crm") {
		return &w.net.links[mapping.CRM]
	}
	return &w.net.links[mapping.CC]
}

func (w *World) newLinkFault(step *scenarios.Step, id uint64) linkFault {
	return linkFault{id: id, step: step, since: w.agenda.now, key: w.faultKey(step)}
}

// faultKey keys a fault's randomness by what the fault is, not by where it
// stands: taking another one out, or writing the file anew, shifts nothing. Of
// several that are alike each has its own.
func (st *Stage) faultKey(step *scenarios.Step) uint64 {
	text := st.rand.draw(step.String(), 0, 0)
	st.faultKeys[text]++
	return splitmix(text ^ st.faultKeys[text])
}

// window is an open fault of one system. Of several of one kind the last one
// opened is in force.
type window struct {
	id       uint64
	step     *scenarios.Step
	throttle *mocks.Throttle
	failing  *mocks.ServerError
	left     *int
	zone     *time.Location
}

func (st *Stage) vendorFault(s *system, step *scenarios.Step, id uint64, at int64) (lasts bool) {
	switch step.Verb {
	case scenarios.RestartEmpty:
		s.mock.(mocks.Emptied).Empty(s.clock.at(at))
		fallthrough
	case scenarios.TokenExpiry:
		s.mock.Faults().Revocations++
		return false
	}
	open := &window{id: id, step: step}
	switch step.Verb {
	case scenarios.Throttle:
		open.throttle = &mocks.Throttle{Every: every(step.Rate), Left: step.Count, RetryAfter: retryAfter(step.Retry)}
	case scenarios.ServerError:
		open.failing = &mocks.ServerError{Status: step.Status, AfterCommit: step.When == "after", Left: step.Count}
	case scenarios.DailyLimit:
		left := step.Requests
		open.left = &left
	case scenarios.TokenRevoke:
		s.mock.Faults().Revocations++
	}
	st.open(s, open, at)
	return !step.ForGood()
}

// open puts a window in force.
func (st *Stage) open(s *system, x *window, at int64) {
	s.windows = append(s.windows, x)
	st.inForce(s, x.step, at)
}

// shut closes a window.
func (st *Stage) shut(s *system, id uint64, at int64) {
	i := slices.IndexFunc(s.windows, func(x *window) bool { return x.id == id })
	x := s.windows[i]
	s.windows = slices.Delete(s.windows, i, i+1)
	st.inForce(s, x.step, at)
}

// inForce sets a system's switches to its open windows, after the one of the
// given step was opened or closed.
func (st *Stage) inForce(s *system, changed *scenarios.Step, at int64) {
	s.obey()
	switch changed.Verb {
	case scenarios.Drift:
		s.touchedAt = at
	case scenarios.Permission:
		if _, ofField := st.fieldNamed(objectNamed(changed.Object), s.side, changed.What); ofField {
			s.touchedAt = at // a field that may not be seen is gone from the schema
		}
	}
}

// noteSwitched takes down what the end of the run depends on of a window that
// opened or closed: what a poll gap hid shows only from its end on.
func (w *World) noteSwitched(step *scenarios.Step) {
	if step.Verb == scenarios.PollGap {
		for object := range w.mappings {
			w.sights[placeOf(object, sideNamed(step.On))].changed = uint64(w.journal.Len())
		}
	}
}

// obey sets the switches of a system to the windows that are open.
func (s *system) obey() {
	f := s.mock.Faults()
	f.Throttle, f.Quota, f.MaxConcurrent, f.DailyRemaining, f.Error = nil, nil, 0, nil, nil
	f.AuthDown, f.Revoked, f.Drift, f.FeedHides, f.MuteNotices, f.LocalTimes = false, nil, nil, false, false, s.zone
	for _, x := range s.windows {
		x.apply(f)
	}
}

// fieldNamed finds a mapped field by its native name on one side.
func (st *Stage) fieldNamed(object int, side mapping.Side, name string) (int, bool) {
	i := slices.Index(st.mappings[object].Names(side), name)
	return i, i >= 0
}

func (x *window) apply(f *mocks.Faults) {
	step := x.step
	switch step.Verb {
	case scenarios.Throttle:
		f.Throttle = x.throttle
	case scenarios.QuotaChange:
		f.Quota = &mocks.Quota{Requests: step.Requests, Per: step.Per.Std(), RetryAfter: retryAfter(step.Retry), Headers: true}
	case scenarios.Concurrency:
		f.MaxConcurrent = step.Requests
	case scenarios.DailyLimit:
		f.DailyRemaining = x.left
	case scenarios.ServerError:
		f.Error = x.failing
	case scenarios.TokenRevoke:
		f.AuthDown = true
	case scenarios.Permission:
		f.Revoked = append(f.Revoked, revoked(step))
	case scenarios.Drift:
		f.Drift = append(f.Drift, mocks.Drift{
			Object: mocks.Object(objectNamed(step.Object)), Field: step.What, Rename: step.Drift.Rename, Remove: step.Drift.Remove, Retype: step.Drift.Retype, Length: step.Drift.Length,
			Values: step.Drift.Values,
		})
	case scenarios.PollGap:
		f.FeedHides = true
	case scenarios.MuteWebhooks:
		f.MuteNotices = true
	case scenarios.ClockZone:
		f.LocalTimes = x.zone
	}
}

// revoked is the mocks' word for a permission. Those of Genesys Cloud name
// their object themselves.
func revoked(step *scenarios.Step) string {
	if step.Object == scenarios.Account && !strings.Contains(step.What, ":") {
		return scenarios.Account + "." + step.What
	}
	return step.What
}

// every turns a rate in percent into "each n-th".
func every(rate int) int {
	if rate <= 0 || rate >= 100 {
		return 1
	}
	return max(100/rate, 1)
}

func retryAfter(text string) string {
	switch {
	case text == "none":
		return ""
	case text == "date":
		return "date+60"
	default:
		return strings.TrimSuffix(text, "s")
	}
}

// clockOf is the clock that a step speaks of.
func (st *Stage) clockOf(step *scenarios.Step) *clock {
	if step.On == "engine" {
		return &st.wall
	}
	return &st.systems[sideNamed(step.On)].clock
}

// setClock sets the clock that a step speaks of; a system's timers go on as
// they were.
func (st *Stage) setClock(step *scenarios.Step, by time.Duration, at int64) {
	st.clockOf(step).step(at, by)
	if step.On != "engine" {
		st.systems[sideNamed(step.On)].mock.ClockSet(by)
	}
}

func (st *Stage) clockFault(step *scenarios.Step, id uint64, at int64) (lasts bool, err error) {
	c := st.clockOf(step)
	switch step.Verb {
	case scenarios.ClockSkew:
		st.setClock(step, step.Amount.Std(), at)
		return true, nil
	case scenarios.ClockDrift:
		c.setDrift(at, c.ppm+int64(step.PPM))
		return true, nil
	case scenarios.ClockZone:
		return st.zoneFault(step, id, at)
	default:
		st.setClock(step, step.Amount.Std(), at)
		return false, nil
	}
}

func (st *Stage) liftClock(step *scenarios.Step, id uint64, at int64) {
	c := st.clockOf(step)
	switch step.Verb {
	case scenarios.ClockSkew:
		st.setClock(step, -step.Amount.Std(), at)
	case scenarios.ClockDrift:
		c.setDrift(at, c.ppm-int64(step.PPM))
	case scenarios.ClockZone:
		st.shut(st.systems[sideNamed(step.On)], id, at)
	}
}

func (st *Stage) zoneFault(step *scenarios.Step, id uint64, at int64) (lasts bool, err error) {
	zone, err := scenarios.Zone(step.To)
	if err != nil || step.On == "engine" {
		return false, fmt.Errorf("a system cannot show the times of %q", step.To)
	}
	st.open(st.systems[sideNamed(step.On)], &window{id: id, step: step, zone: zone}, at)
	return true, nil
}

func (w *World) webhookFault(step *scenarios.Step, id uint64) (lasts bool) {
	switch step.Verb {
	case scenarios.ForgeWebhook:
		w.forge(step)
		return false
	case scenarios.ReplayWebhook:
		w.replay(step)
		return false
	case scenarios.MuteWebhooks:
		w.open(w.systems[sideNamed(step.On)], &window{id: id, step: step}, w.agenda.now)
		return !step.ForGood()
	}
	w.webhookFaults = append(w.webhookFaults, w.newLinkFault(step, id))
	return true
}

func (w *World) engineFault(step *scenarios.Step) (lasts bool) {
	h := w.host
	switch step.Verb {
	case scenarios.DiskFull:
		h.disk.full++
		return true
	case scenarios.Redeliver:
		h.redeliver(step)
	case scenarios.CrashEngine, scenarios.LoseStore:
		if step.Crash.Effect == "" {
			h.crash(step.Crash, "at the instant "+step.At.String())
			return false
		}
		h.crashes = append(h.crashes, &crashPlan{step: &crashStep{crash: step.Crash, after: w.agenda.now, text: step.String()}})
	}
	return false
}

// redeliver puts queue entries back that were already done, as a broker does
// that lost an acknowledgement.
func (h *host) redeliver(step *scenarios.Step) {
	recent := h.disk.recent
	n := 0
	for i := len(recent) - 1; i >= 0 && n < max(step.Count, 1); i-- {
		if step.Record != "" && h.w.aliasOf(recent[i].String()) != step.Record {
			continue
		}
		n++
		h.disk.store.Apply(h.now(), engine.Batch{Ops: []engine.StoreOp{engine.Enqueue{Ref: recent[i], Lane: engine.Fresh}}})
	}
	h.soon(engine.Redelivered{})
}
