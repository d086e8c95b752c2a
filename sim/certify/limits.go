package certify

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// limits are mutations of when and how many requests leave.
var limits = []Mutation{
	{
		Name: "request-within-a-pause", Invariant: "backoff", Rule: "RL-1",
		Breaks: "a request leaves before the Retry-After of a limit signal is over",
		apply:  func(d *draft) bool { return d.hurry(func(header string) bool { return seconds(header) >= 2 }) },
	},
	{
		Name: "request-before-a-date", Invariant: "backoff", Rule: "RL-1",
		Breaks: "a request leaves before the date that a limit signal named",
		apply: func(d *draft) bool {
			return d.hurry(func(header string) bool { return strings.HasSuffix(header, "GMT") })
		},
	},
	{
		Name: "jitter-missing", Invariant: "backoff", Rule: "RL-1",
		Breaks: "eight pauses and more are each exactly as long as Retry-After says",
		apply:  exactPauses,
	},
	{
		Name: "retry-at-once", Invariant: "backoff", Rule: "EV-3",
		Breaks: "after three failures in a row the next attempt follows at once",
		apply:  retryAtOnce,
	},
	{
		Name: "dead-token-knocks-on", Invariant: "backoff", Rule: "RL-5",
		Breaks: "after a 401 requests go on with the token that it refused",
		apply: func(d *draft) bool {
			return d.knock(append(d.exchange(trace.CRM, "POST", "/services/oauth2/token", "", 200, ""),
				d.requests(70, "GET", 401)...))
		},
	},
	{
		Name: "refused-permission-knocks-on", Invariant: "backoff", Rule: "RL-6",
		Breaks: "after a 403 writes go on without a wait",
		apply:  func(d *draft) bool { return d.knock(d.requests(20, "PATCH", 403)) },
	},
	{
		Name: "working-set-above-its-limit", Invariant: "bounded", Rule: "EV-9",
		Breaks: "the working set is measured above its limit",
		apply:  func(d *draft) bool { return d.swell("working_set") },
	},
	{
		Name: "requests-above-their-limit", Invariant: "bounded", Rule: "EV-9",
		Breaks: "more requests are measured in flight than the limit allows",
		apply:  func(d *draft) bool { return d.swell("in_flight.crm") },
	},
	{
		Name: "unmeasured-requests-above-their-limit", Invariant: "bounded", Rule: "EV-9",
		Breaks: "more requests are on the wire at once than the limit allows, and no measurement says so",
		apply: func(d *draft) bool {
			at := d.rest()
			if at < 0 {
				return false
			}
			d.insert(at, d.crowd(max(d.sc.Engine.Concurrency.CRM, 8)+1)...)
			return true
		},
	},
}

func seconds(header string) int64 {
	n, err := strconv.ParseInt(header, 10, 64)
	if err != nil || n > 900 {
		return 0
	}
	return n
}

// limitSignal says that the engine received one.
func limitSignal(e *trace.Event) bool {
	return e.Kind == trace.Receive && (e.Status == 429 || strings.Contains(e.Code, "REQUEST_LIMIT_EXCEEDED"))
}

// hurry lets the first request after a limit signal leave in the first third of
// the pause.
func (d *draft) hurry(header func(string) bool) bool {
	if d.crashed() {
		return false
	}
	for i := range d.ev {
		e := &d.ev[i]
		if !limitSignal(e) || !header(e.RetryAfter) {
			continue
		}
		k := d.first(i, func(x *trace.Event) bool { return x.Kind == trace.Send && x.On == e.On })
		if k < 0 || d.ev[k].At-e.At < int64(2*time.Second) {
			continue
		}
		d.ev[k].At = e.At + (d.ev[k].At-e.At)/3
		return true
	}
	return false
}

// exactPauses takes the jitter out of every pause: what follows one comes that
// much earlier.
func exactPauses(d *draft) bool {
	pauses, last := 0, -1
	for i := range d.ev {
		e := &d.ev[i]
		wait := seconds(e.RetryAfter) * int64(time.Second)
		if !limitSignal(e) || wait == 0 || i < last {
			continue
		}
		k := d.first(i, func(x *trace.Event) bool { return x.Kind == trace.Send && x.On == e.On })
		if k < 0 || d.ev[k].At-e.At > wait+wait/5 {
			continue
		}
		d.postpone(k, e.At+wait-d.ev[k].At)
		last = k
		pauses++
	}
	return pauses >= 10
}

// retryAtOnce finds three failures in a row of requests for one record and lets
// the next request follow the last of them at once.
func retryAtOnce(d *draft) bool {
	failures := map[string]int{}
	about := map[uint64]string{}
	for i := range d.ev {
		e := &d.ev[i]
		switch e.Kind {
		case trace.Restart, trace.Person, trace.Deliver, trace.Crash, trace.Feed:
			clear(failures)
		case trace.Send:
			about[e.Call] = e.Path
		case trace.Receive:
			delete(failures, about[e.Call])
		case trace.Lose:
			path := about[e.Call]
			if failures[path]++; failures[path] < 3 || !d.named(e.On, path) {
				continue
			}
			k := d.first(i, func(x *trace.Event) bool {
				return x.Kind == trace.Restart || x.Kind == trace.Deliver || x.Kind == trace.Feed || x.Kind == trace.Person ||
					x.Kind == trace.Send && x.On == e.On && x.Path == path
			})
			if k < 0 || d.ev[k].Kind != trace.Send {
				continue
			}
			d.ev[k].At = e.At + int64(10*time.Millisecond)
			return true
		}
	}
	return false
}

// named says that a path is the address of a pair's record.
func (d *draft) named(on trace.System, path string) bool {
	return slices.ContainsFunc(d.pairs(), func(p pair) bool { return strings.HasSuffix(path, "/"+p.id[on]) })
}

// requests are exchanges about nothing in particular, all answered alike.
func (d *draft) requests(n int, method string, status int16) []trace.Event {
	var out []trace.Event
	for range n {
		out = append(out, d.exchange(trace.CRM, method, "/anything", "", status, "")...)
	}
	return out
}

func (d *draft) knock(events []trace.Event) bool {
	at := d.rest()
	if at < 0 {
		return false
	}
	d.insert(at, events...)
	return true
}

// swell raises the last measurement of a size above its limit.
func (d *draft) swell(what string) bool {
	i := d.last(func(e *trace.Event) bool { return e.Kind == trace.Gauge && e.Code == what && e.Before > 0 })
	if i >= 0 {
		d.ev[i].Version = d.ev[i].Before + 1
	}
	return i >= 0
}

// crowd are requests that are all sent before the first is answered.
func (d *draft) crowd(n int) []trace.Event {
	out := make([]trace.Event, 0, 2*n)
	for range n {
		d.calls++
		out = append(out, trace.Event{Kind: trace.Send, On: trace.CRM, Actor: trace.ActorEngine, Call: d.calls, Method: "GET", Path: "/anything"})
	}
	for _, e := range out[:n] {
		out = append(out, trace.Event{Kind: trace.Receive, On: e.On, Actor: trace.ActorEngine, Call: e.Call, Status: 200})
	}
	return out
}
