package sim

import (
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

// direction of a message between the engine and a system.
type direction uint8

const (
	towardsSystem direction = iota // a request
	towardsEngine                  // an answer
	webhook                        // a delivery, from the system to the engine
)

// matches reports whether a fault's way covers a direction.
func (d direction) matches(way string) bool {
	switch way {
	case "request":
		return d == towardsSystem
	case "response":
		return d == towardsEngine
	case "webhook":
		return d == webhook
	default:
		return true
	}
}

// fate is what happens to one message.
type fate uint8

const (
	passes fate = iota
	lost
	reset      // the connection breaks before the system sees the request
	resetAfter // ... after it has handled it
)

// cut reports whether a partition stops messages in a direction now.
func (l *link) cut(w *World, d direction) bool {
	for _, f := range l.faults {
		if f.step.Verb == scenarios.Partition && d.matches(f.step.Way) && !f.flapsOpen(w) {
			return true
		}
	}
	return false
}

// flapsOpen: a flapping partition is down in its odd intervals.
func (f linkFault) flapsOpen(w *World) bool {
	return f.step.Flap > 0 && (w.agenda.now-f.since)/int64(f.step.Flap)%2 == 1
}

// hits draws whether a fault of the given kind strikes a message.
func (l *link) hits(w *World, verb scenarios.Verb, n uint64) (linkFault, bool) {
	for _, f := range l.faults {
		if f.step.Verb == verb && w.rand.percent(f.step.Rate, string(verb), f.key, n) {
			return f, true
		}
	}
	return linkFault{}, false
}

// fate draws what becomes of one message, and how long it takes.
func (l *link) fate(w *World, n uint64, d direction) (delay int64, what fate) {
	delay = int64(l.latency) + w.rand.below(int64(l.jitter)+1, "jitter", uint64(l.side)<<2|uint64(d), n)
	for _, f := range l.faults {
		s := f.step
		if !d.matches(s.Way) {
			continue
		}
		key := f.key + uint64(d)
		switch s.Verb {
		case scenarios.Latency:
			delay += int64(s.Amount)
		case scenarios.Jitter:
			delay += w.rand.below(int64(s.Amount)+1, "add", key, n)
		case scenarios.Reorder:
			if w.rand.percent(s.Rate, "reorder", key, n) {
				delay += w.rand.below(int64(reorderSpan), "overtake", key, n)
			}
		case scenarios.Loss:
			if w.rand.percent(s.Rate, "loss", key, n) {
				what = lost
			}
		case scenarios.Reset:
			if d == towardsSystem && w.rand.percent(s.Rate, "reset", key, n) {
				what = reset
				if s.When == "after" {
					what = resetAfter
				}
			}
		}
	}
	return delay, what
}

// reorderSpan is how far messages overtake each other at most.
const reorderSpan = 2 * time.Second
