package certify

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// acks are mutations of what follows a webhook.
var acks = []Mutation{
	{
		Name: "notice-forgotten", Invariant: "durable-ack", Rule: "EV-2",
		Breaks: "a notice was acknowledged, and nothing was ever asked of its record again",
		apply:  func(d *draft) bool { _, ok := d.forget(); return ok },
	},
	{
		Name: "notice-lost-in-a-crash", Invariant: "durable-ack", Rule: "EV-2",
		Breaks: "the engine died after it had acknowledged a notice, and never asked for the record again",
		apply: func(d *draft) bool {
			ack, ok := d.forget()
			if ok {
				d.insert(ack+1, trace.Event{Kind: trace.Crash, On: trace.Engine}, trace.Event{Kind: trace.Restart, On: trace.Engine})
			}
			return ok
		},
	},
	{
		Name: "last-notice-forgotten", Invariant: "durable-ack", Rule: "EV-2",
		Breaks: "the last notice of the run was acknowledged, and nothing followed",
		apply:  lastNotice,
	},
	{
		Name: "notice-forgotten-in-a-cut-run", Invariant: "durable-ack", Rule: "EV-2", Doubt: true,
		Breaks: "a notice was acknowledged, and the run ended at its deadline before the record was asked for",
		apply:  func(d *draft) bool { _, ok := d.forget(); return ok && d.endAs("deadline") },
	},
	{
		Name: "late-acknowledgement", Invariant: "prompt-ack", Rule: "EV-3",
		Breaks: "a delivery is answered after the vendor's patience",
		apply:  func(d *draft) bool { return d.delayAck(15 * time.Second) },
	},
	{
		Name: "acknowledged-after-the-other-system", Invariant: "prompt-ack", Rule: "EV-3",
		Breaks: "a delivery is answered three seconds later, when the other system may have answered",
		apply: func(d *draft) bool {
			return d.sc.Engine.Fsync <= scenarios.Duration(5*time.Millisecond) && d.delayAck(3*time.Second)
		},
	},
	{
		Name: "never-acknowledged", Invariant: "prompt-ack", Rule: "EV-3",
		Breaks: "a delivery is never answered, and the engine lives on",
		apply: func(d *draft) bool {
			i := d.acked()
			if i < 0 || d.ev[len(d.ev)-1].At-d.ev[i].At < int64(time.Minute) {
				return false
			}
			d.ev = slices.Delete(d.ev, i, i+1)
			return true
		},
	},
	{
		Name: "forged-notice-taken", Invariant: "prompt-ack", Rule: "EV-1",
		Breaks: "a forged delivery is acknowledged",
		apply: func(d *draft) bool {
			i := d.acked()
			if i < 0 {
				return false
			}
			deliver := d.ev[i].Cause
			k := d.first(0, func(e *trace.Event) bool { return e.Op == deliver && e.Kind == trace.Deliver })
			if k >= 0 {
				d.ev[k].Code = "forged"
			}
			return k >= 0
		},
	},
	{
		Name: "genuine-notice-refused", Invariant: "prompt-ack", Rule: "EV-1",
		Breaks: "a genuine delivery is answered 401",
		apply: func(d *draft) bool {
			i := d.acked()
			if i >= 0 {
				d.ev[i].Status = 401
			}
			return i >= 0
		},
	},
	{
		Name: "refusal-turned-into-acceptance", Invariant: "prompt-ack", Rule: "EV-1",
		Breaks: "a delivery that was answered 401 is answered 200",
		apply: func(d *draft) bool {
			i := d.first(0, func(e *trace.Event) bool { return e.Kind == trace.Ack && e.Status == 401 })
			if i >= 0 {
				d.ev[i].Status = 200
			}
			return i >= 0
		},
	},
}

// unpolled are the systems that the engine hears of by webhooks alone.
func (d *draft) unpolled(on trace.System) bool {
	return on == trace.CC && d.sc.Engine.Poll.CC == scenarios.Off || on == trace.CRM && d.sc.Engine.Poll.CRM == scenarios.Off
}

// forget finds an acknowledged notice of a user's edit in a system that is not
// polled, and drops all that was asked of the record from that edit on. It
// returns the acknowledgement's index.
func (d *draft) forget() (int, bool) {
	for _, p := range d.pairs() {
		for on := trace.CC; on <= trace.CRM; on++ {
			edit := d.last(func(e *trace.Event) bool { return users(e) && e.On == on && p.has(e) })
			if edit < 0 || !d.unpolled(on) {
				continue
			}
			from := d.ev[edit]
			if d.first(edit, func(e *trace.Event) bool { return e.Kind == trace.Ack && e.On == on && p.has(e) && e.Status/100 == 2 }) < 0 {
				continue
			}
			d.drop(func(e *trace.Event) bool {
				return e.Op > from.Op && (e.Kind == trace.Read || e.Kind == trace.Arrive) && e.On == on && p.has(e)
			})
			return d.first(0, func(e *trace.Event) bool {
				return e.Op > from.Op && e.Kind == trace.Ack && e.On == on && p.has(e) && e.Status/100 == 2
			}), true
		}
	}
	return -1, false
}

// lastNotice has a user edit a record of a system that is not polled when all
// is at rest, and the engine acknowledge the notice.
func lastNotice(d *draft) bool {
	at := d.rest()
	for _, p := range d.pairs() {
		for on := trace.CC; on <= trace.CRM && at > 0; on++ {
			if !d.unpolled(on) || d.names.freeText() == nil {
				continue
			}
			u := d.userEdit(&p, on, at, "the last edit")
			notice := trace.Event{On: on, Record: p.id[on], Alias: p.alias, Notice: 1 << 40, Attempt: 1}
			notify, deliver, ack := notice, notice, notice
			notify.Kind, notify.Attempt = trace.Notify, 0
			deliver.Kind, ack.Kind, ack.Status = trace.Deliver, trace.Ack, 200
			d.insert(at, u, notify, deliver, ack)
			return true
		}
	}
	return false
}

// acked is the first acknowledgement of a delivery, -1 if there is none, or if
// a crash could have kept it.
func (d *draft) acked() int {
	if d.crashed() {
		return -1
	}
	return d.first(0, func(e *trace.Event) bool { return e.Kind == trace.Ack && e.Status/100 == 2 })
}

func (d *draft) delayAck(by time.Duration) bool {
	i := d.acked()
	if i < 0 {
		return false
	}
	d.ev[i].At += int64(by)
	if last := &d.ev[len(d.ev)-1]; last.At <= d.ev[i].At {
		rest := d.rest()
		d.postpone(rest, int64(by)+1)
	}
	return true
}
