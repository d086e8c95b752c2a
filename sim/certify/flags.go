package certify

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// flags are mutations of what waits for a person, and of what people are told.
var flags = []Mutation{
	{
		Name: "told-of-a-flag-without-cause", Invariant: "no-over-flagging", Rule: "CR-6",
		Breaks: "a person is asked about a record of which only one side was ever edited",
		apply:  func(d *draft) bool { return d.tellAbout("flagged") },
	},
	{
		Name: "status-flagged-without-cause", Invariant: "no-over-flagging", Rule: "CR-10",
		Breaks: "the engine stores FLAGGED for a record of which only one side was ever edited",
		apply:  func(d *draft) bool { return d.storeCauseless("FLAGGED") },
	},
	{
		Name: "told-of-a-failure-without-cause", Invariant: "no-over-flagging", Rule: "FC-1",
		Breaks: "a record is dead-lettered that no system refused and whose values fit",
		apply:  func(d *draft) bool { return d.tellAbout("failed") },
	},
	{
		Name: "status-failed-without-cause", Invariant: "no-over-flagging", Rule: "FC-1",
		Breaks: "the engine stores FAILED for a record that no system refused",
		apply:  func(d *draft) bool { return d.storeCauseless("FAILED") },
	},
	{
		Name: "flag-before-the-conflict", Invariant: "no-over-flagging", Rule: "CR-6",
		Breaks: "a person is asked about a conflict before there was one",
		apply: func(d *draft) bool {
			p, i := d.flagged()
			if p == nil {
				return false
			}
			message := d.ev[i]
			first := d.first(0, func(e *trace.Event) bool { return users(e) && p.has(e) })
			if first < 1 {
				return false
			}
			message.At = d.ev[first-1].At
			d.ev = slices.Delete(d.ev, i, i+1)
			d.insert(first, message)
			return true
		},
	},
	{
		Name: "field-written-in-review", Invariant: "review-isolation", Rule: "CR-10",
		Breaks: "a business field of a record that waits for a person is written",
		apply: func(d *draft) bool {
			return d.writeInReview(func(w *trace.Event, h *held) {
				f := d.names.freeText().native[trace.CRM]
				w.Changes = []trace.Change{h.set(f, "written too early")}
			})
		},
	},
	{
		Name: "version-written-in-review", Invariant: "review-isolation", Rule: "CR-10",
		Breaks: "the version of a record that waits for a person is moved",
		apply: func(d *draft) bool {
			return d.writeInReview(func(w *trace.Event, _ *held) { w.Version++; w.Changes = nil })
		},
	},
	{
		Name: "status-written-twice-in-review", Invariant: "review-isolation", Rule: "CR-10",
		Breaks: "the status of a record that waits for a person is written again and again",
		apply:  statusAgain,
	},
	{
		Name: "pending-is-stored", Invariant: "review-isolation", Rule: "CR-10",
		Breaks: "the engine stores the status PENDING",
		apply:  func(d *draft) bool { return d.storeStatus("PENDING") },
	},
	{
		Name: "flag-not-told", Invariant: "told", Rule: "EV-11",
		Breaks: "a record is flagged and nobody is told",
		apply:  func(d *draft) bool { return d.silence("flagged", "FLAGGED") },
	},
	{
		Name: "failure-not-told", Invariant: "told", Rule: "EV-11",
		Breaks: "a record is dead-lettered and nobody is told",
		apply:  func(d *draft) bool { return d.silence("failed", "FAILED") },
	},
	{
		Name: "drift-not-told", Invariant: "told", Rule: "FC-3",
		Breaks: "a system refuses what its changed schema no longer takes, and nobody is told",
		apply: func(d *draft) bool {
			return d.drop(func(e *trace.Event) bool { return e.Kind == trace.Told && e.Verb == "drift" }) && d.refused(scenarios.Drift, 400) &&
				(d.drop(func(e *trace.Event) bool { return e.Kind == trace.Told && e.Verb == "failed" }) || true)
		},
	},
	{
		Name: "lost-permission-not-told", Invariant: "told", Rule: "RL-6",
		Breaks: "a system refuses requests for want of a permission, and nobody is told",
		apply: func(d *draft) bool {
			return d.drop(func(e *trace.Event) bool { return e.Kind == trace.Told && e.Verb == "permission" }) && d.refused(scenarios.Permission, 403)
		},
	},
	{
		Name: "outage-not-told", Invariant: "told", Rule: "EV-11",
		Breaks: "a system serves nothing for hours, and nobody is told",
		apply: func(d *draft) bool {
			at := d.rest()
			if at < 0 || d.told("outage") {
				return false
			}
			d.outage(at, 3*time.Hour)
			return true
		},
	},
	{
		Name: "mass-delete-without-question", Invariant: "told", Rule: "CR-13",
		Breaks: "a mass delete is carried over, and nobody was asked",
		apply: func(d *draft) bool {
			return d.drop(func(e *trace.Event) bool { return e.Kind == trace.Person && e.Verb == "approve" }) &&
				d.drop(func(e *trace.Event) bool { return e.Kind == trace.Told && e.Verb == "mass-delete" })
		},
	},
	{
		Name: "message-without-identifier", Invariant: "told", Rule: "EV-11",
		Breaks: "a message carries no identifier, so that a repeat cannot be recognised",
		apply: func(d *draft) bool {
			i := d.first(0, func(e *trace.Event) bool { return e.Kind == trace.Told })
			if i >= 0 {
				d.ev[i].External = ""
			}
			return i >= 0
		},
	},
	{
		Name: "one-identifier-for-two-messages", Invariant: "told", Rule: "EV-11",
		Breaks: "messages about two things carry one identifier",
		apply: func(d *draft) bool {
			i := d.first(0, func(e *trace.Event) bool { return e.Kind == trace.Told })
			if i < 0 {
				return false
			}
			again := d.ev[i]
			again.Op, again.Alias, again.Record, again.Verb = 0, "somebody-else", "", "failed"
			d.insert(i+1, again)
			return true
		},
	},
	{
		Name: "two-identifiers-for-one-message", Invariant: "told", Rule: "EV-11",
		Breaks: "a person is told of one thing twice, under two identifiers",
		apply: func(d *draft) bool {
			i := d.first(0, func(e *trace.Event) bool {
				return e.Kind == trace.Told && (e.Verb == "flagged" || e.Verb == "failed") && e.Alias != "" && e.Text != ""
			})
			if i < 0 {
				return false
			}
			again := d.ev[i]
			again.Op, again.External = 0, again.External+"/again"
			d.insert(i+1, again)
			return true
		},
	},
}

// causeless is a pair that was served without trouble and edited on one side
// only, so that nothing about it can need a person; nil if there is none.
func (d *draft) causeless() *pair {
	p, _ := d.oneSided()
	return p
}

func (d *draft) tellAbout(topic string) bool {
	p, at := d.causeless(), d.rest()
	if p == nil || at < 0 || topic == "failed" && d.suffered(scenarios.Drift, scenarios.Permission) {
		return false
	}
	d.insert(at, trace.Event{Kind: trace.Told, On: trace.Engine, Verb: topic, Alias: p.alias, Record: p.id[trace.CC], External: topic + "/one", Text: "decide"})
	return true
}

func (d *draft) storeCauseless(status string) bool {
	p, at := d.causeless(), d.rest()
	if p == nil || at < 0 || status == "FAILED" && d.suffered(scenarios.Drift, scenarios.Permission) {
		return false
	}
	d.insert(at, d.write(d.edit(p, trace.CRM, at, d.names.status[trace.CRM], status))...)
	return true
}

// flagged is the first pair about which people were told of a flag, with the
// message's index; nil if there is none.
func (d *draft) flagged() (*pair, int) {
	for _, p := range d.pairs() {
		i := d.first(0, func(e *trace.Event) bool { return e.Kind == trace.Told && e.Verb == "flagged" && e.Alias == p.alias })
		if i >= 0 {
			return &p, i
		}
	}
	return nil, -1
}

// writeInReview inserts a write right after people were told of a flag.
func (d *draft) writeInReview(how func(*trace.Event, *held)) bool {
	p, i := d.flagged()
	if p == nil || d.names.freeText() == nil {
		return false
	}
	h := d.stand(trace.CRM, p.id[trace.CRM], i+1)
	w := d.edit(p, trace.CRM, i+1, d.names.status[trace.CRM], h.status)
	how(&w, &h)
	w.At = d.ev[i].At
	d.insert(i+1, d.write(w)...)
	return true
}

// statusAgain writes other statuses after the one that says FLAGGED.
func statusAgain(d *draft) bool {
	p, told := d.flagged()
	if p == nil {
		return false
	}
	i := d.first(told, func(e *trace.Event) bool {
		return engines(e) && p.has(e) && d.names.statusOf(e) == "FLAGGED" && d.certain(e)
	})
	if i < 0 {
		return false
	}
	received := d.first(i, func(e *trace.Event) bool { return e.Kind == trace.Receive && e.Call == d.ev[i].Call })
	on, at := d.ev[i].On, d.ev[received].At
	for _, status := range []string{"FLAGGED", "IN_SYNC"} {
		w := d.edit(p, on, received+1, d.names.status[on], status)
		w.At = at + int64(time.Millisecond)
		d.insert(received+1, d.write(w)...)
	}
	return true
}

// silence drops the messages of a topic about a record whose status says so.
func (d *draft) silence(topic, status string) bool {
	plain := d.pairs()
	i := d.first(0, func(e *trace.Event) bool {
		return engines(e) && d.names.statusOf(e) == status && slices.ContainsFunc(plain, func(p pair) bool { return p.has(e) })
	})
	if i < 0 || d.told("mass-delete") || d.told("drift") || d.told("permission") {
		return false
	}
	alias := d.ev[i].Alias
	return d.drop(func(e *trace.Event) bool { return e.Kind == trace.Told && e.Verb == topic && e.Alias == alias })
}

// refused says that a fault's victim answered a status that the engine received.
func (d *draft) refused(fault scenarios.Verb, status int16) bool {
	begin := d.first(0, func(e *trace.Event) bool { return e.Kind == trace.FaultBegin && scenarios.Verb(e.Code) == fault })
	return begin >= 0 && d.first(begin, func(e *trace.Event) bool {
		return e.Kind == trace.Receive && e.On == d.ev[begin].On && e.Status == status
	}) >= 0
}

// outage has every request of some hours fail, twelve in all.
func (d *draft) outage(at int, lasting time.Duration) {
	const requests = 12
	began := d.ev[at-1].At
	d.postpone(at, int64(lasting)+1)
	var events []trace.Event
	for k := range requests {
		d.calls++
		of := trace.Event{On: trace.CRM, Actor: trace.ActorEngine, Call: d.calls, At: began + int64(lasting)*int64(k+1)/requests}
		send, lose := of, of
		send.Kind, send.Method, send.Path = trace.Send, "GET", "/changes"
		lose.Kind, lose.Code = trace.Lose, "timeout"
		events = append(events, send, lose)
	}
	d.insert(at, events...)
}
