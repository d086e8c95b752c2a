package scenarios

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

func value(r Record, field string) string {
	for _, set := range r.Fields {
		if set.Field == field {
			return set.Value
		}
	}
	return ""
}

func TestExpandIsDeterministic(t *testing.T) {
	for _, dataset := range datasets {
		s := New()
		s.Records.Generate = &Generate{Count: 500, Dataset: dataset, On: "both", Version: 4}
		first := s.Expand()
		if !reflect.DeepEqual(first, s.Expand()) {
			t.Errorf("%s: two expansions of one seed differ", dataset)
		}
		s.Records.Generate.Count = 400
		if !reflect.DeepEqual(first[:400], s.Expand()) {
			t.Errorf("%s: fewer records change the others", dataset)
		}
		s.Seed = 99
		if reflect.DeepEqual(first[:400], s.Expand()) {
			t.Errorf("%s: another seed gives the same records", dataset)
		}
	}
}

func TestPeopleHaveTheirOwnNumbers(t *testing.T) {
	s := New()
	s.Records.Generate = newGenerate(3000)
	seen := map[string]bool{}
	for r := range s.All() {
		phone := value(r, "phone")
		number, err := phonenumbers.Parse(phone, "")
		if err != nil || !phonenumbers.IsPossibleNumber(number) || seen[phone] {
			t.Fatalf("%s: the phone %q is no number of its own: %v", r.ID, phone, err)
		}
		seen[phone] = true
		if !r.Linked || r.Base != "known" || value(r, "last_name") == "" {
			t.Fatalf("incomplete record %+v", r)
		}
	}
}

// TestPhonesCoverEveryPlan: one customer for each region and number type, with
// names in every script of the table.
func TestPhonesCoverEveryPlan(t *testing.T) {
	s := New()
	s.Records.Generate = &Generate{Count: len(examples()), Dataset: "phones", On: "both"}
	regions, scriptsSeen := map[string]bool{}, map[string]bool{}
	for r := range s.All() {
		script, rest, _ := strings.Cut(value(r, "notes"), ", ")
		_, region, _ := strings.Cut(rest, " in ")
		regions[region], scriptsSeen[script] = true, true
		phone := value(r, "phone") + value(r, "mobile")
		number, err := phonenumbers.Parse(phone, "")
		if err != nil || phonenumbers.Format(number, phonenumbers.E164) != phone {
			t.Errorf("%s: %q is not E.164: %v", r.ID, phone, err)
		}
		for _, set := range r.Fields {
			if !utf8.ValidString(set.Value) || set.Value == "" {
				t.Errorf("%s: bad value %q", r.ID, set.Value)
			}
		}
	}
	if len(regions) != len(phonenumbers.GetSupportedRegions()) {
		t.Errorf("%d regions of %d", len(regions), len(phonenumbers.GetSupportedRegions()))
	}
	if len(scriptsSeen) != len(scripts) {
		t.Errorf("%d scripts of %d", len(scriptsSeen), len(scripts))
	}
}

func TestExpandOfAList(t *testing.T) {
	s := parse(t, "scenario: x\nrecords:\n  - {id: ada, notes: hi}\n  - {id: bob, last_name: Noyce}\n  - {id: cid, last_name: null}")
	all := s.Expand()
	for i, want := range []string{"ada", "Noyce", ""} {
		if got := value(all[i], "last_name"); got != want {
			t.Errorf("%s: last_name is %q; want %q", all[i].ID, got, want)
		}
	}
	if len(s.Records.List[0].Fields) != 1 || s.Records.Count() != 3 {
		t.Error("expanding changed the scenario")
	}
}
