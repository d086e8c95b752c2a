package sim

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// begin starts a fault. One that lasts is open until its time is over, or
// until the timeline ends; one that strikes once is over at once.
func (w *World) begin(step *scenarios.Step) {
	on := faultOn(step)
	op := w.Emit(trace.Event{Kind: trace.FaultBegin, On: on, Code: string(step.Verb), Text: step.String()})
	end := w.strike(step)
	if end == nil {
		w.Emit(trace.Event{Kind: trace.FaultEnd, On: on, Code: string(step.Verb), Cause: op})
		return
	}
	until := w.agenda.now + int64(step.For)
	if step.For == 0 {
		until = max(int64(w.sc.End()), w.agenda.now)
	}
	w.windows++
	w.at(until, func() {
		w.windows--
		end()
		w.Emit(trace.Event{Kind: trace.FaultEnd, On: on, Code: string(step.Verb), Cause: op})
	})
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

// strike makes a fault effective and returns what ends it, nil if nothing does.
func (w *World) strike(step *scenarios.Step) func() {
	switch step.Verb.Group() {
	case scenarios.Network:
		return w.linkFault(step)
	case scenarios.Vendor:
		return w.vendorFault(w.systems[sideNamed(step.On)], step)
	case scenarios.Clocks:
		return w.clockFault(step)
	case scenarios.Webhook:
		return w.webhookFault(step)
	default:
		return w.engineFault(step)
	}
}

func (w *World) linkFault(step *scenarios.Step) func() {
	side := mapping.CC
	if slices.Contains(step.Between[:], "crm") {
		side = mapping.CRM
	}
	l := &w.net.links[side]
	f := &linkFault{step: step, since: w.agenda.now}
	l.faults = append(l.faults, f)
	return func() { l.faults = slices.DeleteFunc(l.faults, func(x *linkFault) bool { return x == f }) }
}

func (w *World) vendorFault(s *system, step *scenarios.Step) func() {
	f := s.mock.Faults()
	switch step.Verb {
	case scenarios.Throttle:
		f.Throttle = &mocks.Throttle{Every: every(step.Rate), Left: step.Count, RetryAfter: retryAfter(step.Retry)}
		return func() { f.Throttle = nil }
	case scenarios.QuotaChange:
		before := f.Quota
		f.Quota = &mocks.Quota{Requests: step.Requests, Per: step.Per.Std(), RetryAfter: retryAfter(step.Retry), Headers: true}
		return lasting(step, func() { f.Quota = before })
	case scenarios.Concurrency:
		f.MaxConcurrent = step.Requests
		return func() { f.MaxConcurrent = 0 }
	case scenarios.DailyLimit:
		left := step.Requests
		f.DailyRemaining = &left
		return func() { f.DailyRemaining = nil }
	case scenarios.ServerError:
		f.Error = &mocks.ServerError{Status: step.Status, AfterCommit: step.When == "after", Left: step.Count}
		return func() { f.Error = nil }
	case scenarios.TokenExpiry:
		f.RevokedBefore = s.now(w).Add(time.Nanosecond)
	case scenarios.TokenRevoke:
		f.RevokedBefore, f.AuthDown = s.now(w).Add(time.Nanosecond), true
		return func() { f.AuthDown = false }
	case scenarios.Permission:
		s.touchedAt = w.agenda.now
		f.Revoked = append(f.Revoked, step.What)
		return func() {
			s.touchedAt = w.agenda.now
			if i := slices.Index(f.Revoked, step.What); i >= 0 {
				f.Revoked = slices.Delete(f.Revoked, i, i+1)
			}
		}
	case scenarios.Drift:
		d := mocks.Drift{Field: step.What, Rename: step.Drift.Rename, Remove: step.Drift.Remove, Retype: step.Drift.Retype, Length: step.Drift.Length}
		s.touchedAt = w.agenda.now
		f.Drift = append(f.Drift, d)
		return lasting(step, func() {
			s.touchedAt = w.agenda.now
			if i := slices.Index(f.Drift, d); i >= 0 {
				f.Drift = slices.Delete(f.Drift, i, i+1)
			}
		})
	case scenarios.PollGap:
		f.FeedHides = true
		return func() {
			f.FeedHides = false
			// What was hidden shows only from here on.
			w.changed[s.side] = uint64(w.journal.Len())
		}
	}
	return nil
}

// lasting is end for a step that says how long it lasts, and nothing for one
// that changes the world for good.
func lasting(step *scenarios.Step, end func()) func() {
	if step.For == 0 {
		return nil
	}
	return end
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

func (w *World) clockFault(step *scenarios.Step) func() {
	c := &w.host.wall
	var f *mocks.Faults
	if step.On != "engine" {
		s := w.systems[sideNamed(step.On)]
		c, f = &s.clock, s.mock.Faults()
	}
	now := w.agenda.now
	switch step.Verb {
	case scenarios.ClockStep:
		c.step(now, step.Amount.Std())
		return nil
	case scenarios.ClockSkew:
		c.step(now, step.Amount.Std())
		return func() { c.step(w.agenda.now, -step.Amount.Std()) }
	case scenarios.ClockDrift:
		before := c.ppm
		c.setDrift(now, int64(step.PPM))
		return func() { c.setDrift(w.agenda.now, before) }
	case scenarios.ClockZone:
		zone, err := time.LoadLocation(step.To)
		if err != nil || f == nil {
			w.fail(&HarnessError{Message: "zone " + strconv.Quote(step.To) + " is not known on this machine"})
			return nil
		}
		f.LocalTimes = zone
		return func() { f.LocalTimes = nil }
	}
	return nil
}

func (w *World) webhookFault(step *scenarios.Step) func() {
	switch step.Verb {
	case scenarios.ForgeWebhook:
		w.forge(step)
		return nil
	case scenarios.ReplayWebhook:
		w.replay(step)
		return nil
	case scenarios.MuteWebhooks:
		f := w.systems[sideNamed(step.On)].mock.Faults()
		f.MuteNotices = true
		return func() { f.MuteNotices = false }
	}
	f := &linkFault{step: step, since: w.agenda.now}
	w.webhookFaults = append(w.webhookFaults, f)
	return func() {
		w.webhookFaults = slices.DeleteFunc(w.webhookFaults, func(x *linkFault) bool { return x == f })
	}
}

func (w *World) engineFault(step *scenarios.Step) func() {
	h := w.host
	switch step.Verb {
	case scenarios.Redeliver:
		h.redeliver(step)
	case scenarios.CrashEngine, scenarios.LoseStore:
		if step.Crash.Effect == "" {
			h.crash(step.Crash, "at the instant "+step.At.String())
			return nil
		}
		h.crashes = append(h.crashes, &crashPlan{step: &crashStep{crash: step.Crash, after: w.agenda.now, line: step.Line}})
	}
	return nil
}

// redeliver puts queue entries back that were already done, as a broker does
// that lost an acknowledgement.
func (h *host) redeliver(step *scenarios.Step) {
	recent := h.disk.recent
	n := 0
	for i := len(recent) - 1; i >= 0 && n < max(step.Count, 1); i-- {
		if step.Record != "" && h.aliasOf(recent[i].String()) != step.Record {
			continue
		}
		n++
		h.disk.store.Apply(h.now(), engine.Batch{Ops: []engine.StoreOp{engine.Enqueue{Ref: recent[i], Lane: engine.Fresh}}})
	}
	h.soon(engine.Redelivered{})
}
