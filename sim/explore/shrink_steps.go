package explore

import (
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

// removeSteps leaves out halves of the timeline, quarters, and so on to single
// steps, the end of it first; what names a record that a removed step created
// goes with it.
func removeSteps(s *shrinker) bool {
	return halvings(len(s.best.Timeline), func(size int) bool {
		return s.each(func(sc *scenarios.Scenario) []edit {
			return chunks(len(sc.Timeline), size, func(sc *scenarios.Scenario, from, to int) {
				sc.Timeline = slices.Delete(sc.Timeline, from, to)
				tidy(sc)
			})
		})
	})
}

// removeFaults leaves out all faults, then all of one kind.
func removeFaults(s *shrinker) bool {
	drop := func(goes func(scenarios.Verb) bool) edit {
		return func(sc *scenarios.Scenario) {
			sc.Timeline = slices.DeleteFunc(sc.Timeline, func(step scenarios.Step) bool { return goes(step.Verb) })
		}
	}
	return s.each(func(sc *scenarios.Scenario) []edit {
		edits := []edit{drop(scenarios.Verb.Fault)}
		for _, verb := range scenarios.Verbs() {
			if verb.Fault() {
				edits = append(edits, drop(func(v scenarios.Verb) bool { return v == verb }))
			}
		}
		return edits
	})
}

// pairsMax bounds the timelines of which pairs are left out.
const pairsMax = 12

// removePairs leaves out two steps that are nothing without each other, such
// as a fault and the edit that it spoils.
func removePairs(s *shrinker) bool {
	return s.each(func(sc *scenarios.Scenario) []edit {
		var edits []edit
		n := len(sc.Timeline)
		if n > pairsMax {
			return nil
		}
		for i := range n {
			for j := i + 1; j < n; j++ {
				edits = append(edits, func(sc *scenarios.Scenario) {
					sc.Timeline = slices.Delete(sc.Timeline, j, j+1)
					sc.Timeline = slices.Delete(sc.Timeline, i, i+1)
					tidy(sc)
				})
			}
		}
		return edits
	})
}

// removeExpectations leaves out those that the failure does not rest on.
func removeExpectations(s *shrinker) bool {
	return halvings(len(s.best.Expect), func(size int) bool {
		return s.each(func(sc *scenarios.Scenario) []edit {
			return chunks(len(sc.Expect), size, func(sc *scenarios.Scenario, from, to int) {
				sc.Expect = slices.Delete(sc.Expect, from, to)
			})
		})
	})
}

// simplifySteps makes each step say less: all of them at once, then one by one.
func simplifySteps(s *shrinker) bool {
	bareAll := func(sc *scenarios.Scenario) {
		for i := range sc.Timeline {
			bare(&sc.Timeline[i])
		}
	}
	helped := s.first([]edit{bareAll}) >= 0
	return s.each(func(sc *scenarios.Scenario) []edit {
		var edits []edit
		for i := range sc.Timeline {
			for _, change := range simpler(&sc.Timeline[i]) {
				own := cloneStep(sc.Timeline[i])
				change(&own)
				if !reflect.DeepEqual(own, sc.Timeline[i]) {
					edits = append(edits, func(sc *scenarios.Scenario) { sc.Timeline[i] = cloneStep(own) })
				}
			}
		}
		return edits
	}) || helped
}

// bare sets everything of a step back that it does not need: it keeps its
// instant, what it is done to, and how long and how much.
func bare(s *scenarios.Step) {
	preset := scenarios.NewStep(s.Verb)
	preset.At, preset.Line = s.At, s.Line
	preset.Record, preset.Other, preset.On, preset.Between, preset.All = s.Record, s.Other, s.On, s.Between, s.All
	preset.Set, preset.Choose, preset.For, preset.Amount, preset.PPM = s.Set, s.Choose, s.For, s.Amount, s.PPM
	preset.Requests, preset.Per, preset.To, preset.Drift, preset.Count = s.Requests, s.Per, s.To, s.Drift, s.Count
	if len(s.Set) == 0 {
		preset.Version = s.Version
	}
	if s.Verb == scenarios.Permission || s.Verb == scenarios.Drift {
		preset.What = s.What
	}
	preset.Crash.Wipe = s.Verb == scenarios.LoseStore
	*s = preset
}

// simpler lists what can be made less of a step, the strongest change first.
func simpler(s *scenarios.Step) []func(*scenarios.Step) {
	preset := scenarios.NewStep(s.Verb)
	changes := []func(*scenarios.Step){
		bare,
		func(s *scenarios.Step) { s.Version = nil },
		func(s *scenarios.Step) { s.Bypass = false },
		func(s *scenarios.Step) { s.Late = 0 },
		func(s *scenarios.Step) { s.As, s.By = "", "" },
		func(s *scenarios.Step) { s.By = "" },
		func(s *scenarios.Step) { s.Fields = nil },
		func(s *scenarios.Step) { s.Every, s.Times = preset.Every, preset.Times },
		func(s *scenarios.Step) { s.Flap = 0 },
		func(s *scenarios.Step) { s.Way = preset.Way },
		func(s *scenarios.Step) { s.When = preset.When },
		func(s *scenarios.Step) { s.Status = preset.Status },
		func(s *scenarios.Step) { s.Retry = preset.Retry },
		func(s *scenarios.Step) { s.Rate = preset.Rate },
		func(s *scenarios.Step) { s.Count = once(s); s.For = 0 },
		func(s *scenarios.Step) { s.Count = once(s) },
		func(s *scenarios.Step) { s.For = 0 },
		func(s *scenarios.Step) { s.Crash.Torn = false },
		func(s *scenarios.Step) { s.Crash.Lost = false },
		func(s *scenarios.Step) { s.Crash.Wipe = preset.Crash.Wipe },
		func(s *scenarios.Step) { s.Crash.Down = preset.Crash.Down },
		func(s *scenarios.Step) { s.Crash.Record = "" },
		func(s *scenarios.Step) { s.Crash.Nth = preset.Crash.Nth },
	}
	if s.Verb == scenarios.Edit || s.Verb == scenarios.Create || s.Verb == scenarios.Review {
		for i := range s.Set {
			changes = append(changes, func(s *scenarios.Step) {
				if s.Set = slices.Delete(s.Set, i, i+1); len(s.Set) == 0 {
					s.Set = nil
				}
			})
		}
	}
	return append(changes, smaller(s)...)
}

// once is the least count of a step that counts something: a storm of one.
func once(s *scenarios.Step) int {
	counts := slices.ContainsFunc(s.Verb.Keys(), func(k scenarios.Key) bool { return k.Name == "count" })
	if !counts {
		return s.Count
	}
	return max(scenarios.NewStep(s.Verb).Count, 1)
}

// smaller lists lower amounts, the least first.
func smaller(s *scenarios.Step) []func(*scenarios.Step) {
	var changes []func(*scenarios.Step)
	for _, d := range below(s.For) {
		changes = append(changes, func(s *scenarios.Step) { s.For = d })
	}
	for _, d := range below(s.Amount) {
		changes = append(changes, func(s *scenarios.Step) { s.Amount = d })
	}
	for _, d := range below(s.Every) {
		changes = append(changes, func(s *scenarios.Step) { s.Every = d })
	}
	for _, n := range roundNumbers {
		if n < s.Times {
			changes = append(changes, func(s *scenarios.Step) { s.Times = n })
		}
		if after, err := strconv.Atoi(s.Retry); err == nil && n < after {
			changes = append(changes, func(s *scenarios.Step) { s.Retry = strconv.Itoa(n) })
		}
		if size := scenarios.PPM(n); size < max(s.PPM, -s.PPM) {
			changes = append(changes, func(s *scenarios.Step) { s.PPM = size * sign(s.PPM) })
		}
	}
	return changes
}

var roundNumbers = []int{2, 5, 10, 20, 50, 100, 1_000, 10_000, 100_000}

// roundDurations are what people write, the shortest first.
var roundDurations = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour,
}

// below are the round durations nearer to zero than d, on its side of it.
func below(d scenarios.Duration) []scenarios.Duration {
	var less []scenarios.Duration
	for _, round := range roundDurations {
		if r := scenarios.Duration(round); r < max(d, -d) {
			less = append(less, r*sign(d))
		}
	}
	return less
}

func sign[T ~int64](x T) T {
	if x < 0 {
		return -1
	}
	return 1
}
