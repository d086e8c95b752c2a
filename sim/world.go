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
	sc       *scenarios.Scenario
	schedule []scenarios.Step // the timeline, in order
	options  Options
	rand     source
	journal  *trace.Journal
	mapping  *mapping.Mapping

	systems [2]*system // by mapping.Side
	net     *network
	host    *host

	natives         [2]map[string]string // the scenario's names by native id
	ids             [2]map[string]string // native ids by the scenario's names
	contactIDs      *mocks.IDs           // makes the native ids of laid contacts
	creating        string               // the name of the record that a step is creating
	faultKeys       map[uint64]uint64    // how often each has been given out
	faults          map[uint64]openFault // windows that are open, by number
	lastFault       uint64
	webhookFaults   []linkFault
	deliveries      map[uint64]*delivery // webhooks of which something is still to come
	lastDelivery    uint64
	keepsDeliveries bool
	genuine         map[string]mocks.Delivery // the last genuine one of each record
	lastGenuine     string
	notices         uint64 // forged so far

	muted   bool // nothing is journaled: the run has not begun
	steps   int  // timeline steps still to come
	windows int  // fault windows still open
	sights  [2]sight
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
	date   dateText
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
	if w.creating != "" && e.Kind == trace.Commit && e.Verb == trace.Create {
		w.setAlias(mapping.Side(e.On-trace.CC), e.Record, w.creating)
	}
	if e.Alias == "" && e.Record != "" && (e.On == trace.CC || e.On == trace.CRM) {
		e.Alias = w.alias(e.On, e.Record)
	}
	if e.Kind == trace.Commit {
		w.identify(&e)
	}
	op := w.journal.Emit(e)
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

func (w *World) alias(on trace.System, id string) string {
	return w.natives[on-trace.CC][id]
}

func (w *World) setAlias(side mapping.Side, id, alias string) {
	if id != "" && alias != "" {
		w.natives[side][id] = alias
		w.ids[side][alias] = id
	}
}

// identify names the counterpart that the engine creates for a known record.
func (w *World) identify(e *trace.Event) {
	side := mapping.Side(e.On - trace.CC)
	if e.Alias != "" || e.External == "" || w.natives[side][e.Record] != "" {
		return
	}
	e.Alias = w.natives[side.Other()][e.External]
	w.setAlias(side, e.Record, e.Alias)
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
