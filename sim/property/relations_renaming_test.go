package property

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/explore"
)

// TestRecordsRenamed: the names of records are the scenario's own business.
func TestRecordsRenamed(t *testing.T) { related(t, "renaming", recordsRenamed) }

func recordsRenamed(a arena, d explore.Draw) (got, want outcome) {
	sc := quietWorld(d)
	rename := func(name string) string { return "zz-" + name + "-0" }
	other := renameRecords(sc, rename)
	a.looksAt(other, sc)
	return outcomeOf(a.play(other)), outcomeOf(a.play(sc)).renamed(rename)
}

func renameRecords(sc *scenarios.Scenario, rename func(string) string) *scenarios.Scenario {
	other := with(sc)
	other.Records.List = slices.Clone(sc.Records.List)
	for i := range other.Records.List {
		other.Records.List[i].ID = rename(other.Records.List[i].ID)
	}
	for i := range other.Timeline {
		if s := &other.Timeline[i]; s.Record != "" {
			s.Record = rename(s.Record)
		}
	}
	return other
}

// TestIdsChanged: native ids are drawn from the seed, and with another seed
// they are others, in another order. Nothing else of a quiet world is drawn.
func TestIdsChanged(t *testing.T) { related(t, "renaming", idsChanged) }

func idsChanged(a arena, d explore.Draw) (got, want outcome) {
	sc := quietWorld(d)
	other := with(sc)
	other.Seed = uint64(d.Int("seed", 2, 1_000_000))
	a.looksAt(other, sc)
	return outcomeOf(a.play(other)), outcomeOf(a.play(sc))
}

// TestFieldsRenamed: the names of fields mean nothing: neither those that the
// mapping gives them, nor those that an administrator gave to the custom
// fields of a tenant, the version's and the status' among them (DM-1).
func TestFieldsRenamed(t *testing.T) { related(t, "renaming", fieldsRenamed) }

func fieldsRenamed(a arena, d explore.Draw) (got, want outcome) {
	sc := quietWorld(d)
	other, names := renameFields(sc)
	a.looksAt(other, sc)
	return outcomeIn(a.play(other), names), outcomeOf(a.play(sc))
}

// renameFields turns the alphabetical order of the mapping's names round, too.
// It also returns the old names by the new ones.
func renameFields(sc *scenarios.Scenario) (*scenarios.Scenario, map[string]string) {
	old, renamed := sc.MappingOrDefault(), *sc.MappingOrDefault()
	renamed.Fields = slices.Clone(old.Fields)
	oldNames, newNames := map[string]string{}, map[string]string{}
	for i := range renamed.Fields {
		f := &renamed.Fields[i]
		was := f.Label()
		f.Name = "field_" + strconv.Itoa(99-i)
		oldNames[f.Name], newNames[was] = was, f.Name
		if custom, ok := strings.CutSuffix(f.CRMField, "__c"); ok {
			f.CRMField = "My_" + custom + "__c"
		}
		if customOfContactCenter[f.CCField] {
			f.CCField = "my_" + f.CCField
		}
	}
	other := with(sc)
	other.Mapping = &renamed
	other.Records.List = slices.Clone(sc.Records.List)
	relabel := func(sets []scenarios.FieldSet) []scenarios.FieldSet {
		sets = slices.Clone(sets)
		for i := range sets {
			sets[i].Field = newNames[sets[i].Field]
		}
		return sets
	}
	for i := range other.Records.List {
		r := &other.Records.List[i]
		r.Fields, r.CC, r.CRM = relabel(r.Fields), relabel(r.CC), relabel(r.CRM)
	}
	for i := range other.Timeline {
		other.Timeline[i].Set = relabel(other.Timeline[i].Set)
	}
	return other, oldNames
}

// The names that are not the vendor's own attributes.
var customOfContactCenter = map[string]bool{
	"tier": true, "do_not_call": true, "birthday": true, "interests": true, "score": true, "sync_version": true,
}
