package sim

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// parse is a small world around a timeline: one linked record, a REST CRM,
// and whatever head says of engine and systems.
func parse(tb testing.TB, head, timeline string) *scenarios.Scenario {
	tb.Helper()
	text := "scenario: " + tb.Name() + "\n" + head
	if !strings.Contains(head, "systems:") {
		text += "systems: {crm: {kind: rest}}\n"
	}
	if !strings.Contains(head, "records:") {
		text += "records: [{id: ada, version: 7, notes: \"\"}]\n"
	}
	if timeline != "" {
		text += "timeline:\n" + timeline
	}
	sc, err := scenarios.Parse("test.yaml", []byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	return sc
}

// events runs a world and returns its journal.
func events(tb testing.TB, sc *scenarios.Scenario) []trace.Event {
	tb.Helper()
	return runWith(tb, sc, Options{}).Events
}

func runWith(tb testing.TB, sc *scenarios.Scenario, o Options) *Result {
	tb.Helper()
	r, err := Run(context.Background(), sc, o)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// find lists the events of a kind on a system.
func find(all []trace.Event, kind trace.Kind, on trace.System, more ...func(*trace.Event) bool) []trace.Event {
	var found []trace.Event
next:
	for i := range all {
		if all[i].Kind != kind || all[i].On != on {
			continue
		}
		for _, also := range more {
			if !also(&all[i]) {
				continue next
			}
		}
		found = append(found, all[i])
	}
	return found
}

func ofCall(call uint64) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Call == call }
}

func method(m string) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Method == m }
}

func code(c string) func(*trace.Event) bool {
	return func(e *trace.Event) bool { return e.Code == c }
}

func byEngine(e *trace.Event) bool { return e.Actor == trace.ActorEngine }

// noPolling leaves the engine with webhooks alone, so that a journal holds
// little but what a test is about.
const noPolling = "engine: {poll: off, audit: off}\n"

const editOnCC = "  - {at: 10s, edit: ada, on: cc, as: agent, set: {notes: call back}}\n"

// stored is a field of ada as a system holds it at the end.
func stored(all []trace.Event, on trace.System, field string) string {
	value := ""
	for i := range all {
		if e := &all[i]; e.Kind == trace.Commit && e.On == on {
			for _, c := range e.Changes {
				if c.Field == field {
					value = c.After
				}
			}
		}
	}
	return value
}

func at(d time.Duration) int64 { return int64(d) }
