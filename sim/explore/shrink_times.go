package explore

import (
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

// bringForward moves steps to earlier and rounder instants: a step with all
// that follow it, then alone. The order stays.
func bringForward(s *shrinker) bool {
	return s.each(func(sc *scenarios.Scenario) []edit {
		var edits []edit
		before := scenarios.Duration(0)
		for i := range sc.Timeline {
			now := sc.Timeline[i].At
			for _, at := range earlier(before, now) {
				edits = append(edits,
					func(sc *scenarios.Scenario) { shift(sc.Timeline[i:], now-at) },
					func(sc *scenarios.Scenario) { sc.Timeline[i].At = at })
			}
			before = now
		}
		return edits
	})
}

func shift(steps []scenarios.Step, by scenarios.Duration) {
	for i := range steps {
		steps[i].At -= by
	}
}

// earlier are instants from the step before up to now, the earliest first:
// a round time after that step, or now itself with less of it said.
func earlier(before, now scenarios.Duration) []scenarios.Duration {
	var all []scenarios.Duration
	add := func(at scenarios.Duration) {
		if at >= before && at < now && at >= scenarios.Duration(time.Second) {
			all = append(all, at)
		}
	}
	add(before)
	for _, gap := range roundDurations {
		add(before + scenarios.Duration(gap))
	}
	for _, unit := range []time.Duration{time.Hour, time.Minute, 10 * time.Second, time.Second, 100 * time.Millisecond} {
		add(now - now%scenarios.Duration(unit))
	}
	return all
}
