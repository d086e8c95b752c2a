package explore

import (
	"reflect"
	"slices"

	"github.com/syncproof/syncproof/scenarios"
)

// removeRecords leaves out those that no step names, then halves of the list,
// quarters, and so on, each with the steps that name them.
func removeRecords(s *shrinker) bool {
	helped := s.first([]edit{dropUnused}) >= 0
	return halvings(len(s.best.Records.List), func(size int) bool {
		return s.each(func(sc *scenarios.Scenario) []edit {
			return chunks(len(sc.Records.List), size, func(sc *scenarios.Scenario, from, to int) {
				sc.Records.List = slices.Delete(sc.Records.List, from, to)
				tidy(sc)
			})
		})
	}) || helped
}

func dropUnused(sc *scenarios.Scenario) {
	used := named(sc)
	sc.Records.List = slices.DeleteFunc(sc.Records.List, func(r scenarios.Record) bool { return !used[r.ID] })
}

// generateFewer lowers the number of generated records.
func generateFewer(s *shrinker) bool {
	return s.each(func(sc *scenarios.Scenario) []edit {
		g := sc.Records.Generate
		if g == nil {
			return nil
		}
		edits := []edit{func(sc *scenarios.Scenario) { sc.Records.Generate = nil; tidy(sc) }}
		fewer := func(n int) {
			if n < g.Count {
				edits = append(edits, func(sc *scenarios.Scenario) { sc.Records.Generate.Count = n; tidy(sc) })
			}
		}
		fewer(1)
		for _, n := range roundNumbers {
			fewer(n)
		}
		fewer(g.Count / 2)
		fewer(g.Count * 3 / 4)
		fewer(g.Count * 15 / 16)
		return append(edits,
			func(sc *scenarios.Scenario) { sc.Records.Generate.Dataset = "people" },
			func(sc *scenarios.Scenario) { sc.Records.Generate.Version = 0 },
			func(sc *scenarios.Scenario) { sc.Records.Generate.On = "both" })
	})
}

// listedMax is how many generated records are written out.
const listedMax = 10

// listGenerated writes a few generated records out, at best by their names alone.
func listGenerated(s *shrinker) bool {
	g := s.best.Records.Generate
	if g == nil || g.Count > listedMax {
		return false
	}
	list := func(fields bool) edit {
		return func(sc *scenarios.Scenario) {
			all := sc.Expand()
			for i := range all {
				if !fields {
					all[i].Fields = nil
				}
			}
			sc.Records = scenarios.Records{List: all}
		}
	}
	return s.first([]edit{list(false), list(true)}) >= 0
}

// simplifyRecords makes each record say less, and steps for all records name
// one of them.
func simplifyRecords(s *shrinker) bool {
	bareAll := func(sc *scenarios.Scenario) {
		for i := range sc.Records.List {
			bareRecord(&sc.Records.List[i])
		}
	}
	helped := s.first([]edit{bareAll}) >= 0
	helped = s.each(nameOne) || helped
	return s.each(func(sc *scenarios.Scenario) []edit {
		var edits []edit
		for i := range sc.Records.List {
			for _, change := range simplerRecord(&sc.Records.List[i]) {
				edits = append(edits, func(sc *scenarios.Scenario) { change(&sc.Records.List[i]) })
			}
		}
		return edits
	}) || helped
}

// nameOne turns a step for all records into one for the first.
func nameOne(sc *scenarios.Scenario) []edit {
	if len(sc.Records.List) == 0 {
		return nil
	}
	var edits []edit
	for i := range sc.Timeline {
		if sc.Timeline[i].All {
			edits = append(edits, func(sc *scenarios.Scenario) {
				sc.Timeline[i].All, sc.Timeline[i].Record = false, sc.Records.List[0].ID
			})
		}
	}
	return edits
}

// bareRecord leaves nothing but the name: a record on both sides, in step.
func bareRecord(r *scenarios.Record) {
	*r = scenarios.Record{ID: r.ID, On: "both", Linked: true, Base: "known"}
}

// simplerRecord lists what can be made less of a record.
func simplerRecord(r *scenarios.Record) []func(*scenarios.Record) {
	var changes []func(*scenarios.Record)
	add := func(change func(*scenarios.Record)) {
		own := *r
		own.Fields, own.CC, own.CRM = slices.Clone(r.Fields), slices.Clone(r.CC), slices.Clone(r.CRM)
		change(&own)
		if !reflect.DeepEqual(own, *r) {
			changes = append(changes, change)
		}
	}
	add(bareRecord)
	add(func(r *scenarios.Record) { r.Fields = nil })
	add(func(r *scenarios.Record) { r.CC, r.CRM = nil, nil })
	add(func(r *scenarios.Record) { r.On, r.Linked, r.Base, r.Mirrors = "both", true, "known", "" })
	add(func(r *scenarios.Record) { r.Version = nil })
	if r.Version != nil && *r.Version > 1 {
		add(func(r *scenarios.Record) { one := int64(1); r.Version = &one })
	}
	for _, sets := range []func(*scenarios.Record) *[]scenarios.FieldSet{
		func(r *scenarios.Record) *[]scenarios.FieldSet { return &r.Fields },
		func(r *scenarios.Record) *[]scenarios.FieldSet { return &r.CC },
		func(r *scenarios.Record) *[]scenarios.FieldSet { return &r.CRM },
	} {
		for i := range *sets(r) {
			add(func(r *scenarios.Record) {
				if *sets(r) = slices.Delete(*sets(r), i, i+1); len(*sets(r)) == 0 {
					*sets(r) = nil
				}
			})
		}
	}
	return changes
}
