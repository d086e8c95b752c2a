package live

import (
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// rest is what the end of a run depends on. A live world is at rest when the
// timeline is over, nothing is under way, the engine says that it has nothing
// to do, if it can be asked, and nobody has done anything but look for as long
// as it takes to look at everything twice.
type rest struct {
	last int64 // when anything happened that was no mere look
	// unseen are records of which the engine may not know the last change: it
	// has neither acknowledged a webhook about them nor asked for them since.
	unseen [2]map[string]bool
}

func (r *rest) note(e *trace.Event, now int64) {
	switch e.Kind {
	case trace.Send, trace.Receive, trace.Answer, trace.Feed, trace.Output, trace.Gauge:
		return
	case trace.Arrive, trace.Read:
		if e.Actor == trace.ActorEngine && e.Record != "" {
			delete(r.unseen[e.On-trace.CC], e.Record)
		}
		return
	case trace.Commit:
		if e.Actor != trace.ActorEngine && e.Verb != trace.Setup && e.Verb != trace.Touch {
			r.unseen[e.On-trace.CC][e.Record] = true
		}
	case trace.Ack:
		if e.Status/100 == 2 {
			delete(r.unseen[e.On-trace.CC], e.Record)
		}
	}
	r.last = now
}

// span is how long nothing must happen before a world is taken to be at rest:
// two rounds of polling and what may lie between an engine's tries, and twice
// the reference engine's interval of looking at a schema that has drifted.
func span(sc *scenarios.Scenario, o *Options) time.Duration {
	poll := o.Poll
	for _, d := range []scenarios.Duration{sc.Engine.Poll.CC, sc.Engine.Poll.CRM} {
		if o.Poll == 0 && d > 0 {
			poll = max(poll, d.Std())
		}
	}
	out := 2*poll + min(2*sc.Engine.Retry.Cap.Std()+time.Second, time.Minute)
	for i := range sc.Timeline {
		if v := sc.Timeline[i].Verb; v == scenarios.Drift || v == scenarios.Permission {
			return out + 10*time.Minute
		}
	}
	return out
}

// examine ends the run if the world is at rest, and else comes back.
func (w *world) examine() {
	w.mu.Lock()
	if w.ended != "" {
		w.mu.Unlock()
		return
	}
	needed := w.span
	if w.sc.Engine.Audit > 0 && w.anyUnseen() {
		needed += w.sc.Engine.Audit.Std()
	}
	now := w.clock.now()
	left := needed - time.Duration(now-w.rest.last)
	quiet := left <= 0 && w.settled()
	w.mu.Unlock()
	if quiet && w.engine.idle() {
		w.under(func() {
			if w.settled() && w.ended == "" {
				w.Emit(trace.Event{Kind: trace.Idle})
				w.stop("idle")
			}
		})
		return
	}
	w.clock.at(now+int64(max(min(left, w.span/2), time.Second)), w.examine)
}

// settled reports whether nothing is to come and nothing is under way. The lock
// is held.
func (w *world) settled() bool {
	if w.steps > 0 || w.faults > 0 || w.deliveries > 0 || len(w.exchanges) > 0 || !w.up {
		return false
	}
	for _, side := range []mapping.Side{mapping.CC, mapping.CRM} {
		at, due := w.stage.Mock(side).NextDue()
		if due && (side != mapping.CC || !w.options.Channels || at.Sub(w.shows(side)) < channelEnds) {
			return false
		}
	}
	return true
}

func (w *world) anyUnseen() bool {
	return len(w.rest.unseen[0])+len(w.rest.unseen[1]) > 0
}
