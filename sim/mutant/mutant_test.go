package mutant

import (
	"context"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
)

// trial is one scenario with what the reference engine makes of it.
type trial struct {
	name string
	sc   *scenarios.Scenario
	// events is the length of the reference engine's journal.
	events int
	// failed are the checks that the reference engine does not pass.
	failed map[string]string
}

// trials are the whole library, played once by the reference engine.
var trials = sync.OnceValues(func() ([]*trial, error) {
	all, err := scenarios.Library()
	if err != nil {
		return nil, err
	}
	out := make([]*trial, len(all))
	for i, sc := range all {
		out[i] = &trial{name: strings.TrimSuffix(path.Base(sc.Path), ".yaml"), sc: sc}
		if out[i].failed, out[i].events, err = play(sc, sim.Options{}); err != nil {
			return nil, err
		}
	}
	return out, nil
})

// play runs one scenario and returns the failed checks with what they found.
func play(sc *scenarios.Scenario, o sim.Options) (failed map[string]string, events int, err error) {
	r, err := sim.Run(context.Background(), sc, o)
	if err != nil {
		return nil, 0, err
	}
	failed = map[string]string{}
	for _, res := range check.Judge(check.Case{Scenario: sc, Events: r.Events}) {
		if res.Verdict != check.Fail {
			continue
		}
		failed[res.Name] = res.Reason
		if len(res.Findings) > 0 {
			failed[res.Name] = res.Findings[0].Message
		}
	}
	return failed, len(r.Events), nil
}

// kill plays a scenario with a mutant, once for all tests, and returns the
// checks that fail it and not the reference engine. The journal is bounded by
// the reference engine's: a mutant that loops need not loop for a virtual day.
func kill(t *testing.T, tr *trial, m *Mutant) map[string]string {
	t.Helper()
	once, _ := kills.LoadOrStore([2]string{m.Name, tr.name}, sync.OnceValues(func() (map[string]string, error) {
		failed, _, err := play(tr.sc, sim.Options{Variation: m.Vary(), EventsMax: 2*tr.events + 1_000})
		for name := range tr.failed {
			delete(failed, name)
		}
		return failed, err
	}))
	failed, err := once.(func() (map[string]string, error))()
	if err != nil {
		t.Fatalf("%s breaks the harness in %s: %v", m.Name, tr.name, err)
	}
	return failed
}

// kills are the results of kill by the names of mutant and scenario.
var kills sync.Map

func allTrials(t *testing.T) []*trial {
	t.Helper()
	all, err := trials()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func trialOf(t *testing.T, name string) *trial {
	t.Helper()
	all := allTrials(t)
	i := slices.IndexFunc(all, func(tr *trial) bool { return tr.name == name })
	if i < 0 {
		t.Fatalf("the library has no scenario %s", name)
	}
	return all[i]
}

// invariantsIn are the invariants among failed checks, in the specification's order.
func invariantsIn(failed map[string]string) []string {
	var names []string
	for _, inv := range check.Invariants() {
		if _, ok := failed[inv.Name]; ok {
			names = append(names, inv.Name)
		}
	}
	return names
}

// TestKilled: each scenario that a mutant names fails it on an invariant that
// it names, and passes the reference engine.
func TestKilled(t *testing.T) {
	for _, m := range All() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			for _, name := range m.KilledBy {
				tr := trialOf(t, name)
				if len(tr.failed) > 0 {
					t.Errorf("the reference engine fails %s: %v", name, tr.failed)
				}
				failed := kill(t, tr, &m)
				by := slices.DeleteFunc(invariantsIn(failed), func(inv string) bool { return !slices.Contains(m.Invariants, inv) })
				if len(by) == 0 {
					t.Errorf("%s survives %s: expected one of %v to fail; failed: %v", m.Name, name, m.Invariants, failed)
				}
				for _, inv := range by {
					t.Logf("%s: %s: %s", name, inv, failed[inv])
				}
			}
		})
	}
}

// TestInvariants: every invariant has a mutant that it kills, so that none of
// them is asleep.
func TestInvariants(t *testing.T) {
	for _, inv := range check.Invariants() {
		if !slices.ContainsFunc(All(), func(m Mutant) bool { return slices.Contains(m.Invariants, inv.Name) }) {
			t.Errorf("no mutant shows that %s can fail", inv.Name)
		}
	}
}

// largest is how many events a scenario may have to be played by every mutant.
const largest = 3_000

// TestLibrary plays the library with every mutant, but for its largest
// scenarios: none may break the harness, and one that does nothing must fail
// wherever an edit asks for a write.
func TestLibrary(t *testing.T) {
	if testing.Short() {
		t.Skip("plays the library once for each mutant")
	}
	all := slices.DeleteFunc(slices.Clone(allTrials(t)), func(tr *trial) bool { return tr.events > largest })
	killers := make([][]string, len(All()))
	t.Run("mutants", func(t *testing.T) {
		for i, m := range All() {
			t.Run(m.Name, func(t *testing.T) {
				t.Parallel()
				for _, tr := range all {
					failed := kill(t, tr, &m)
					switch by := invariantsIn(failed); {
					case len(by) > 0:
						killers[i] = append(killers[i], tr.name+" ("+strings.Join(by, ", ")+")")
					case len(failed) > 0:
						killers[i] = append(killers[i], tr.name+" (only its own expectations)")
					case m.Name == "null-engine" && asksForAWrite(tr.sc) && len(tr.failed) == 0:
						t.Errorf("an engine that does nothing passes %s", tr.name)
					}
				}
			})
		}
	})
	for i, m := range All() {
		t.Logf("%s: %d of %d scenarios\n\t%s", m.Name, len(killers[i]), len(all), strings.Join(killers[i], "\n\t"))
	}
}

// asksForAWrite says that somebody edits a record that is not deleted
// everywhere in the end.
func asksForAWrite(sc *scenarios.Scenario) bool {
	edited, deleted := map[string]bool{}, map[string]int{}
	for i := range sc.Timeline {
		switch s := &sc.Timeline[i]; s.Verb {
		case scenarios.Edit:
			edited[s.Record] = true
		case scenarios.Delete:
			deleted[s.Record]++
		}
	}
	for name := range edited {
		if deleted[name] < 2 {
			return true
		}
	}
	return false
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range All() {
		if seen[m.Name] {
			t.Errorf("%s stands twice", m.Name)
		}
		seen[m.Name] = true
		if m.Defect == "" || m.Source == "" || len(m.KilledBy) == 0 || len(m.Invariants) == 0 || m.Vary == nil {
			t.Errorf("%s is incomplete", m.Name)
		}
		if found, ok := Find(m.Name); !ok || found.Name != m.Name {
			t.Errorf("Find does not find %s", m.Name)
		}
	}
	if _, ok := Find("nobody"); ok {
		t.Error("Find finds nobody")
	}
}
