package explore

import (
	"reflect"
	"slices"

	"github.com/syncproof/syncproof/scenarios"
)

// resetSettings sets systems, engine and policy back to their defaults: whole
// parts first, then one setting after the other; clocks that must be wrong
// become less so, and limits that must be become tighter.
func resetSettings(s *shrinker) bool {
	helped := s.each(func(sc *scenarios.Scenario) []edit {
		var edits []edit
		for _, part := range []string{"Systems", "Engine", "Policy", "Start", "Mapping"} {
			field, _ := reflect.TypeFor[scenarios.Scenario]().FieldByName(part)
			edits = append(edits, resets(sc, field.Index)...)
		}
		return edits
	})
	helped = s.each(fewerMapped) || helped
	helped = s.each(tighterSystems) || helped
	return s.each(slowerClocks) || helped
}

// tighterSystems lowers the quotas and pages that must be: what then fills
// them is less.
func tighterSystems(sc *scenarios.Scenario) []edit {
	var edits []edit
	for _, side := range []string{"cc", "crm"} {
		now := sc.System(side)
		for _, n := range append([]int{1}, roundNumbers...) {
			if now.Quota != nil && n < now.Quota.Requests {
				edits = append(edits, func(sc *scenarios.Scenario) { sc.System(side).Quota.Requests = n })
			}
			if n < now.PageSize {
				edits = append(edits, func(sc *scenarios.Scenario) { sc.System(side).PageSize = n })
			}
		}
		if q := now.Quota; q != nil && (q.RetryAfter != "reset" || q.Headers != nil && !*q.Headers) {
			edits = append(edits, func(sc *scenarios.Scenario) {
				q := sc.System(side).Quota
				q.RetryAfter, q.Headers = "", nil
			})
		}
	}
	return edits
}

// resets are the edits that set a setting back, or one of its parts.
func resets(sc *scenarios.Scenario, path []int) []edit {
	preset := scenarios.New()
	at := func(sc *scenarios.Scenario) reflect.Value { return reflect.ValueOf(sc).Elem().FieldByIndex(path) }
	now := at(sc)
	if reflect.DeepEqual(now.Interface(), at(preset).Interface()) {
		return nil
	}
	edits := []edit{func(sc *scenarios.Scenario) { at(sc).Set(at(scenarios.New())) }}
	if now.Kind() == reflect.Struct && !opaque(now.Type()) {
		for i := range now.NumField() {
			edits = append(edits, resets(sc, append(slices.Clone(path), i))...)
		}
	}
	return edits
}

// opaque says that a struct's fields are its own business, as a time's are.
func opaque(t reflect.Type) bool {
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return true
		}
	}
	return false
}

// fewerMapped leaves out fields of a mapping of the scenario's own.
func fewerMapped(sc *scenarios.Scenario) []edit {
	if sc.Mapping == nil {
		return nil
	}
	return chunks(len(sc.Mapping.Fields), 1, func(sc *scenarios.Scenario, from, to int) {
		sc.Mapping.Fields = slices.Delete(sc.Mapping.Fields, from, to)
	})
}

// clocksOf are the three clocks of a scenario.
func clocksOf(sc *scenarios.Scenario) [3]*scenarios.Clock {
	return [3]*scenarios.Clock{&sc.Systems.CC.Clock, &sc.Systems.CRM.Clock, &sc.Engine.Clock}
}

func slowerClocks(sc *scenarios.Scenario) []edit {
	var edits []edit
	for i, clock := range clocksOf(sc) {
		for _, skew := range below(clock.Skew) {
			edits = append(edits, func(sc *scenarios.Scenario) { clocksOf(sc)[i].Skew = skew })
		}
	}
	return edits
}

// resetSeed tries the default seed, which a file does not mention, and zero. A
// failure that rests on its seed keeps it.
func resetSeed(s *shrinker) bool {
	return s.each(func(sc *scenarios.Scenario) []edit {
		preset := scenarios.New().Seed
		if sc.Seed == preset || sc.Seed == 0 {
			return nil
		}
		return []edit{
			func(sc *scenarios.Scenario) { sc.Seed = preset },
			func(sc *scenarios.Scenario) { sc.Seed = 0 },
		}
	})
}
