package certify

import (
	"cmp"
	"slices"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// draft is a journal that is being changed. Its events keep the operation
// numbers of the original, and those that are new have none, until settle
// numbers all of them.
type draft struct {
	sc    *scenarios.Scenario
	names vocabulary
	ev    []trace.Event
	calls uint64 // the highest exchange number in use
}

func newDraft(j *Journal) *draft {
	d := &draft{sc: j.Scenario, names: newVocabulary(j.Scenario), ev: slices.Clone(j.Events)}
	for i := range d.ev {
		d.calls = max(d.calls, d.ev[i].Call)
	}
	return d
}

// settle puts the events into the order of their times, numbers them from 1,
// and lets the causes follow. The cause of an event whose cause was taken out
// is what had caused that.
func (d *draft) settle(original []trace.Event) []trace.Event {
	slices.SortStableFunc(d.ev, func(a, b trace.Event) int { return cmp.Compare(a.At, b.At) })
	numbers := make([]uint64, len(original)+1)
	for i := range d.ev {
		if op := d.ev[i].Op; op > 0 && numbers[op] == 0 {
			numbers[op] = uint64(i) + 1
		}
	}
	for i := range d.ev {
		e := &d.ev[i]
		e.Op = uint64(i) + 1
		for e.Cause > 0 && numbers[e.Cause] == 0 {
			e.Cause = original[e.Cause-1].Cause
		}
		e.Cause = numbers[e.Cause]
	}
	return d.ev
}

// first is the index of the first event from an index on that answers a
// description, -1 if there is none.
func (d *draft) first(from int, is func(*trace.Event) bool) int {
	for i := from; i < len(d.ev); i++ {
		if is(&d.ev[i]) {
			return i
		}
	}
	return -1
}

// last is the index of the last such event, -1 if there is none.
func (d *draft) last(is func(*trace.Event) bool) int {
	for i := len(d.ev) - 1; i >= 0; i-- {
		if is(&d.ev[i]) {
			return i
		}
	}
	return -1
}

// drop takes out all such events and says whether there were any.
func (d *draft) drop(is func(*trace.Event) bool) bool {
	n := len(d.ev)
	d.ev = slices.DeleteFunc(d.ev, func(e trace.Event) bool { return is(&e) })
	return len(d.ev) < n
}

// insert puts new events before an index. They happen when the event before
// them did, unless they say when.
func (d *draft) insert(i int, events ...trace.Event) {
	at := int64(0)
	if i > 0 {
		at = d.ev[i-1].At
	}
	for k := range events {
		if events[k].At == 0 {
			events[k].At = at
		}
	}
	d.ev = slices.Insert(d.ev, i, events...)
}

// rest is the index at which the world came to rest: what is inserted there is
// the last that happened. -1 if it never did.
func (d *draft) rest() int {
	return d.first(0, func(e *trace.Event) bool { return e.Kind == trace.Idle })
}

// postpone moves the events from an index on to a later time.
func (d *draft) postpone(from int, by int64) {
	for i := from; i < len(d.ev); i++ {
		d.ev[i].At += by
	}
}

// change gives an event changes of its own, so that the original's stay.
func change(e *trace.Event, how func(*trace.Change)) {
	e.Changes = slices.Clone(e.Changes)
	for k := range e.Changes {
		how(&e.Changes[k])
	}
}

// exchange is a whole exchange of the engine's with a system, all at one time;
// inside stands between the arrival and the answer.
func (d *draft) exchange(on trace.System, method, path, record string, status int16, code string, inside ...trace.Event) []trace.Event {
	d.calls++
	of := trace.Event{On: on, Actor: trace.ActorEngine, Call: d.calls, Method: method, Path: path}
	send, arrive := of, of
	send.Kind, arrive.Kind, arrive.Record = trace.Send, trace.Arrive, record
	out := []trace.Event{send, arrive}
	for _, e := range inside {
		e.On, e.Actor, e.Call = on, trace.ActorEngine, d.calls
		out = append(out, e)
	}
	return append(out,
		trace.Event{Kind: trace.Answer, On: on, Call: d.calls, Status: status, Code: code},
		trace.Event{Kind: trace.Receive, On: on, Actor: trace.ActorEngine, Call: d.calls, Status: status, Code: code})
}

// write is an exchange in which the engine changes a record.
func (d *draft) write(e trace.Event) []trace.Event {
	e.Kind = trace.Commit
	events := d.exchange(e.On, "PATCH", "/records/"+e.Record, e.Record, 204, "", e)
	for k := range events {
		events[k].At = e.At
	}
	return events
}
