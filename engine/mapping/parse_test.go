package mapping

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// DM-4: the guide's own JSON is a mapping as it stands.
func TestParseReadsTheGuide(t *testing.T) {
	m, spec, err := Parse("guide.json", read(t, "testdata/guide.json"))
	if err != nil {
		t.Fatal(err)
	}
	if m.Object != "Contact" || m.VersionName != [2]string{"sync_version", "Sync_Version__c"} {
		t.Errorf("Object %q, VersionName %v", m.Object, m.VersionName)
	}
	if len(m.Fields) != 0 || m.AuditNames[CC][0] != "last_modified_iso" {
		t.Errorf("Fields %v, AuditNames %v", m.Fields, m.AuditNames)
	}
	if v, ok := m.ParseVersion(Native{}); v != 0 || ok {
		t.Errorf("a missing version is %d, %v", v, ok)
	}
	if spec.Fields[1].Purpose != "Audit_Timestamp" {
		t.Errorf("Spec = %+v", spec)
	}
}

func TestParseReadsYAMLAndJSONAlike(t *testing.T) {
	yamlText := "object: Contact\nfields:\n" +
		"  - {crmField: Sync_Version__c, ccField: sync_version, type: integer, default: 7}\n" +
		"  - crmField: Birthdate\n    ccField: birthday\n    type: DATE\n    default: 1990-01-02 # unquoted, as people write it\n    required: true\n"
	jsonText := "\ufeff" + `{"object": "Contact", "fields": [
		{"crmField": "Sync_Version__c", "ccField": "sync_version", "type": "integer", "default": 7},
		{"crmField": "Birthdate", "ccField": "birthday", "type": "DATE", "default": "1990-01-02", "required": true}]}`
	for _, text := range []string{yamlText, jsonText} {
		m, _, err := Parse("mapping", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if f := m.Fields[0]; f.Default != "1990-01-02" || !f.Required || f.Type != TypeDate {
			t.Errorf("field = %+v", f)
		}
		if v, _ := m.ParseVersion(Native{}); v != 7 {
			t.Errorf("default version = %d", v)
		}
	}
}

// JSON writers that escape whatever is not ASCII write pairs of surrogates.
func TestParseReadsEscapedJSON(t *testing.T) {
	text := `{"object": "Contact", "fields": [
		{"crmField": "V", "ccField": "sync_version", "type": "Integer"},
		{"crmField": "Mood", "ccField": "mood", "type": "Picklist",
		 "values": ["\ud83d\ude00", "caf\u00e9", "\/", "\\\\ud83d\\ude00", "\ud83d\ude00\ud83d\ude01"]}]}`
	_, spec, err := Parse("m", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"😀", "café", "/", `\\ud83d\ude00`, "😀😁"}
	if got := spec.Fields[1].Values; !slices.Equal(got, want) {
		t.Errorf("values = %q, want %q", got, want)
	}
	if _, _, err := Parse("m", []byte(`{"object": "\ud83d"}`)); err == nil {
		t.Error("half a pair is accepted")
	}
}

func TestParseReadsDefaults(t *testing.T) {
	for _, tc := range []struct{ field, want string }{
		{"type: Boolean, default: true", "true"},
		{"type: Boolean, default: False", "false"},
		{"type: Integer, default: 12", "12"},
		{"type: Decimal, default: 1.50", "1.5"},
		{"type: Decimal, default: 12345678901234567890.125", "12345678901234567890.125"},
		{"type: Date, default: 1990-01-02", "1990-01-02"},
		{"type: Instant, default: 2026-01-02T03:04:05+01:00", "2026-01-02T02:04:05.000Z"},
		{`type: Phone, default: "+14155550123"`, "+14155550123"},
		{"type: MultiPicklist, values: [a, b], default: [b, a]", "a;b"},
		{"type: MultiPicklist, values: [a, b], default: b;a", "a;b"},
		{"type: String, default: ~", ""},
	} {
		m, _, err := Parse("m", []byte("object: A\nfields:\n  - {crmField: V, ccField: sync_version, type: Integer}\n"+
			"  - {crmField: A, ccField: a, "+tc.field+"}\n"))
		if err != nil {
			t.Errorf("%s: %v", tc.field, err)
			continue
		}
		if got := m.Fields[0].Default; got != tc.want {
			t.Errorf("%s: Default = %q, want %q", tc.field, got, tc.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	const version = "  - {crmField: V, ccField: sync_version, type: Integer}\n"
	for _, tc := range []struct{ name, text, want string }{
		{"unknown key", "object: Contact\nfields:\n  - { crmfeild: A, ccField: a, type: String}\n",
			`m:3:7: unknown key "crmfeild"; did you mean "crmField"?`},
		{"key in another case", "object: Contact\nfields:\n  -   crmfield: A\n",
			`m:3:7: unknown key "crmfield"; did you mean "crmField"?`},
		{"unknown key at the top", "objct: Contact\n", `m:1:1: unknown key "objct"; did you mean "object"?`},
		{"unknown key of no likeness", "object: C\nfields: [{colour: red}]\n", `m:2:11: unknown key "colour"; expected name, crmField`},
		{"duplicate key", "object: A\nobject: B\n", `m:2:1: the key "object" stands twice; keep one`},
		{"duplicate key in JSON", "{\"object\": \"A\",\n \"object\": \"B\"}", `m:2:2: the key "object" stands twice`},
		{"broken JSON", "{\"object\": \"A\",\n \"fields\" []}", "m:2:11: "},
		{"unclosed JSON", "{\"object\": \"A\",", "m:2:1: "},
		{"broken YAML", "object: A\n  fields: []\n", "m:2:"},
		{"empty", " \n", "m:1:1: the file is empty"},
		{"comments only", "# nothing\n", "m:1:1: "},
		{"two documents", "object: A\n---\nobject: B\n", "m:1:1: "},
		{"a list", "- 1\n", "m:1:1: expected object and fields, found a list"},
		{"not UTF-8", "object: A\nfie\xfflds: []\n", "m:2:4: not UTF-8"},
		{"alias", "object: &a A\n", "m:1:9: anchors and aliases are not supported"},
		{"tag", "object: !!binary aGk=\n", "m:1:9: tags are not supported"},
		{"number for text", "object: A\nfields:\n  - {crmField: 5, ccField: a, type: String}\n",
			"m:3:16: crmField: expected text, found the number 5; put it in quotes"},
		{"nothing for text", "object:\n", "m:1:8: object: expected text, found nothing"},
		{"word for boolean", "object: A\nfields:\n  - {crmField: A, ccField: a, type: String, required: yes}\n",
			`m:3:55: required: expected true or false, found the text "yes"`},
		{"negative length", "object: A\nfields:\n  - {crmField: A, ccField: a, type: String, maxLength: -3}\n",
			"m:3:56: maxLength: expected a whole number from 1"},
		{"unquoted phone", "object: A\nfields:\n" + version + "  - {crmField: A, ccField: a, type: Phone, default: +14155550123}\n",
			"m:4:53: found a number, expected a value of type Phone; put it in quotes"},
		{"default of many keys", "object: A\nfields: [{default: {a: b}}]\n", "m:2:20: default: expected a value, found a group of keys"},
		{"number in a list", "object: A\nfields: [{values: [1]}]\n", "m:2:20: values: expected text, found the number 1; put it in quotes"},
		{"date as an alias", "object: A\nfields: [{ccValues: {a: 2026-01-01}}]\n", "m:2:25: ccValues: expected text, found the date 2026-01-01; put it in quotes"},
		{"text for a list", "object: A\nfields: [{values: a}]\n", `m:2:19: values: expected a list of texts, found the text "a"`},
		{"list for text", "object: [A]\n", "m:1:9: object: expected text, found a list"},
		{"list for a table", "object: A\nfields: [{crmValues: [a]}]\n", "m:2:22: crmValues: expected canonical values with their names, found a list"},
		{"boolean for a number", "object: A\nfields: [{maxLength: true}]\n", "m:2:22: maxLength: expected a whole number from 1, found the boolean true"},
		{"collection for a key", "{[a]: b}\n", "m:1:2: expected a key, found a collection"},
		{"fields that are no list", "object: A\nfields: {a: b}\n", "m:2:9: fields: expected a list"},
		{"a field that is none", "object: A\nfields: [name]\n", "m:2:10: expected a field"},
		{"the meaning, at its key", "object: A\nfields:\n" + version + "  - crmField: A\n    ccField: a\n    type: Strng\n",
			`m:6:11: unknown type "Strng"; did you mean "String"?`},
		{"the meaning, where the key is missing", "object: A\nfields:\n" + version + "  - {crmField: A, ccField: a}\n",
			"m:4:5: type: missing; expected"},
		{"no version", "object: A\nfields: []\n", "m:2:9: no field of purpose Version (DM-1)"},
		{"no object", "fields: []\n", "m:1:1: object: missing"},
		{"no fields at all", "object: A\n", "m:1:1: fields: no field of purpose Version"},
		{"deep", strings.Repeat("[", 20_000), "m:1:"},
		{"huge", "object: " + strings.Repeat("x", fileBytesMax), "m:1:1: the file has"},
		{"many values", "object: A\nfields: [" + strings.Repeat("1,", fileNodesMax) + "]", "m:2:"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, err := Parse("m", []byte(tc.text))
			var at *ParseError
			if !errors.As(err, &at) {
				t.Fatalf("Parse = %v, want a ParseError", err)
			}
			if !strings.HasPrefix(err.Error(), tc.want) {
				t.Errorf("got  %s\nwant %s", err, tc.want)
			}
		})
	}
}

// A message stays readable whatever was found.
func TestParseErrorsAreShort(t *testing.T) {
	long := strings.Repeat("9", 100_000)
	for _, text := range []string{
		long + ": 1", "object: " + long, "object: !" + long + " x", `object: "` + long + `"` + "\nobject: 1", "fields: x" + long,
		"object: A\nfields: [{crmField: A, ccField: b, type: x" + long + "}]",
		"object: A\nfields: [{crmField: x" + long + ", ccField: b, type: String}]",
		"object: A\nfields: [{crmField: A, ccField: b, type: Phone, region: x" + long + "}]",
		"object: A\nfields: [{crmField: A, ccField: b, type: Phone, ccFormat: x" + long + "}]",
		"object: A\nfields: [{crmField: A, ccField: b, type: Picklist, values: [x" + long + "]}]",
		"object: A\nfields: [{crmField: A, ccField: b, type: Picklist, values: [x], ccValues: {y" + long + ": z}}]",
		"object: A\nfields: [{crmField: A, ccField: b, type: String, pattern: (" + long + "}]",
		"object: A\nfields: [{crmField: A, ccField: b, type: Date, default: x" + long + "}]",
	} {
		_, _, err := Parse("m", []byte(text))
		if err == nil || len(err.Error()) > 400 {
			t.Errorf("%.60q...: an error of %d bytes: %.200v", text, len(fmt.Sprint(err)), err)
		}
	}
}

func TestParseErrorWrapsSpecError(t *testing.T) {
	_, _, err := Parse("m", []byte("object: A\nfields: []\n"))
	var refused *SpecError
	if !errors.As(err, &refused) || refused.Key != "fields" {
		t.Errorf("Parse = %v", err)
	}
}

// Whatever bytes come in, Parse answers with a mapping or with a place.
func FuzzParse(f *testing.F) {
	f.Add(read(f, "testdata/guide.json"))
	f.Add(read(f, "testdata/salesforce.yaml"))
	f.Add([]byte("object: A\nfields:\n  - {crmField: Sync_Version__c, ccField: v, type: Integer, default: 1e3}\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("? {x: y}\n: z\n"))
	f.Add([]byte("%YAML 1.2\n--- |\n x\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, spec, err := Parse("m", data)
		if err != nil {
			var at *ParseError
			if !errors.As(err, &at) || at.Line < 1 || at.Column < 1 || at.Message == "" {
				t.Fatalf("error without a place: %v", err)
			}
			return
		}
		again, err := New(spec)
		if err != nil || again.Object != m.Object || len(again.Fields) != len(m.Fields) {
			t.Fatalf("the Spec does not compile again: %v", err)
		}
	})
}
