package property

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/explore"
)

// shrinkRuns bounds what is tried to make a failure smaller, after rapid did
// what it can with its numbers.
const shrinkRuns = 400

// keeper remembers the worlds that a property looks at: when it failed, the
// last ones are those that rapid made smallest.
type keeper struct {
	asks   string // the invariant or relation
	worlds []*scenarios.Scenario
}

// looksAt names the worlds of one attempt.
func (k *keeper) looksAt(worlds ...*scenarios.Scenario) { k.worlds = worlds }

// keep writes the worlds of a failure as files, as exploration does.
func (k *keeper) keep(t *testing.T) {
	if !t.Failed() {
		return
	}
	dir := os.Getenv("SYNCPROOF_FAILURES")
	if dir == "" {
		dir = filepath.Join(os.TempDir(), explore.FailuresDir)
	}
	for _, sc := range k.worlds {
		path, err := explore.Save(dir, k.caseOf(t.Name(), sc))
		if err != nil {
			t.Errorf("the failing world could not be kept: %v", err)
			continue
		}
		t.Logf("kept as %s; play it with\n  syncproof run %s", path, path)
	}
}

// caseOf is the failure that a file tells of: an invariant's with the smallest
// world that still fails it. A relation's failure needs both of its worlds,
// and each is kept as it is.
func (k *keeper) caseOf(test string, sc *scenarios.Scenario) explore.Case {
	c := explore.Case{Scenario: sc, Found: "the property " + test, Failure: explore.Failure{
		Invariant: k.asks, Message: "asked of " + strings.TrimPrefix(test, "Test") + "; sim/property says what of",
	}}
	for _, f := range failuresOf(sc) {
		if f.Invariant == k.asks {
			c.Failure = f
			c.Scenario, c.Stats = explore.Shrink(context.Background(), sc, f, trial, explore.ShrinkOptions{Runs: shrinkRuns})
			break
		}
	}
	return c
}

func trial(_ context.Context, sc *scenarios.Scenario) ([]explore.Failure, bool) {
	return failuresOf(sc), true
}

// failuresOf is what a world breaks; nothing, if it cannot be played.
func failuresOf(sc *scenarios.Scenario) []explore.Failure {
	r, err := sim.Run(context.Background(), sc, sim.Options{})
	if err != nil {
		return nil
	}
	return explore.FailuresOf(check.Judge(check.Case{Scenario: sc, Events: r.Events}))
}
