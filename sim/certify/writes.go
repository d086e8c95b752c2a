package certify

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// writes are mutations of how often and in what form the engine writes.
var writes = []Mutation{
	{
		Name: "write-without-a-change", Invariant: "no-loop", Rule: "DM-2",
		Breaks: "the engine saves a record and changes nothing",
		apply: func(d *draft) bool {
			return d.writeAgain(func(w *trace.Event, _ int) { w.Verb, w.Changes = trace.Touch, nil }, 1)
		},
	},
	{
		Name: "same-value-written-again", Invariant: "no-loop", Rule: "CR-1",
		Breaks: "the engine writes the value that is stored already",
		apply: func(d *draft) bool {
			return d.writeAgain(func(w *trace.Event, _ int) {
				c := &w.Changes[0]
				c.Before, c.Had = c.After, c.Has
			}, 1)
		},
	},
	{
		Name: "values-go-to-and-fro", Invariant: "no-loop", Rule: "DM-5",
		Breaks: "the engine writes one field back and forth, more often than any edit explains",
		apply: func(d *draft) bool {
			return d.writeAgain(func(w *trace.Event, n int) {
				c := &w.Changes[0]
				values := [2]string{c.After, "the other value"}
				c.Before, c.After, c.Had, c.Has = values[n%2], values[1-n%2], true, true
			}, 20)
		},
	},
	{
		Name: "version-counts-up-for-ever", Invariant: "no-loop", Rule: "DM-2",
		Breaks: "the engine raises the version again and again, for no edit",
		apply: func(d *draft) bool {
			return d.writeAgain(func(w *trace.Event, n int) {
				w.Changes, w.Before, w.Version = nil, w.Version+int64(n), w.Version+int64(n)+1
			}, 20)
		},
	},
	{
		Name: "two-writes-at-once", Invariant: "no-loop", Rule: "EV-5",
		Breaks: "two writes to one record are under way at the same time",
		apply:  twoAtOnce,
	},
	{
		Name: "write-refused-for-its-form", Invariant: "valid-payloads", Rule: "FC-1",
		Breaks: "a system answers a write with 400, a value of the wrong type",
		apply:  func(d *draft) bool { return d.refuseWrite(400, "INVALID_TYPE_ON_FIELD") },
	},
	{
		Name: "method-refused", Invariant: "valid-payloads", Rule: "FC-1",
		Breaks: "a system answers a write with 405, a method that it does not know",
		apply:  func(d *draft) bool { return d.refuseWrite(405, "METHOD_NOT_ALLOWED") },
	},
	{
		Name: "query-refused-for-its-form", Invariant: "valid-payloads", Rule: "FC-1",
		Breaks: "a system refuses a query as malformed",
		apply: func(d *draft) bool {
			at := d.rest()
			if at < 0 || d.suffered(scenarios.Drift, scenarios.Permission) {
				return false
			}
			d.insert(at, d.exchange(trace.CRM, "GET", "/query", "", 400, "MALFORMED_QUERY")...)
			return true
		},
	},
	{
		Name: "refused-again-after-a-drift", Invariant: "valid-payloads", Rule: "FC-3",
		Breaks: "after a refusal has shown that the schema changed, the same form is sent again",
		apply: func(d *draft) bool {
			at := d.rest()
			i := d.first(0, func(e *trace.Event) bool { return e.Kind == trace.FaultBegin && e.Code == string(scenarios.Drift) })
			if i < 0 || at < 0 {
				return false
			}
			on := d.ev[i].On
			first := d.exchange(on, "PATCH", "/records/one", "", 400, "INVALID_FIELD")
			d.insert(at, first...)
			d.postpone(at+len(first), int64(time.Second)) // what leaves in the same instant is excused
			second := d.exchange(on, "PATCH", "/records/one", "", 400, "INVALID_FIELD")
			for k := range second {
				second[k].At = d.ev[at].At + int64(time.Second)
			}
			d.insert(at+len(first), second...)
			return true
		},
	},
}

// writeAgain repeats the last certain write of free text to a pair at rest, once or
// more often than any edit explains, each time as how says.
func (d *draft) writeAgain(how func(w *trace.Event, n int), times int) bool {
	at := d.rest()
	for _, p := range d.served() {
		i := d.last(func(e *trace.Event) bool { return engines(e) && p.has(e) && d.names.text(e) >= 0 })
		if i < 0 || at < 0 || !d.certain(&d.ev[i]) || !d.isLast(&d.ev[i]) || d.hidden(i) {
			continue
		}
		times := times
		if times > 1 {
			times += d.causes(&p)
		}
		from := d.ev[at-1].At
		d.postpone(at, int64(times+1)*int64(time.Second))
		var events []trace.Event
		for n := range times {
			w := d.ev[i]
			w.Op, w.Cause, w.At, w.Before = 0, 0, from+int64(n+1)*int64(time.Second), w.Version
			w.Changes = []trace.Change{w.Changes[d.names.text(&w)]}
			how(&w, n)
			events = append(events, d.write(w)...)
		}
		d.insert(at, events...)
		return true
	}
	return false
}

// hidden says that the engine may not know that a commit's write arrived: its
// process died afterwards, or bodies were cut. Such a write may be repeated.
func (d *draft) hidden(i int) bool {
	return d.suffered(scenarios.Truncate, scenarios.SlowBody) || d.first(i, func(e *trace.Event) bool { return e.Kind == trace.Crash }) >= 0
}

// causes is how many writes at most could be explained for a pair.
func (d *draft) causes(p *pair) int {
	n := 0
	for i := range d.ev {
		if e := &d.ev[i]; e.Kind == trace.Commit && p.has(e) || e.Kind == trace.Person {
			n += 2
		}
	}
	return n
}

// twoAtOnce sends a second request for a record that the first is still under
// way for.
func twoAtOnce(d *draft) bool {
	for _, p := range d.pairs() {
		i := d.first(0, func(e *trace.Event) bool {
			return e.Kind == trace.Send && e.Method != http.MethodGet && p.id[e.On] != "" && strings.HasSuffix(e.Path, "/"+p.id[e.On])
		})
		if i < 0 {
			continue
		}
		call := d.ev[i].Call
		end := d.first(i, func(e *trace.Event) bool { return e.Call == call && (e.Kind == trace.Receive || e.Kind == trace.Lose) })
		if end < 0 {
			continue
		}
		send, receive := d.ev[i], d.ev[end]
		d.calls++
		send.Op, receive.Op, send.Call, receive.Call = 0, 0, d.calls, d.calls
		d.insert(end+1, receive)
		d.ev = slices.Insert(d.ev, i+1, send)
		return true
	}
	return false
}

// refuseWrite has a system refuse the first certain write to a pair. A schema
// that changed would excuse the first refusal.
func (d *draft) refuseWrite(status int16, code string) bool {
	if d.suffered(scenarios.Drift, scenarios.Permission) {
		return false
	}
	p, i := d.firstCarried()
	if p == nil {
		return false
	}
	call := d.ev[i].Call
	for k := range d.ev {
		if e := &d.ev[k]; e.Call == call && (e.Kind == trace.Answer || e.Kind == trace.Receive) {
			e.Status, e.Code = status, code
		}
	}
	return true
}
