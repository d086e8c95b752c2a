package explore_test

import (
	"testing"
	"time"

	"github.com/syncproof/syncproof/sim/explore"
	"github.com/syncproof/syncproof/sim/mutant"
)

// The sequence of worlds in which every mutant must be found, and how far it
// may be searched: half as far again as the mutant that hides best takes. A
// test that counts worlds says the same on every machine.
const (
	searchSeed = 3
	worldsMost = 970
)

// TestEveryMutantIsFound: exploration alone, which knows nothing of a defect,
// meets a world in which the mutant fails and the reference engine does not.
func TestEveryMutantIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: explores for each mutant, some 30 seconds of one core in all")
	}
	for _, m := range mutant.All() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			size := explore.DefaultSize
			size.Accounts = m.Accounts
			s := explore.Search{
				Vary: m.Vary, Size: size, Seed: searchSeed, Runs: worldsMost, Workers: 1,
				Clock: func() time.Duration { return 0 },
			}
			d := s.Run(t.Context())
			switch {
			case d.Fault != nil:
				t.Fatalf("the harness could not go on: %v", d.Fault)
			case !d.Found:
				t.Errorf("it survived %d worlds of seed %d: %s", d.Runs, searchSeed, m.Defect)
			default:
				t.Logf("found in world %d: %s", d.Runs, d.Failure.Invariant)
			}
		})
	}
}
