package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/sim/trace"
)

// end is the last event of a run that must have ended idle.
func end(t *testing.T, all []trace.Event) trace.Event {
	t.Helper()
	last := all[len(all)-1]
	if last.Kind != trace.End || last.Code != "idle" {
		t.Fatalf("the run ended %s %s at %v", last.Kind, last.Code, time.Duration(last.At))
	}
	return last
}

// TestIdleWaitsForAWholeRound: a page of the feed whose body was cut, or a
// crash before the page was durable, has shown the engine nothing.
func TestIdleWaitsForAWholeRound(t *testing.T) {
	const head = "engine: {poll: {cc: off, crm: 30s}, audit: off}\n"
	const edit = "  - {at: 70s, edit: ada, on: crm, as: user, set: {notes: VIP}}\n"
	for name, fault := range map[string]string{
		"a cut page":            "  - {at: 80s, truncate: [engine, crm], for: 11s}\n",
		"a page that came late": "  - {at: 80s, slow_body: [engine, crm], add: 40s, for: 11s}\n",
		"a crash in between":    "  - {at: 90s, crash: engine, before: persist, down: 1s}\n",
		"an error":              "  - {at: 80s, error: crm, for: 11s}\n",
	} {
		t.Run(name, func(t *testing.T) {
			all := events(t, parse(t, head, edit+fault))
			end(t, all)
			if got := stored(all, trace.CC, "notes"); got != "VIP" && got != `"VIP"` {
				for _, c := range find(all, trace.Commit, trace.CC, byEngine) {
					t.Log(c.Changes)
				}
				t.Errorf("the run ended while the contact center holds %q", got)
			}
		})
	}
}

// TestIdleWaitsForTheAudit where nothing else can show a change.
func TestIdleWaitsForTheAudit(t *testing.T) {
	const muted = "  - {at: 9s, mute_webhooks: cc, for: 30s}\n"
	for _, c := range []struct {
		name, head, timeline string
		after, before        time.Duration
	}{
		{"an edit without polling", "engine: {poll: off, audit: 1h}\n", muted + editOnCC, time.Hour, 61 * time.Minute},
		{"an edit without polling and audit", "engine: {poll: off, audit: off}\n", muted + editOnCC, 0, time.Minute},
		{"an edit without polling, acknowledged", "engine: {poll: off, audit: 1h}\n", editOnCC, 0, time.Minute},
		{"an edit with polling", "engine: {poll: 30s, audit: 1h}\n", muted + editOnCC, 0, 2 * time.Minute},
		{"a save is no change", "engine: {poll: off, audit: 1h}\n", muted + "  - {at: 10s, save: ada, on: cc}\n", 0, time.Minute},
		{"a deletion that the feed does not show", "engine: {poll: 30s, audit: 1h}\n", muted + "  - {at: 10s, delete: ada, on: cc}\n", time.Hour, 62 * time.Minute},
		{"a deletion that the feed shows", "engine: {poll: 30s, audit: 1h}\n", "  - {at: 10s, delete: ada, on: crm}\n", 0, 2 * time.Minute},
		{"a deletion that the engine came to see", "engine: {poll: 30s, audit: 1h}\n",
			muted + "  - {at: 10s, delete: ada, on: cc}\n  - {at: 12s, save: ada, on: crm}\n", 0, 2 * time.Minute},
		{"an edit stamped below what polls look back to", "systems: {crm: {kind: salesforce}}\nengine: {poll: 30s, audit: 1h}\n",
			"  - {at: 10s, edit: ada, on: crm, set: {title: Dr}}\n  - {at: 300s, clock_step: crm, by: -10m}\n  - {at: 305s, edit: ada, on: crm, set: {notes: VIP}}\n", time.Hour, 62 * time.Minute},
		{"an edit that a save takes below it", "systems: {crm: {kind: salesforce}}\nengine: {poll: 30s, audit: 1h}\n",
			"  - {at: 10s, edit: ada, on: crm, set: {title: Dr}}\n  - {at: 301s, edit: ada, on: crm, set: {notes: VIP}}\n" +
				"  - {at: 302s, clock_step: crm, by: -10m}\n  - {at: 303s, save: ada, on: crm}\n", time.Hour, 62 * time.Minute},
		{"an edit stamped within it", "systems: {crm: {kind: salesforce}}\nengine: {poll: 30s, audit: 1h}\n",
			"  - {at: 10s, clock_step: crm, by: -1m}\n  - {at: 20s, edit: ada, on: crm, set: {notes: VIP}}\n", 0, 3 * time.Minute},
		{"an edit stamped below it, acknowledged", "engine: {poll: 30s, audit: 1h}\n",
			"  - {at: 10s, clock_step: cc, by: -10m}\n  - {at: 20s, edit: ada, on: cc, set: {notes: VIP}}\n", 0, 6 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			last := end(t, events(t, parse(t, c.head, c.timeline)))
			if took := time.Duration(last.At); took < c.after || took > c.before {
				t.Errorf("idle at %v, want between %v and %v", took, c.after, c.before)
			}
		})
	}
}

// TestIdleWhileRoundsFollowEachOther: where a round of polling lasts longer
// than its interval a page is asked for at any instant. The world is at rest
// when the engine has seen all, and not before.
func TestIdleWhileRoundsFollowEachOther(t *testing.T) {
	const head = "systems:\n  cc: {kind: genesys}\n  crm: {kind: salesforce, latency: 3s, page_size: 1}\n" +
		"engine: {poll: {cc: off, crm: 7s}, audit: off}\nrecords: [{id: ada}, {id: bob}, {id: cleo}, {id: dan}]\n"
	for name, timeline := range map[string]string{
		"an edit":                    "  - {at: 40s, edit: ada, on: crm, as: user, set: {notes: VIP}}\n",
		"an edit and a page cut off": "  - {at: 40s, edit: ada, on: crm, as: user, set: {notes: VIP}}\n  - {at: 41s, truncate: [engine, crm], for: 11s}\n",
		"an edit, a pause and a crash": "  - {at: 40s, daily_limit: crm, left: 0, for: 1m}\n" +
			"  - {at: 45s, edit: ada, on: crm, as: user, set: {notes: VIP}}\n" +
			"  - {at: 60s, crash: engine, down: 1s}\n",
	} {
		t.Run(name, func(t *testing.T) {
			for _, fidelity := range []Fidelity{Model, Wire} {
				all := runWith(t, parse(t, head, timeline), Options{Fidelity: fidelity}).Events
				if last := end(t, all); time.Duration(last.At) > 5*time.Minute {
					t.Errorf("idle at %v", time.Duration(last.At))
				}
				if got := stored(all, trace.CC, "notes"); got != "VIP" && got != `"VIP"` {
					t.Errorf("the run ended while the contact center holds %q", got)
				}
			}
		})
	}
}

// TestIdleAfterADrift: the world waits for the look at the schema that an
// engine will take which knows of a drift, and for none that it will not take.
func TestIdleAfterADrift(t *testing.T) {
	const head = "systems: {crm: {kind: salesforce}}\nrecords: [{id: ada, version: 7, notes: old}]\n"
	const known = "  - {at: 10s, drift: crm, field: Description, remove: true, for: 20m}\n" +
		"  - {at: 11s, edit: ada, on: cc, as: agent, set: {notes: new}}\n"
	const unseen = "  - {at: 40m, drift: crm, field: Title, rename: Other__c, for: 500ms}\n"
	for _, c := range []struct {
		name, timeline string
		after, before  time.Duration
	}{
		{"the engine knows of it", known, 20 * time.Minute, 30 * time.Minute},
		{"it is over before the engine comes to know", unseen, 40 * time.Minute, 42 * time.Minute},
		{"another, after one that it knew of", known + unseen, 40 * time.Minute, 42 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := events(t, parse(t, head, c.timeline))
			if at := time.Duration(end(t, all).At); at < c.after || at > c.before {
				t.Errorf("idle at %v, want between %v and %v", at, c.after, c.before)
			}
			if got := stored(all, trace.CRM, "Description"); strings.Contains(c.timeline, known) && got != "new" && got != `"new"` {
				t.Errorf("the run ended while the CRM holds %q", got)
			}
		})
	}
}

// TestIdleWhenTheSchemaIsShownWhole although it was asked for in the drift.
func TestIdleWhenTheSchemaIsShownWhole(t *testing.T) {
	all := events(t, parse(t, "systems: {crm: {kind: salesforce, latency: 3s}}\n",
		"  - {at: 59s, edit: ada, on: crm, as: user, set: {title: Dr}}\n  - {at: 60s, drift: crm, field: Description, remove: true, for: 13s}\n"))
	if at := time.Duration(end(t, all).At); at > 15*time.Minute {
		t.Errorf("idle at %v", at)
	}
}

// deaf is a machine that takes nothing in.
type deaf struct{ Machine }

func (deaf) Step(engine.Instant, engine.Event, *engine.Effects) {}

// TestStuckRunsMeetTheDeadline: an engine that does nothing at all is given up
// after what its retries, polls and quotas would have needed.
func TestStuckRunsMeetTheDeadline(t *testing.T) {
	o := Options{Variation: &Variation{Machine: func(m Machine) Machine { return deaf{m} }}}
	all := runWith(t, parse(t, "engine: {poll: 30s, audit: off}\n", editOnCC), o).Events
	if last := all[len(all)-1]; last.Kind != trace.End || last.Code != "deadline" || last.At < at(time.Hour) {
		t.Errorf("ended %s %s at %v", last.Kind, last.Code, time.Duration(last.At))
	}
}
