package sim

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// unlike are the scenarios whose journals differ between the fidelities, with
// the reason. Their decisions and verdicts are equal all the same.
var unlike = map[string]string{}

// TestModelIsWire plays the library at both fidelities: one journal, event by
// event, and so the same decisions and verdicts.
func TestModelIsWire(t *testing.T) {
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		all = all[:len(all)/8]
	}
	for _, sc := range all {
		seeds := []uint64{sc.Seed, 7}
		if sc.Records.Count() > 200 {
			seeds = seeds[:1] // the large worlds take most of the time
		}
		for _, seed := range seeds {
			wire, model := runWith(t, sc, Options{Seed: &seed}), runWith(t, sc, Options{Seed: &seed, Fidelity: Model})
			if a, b := decisionsOf(wire.Events), decisionsOf(model.Events); !slices.Equal(a, b) {
				t.Errorf("%s, seed %d: the engine decided\n%q at wire fidelity,\n%q at model fidelity", sc.Path, seed, a, b)
			}
			if a, b := verdictsOf(sc, wire), verdictsOf(sc, model); a != b {
				t.Errorf("%s, seed %d: the verdicts are\n%s at wire fidelity,\n%s at model fidelity", sc.Path, seed, a, b)
			}
			reason, excused := unlike[sc.Path]
			switch {
			case wire.Hash != model.Hash && !excused:
				t.Errorf("%s, seed %d: %s", sc.Path, seed, parting(wire.Events, model.Events))
			case wire.Hash == model.Hash && excused && seed == sc.Seed:
				t.Errorf("%s: the journals are equal, and need no excuse (%s)", sc.Path, reason)
			}
		}
	}
}

// TestModelIsWireInDisorder: loss, reordering, limits, crashes and torn writes
// strike the same messages at both fidelities.
func TestModelIsWireInDisorder(t *testing.T) {
	all, err := roughWorlds()
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range all {
		for seed := uint64(1); seed <= 5; seed++ {
			wire, model := runWith(t, sc, Options{Seed: &seed}), runWith(t, sc, Options{Seed: &seed, Fidelity: Model})
			if wire.Hash != model.Hash {
				t.Errorf("%s, seed %d: %s", sc.Path, seed, parting(wire.Events, model.Events))
			}
		}
	}
}

// decisionsOf are the decisions of a run, by record in their order.
func decisionsOf(all []trace.Event) []string {
	var out []string
	for i := range all {
		e := &all[i]
		if e.Kind != trace.ClaimDecision {
			continue
		}
		text := fmt.Sprintf("%s %d: %s %s, %s wins", e.Alias, e.Attempt, e.Code, e.Verb, e.Origin)
		for _, c := range e.Changes {
			text += fmt.Sprintf(", %s %q lost", c.Field, c.Before)
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

func verdictsOf(sc *scenarios.Scenario, r *Result) string {
	text := ""
	for _, v := range check.Judge(check.Case{Scenario: sc, Events: r.Events}) {
		text += fmt.Sprintf("%s: %v\n", v.Name, v.Verdict)
	}
	return text
}

func parting(wire, model []trace.Event) string {
	i := trace.FirstDifference(wire, model)
	show := func(all []trace.Event) string {
		if i >= len(all) {
			return "the end"
		}
		return readable(all[i : i+1])
	}
	return fmt.Sprintf("the journals part at event %d:\nwire  %s\nmodel %s", i+1, show(wire), show(model))
}

// TestModelRefusesWiredVariations: what wraps an adapter cannot be in force
// without one, and a run must not pretend that it was.
func TestModelRefusesWiredVariations(t *testing.T) {
	v := &Variation{Adapter: func(_ mapping.Side, s adapter.System) adapter.System { return s }}
	_, err := Run(t.Context(), parse(t, noPolling, editOnCC), Options{Fidelity: Model, Variation: v})
	var harness *HarnessError
	if !errors.As(err, &harness) {
		t.Errorf("got %v, want a harness error", err)
	}
}

func TestParseFidelity(t *testing.T) {
	for _, f := range []Fidelity{Wire, Model} {
		if got, err := ParseFidelity(f.String()); err != nil || got != f {
			t.Errorf("%v is read as %v, %v", f, got, err)
		}
	}
	if _, err := ParseFidelity("modell"); err == nil {
		t.Error("an unknown fidelity is taken")
	}
}
