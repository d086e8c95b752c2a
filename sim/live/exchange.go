package live

import (
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
)

// exchange is one HTTP request of the engine and its answer under way.
type exchange struct {
	call   uint64
	side   mapping.Side
	life   int
	sent   uint64 // Op of its Send
	toxics []toxic
	// unsent: no connection to the system comes about.
	unsent bool
	// lost names the fault that took the request or its answer, "" for none.
	lost string
	// reset: the connection breaks by a fault.
	reset     bool
	truncated bool
	slow      time.Duration // how long the body takes
	twice     bool          // the request is delivered a second time
	answerDue bool          // lost becomes true of the answer once the system has handled the request
	handled   bool          // the system has seen it
	stalled   bool          // nothing of it moves any more by itself
	ended     bool          // its end is in the journal
}

// stalls takes an exchange out of what the clock waits for: nobody will ever
// answer it. The lock is held.
func (w *world) stalls(x *exchange) {
	if !x.stalled {
		x.stalled = true
		w.clock.end()
	}
}

// direction of a message.
type direction uint8

const (
	request direction = iota
	response
	webhook
)

func (d direction) matches(way string) bool {
	switch way {
	case "request":
		return d == request
	case "response":
		return d == response
	case "webhook":
		return d == webhook
	}
	return true
}

// stream is Toxiproxy's name of the direction in which a message travels.
func (d direction) stream() string {
	if d == response {
		return "downstream"
	}
	return "upstream"
}

// leg is what happens to one message on its way.
type leg struct {
	delay       time.Duration
	lost, reset bool
	resetAfter  bool
}

// leg draws what becomes of one message by the keyed randomness of the
// simulator: a fault strikes the same messages of a link in both worlds, as
// long as they come in the same order. The lock is held.
func (w *world) leg(side mapping.Side, n uint64, d direction) leg {
	spec := w.sc.System(side.String())
	l := leg{delay: spec.Latency.Std()}
	l.delay += time.Duration(w.stage.Below(int64(spec.Jitter)+1, "jitter", uint64(side)<<2|uint64(d), n))
	for _, f := range w.open[side] {
		s := f.step
		if !d.matches(s.Way) {
			continue
		}
		key := f.key + uint64(d)
		switch s.Verb {
		case scenarios.Latency:
			l.delay += s.Amount.Std()
		case scenarios.Jitter:
			l.delay += time.Duration(w.stage.Below(int64(s.Amount)+1, "add", key, n))
		case scenarios.Reorder:
			if w.stage.Percent(s.Rate, "reorder", key, n) {
				l.delay += time.Duration(w.stage.Below(int64(reorderSpan), "overtake", key, n))
			}
		case scenarios.Loss:
			l.lost = l.lost || w.stage.Percent(s.Rate, "loss", key, n)
		case scenarios.Reset:
			if d == request && w.stage.Percent(s.Rate, "reset", key, n) {
				l.reset, l.resetAfter = s.When != "after", s.When == "after"
			}
		}
	}
	return l
}

// reorderSpan is how far messages overtake each other at most.
const reorderSpan = 2 * time.Second

// hits draws whether a fault of the given kind strikes the n-th message.
func (w *world) hits(side mapping.Side, verb scenarios.Verb, n uint64) (linkFault, bool) {
	for _, f := range w.open[side] {
		if f.step.Verb == verb && w.stage.Percent(f.step.Rate, string(verb), f.key, n) {
			return f, true
		}
	}
	return linkFault{}, false
}

// cut reports whether a partition stops messages in a direction now.
func (w *world) cut(side mapping.Side, d direction) bool {
	for _, f := range w.open[side] {
		if f.step.Verb == scenarios.Partition && d.matches(f.step.Way) && !w.flapsOpen(&f) {
			return true
		}
	}
	return false
}

// flapsOpen: a flapping partition is down in its odd intervals.
func (w *world) flapsOpen(f *linkFault) bool {
	return f.step.Flap > 0 && (w.clock.now()-f.since)/int64(f.step.Flap)%2 == 1
}

// depart decides what becomes of a request. The lock is held.
func (w *world) depart(x *exchange, post bool) {
	n := w.sent[x.side]
	there, back := w.leg(x.side, n, request), w.leg(x.side, n, response)
	x.toxics = append(x.toxics, w.delayed(request, there.delay)...)
	x.toxics = append(x.toxics, w.delayed(response, back.delay)...)
	switch {
	case w.cut(x.side, request):
		x.unsent = true
	case there.reset:
		x.reset = true
		x.toxics = append(x.toxics, toxic{"reset_peer", "upstream", "timeout", 0})
	case there.resetAfter:
		x.reset = true
		x.toxics = append(x.toxics, toxic{"reset_peer", "downstream", "timeout", 0})
	case there.lost:
		x.lost = "loss"
		x.toxics = append(x.toxics, toxic{"timeout", "upstream", "timeout", 0})
		w.stalls(x)
	case back.lost:
		x.lost, x.answerDue = "loss", true
		x.toxics = append(x.toxics, toxic{"timeout", "downstream", "timeout", 0})
	case w.cut(x.side, response):
		x.lost, x.answerDue = "partition", true
	}
	_, x.truncated = w.hits(x.side, scenarios.Truncate, n)
	if f, hit := w.hits(x.side, scenarios.SlowBody, n); hit {
		x.slow = f.step.Amount.Std()
	}
	_, x.twice = w.hits(x.side, scenarios.Duplicate, n)
	x.twice = x.twice && !post
}

// delayed is a latency in real time; one below a millisecond is not added, for
// the machine itself takes as long.
func (w *world) delayed(d direction, by time.Duration) []toxic {
	ms := int64(float64(by/time.Millisecond) / w.clock.speed)
	if ms == 0 {
		return nil
	}
	return []toxic{{"latency", d.stream(), "latency", ms}}
}
