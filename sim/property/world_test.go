package property

import (
	"context"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
)

// draws lets rapid make the choices of a generator.
type draws struct{ t *rapid.T }

// Int implements explore.Draw. All numbers are equally likely, as a generator
// that says "in 30 percent of all worlds" expects: rapid.IntRange prefers
// small ones, and its worlds would hardly have faults. They still shrink
// towards lo.
func (d draws) Int(label string, lo, hi int) int {
	if hi <= lo {
		return lo
	}
	return rapid.Custom(func(t *rapid.T) int {
		n := 0
		for range bits.Len(uint(hi - lo)) {
			n <<= 1
			if bit.Draw(t, "bit") {
				n++
			}
		}
		return lo + n%(hi-lo+1)
	}).Draw(d.t, label)
}

var bit = rapid.Bool()

// keeper remembers the worlds that a property looks at: when it failed, the
// last ones are those that rapid made smallest.
type keeper struct{ worlds []*scenarios.Scenario }

// looksAt names the worlds of one attempt.
func (k *keeper) looksAt(worlds ...*scenarios.Scenario) { k.worlds = worlds }

// keep writes the worlds of a failure as files.
func (k *keeper) keep(t *testing.T) {
	if !t.Failed() {
		return
	}
	for i, sc := range k.worlds {
		path, err := save(t.Name(), i, sc)
		if err != nil {
			t.Errorf("the failing world could not be kept: %v", err)
			continue
		}
		t.Logf("kept as %s; play it with\n  syncproof run %s", path, path)
	}
}

func save(test string, i int, sc *scenarios.Scenario) (string, error) {
	dir := os.Getenv("SYNCPROOF_FAILURES")
	if dir == "" {
		dir = filepath.Join(os.TempDir(), "syncproof-failures")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	text, err := sc.Marshal()
	if err != nil {
		return "", err
	}
	name := strings.NewReplacer("/", "-", " ", "-").Replace(test)
	path := filepath.Join(dir, name+"-"+string(rune('a'+i))+".yaml")
	return path, os.WriteFile(path, text, 0o600)
}

// play runs a world to its end.
func play(t *rapid.T, sc *scenarios.Scenario) check.Case {
	t.Helper()
	r, err := sim.Run(context.Background(), sc, sim.Options{})
	if err != nil {
		t.Fatalf("the world cannot be played: %v", err)
	}
	return check.Case{Scenario: sc, Events: r.Events}
}
