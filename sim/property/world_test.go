package property

import (
	"context"
	"math/bits"
	"testing"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/explore"
	"github.com/syncproof/syncproof/sim/mutant"
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

// failer is what a property needs of a test.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// arena is where the runs of one attempt are played.
type arena struct {
	t failer
	*keeper
	engine *mutant.Mutant // nil is the reference engine
}

// play runs a world to its end.
func (a arena) play(sc *scenarios.Scenario) check.Case {
	a.t.Helper()
	o := sim.Options{}
	if a.engine != nil {
		o.Variation = a.engine.Vary()
	}
	r, err := sim.Run(context.Background(), sc, o)
	if err != nil {
		a.t.Fatalf("the world cannot be played: %v", err)
	}
	return check.Case{Scenario: sc, Events: r.Events}
}

// relation draws worlds that differ in something, plays them, and says how
// one of them ended and how the others ask it to.
type relation func(a arena, d explore.Draw) (got, want outcome)

// related checks a relation.
func related(t *testing.T, asks string, r relation) {
	forAll(t, asks, func(t *rapid.T, k *keeper) {
		got, want := r(arena{t: t, keeper: k}, draws{t})
		if g, w := got.String(), want.String(); g != w {
			t.Fatalf("%s: the run ended with\n%s\nexpected\n%s", asks, g, w)
		}
	})
}
