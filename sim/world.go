package sim

import (
	"context"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// World is one run: everything that exists in it and the order in which it
// happens.
type World struct {
	agenda[happening]
	Stage
	schedule []scenarios.Step // the timeline, in order
	options  Options
	journal  *trace.Journal

	net  *network
	host *host

	faults          map[uint64]openFault // windows that are open, by number
	lastFault       uint64
	webhookFaults   []linkFault
	deliveries      map[uint64]*delivery // webhooks of which something is still to come
	lastDelivery    uint64
	keepsDeliveries bool
	genuine         map[string]mocks.Delivery // the last genuine one of each record
	lastGenuine     string
	notices         uint64 // forged so far

	// shared: a copy was made, or it is one. What worlds hold in common is never
	// written to, and so nothing is used again.
	shared  bool
	muted   bool // nothing is journaled: the run has not begun
	steps   int  // timeline steps still to come
	windows int  // fault windows still open
	sights  [places]sight
	budget  Budget
	ended   string
	broken  *HarnessError
}

// system is one mock with its clock.
type system struct {
	side   mapping.Side
	on     trace.System
	spec   *scenarios.System
	mock   mocks.System
	direct mocks.Direct // the mock at model fidelity, nil at wire
	clock  clock
	wakeAt int64 // true time of the pending Advance, 0 if none
	// touchedAt is the true time of the last change of the schema or of what
	// the engine's account may do.
	touchedAt int64
	windows   []*window      // faults that are open, in the order of opening
	zone      *time.Location // in which it shows instants, nil for UTC
}

func sideOf(i int) mapping.Side { return mapping.Side(i) }

func traceSystem(s mapping.Side) trace.System {
	if s == mapping.CC {
		return trace.CC
	}
	return trace.CRM
}

// now is what the system's own clock shows.
func (s *system) now(w *World) time.Time { return s.clock.at(w.agenda.now) }

// Emit is the journal as the mocks and the world write it: it adds the
// scenario's name of the record and notes what the end of the run depends on.
func (w *World) Emit(e trace.Event) uint64 {
	if w.muted || w.ended == "until" {
		return 0
	}
	w.name(&e)
	op := w.journal.Put(&e)
	switch e.Kind {
	case trace.Commit:
		w.noteCommit(&e, op)
	case trace.Arrive:
		w.noteContact(&e)
	}
	if w.options.Until != 0 && op >= w.options.Until {
		w.stop("until")
	}
	return op
}

// stop ends the run after the present happening.
func (w *World) stop(why string) {
	if w.ended == "" {
		w.ended = why
	}
}

// fail ends the run because the harness itself cannot go on.
func (w *World) fail(err *HarnessError) {
	if w.broken == nil {
		w.broken = err
	}
	w.stop("broken")
}

// loop runs the world until it is idle, out of time, or stopped.
func (w *World) loop(ctx context.Context, deadline int64) error {
	for n := 0; w.ended == ""; n++ {
		if n%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			w.report()
		}
		if w.options.Beat != nil {
			w.options.Beat.Add(1)
		}
		if w.agenda.settled() && w.idle() {
			w.Emit(trace.Event{Kind: trace.Idle})
			w.stop("idle")
			break
		}
		do, ok := w.agenda.next()
		switch {
		case !ok:
			// Nothing will ever happen again, and it is not idle: time just passes.
			w.agenda.now = deadline
			w.stop("deadline")
		case w.agenda.now > deadline:
			w.agenda.now = deadline
			w.stop("deadline")
		case w.journal.Len() > w.options.eventsMax():
			w.stop("steps")
		default:
			w.happen(do)
		}
	}
	return nil
}

func (w *World) report() {
	if w.options.Progress != nil {
		w.options.Progress(scenarios.Duration(w.agenda.now), w.journal.Len())
	}
}
