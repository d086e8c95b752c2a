package certify

import (
	"context"
	"slices"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// TestAnEmptyJournalIsUnknown: without evidence every invariant and every
// expectation of the library is unknown.
func TestAnEmptyJournalIsUnknown(t *testing.T) {
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range all {
		results := check.Judge(check.Case{Scenario: sc})
		if want := len(check.Invariants()) + len(sc.Expect); len(results) != want {
			t.Errorf("%s: %d results, expected %d", sc.Path, len(results), want)
		}
		for _, r := range results {
			if r.Verdict != check.Unknown {
				t.Errorf("%s: %s is %s on an empty journal", sc.Path, r.Name, r.Verdict)
			}
		}
	}
}

// TestACutJournalNeverPasses: wherever a journal is cut, no invariant and no
// expectation passes what is left of it.
func TestACutJournalNeverPasses(t *testing.T) {
	for _, j := range library(t) {
		n := len(j.Events)
		for _, kept := range []int{1, n / 4, n / 2, n - 1} {
			for _, r := range check.Judge(check.Case{Scenario: j.Scenario, Events: j.Events[:kept]}) {
				if r.Verdict == check.Pass {
					t.Errorf("%s: %s passes the first %d of %d events", j.Name, r.Name, kept, n)
				}
			}
		}
	}
}

// TestTheSeedIsTheRun: the same seed gives the same journal again and another
// seed another one. Where faults or latencies are drawn, other things happen at
// other times, and not only under other names.
func TestTheSeedIsTheRun(t *testing.T) {
	drawn := 0
	for _, j := range library(t) {
		first, again := replay(t, j, 1), replay(t, j, 1)
		if first.Hash != again.Hash {
			t.Errorf("%s: one seed, two runs", j.Name)
		}
		other := replay(t, j, 2)
		if first.Hash == other.Hash {
			t.Errorf("%s: two seeds, one run", j.Name)
		}
		if !drawsLots(j.Scenario) {
			continue
		}
		drawn++
		if slices.EqualFunc(first.Events, other.Events, func(a, b trace.Event) bool { return a.At == b.At && a.Kind == b.Kind && a.On == b.On }) {
			t.Errorf("%s: another seed changed names only", j.Name)
		}
	}
	if drawn < 3 {
		t.Errorf("only %d scenarios leave anything to the seed", drawn)
	}
}

func replay(t *testing.T, j *Journal, seed uint64) *sim.Result {
	t.Helper()
	r, err := sim.Run(context.Background(), j.Scenario, sim.Options{Seed: &seed, EventsMax: 1_000})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// drawsLots says that a scenario leaves to the seed what its faults strike, or
// how long messages travel.
func drawsLots(sc *scenarios.Scenario) bool {
	if sc.Systems.CC.Jitter > 0 || sc.Systems.CRM.Jitter > 0 {
		return true
	}
	return slices.ContainsFunc(sc.Timeline, func(s scenarios.Step) bool { return s.Rate > 0 && s.Rate < 100 })
}
