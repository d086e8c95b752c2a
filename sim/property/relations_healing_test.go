package property

import (
	"slices"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/explore"
)

// TestDelaysHeal: faults that delay, repeat or reorder, and let every exchange
// come to its end, leave no trace: a quiet world with such faults around its
// bursts ends as the one without them. Limits are not among them, since they
// act on a whole system, nor are clocks, which move stamps.
func TestDelaysHeal(t *testing.T) { related(t, "healing", delaysHeal) }

func delaysHeal(a arena, d explore.Draw) (got, want outcome) {
	faulted, sc := faultedWorld(d, delaying)
	a.looksAt(faulted, sc)
	return outcomeOf(a.play(faulted)), outcomeOf(a.play(sc))
}

// TestLossesHeal: faults that cut an exchange short may part the two writes of
// one decision. What is left of it is then decided on what the first write
// made, as another decision: with the same content, links and flags, but with
// a version and a status of its own.
func TestLossesHeal(t *testing.T) { related(t, "healing", lossesHeal) }

func lossesHeal(a arena, d explore.Draw) (got, want outcome) {
	faulted, sc := faultedWorld(d, slices.Concat(delaying, severing))
	a.looksAt(faulted, sc)
	got, want = outcomeOf(a.play(faulted)), outcomeOf(a.play(sc))
	return got.numberless().decided(), want.numberless().decided()
}

// A window of each fault ends long before the next burst.
var (
	delaying = []scenarios.Verb{
		scenarios.Latency, scenarios.Jitter, scenarios.Duplicate, scenarios.Reorder, scenarios.TokenExpiry,
		scenarios.LoseWebhooks, scenarios.DelayWebhooks, scenarios.PollGap,
	}
	severing = []scenarios.Verb{
		scenarios.Loss, scenarios.Partition, scenarios.Reset, scenarios.Truncate, scenarios.SlowBody, scenarios.ServerError,
		scenarios.CrashEngine,
	}
)

func faultedWorld(d explore.Draw, verbs []scenarios.Verb) (faulted, sc *scenarios.Scenario) {
	sc = quietWorld(d)
	var faults []scenarios.Step
	for range d.Int("faults", 1, 3) {
		faults = append(faults, fault(d, sc, verbs))
	}
	return with(sc, faults...), sc
}

func fault(d explore.Draw, sc *scenarios.Scenario, verbs []scenarios.Verb) scenarios.Step {
	s := scenarios.NewStep(of(d, "fault", verbs...))
	// Around a burst, never earlier than what it follows has come to its end.
	s.At = max(instantOf(d, sc)-of(d, "before", 0, 10*milli, 5*second, 30*second), 0) + of(d, "after", 0, 30*milli, 70*milli, 110*milli, 2*second)
	side := of(d, "on", sideNames[:]...)
	switch s.Verb {
	case scenarios.CrashEngine:
		s.On = "engine"
		s.Crash.Down = of(d, "down", second, milli, 30*second)
		if s.Crash.Effect = of(d, "effect", "", "write", "written", "persist", "persisted", "read", "ack"); s.Crash.Effect != "" {
			s.Crash.Nth = d.Int("nth", 1, 3)
		}
		return s
	case scenarios.TokenExpiry:
		s.On = side
		return s
	case scenarios.ServerError:
		s.On, s.Status, s.When = side, 503, of(d, "when", "before", "after")
	case scenarios.PollGap:
		s.On = side
	case scenarios.LoseWebhooks, scenarios.DelayWebhooks:
		s.On = "cc"
	default:
		s.Between = [2]string{"engine", side}
	}
	s.For = of(d, "for", second, 20*second, 2*minute)
	switch s.Verb {
	case scenarios.Latency, scenarios.Jitter:
		s.Amount = of(d, "add", 200*milli, 5*second)
	case scenarios.DelayWebhooks: // or behind the next poll of the CRM
		s.Amount = of(d, "add", 200*milli, 45*second)
	case scenarios.SlowBody:
		s.Amount = 10 * second
	case scenarios.Loss, scenarios.Duplicate, scenarios.Reorder, scenarios.Truncate, scenarios.Reset:
		s.Rate = of(d, "rate", 100, 40)
	}
	return s
}
