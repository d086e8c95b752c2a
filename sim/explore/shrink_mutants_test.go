package explore_test

import (
	"context"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/explore"
	"github.com/syncproof/syncproof/sim/mutant"
)

// trialOf plays with a mutant; a mutant that loops need not loop for a day.
func trialOf(m mutant.Mutant, eventsMax int) explore.Trial {
	return func(ctx context.Context, sc *scenarios.Scenario) ([]explore.Failure, bool) {
		r, err := sim.Run(ctx, sc, sim.Options{Variation: m.Vary(), EventsMax: eventsMax})
		if err != nil {
			return nil, false
		}
		return explore.FailuresOf(check.Judge(check.Case{Scenario: sc, Events: r.Events})), true
	}
}

// library finds a scenario of the library by its name.
func library(t *testing.T, name string) *scenarios.Scenario {
	t.Helper()
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(sc *scenarios.Scenario) bool { return strings.TrimSuffix(path.Base(sc.Path), ".yaml") == name })
	if i < 0 {
		t.Fatalf("the library has no scenario %s", name)
	}
	return all[i]
}

// bloat adds what a failure hardly rests on: three records with fields, nine
// edits and saves of theirs, and faults of six kinds.
func bloat(t *testing.T, sc *scenarios.Scenario) *scenarios.Scenario {
	t.Helper()
	noise, err := scenarios.Parse("noise.yaml", []byte(`
scenario: noise
systems: {crm: {kind: `+sc.Systems.CRM.Kind+`}}
records:
  - {id: zoe, version: 7, last_name: Brontë, notes: rings on Mondays}
  - {id: yuri, version: 3, last_name: Wirth, notes: "", cc: {notes: prefers mail}}
  - {id: xena, last_name: Allen}
timeline:
  - {at: 1500ms, edit: zoe, on: cc, set: {notes: call back}}
  - {at: 2700ms, latency: [engine, cc], add: 137ms, for: 3m}
  - {at: 3s, edit: yuri, on: crm, set: {notes: VIP, last_name: Wirthwein}}
  - {at: 7s, save: xena, on: crm}
  - {at: 11s, duplicate: [engine, crm], rate: 30, for: 40s}
  - {at: 21s, edit: xena, on: cc, set: {notes: "note {n}"}, every: 13s, times: 3}
  - {at: 33s, throttle: crm, count: 2, retry_after: 3}
  - {at: 48s, edit: zoe, on: crm, set: {last_name: Brown}}
  - {at: 77s, repeat_webhooks: cc, for: 1m}
  - {at: 100s, jitter: [engine, crm], add: 30ms, for: 2m}
  - {at: 4m, save: zoe, on: cc}
  - {at: 291s, error: crm, count: 1}
  - {at: 5m, edit: yuri, on: cc, set: {notes: moved}}
  - {at: 6m, edit: zoe, on: cc, set: {notes: done}}
  - {at: 7m, edit: xena, on: crm, set: {notes: checked}}
`))
	if err != nil {
		t.Fatal(err)
	}
	big := *sc
	if big.Records.Generate == nil {
		big.Records.List = slices.Concat(noise.Records.List[:1], sc.Records.List, noise.Records.List[1:])
	} else {
		noise.Timeline = slices.DeleteFunc(noise.Timeline, func(s scenarios.Step) bool { return s.Record != "" })
	}
	big.Timeline = slices.Concat(noise.Timeline, sc.Timeline)
	if err := big.Complete(); err != nil {
		t.Fatal(err)
	}
	return &big
}

func TestMeasure(t *testing.T) {
	var times []time.Duration
	var lines []int
	only := os.Getenv("ONLY")
	for _, m := range mutant.All() {
		if only != "" && m.Name != only {
			continue
		}
		sc := bloat(t, library(t, m.KilledBy[0]))
		trial := trialOf(m, 0)
		start := time.Now()
		failures, ok := trial(t.Context(), sc)
		first := time.Since(start)
		i := slices.IndexFunc(failures, func(f explore.Failure) bool { return slices.Contains(m.Invariants, f.Invariant) })
		if !ok || i < 0 {
			t.Logf("%s: ok=%v failures=%v", m.Name, ok, failures)
			continue
		}
		start = time.Now()
		got, stats := explore.Shrink(t.Context(), sc, failures[i], trial, explore.ShrinkOptions{Workers: 2})
		took := time.Since(start)
		times = append(times, took)
		lines = append(lines, stats.After.Steps)
		text, err := got.Marshal()
		fmt.Printf("== %s (%s) first %v, took %v, %+v %v\n   %s\n   %s\n%s", m.Name, m.KilledBy[0], first, took, stats, err, failures[i].Role, failures[i].Message, text)
	}
	slices.Sort(times)
	slices.Sort(lines)
	t.Logf("median %v, %d lines; all %v %v", times[len(times)/2], lines[len(lines)/2], times, lines)
}
