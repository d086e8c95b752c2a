package mapping

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestNewRefuses(t *testing.T) {
	full := FieldSpec{CCField: "a", CRMField: "A", Type: "String"}
	with := func(change func(*FieldSpec)) []FieldSpec {
		f := full
		change(&f)
		return []FieldSpec{f, versionSpec}
	}
	picklist := func(change func(*FieldSpec)) []FieldSpec {
		return with(func(f *FieldSpec) {
			f.Type = "Picklist"
			f.Values = []string{"bronze", "gold"}
			change(f)
		})
	}
	many := make([]FieldSpec, fieldsMax+1)
	for _, tc := range []struct {
		name   string
		fields []FieldSpec
		field  int
		key    string
		want   string
	}{
		{"unknown type", with(func(f *FieldSpec) { f.Type = "Strng" }), 0, "type", `did you mean "String"?`},
		{"type of another world", with(func(f *FieldSpec) { f.Type = "varchar" }), 0, "type", "expected String, Integer,"},
		{"no type", with(func(f *FieldSpec) { f.Type = "" }), 0, "type", "missing; expected"},
		{"unknown direction", with(func(f *FieldSpec) { f.Direction = "ToCMR" }), 0, "direction", `did you mean "ToCRM"?`},
		{"unknown purpose", with(func(f *FieldSpec) { f.Purpose = "Audit_Timestmp" }), 0, "purpose", `did you mean "Audit_Timestamp"?`},
		{"no names", with(func(f *FieldSpec) { f.CCField, f.CRMField = "", "" }), 0, "", "neither crmField nor ccField"},
		{"nowhere to go", with(func(f *FieldSpec) { f.CRMField = "" }), 0, "crmField", "nowhere to go"},
		{"strange name", with(func(f *FieldSpec) { f.CRMField = "A b" }), 0, "crmField", "found ' '"},
		{"taken name", []FieldSpec{full, {Name: "a", CCField: "b", CRMField: "B", Type: "String"}, versionSpec}, 1, "name", "belongs to fields[0]"},
		{"mapping loop", []FieldSpec{full, {CCField: "b", CRMField: "A", Type: "String"}, versionSpec}, 1, "crmField", "mapping loop"},
		{"mapping loop in another case", []FieldSpec{full, {CCField: "b", CRMField: "a", Type: "String"}, versionSpec}, 1, "crmField", "mapping loop"},
		{"a part of a mapped field", []FieldSpec{full, {CCField: "a.city", CRMField: "B", Type: "String"}, versionSpec}, 1, "ccField", "mapping loop"},
		{"the version mapped as content", []FieldSpec{versionSpec, {CCField: "x", CRMField: "Sync_Version__c", Type: "Integer"}}, 1, "crmField", "mapping loop"},
		{"a value from one to two", []FieldSpec{{CCField: "a", CRMField: "A", Type: "String", Direction: "ToCRM"}, {Name: "back", CCField: "a", CRMField: "B", Type: "String", Direction: "ToCC"}, versionSpec}, 1, "ccField", "mapping loop"},
		{"too many", many, -1, "fields", "found 201 fields"},
		{"no version", []FieldSpec{full}, -1, "fields", "DM-1"},
		{"two versions", []FieldSpec{versionSpec, {CCField: "v2", CRMField: "V2", Type: "Integer", Purpose: "Version"}}, 1, "purpose", "fields[0] is the version"},
		{"the guide's trap", []FieldSpec{{CCField: "sync_version", CRMField: "LastModifiedDate", Type: "Instant", Purpose: "Version"}}, 0, "purpose", "system timestamp"},
		{"a timestamp compared", with(func(f *FieldSpec) { f.CRMField = "LastModifiedDate"; f.Type = "Instant" }), 0, "purpose", "Audit_Timestamp"},
		{"a custom timestamp as version", []FieldSpec{{CCField: "last_modified_iso", CRMField: "Last_Modified_Time_ISO", Type: "String", Purpose: "Version"}}, 0, "type", "expected Integer"},
		{"a version on one side", []FieldSpec{{CCField: "sync_version", Type: "Integer"}}, 0, "crmField", "both systems"},
		{"a one-way version", []FieldSpec{{CCField: "sync_version", CRMField: "V", Type: "Integer", Direction: "ToCC"}}, 0, "direction", "expected Bidirectional"},
		{"a version from a word", []FieldSpec{{CCField: "sync_version", CRMField: "V", Type: "Integer", Default: "one"}}, 0, "default", "expected an integer"},
		{"a version from below", []FieldSpec{{CCField: "sync_version", CRMField: "V", Type: "Integer", Default: -1}}, 0, "default", "expected an integer from 0"},
		{"two statuses", []FieldSpec{{CRMField: "Sync_Status__c", Type: "String"}, {CCField: "sync_status", Type: "String"}, versionSpec}, 1, "purpose", "fields[0] is the status"},
		{"a status to nowhere", []FieldSpec{{CRMField: "Sync_Status__c", Type: "String", Direction: "ToCC"}, versionSpec}, 0, "direction", "without ccField"},
		{"a status that counts", []FieldSpec{{CRMField: "Sync_Status__c", Type: "Integer"}, versionSpec}, 0, "type", "expected String or Picklist"},
		{"bad pattern", with(func(f *FieldSpec) { f.Pattern = "(?=x)" }), 0, "pattern", "RE2"},
		{"negative length", with(func(f *FieldSpec) { f.MaxLength = -1 }), 0, "maxLength", "found -1"},
		{"bad mask", with(func(f *FieldSpec) { f.Type = "Phone"; f.CRMFormat = "(###) ABC" }), 0, "crmFormat", "bad mask"},
		{"mask of no number", with(func(f *FieldSpec) { f.Type = "Phone"; f.CRMFormat = "###" }), 0, "crmFormat", "as many digits"},
		{"mask without its trunk prefix", with(func(f *FieldSpec) { f.Type = "Phone"; f.Region = "US"; f.CRMFormat = "+44 ##########" }), 0, "crmFormat", "reads back"},
		{"misspelt format", with(func(f *FieldSpec) { f.Type = "Phone"; f.CCFormat = "natoinal" }), 0, "ccFormat", `did you mean "national"?`},
		{"bad region", with(func(f *FieldSpec) { f.Type = "Phone"; f.Region = "USA" }), 0, "region", `unknown region "USA"`},
		{"bad phone rule", with(func(f *FieldSpec) { f.Type = "Phone"; f.Phone = "vald" }), 0, "phone", `did you mean "valid"?`},
		{"a key of another type", with(func(f *FieldSpec) { f.Region = "US" }), 0, "region", "belongs to fields of type Phone"},
		{"values of a text", with(func(f *FieldSpec) { f.Values = []string{"x"} }), 0, "values", "belongs to fields of type Picklist"},
		{"no values", picklist(func(f *FieldSpec) { f.Values = []string{} }), 0, "values", "found 0 values"},
		{"a value twice", picklist(func(f *FieldSpec) { f.Values = []string{"gold", "gold"} }), 0, "values", "stands twice"},
		{"a value with white space", picklist(func(f *FieldSpec) { f.Values = []string{" gold"} }), 0, "values", `write it as "gold"`},
		{"a separator in a value", picklist(func(f *FieldSpec) { f.Type = "MultiPicklist"; f.Values = []string{"a;b"} }), 0, "values", "semicolon"},
		{"an alias of nothing", picklist(func(f *FieldSpec) { f.CRMValues = map[string]string{"glod": "G"} }), 0, "crmValues", `did you mean "gold"?`},
		{"one name for two values", picklist(func(f *FieldSpec) { f.CCValues = map[string]string{"gold": "bronze"} }), 0, "ccValues", "could not be told apart"},
		{"aliases without values", picklist(func(f *FieldSpec) { f.Values = nil; f.CRMValues = map[string]string{"a": "b"} }), 0, "crmValues", "there is no values"},
		{"pattern against values", picklist(func(f *FieldSpec) { f.Pattern = "^g" }), 0, "pattern", `"bronze" does not match`},
		{"bad list form", picklist(func(f *FieldSpec) { f.Type = "MultiPicklist"; f.CRMList = "comma" }), 0, "crmList", "expected array or semicolon"},
		{"list form of a single choice", picklist(func(f *FieldSpec) { f.CRMList = "array" }), 0, "crmList", "belongs to fields of type MultiPicklist"},
		{"default outside the values", picklist(func(f *FieldSpec) { f.Default = "platinum" }), 0, "default", "rule picklist"},
		{"default of another type", with(func(f *FieldSpec) { f.Type = "Integer"; f.Default = "many" }), 0, "default", "expected a value of type Integer"},
		{"default phone without quotes", with(func(f *FieldSpec) { f.Type = "Phone"; f.Default = 14155550123 }), 0, "default", "put it in quotes"},
		{"default too long", with(func(f *FieldSpec) { f.MaxLength = 2; f.Default = "abc" }), 0, "default", "rule length"},
		{"default against the pattern", with(func(f *FieldSpec) { f.Pattern = "^x"; f.Default = "abc" }), 0, "default", "rule pattern"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, err := New(Spec{Object: "Contact", Fields: tc.fields})
			var refused *SpecError
			if !errors.As(err, &refused) {
				t.Fatalf("New = %v, %v; want a SpecError", m, err)
			}
			if refused.Field != tc.field || refused.Key != tc.key || !strings.Contains(refused.Message, tc.want) {
				t.Errorf("got field %d key %q %q; want field %d key %q with %q",
					refused.Field, refused.Key, refused.Message, tc.field, tc.key, tc.want)
			}
		})
	}
}

func TestSpecErrorNamesThePlace(t *testing.T) {
	for _, tc := range []struct {
		spec Spec
		want string
	}{
		{Spec{}, "mapping: object: missing; name what is mapped, such as Contact"},
		{Spec{Object: "A", Fields: []FieldSpec{{}}}, "mapping: fields[0]: neither crmField nor ccField; name the field in both systems"},
		{Spec{Object: "A", Fields: []FieldSpec{versionSpec, {CCField: "a", CRMField: "A", Type: "Strng"}}}, `mapping: fields[1]: type: unknown type "Strng"; did you mean "String"?`},
	} {
		if _, err := New(tc.spec); err == nil || err.Error() != tc.want {
			t.Errorf("got  %v\nwant %s", err, tc.want)
		}
	}
}

// DM-9: the status is written where it is mapped.
func TestStatusSides(t *testing.T) {
	for _, tc := range []struct {
		direction string
		want      [2]string
	}{
		{"", [2]string{"sync_status", "Sync_Status__c"}},
		{"ToCRM", [2]string{"", "Sync_Status__c"}},
		{"ToCC", [2]string{"sync_status", ""}},
	} {
		m := compiled(t, FieldSpec{CCField: "sync_status", CRMField: "Sync_Status__c", Type: "String", Direction: tc.direction})
		if m.StatusName != tc.want || len(m.Fields) != 0 {
			t.Errorf("direction %q: StatusName = %q, Fields %v", tc.direction, m.StatusName, m.Fields)
		}
	}
}

func TestNewRefusesNoObject(t *testing.T) {
	var refused *SpecError
	if _, err := New(Spec{Fields: []FieldSpec{versionSpec}}); !errors.As(err, &refused) || refused.Key != "object" {
		t.Errorf("New = %v", err)
	}
}

func TestNewCompiles(t *testing.T) {
	m := world(t)
	if m.VersionName != [2]string{"sync_version", "Sync_Version__c"} {
		t.Errorf("VersionName = %v", m.VersionName)
	}
	if m.StatusName != [2]string{"", "Sync_Status__c"} {
		t.Errorf("StatusName = %v", m.StatusName)
	}
	if len(m.AuditNames[CC]) != 1 || m.AuditNames[CRM][0] != "Last_Modified_Time_ISO" {
		t.Errorf("AuditNames = %v", m.AuditNames)
	}
	if len(m.Fields) != 15 || m.Names(CRM)[6] != "MailingCity" || m.Names(CC)[6] != "address.city" {
		t.Errorf("Names = %v", m.Names(CRM))
	}
	if f := m.Fields[field(t, m, "balance")]; f.Direction != ToCC || f.Type != TypeDecimal {
		t.Errorf("balance is %v %v", f.Direction, f.Type)
	}
}

// The list form follows the native name, unless the mapping says otherwise.
func TestListForm(t *testing.T) {
	fs := FieldSpec{CCField: "i", CRMField: "Interests__c", Type: "MultiPicklist"}
	array, semicolon := Native{List, `["a","b"]`}, str("a;b")
	for _, tc := range []struct {
		ccList, crmList string
		cc, crm         Native
	}{
		{"", "", array, semicolon},
		{"semicolon", "array", semicolon, array},
		{"Array", "Semicolon", array, semicolon},
	} {
		fs.CCList, fs.CRMList = tc.ccList, tc.crmList
		m := compiled(t, fs)
		for side, want := range [2]Native{tc.cc, tc.crm} {
			if got, err := m.Render(Side(side), 0, "a;b"); err != nil || got != want {
				t.Errorf("ccList %q crmList %q: %v renders %v, %v; want %v", tc.ccList, tc.crmList, Side(side), got, err, want)
			}
		}
	}
}

func TestDefaultsAreCanonical(t *testing.T) {
	for _, tc := range []struct {
		fs   FieldSpec
		want string
	}{
		{FieldSpec{Type: "Integer", Default: json.Number("5.0")}, "5"},
		{FieldSpec{Type: "Integer", Default: 5}, "5"},
		{FieldSpec{Type: "Decimal", Default: 0.25}, "0.25"},
		{FieldSpec{Type: "Boolean", Default: false}, "false"},
		{FieldSpec{Type: "Phone", Default: "(415) 555-0123"}, "+14155550123"},
		{FieldSpec{Type: "String", Default: " x "}, "x"},
		{FieldSpec{Type: "String", Default: ""}, ""},
		{FieldSpec{Type: "MultiPicklist", Values: []string{"a", "b"}, Default: []any{"b", "a"}}, "a;b"},
		{FieldSpec{Type: "Picklist", Values: []string{"a", "b"}, CCValues: map[string]string{"a": "b", "b": "a"}, Default: "a"}, "a"},
	} {
		tc.fs.CCField, tc.fs.CRMField = "x", "X"
		if got := compiled(t, tc.fs).Fields[0].Default; got != tc.want {
			t.Errorf("%s default %v compiles to %q, want %q", tc.fs.Type, tc.fs.Default, got, tc.want)
		}
	}
}
