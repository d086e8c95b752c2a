package property

import (
	"context"
	"math/bits"

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

// play runs a world to its end.
func play(t *rapid.T, sc *scenarios.Scenario) check.Case {
	t.Helper()
	r, err := sim.Run(context.Background(), sc, sim.Options{})
	if err != nil {
		t.Fatalf("the world cannot be played: %v", err)
	}
	return check.Case{Scenario: sc, Events: r.Events}
}
