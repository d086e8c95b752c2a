package certify

import (
	"cmp"
	"context"
	"flag"
	"slices"
	"sync"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
)

var full = flag.Bool("certify.full", false, "break every journal in every way, and draw ten times as many blind changes")

// longest is how many events a journal may have that is broken in every way.
// The few that are longer say nothing that these do not.
const longest = 5_000

// journals are the library's shorter journals, each played once.
var journals = sync.OnceValues(func() ([]*Journal, error) {
	all, err := scenarios.Library()
	if err != nil {
		return nil, err
	}
	var out []*Journal
	for _, sc := range all {
		j, err := Play(context.Background(), sc, longest)
		if err != nil {
			return nil, err
		}
		if j != nil {
			out = append(out, j)
		}
	}
	return out, nil
})

func library(t *testing.T) []*Journal {
	t.Helper()
	all, err := journals()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// places is how many journals one mutation breaks unless all are asked for.
const places = 8

// outcomes breaks the library by a mutation: everywhere, or in those journals
// that it names and in some others, which its name draws.
func outcomes(t *testing.T, m *Mutation, everywhere bool) []Outcome {
	t.Helper()
	order := slices.Clone(library(t))
	slices.SortStableFunc(order, func(a, b *Journal) int {
		_, aNamed := m.Passes[a.Name]
		_, bNamed := m.Passes[b.Name]
		switch {
		case aNamed == bNamed:
			return cmp.Compare(draw(a.Name, 0, m.Name), draw(b.Name, 0, m.Name))
		case aNamed:
			return -1
		}
		return 1
	})
	var out []Outcome
	for _, j := range order {
		o, ok := m.Apply(j)
		if ok {
			out = append(out, o)
		}
		if !everywhere && len(out) == places {
			break
		}
	}
	return out
}

// TestMutations: every mutation has a place in the library, and the invariant
// whose rule it breaks notices it wherever that is not excused by name.
func TestMutations(t *testing.T) {
	for _, m := range Mutations() {
		t.Run(m.Invariant+"/"+m.Name, func(t *testing.T) {
			excused := 0
			all := outcomes(t, &m, *full)
			for _, o := range all {
				_, known := m.Passes[o.Journal]
				switch {
				case known && o.Noticed:
					t.Errorf("%s: %s notices it after all: take the journal out of Passes", o.Journal, m.Invariant)
				case known:
					excused++
				case !o.Noticed:
					t.Errorf("%s: %s is %s (%s); also %v", o.Journal, m.Invariant, o.Result.Verdict, o.Result.Reason, o.Also)
				}
			}
			if excused != len(m.Passes) {
				t.Errorf("%d of the %d journals in Passes have a place for it", excused, len(m.Passes))
			}
			if len(all) <= excused {
				t.Errorf("no journal of the library has a place for it that must be noticed")
			}
		})
	}
}

// TestEveryInvariantIsBroken: each invariant has mutations of at least two
// aspects of its rule, and names stand once.
func TestEveryInvariantIsBroken(t *testing.T) {
	count, seen := map[string]int{}, map[string]bool{}
	for _, m := range Mutations() {
		if key := m.Invariant + "/" + m.Name; seen[key] || m.Breaks == "" || m.Rule == "" {
			t.Errorf("%s stands twice or is incomplete", key)
		} else {
			seen[key] = true
		}
		count[m.Invariant]++
	}
	for _, inv := range check.Invariants() {
		if count[inv.Name] < 3 {
			t.Errorf("%s has %d mutations, expected at least 3", inv.Name, count[inv.Name])
		}
		delete(count, inv.Name)
	}
	for name := range count {
		t.Errorf("there is no invariant %s", name)
	}
}
