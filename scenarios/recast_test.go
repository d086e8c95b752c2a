package scenarios

import (
	"errors"
	"strings"
	"testing"
)

const recastText = `
scenario: names that change
systems: {crm: {kind: salesforce}}
records:
  - {id: ada, last_name: Lovelace, tier: gold}
timeline:
  - {at: 1m, drift: crm, field: Tier__c, values: [bronze, silver], for: 1h}
  - {at: 2m, drift: crm, field: Score__c, rename: Rating_Of__c}
  - {at: 3m, revoke: crm, what: Birthdate, for: 1m}
  - {at: 4m, revoke: crm, what: update, for: 1m}
  - {at: 5m, drift: cc, field: tier, values: [bronze]}
`

func TestRecastTranslatesNativeNames(t *testing.T) {
	s, err := Parse("s.yaml", []byte(recastText))
	if err != nil {
		t.Fatal(err)
	}
	wants := map[string][]string{
		"dynamics": {
			"{at: 1m, drift: crm, field: new_tier, values: [\"100000000\", \"100000001\"], for: 1h}",
			"{at: 2m, drift: crm, field: new_score, rename: new_ratingof}",
			"{at: 3m, revoke: crm, what: birthdate, for: 1m}", "{at: 4m, revoke: crm, what: update, for: 1m}",
			"{at: 5m, drift: cc, field: tier, values: [bronze]}",
		},
		"rest": {
			"{at: 1m, drift: crm, field: tier, values: [bronze, silver], for: 1h}",
			"{at: 2m, drift: crm, field: score, rename: rating_of}",
			"{at: 3m, revoke: crm, what: birthday, for: 1m}", "{at: 4m, revoke: crm, what: update, for: 1m}",
			"{at: 5m, drift: cc, field: tier, values: [bronze]}",
		},
	}
	before, err := s.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"dynamics", "rest"} {
		out, err := s.Recast(kind)
		if err != nil {
			t.Fatal(err)
		}
		if out.Systems.CRM.Kind != kind || out.Mapping != nil {
			t.Errorf("%s: kind %s, mapping %v", kind, out.Systems.CRM.Kind, out.Mapping)
		}
		for i, want := range wants[kind] {
			if got := out.Timeline[i].String(); got != want {
				t.Errorf("%s: step %d\n got %s\nwant %s", kind, i, got, want)
			}
		}
		back, err := out.Recast("salesforce")
		if err != nil {
			t.Fatal(err)
		}
		if got := back.Timeline[0].String(); got != s.Timeline[0].String() {
			t.Errorf("%s and back: %s", kind, got)
		}
	}
	if after, err := s.Marshal(); err != nil || string(after) != string(before) {
		t.Errorf("the scenario itself was changed: %v\n%s", err, after)
	}
}

func TestRecastTranslatesAnOwnMapping(t *testing.T) {
	s, err := Parse("s.yaml", []byte(`
scenario: a mapping of its own
mapping:
  object: Contact
  fields:
    - {name: last_name, crmField: LastName, ccField: lastName, type: String, required: true}
    - {name: tier, crmField: Tier__c, ccField: tier, type: Picklist, values: [silver, gold, lead]}
    - {name: shoe, crmField: Shoe_Size__c, ccField: shoe, type: Picklist, values: [big, small]}
    - {crmField: Sync_Version__c, ccField: sync_version, type: Integer, default: 0}
    - {crmField: Sync_Status__c, type: String, purpose: Status}
records: [{id: ada, last_name: Lovelace, tier: gold}]
`))
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Recast("dynamics")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"lastname", "new_tier", "new_shoesize", "new_syncversion", "new_syncstatus"}
	roles := []Role{RoleBusiness, RoleBusiness, RoleBusiness, RoleVersion, RoleStatus}
	for i, f := range out.Mapping.Fields {
		if f.CRMField != names[i] || f.Role() != roles[i] {
			t.Errorf("field %d is %s with role %d, want %s with %d", i, f.CRMField, f.Role(), names[i], roles[i])
		}
	}
	if got := out.Mapping.Fields[1].NativeValues("crm"); strings.Join(got, " ") != "100000001 100000002 100000000" {
		t.Errorf("tier has the values %v", got)
	}
	if got := out.Mapping.Fields[2].NativeValues("crm"); strings.Join(got, " ") != "100000000 100000001" {
		t.Errorf("shoe has the values %v", got)
	}
}

func TestRecastRefuses(t *testing.T) {
	only, err := Parse("s.yaml", []byte("scenario: x\nsystems: {crm: {kind: rest, kinds: [dynamics], only: it takes two}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := only.Recast("rest"); err != nil || out != only {
		t.Errorf("its own kind: %v, %v", out, err)
	}
	if _, err := only.Recast("dynamics"); err != nil {
		t.Errorf("a kind that it names: %v", err)
	}
	var not *NotApplicable
	if _, err := only.Recast("salesforce"); !errors.As(err, &not) || not.Reason != "it takes two" || !strings.Contains(err.Error(), "salesforce") {
		t.Errorf("another kind: %v", err)
	}
	if _, err := only.Recast("sugar"); err == nil || !strings.Contains(err.Error(), "salesforce, dynamics, rest") {
		t.Errorf("a kind that there is not: %v", err)
	}
	mirrors, err := Parse("s.yaml", []byte("scenario: x\nrecords: [{id: a, last_name: A}, {id: b, on: crm, mirrors: a, last_name: B}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mirrors.Recast("dynamics"); !errors.As(err, &not) {
		t.Errorf("two records of one external id: %v", err)
	}
	unique, err := Parse("s.yaml", []byte("scenario: x\nsystems: {crm: {duplicates: [email]}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := unique.Recast("rest"); !errors.As(err, &not) {
		t.Errorf("a duplicate rule: %v", err)
	}
}
