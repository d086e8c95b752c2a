package scenarios

import (
	"slices"
	"strings"
	"testing"
)

// TestDM11ARecordSaysWhichObjectItIs: its fields and those of its steps are of
// its object's mapping, wherever in the file the record stands.
func TestDM11ARecordSaysWhichObjectItIs(t *testing.T) {
	_, err := Parse("x.yaml", []byte(`scenario: x
timeline:
  - {at: 1s, edit: acme, on: crm, set: {employees: 7}}
  - {at: 2s, edit: apex, on: cc, set: {industry: Steel}}
  - {at: 3s, create: apex, object: account, on: cc, set: {name: Apex}}
  - {at: 4s, edit: ada, on: crm, set: {title: CEO}}
records:
  - {phone: "+14155550123", id: acme, object: account}
  - {id: ada, object: contact}
`))
	if err == nil || !strings.Contains(err.Error(), "expected it after the record is created") {
		t.Fatalf("an edit before its creation: %v", err)
	}
	s, err := Parse("x.yaml", []byte(`scenario: x
timeline:
  - {at: 1s, edit: acme, on: crm, set: {employees: 7}}
  - {at: 4s, edit: apex, on: cc, set: {industry: Steel}}
  - {at: 3s, create: apex, object: account, on: cc, set: {name: Apex}}
  - {at: 4s, edit: ada, on: crm, set: {title: CEO}}
records:
  - {phone: "+14155550123", id: acme, object: account}
  - {id: ada, object: contact}
`))
	if err != nil {
		t.Fatal(err)
	}
	accounts := s.Accounts()
	if len(accounts) != 2 || !accounts["acme"] || !accounts["apex"] || !slices.Equal(s.Named(), []string{"", Account}) {
		t.Errorf("the accounts are %v", accounts)
	}
	all := s.Expand()
	if name := (FieldSet{Field: "name", Value: "acme"}); !slices.Contains(all[0].Fields, name) {
		t.Errorf("an account without its required name holds %v", all[0].Fields)
	}
	roundTrip(t, s)
}

// TestDM11AWorldOfContactsHasNoOtherObject: nothing else is there unless the
// file speaks of it.
func TestDM11AWorldOfContactsHasNoOtherObject(t *testing.T) {
	s, err := Parse("x.yaml", []byte("scenario: x\nrecords: [{id: ada}]\n"))
	if err != nil || s.Accounts() != nil || len(s.Named()) != 1 {
		t.Errorf("%v: %v", err, s.Accounts())
	}
}

// TestDM11AccountsHaveAMappingOfTheirOwn: inline as for contacts, and recast
// with them.
func TestDM11AccountsHaveAMappingOfTheirOwn(t *testing.T) {
	s, err := Parse("x.yaml", []byte(`scenario: x
objects:
  account:
    mapping:
      object: Account
      fields:
        - {name: name, crmField: Name, ccField: name, type: String, required: true}
        - {name: rating, crmField: Rating__c, ccField: rating, type: Picklist, values: [hot, cold]}
        - {name: sync_version, crmField: Sync_Version__c, ccField: sync_version, type: Integer, purpose: Version}
records:
  - {id: acme, object: account, rating: hot}
timeline:
  - {at: 1s, drift: crm, object: account, field: Rating__c, values: [cold]}
`))
	if err != nil {
		t.Fatal(err)
	}
	roundTrip(t, s)
	for kind, want := range map[string]string{"dynamics": "new_rating", "rest": "rating"} {
		other, err := s.Recast(kind)
		if err != nil {
			t.Fatal(err)
		}
		if f, ok := other.MappingOf(Account).Field("rating"); !ok || f.CRMField != want || other.Timeline[0].What != want {
			t.Errorf("%s calls it %q, and drifts %q", kind, f.CRMField, other.Timeline[0].What)
		}
	}
	if f, _ := s.MappingOf(Account).Field("rating"); f.CRMField != "Rating__c" {
		t.Error("recasting changed the scenario itself")
	}
}
