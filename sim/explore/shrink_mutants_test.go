package explore_test

import (
	"context"
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

// eventsMax ends a run of a mutant that loops: it need not loop for a day.
const eventsMax = 20_000

// trialOf plays with a mutant.
func trialOf(m mutant.Mutant) explore.Trial {
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
func bloat(t testing.TB, sc *scenarios.Scenario) *scenarios.Scenario {
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

// asFound plays a bloated scenario of the library with a mutant, and gives the
// first failure that the mutant is known by.
func asFound(t *testing.T, name, scenario string) (*scenarios.Scenario, explore.Failure, explore.Trial) {
	t.Helper()
	m, ok := mutant.Find(name)
	if !ok {
		t.Fatalf("no mutant is called %s", name)
	}
	sc, trial := bloat(t, library(t, scenario)), trialOf(m)
	failures, _ := trial(t.Context(), sc)
	i := slices.IndexFunc(failures, func(f explore.Failure) bool { return slices.Contains(m.Invariants, f.Invariant) })
	if i < 0 {
		t.Fatalf("%s with fifteen steps more does not fail by one of %v: %v", scenario, m.Invariants, failures)
	}
	return sc, failures[i], trial
}

// TestShrinkMutants: what a defect needs to show is a few lines, however much
// surrounds it; the file that is saved fails again by itself, and the
// reference engine does not fail that way.
func TestShrinkMutants(t *testing.T) {
	reference := trialOf(mutant.Mutant{Vary: func() *sim.Variation { return nil }})
	for _, c := range []struct {
		mutant, scenario string
		steps            int // as few as somebody who knows the defect would need
	}{
		{"last-write-wins", "higher-version-wins", 2},
		{"always-crm", "neither-side-is-favoured", 2},
		{"tolerance-inclusive", "one-millisecond-around-the-tolerance", 3},
		{"flag-everything", "neither-side-is-favoured", 2},
		{"late-notice-resurrects", "late-notice-does-not-resurrect", 1},
		{"ack-after-push", "crm-is-down-the-agent-does-not-wait", 2},
		{"retry-after-ignored", "throttled-for-an-hour", 1},
		{"tells-nobody", "values-that-do-not-fit", 1},
		{"watermark-before-apply", "crash-between-poll-and-persist", 3},
		{"blind-create-retry", "contact-created-answer-reset", 1},
		{"token-expiry-loses-batch", "token-expires-in-mid-batch", 2},
		{"overwrite-flagged", "a-flagged-record-is-left-alone", 4},
		{"ledger-forgets-loser", "partition-both-edited-same-second", 2},
	} {
		t.Run(c.mutant, func(t *testing.T) {
			t.Parallel()
			sc, want, trial := asFound(t, c.mutant, c.scenario)
			small, stats := explore.Shrink(t.Context(), sc, want, trial, explore.ShrinkOptions{})
			if stats.Ended != explore.Smallest || stats.After.Steps > c.steps {
				t.Errorf("got %+v; want at most %d steps\n%s", stats, c.steps, said(t, small))
			}
			path, err := explore.Save(t.TempDir(), explore.Case{Scenario: small, Failure: want, Stats: stats})
			if err != nil {
				t.Fatal(err)
			}
			saved, err := scenarios.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if failures, ok := trial(t.Context(), saved); !ok || !slices.ContainsFunc(failures, want.Same) {
				t.Errorf("the saved file fails by %v; want %s\n%s", failures, want.Role, said(t, saved))
			}
			if failures, ok := reference(t.Context(), saved); !ok || slices.ContainsFunc(failures, want.Same) {
				t.Errorf("the reference engine fails as well: %v\n%s", failures, said(t, saved))
			}
		})
	}
}

// TestShrinkAgain: the same search gives the same scenario, whatever the
// number of trials at once.
func TestShrinkAgain(t *testing.T) {
	sc, want, trial := asFound(t, "metadata-bumps-version", "within-tolerance-a-person-decides")
	first, _ := explore.Shrink(t.Context(), sc, want, trial, explore.ShrinkOptions{})
	again, _ := explore.Shrink(t.Context(), sc, want, trial, explore.ShrinkOptions{Workers: 3})
	if said(t, first) != said(t, again) {
		t.Errorf("got\n%s\nand then\n%s", said(t, first), said(t, again))
	}
}

// BenchmarkShrink reports the median time and the median of lines over all
// mutants that fail in the first scenario which kills them, blown up.
func BenchmarkShrink(b *testing.B) {
	all, err := scenarios.Library()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var took []time.Duration
		var lines []int
		for _, m := range mutant.All() {
			i := slices.IndexFunc(all, func(sc *scenarios.Scenario) bool { return path.Base(sc.Path) == m.KilledBy[0]+".yaml" })
			sc, trial := bloat(b, all[i]), trialOf(m)
			failures, _ := trial(b.Context(), sc)
			k := slices.IndexFunc(failures, func(f explore.Failure) bool { return slices.Contains(m.Invariants, f.Invariant) })
			if k < 0 {
				continue
			}
			start := time.Now()
			_, stats := explore.Shrink(b.Context(), sc, failures[k], trial, explore.ShrinkOptions{})
			took, lines = append(took, time.Since(start)), append(lines, stats.After.Steps)
		}
		slices.Sort(took)
		slices.Sort(lines)
		b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "median-ms")
		b.ReportMetric(float64(took[len(took)-1].Milliseconds()), "longest-ms")
		b.ReportMetric(float64(lines[len(lines)/2]), "median-lines")
		b.ReportMetric(float64(lines[len(lines)-1]), "most-lines")
		b.ReportMetric(float64(len(lines)), "mutants")
	}
}
