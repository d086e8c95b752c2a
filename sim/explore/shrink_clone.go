package explore

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
)

// cloneScenario copies a scenario with everything that an edit may change.
func cloneScenario(sc *scenarios.Scenario) *scenarios.Scenario {
	own := *sc
	own.Requirements = slices.Clone(sc.Requirements)
	own.Systems.CC, own.Systems.CRM = cloneSystem(sc.Systems.CC), cloneSystem(sc.Systems.CRM)
	own.Policy.Tolerance = clonePointer(sc.Policy.Tolerance)
	if sc.Mapping != nil {
		own.Mapping = &scenarios.Mapping{Object: sc.Mapping.Object, Fields: slices.Clone(sc.Mapping.Fields)}
	}
	own.Records.Generate = clonePointer(sc.Records.Generate)
	own.Records.List = slices.Clone(sc.Records.List)
	for i := range own.Records.List {
		r := &own.Records.List[i]
		r.Version = clonePointer(r.Version)
		r.Fields, r.CC, r.CRM = slices.Clone(r.Fields), slices.Clone(r.CC), slices.Clone(r.CRM)
	}
	own.Timeline = slices.Clone(sc.Timeline)
	for i := range own.Timeline {
		own.Timeline[i] = cloneStep(own.Timeline[i])
	}
	own.Expect = slices.Clone(sc.Expect)
	return &own
}

func cloneSystem(s scenarios.System) scenarios.System {
	s.Conditional, s.Webhooks = clonePointer(s.Conditional), clonePointer(s.Webhooks)
	s.Automation = slices.Clone(s.Automation)
	if s.Quota = clonePointer(s.Quota); s.Quota != nil {
		s.Quota.Headers = clonePointer(s.Quota.Headers)
	}
	return s
}

func cloneStep(s scenarios.Step) scenarios.Step {
	s.Set, s.Fields = slices.Clone(s.Set), slices.Clone(s.Fields)
	s.Version = clonePointer(s.Version)
	s.Drift.Values = slices.Clone(s.Drift.Values)
	return s
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	own := *p
	return &own
}

func byInstant(a, b scenarios.Step) int { return cmp.Compare(a.At, b.At) }

// chunks cuts the places 0 to n-1 into runs of a size, the last ones first:
// what comes after a failure goes most easily.
func chunks(n, size int, drop func(sc *scenarios.Scenario, from, to int)) []edit {
	var edits []edit
	for to := n; to > 0; to -= size {
		edits = append(edits, func(sc *scenarios.Scenario) { drop(sc, max(to-size, 0), to) })
	}
	return edits
}

// halvings calls a pass with n, n/2, n/4 ... 1.
func halvings(n int, pass func(size int) bool) bool {
	helped := false
	for size := n; size > 0; size /= 2 {
		helped = pass(size) || helped
	}
	return helped
}

// namesOf are the places where a step names a record.
func namesOf(s *scenarios.Step) []*string {
	all := []*string{&s.Record, &s.Other, &s.Crash.Record}
	return slices.DeleteFunc(all, func(name *string) bool {
		return *name == "" || *name == "*" || s.Verb == scenarios.Review && *name == "mass-delete"
	})
}

// tidy removes the records and steps that name a record which is gone.
func tidy(sc *scenarios.Scenario) {
	for {
		known := map[string]bool{}
		for i := range sc.Records.List {
			known[sc.Records.List[i].ID] = true
		}
		for i := range sc.Timeline {
			if sc.Timeline[i].Verb == scenarios.Create {
				known[sc.Timeline[i].Record] = true
			}
		}
		exists := func(id string) bool { return known[id] || generated(sc, id) }
		before := len(sc.Records.List) + len(sc.Timeline)
		sc.Records.List = slices.DeleteFunc(sc.Records.List, func(r scenarios.Record) bool {
			return r.Mirrors != "" && !exists(r.Mirrors)
		})
		sc.Timeline = slices.DeleteFunc(sc.Timeline, func(s scenarios.Step) bool {
			return slices.ContainsFunc(namesOf(&s), func(name *string) bool { return !exists(*name) })
		})
		if len(sc.Records.List)+len(sc.Timeline) == before {
			return
		}
	}
}

// generated says that an id is one of the generated records' r1, r2, ...
func generated(sc *scenarios.Scenario, id string) bool {
	digits, ok := strings.CutPrefix(id, "r")
	n, err := strconv.Atoi(digits)
	return ok && err == nil && sc.Records.Generate != nil && n >= 1 && n <= sc.Records.Generate.Count
}

// named are the ids that steps and mirrors name.
func named(sc *scenarios.Scenario) map[string]bool {
	used := map[string]bool{}
	for i := range sc.Records.List {
		used[sc.Records.List[i].Mirrors] = true
	}
	for i := range sc.Timeline {
		for _, name := range namesOf(&sc.Timeline[i]) {
			used[*name] = true
		}
	}
	return used
}
