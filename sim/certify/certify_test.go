package certify

import (
	"context"
	"sync"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

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

// TestMutations: every mutation has a place in the library, and the invariant
// whose rule it breaks notices it.
func TestMutations(t *testing.T) {
	for _, m := range Mutations() {
		t.Run(m.Invariant+"/"+m.Name, func(t *testing.T) {
			places, noticed := 0, 0
			for _, j := range library(t) {
				o, ok := m.Apply(j)
				if !ok {
					continue
				}
				places++
				if o.Noticed {
					noticed++
				}
				if _, known := m.Passes[j.Name]; known && o.Noticed {
					t.Errorf("%s: %s notices it after all: take the journal out of Passes", j.Name, m.Invariant)
				} else if !known && !o.Noticed {
					t.Errorf("%s: %s is %s (%s); also %v", j.Name, m.Invariant, o.Result.Verdict, o.Result.Reason, o.Also)
				}
			}
			t.Logf("%d of %d", noticed, places)
			if noticed == 0 {
				t.Errorf("noticed in none of %d journals", places)
			}
		})
	}
}
