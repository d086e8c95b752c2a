package property

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/explore"
)

// TestNoticesPermutedOrRepeated is EV-4 and the half of tie-break that speaks
// of delivery: quiet worlds end alike whatever order their notices come in,
// however late and however often, and whatever a broker delivers again.
func TestNoticesPermutedOrRepeated(t *testing.T) { related(t, "tie-break", noticesPermuted) }

func noticesPermuted(a arena, d explore.Draw) (got, want outcome) {
	sc := quietWorld(d)
	*sc.Systems.CC.Webhooks = true
	other := with(sc, disturbed(d, sc)...)
	a.looksAt(other, sc)
	return outcomeOf(a.play(other)), outcomeOf(a.play(sc))
}

// disturbed draws what happens to notices; each lasts until the last is sent.
func disturbed(d explore.Draw, sc *scenarios.Scenario) []scenarios.Step {
	var steps []scenarios.Step
	if len(sc.Timeline) == 0 {
		return nil
	}
	webhooks := func(v scenarios.Verb) {
		s := scenarios.NewStep(v)
		s.On, s.For = "cc", sc.Timeline[len(sc.Timeline)-1].At+minute
		if v == scenarios.RepeatWebhooks {
			s.Count = d.Int("count", 2, 4)
		}
		steps = append(steps, s)
	}
	if d.Int("repeat", 0, 1) == 1 {
		webhooks(scenarios.RepeatWebhooks)
	}
	if d.Int("reorder", 0, 1) == 1 {
		webhooks(scenarios.ReorderWebhooks)
	}
	if d.Int("late", 0, 1) == 1 { // behind the CRM's polls, so that the other side is heard of first
		webhooks(scenarios.DelayWebhooks)
		steps[len(steps)-1].Amount = of(d, "add", 45*second, 5*second)
	}
	for range d.Int("again", 0, 3) {
		s := scenarios.NewStep(scenarios.Redeliver)
		s.On, s.Count = "engine", d.Int("count", 1, 5)
		s.At = instantOf(d, sc) + scenarios.Duration(d.Int("after", 0, 600_000))*milli
		steps = append(steps, s)
	}
	return steps
}

// with is a world in which more happens.
func with(sc *scenarios.Scenario, steps ...scenarios.Step) *scenarios.Scenario {
	more := *sc
	more.Timeline = append([]scenarios.Step(nil), sc.Timeline...)
	for _, s := range steps {
		addStep(&more, s)
	}
	return &more
}
