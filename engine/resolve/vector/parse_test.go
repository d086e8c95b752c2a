package vector

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/resolve"
)

// TestParseEverything reads a case that says everything it can.
func TestParseEverything(t *testing.T) {
	in, err := Parse([]byte(`{
		"policy": {"tolerance_ms": 250, "simultaneous": "merge", "granularity": "record", "delete_vs_edit": "restore", "wrong_side": "review"},
		"cc": {"version": 42, "time": "2026-03-01T11:00:00.25+01:00", "origin": "system", "priority": 7, "versioning": "none", "resolution_ms": 10,
			"deleted": false, "fields": {"tier": "gold", "notes": "a"}},
		"crm": {"version": 43, "time": null, "origin": "agent", "priority": 3, "versioning": "trigger", "resolution_ms": 1000,
			"fields": {"notes": null}},
		"base": {"cc": {"version": 41, "fields": {"notes": "x"}}, "crm": {"version": 40, "deleted": true, "fields": {"tier": "old"}}},
		"one_way": {"tier": "crm"}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := resolve.Input{
		Fields: []resolve.FieldTraits{{Name: "notes", OneWay: resolve.None}, {Name: "tier", OneWay: resolve.CRM}},
		Traits: [2]resolve.SystemTraits{
			{Versioning: resolve.NoTrigger, Resolution: 10 * time.Millisecond, Priority: 7},
			{Versioning: resolve.Trigger, Resolution: time.Second, Priority: 3},
		},
		Sides: [2]resolve.State{
			{Present: true, Content: []string{"a", "gold"}, Version: 42, Origin: resolve.System},
			{Present: true, Content: []string{"", "old"}, Version: 43, Origin: resolve.Agent},
		},
		Bases: [2]resolve.Base{
			{Known: true, Present: true, Content: []string{"x", ""}, Version: 41},
			{Known: true, Present: false, Content: []string{"", "old"}, Version: 40},
		},
		Policy: resolve.Policy{
			Tolerance: 250 * time.Millisecond, Simultaneous: resolve.MergeFields, Granularity: resolve.ByRecord,
			DeleteVsEdit: resolve.RestoreWins, WrongSide: resolve.ReviewWrongSide,
		},
	}
	if when := time.Date(2026, 3, 1, 10, 0, 0, 250e6, time.UTC); !in.Sides[0].Time.Equal(when) {
		t.Errorf("cc.time is %v, want %v", in.Sides[0].Time, when)
	}
	in.Sides[0].Time = time.Time{}
	if !reflect.DeepEqual(in, want) {
		t.Errorf("\n got %+v\nwant %+v", in, want)
	}
}

// TestParseDefaults: what a case need not say.
func TestParseDefaults(t *testing.T) {
	in, err := Parse([]byte(`{"cc": {}, "crm": null, "base": null}`))
	if err != nil {
		t.Fatal(err)
	}
	want := resolve.Input{
		Fields: []resolve.FieldTraits{},
		Traits: [2]resolve.SystemTraits{
			{Versioning: resolve.Trigger, Resolution: time.Millisecond, Priority: 1},
			{Versioning: resolve.Trigger, Resolution: time.Millisecond, Priority: 2},
		},
		Sides:  [2]resolve.State{{Present: true, Content: []string{}, Origin: resolve.Agent}, {}},
		Bases:  [2]resolve.Base{{Content: []string{}}, {Content: []string{}}},
		Policy: resolve.Policy{Tolerance: -1},
	}
	if !reflect.DeepEqual(in, want) {
		t.Errorf("\n got %+v\nwant %+v", in, want)
	}
}

// TestParseRefuses: every error names the place, what is there, and what
// should be.
func TestParseRefuses(t *testing.T) {
	wrap := func(cc string) string { return `{"cc": ` + cc + `, "crm": null, "base": null}` }
	for _, c := range []struct{ name, line, want string }{
		{"nothing", ``, `found the end of the text, expected JSON`},
		{"half an object", `{"cc": {`, `cc: found the end of the text, expected JSON`},
		{"not JSON", `{"cc": nil}`, `cc: found a mistake: invalid character 'i' in literal null (expecting 'u'), expected JSON`},
		{"a list", `[]`, `found an array, expected an object`},
		{"two objects", wrap("{}") + ` {}`, `found more text after the object, expected one JSON object`},
		{"not UTF-8", "{\"cc\": \"\xff\"}", `found bytes that are not UTF-8, expected JSON in UTF-8`},
		{"a key twice", `{"cc": {"version": 1, "version": 2}}`, `cc.version: found the key twice, expected each key once`},
		{"a field twice", wrap(`{"fields": {"a": "1", "a": "2"}}`), `cc.fields.a: found the key twice, expected each key once`},
		{"too deep", strings.Repeat(`{"cc":`, 20), `cc.cc.cc.cc.cc.cc.cc.cc.cc: found values nested too deeply, expected at most 8 levels`},
		{"no crm", `{"cc": {}, "base": null}`, `crm: found nothing, expected the key, with an object or null`},
		{"no base", `{"cc": {}, "crm": {}}`, `base: found nothing, expected the key, with an object or null`},
		{"half a base", `{"cc": {}, "crm": {}, "base": {"cc": null}}`, `base.crm: found nothing, expected the key, with an object or null`},
		{"both forms of base", `{"cc": {}, "crm": {}, "base": {"cc": null, "crm": null, "version": 1}}`, `base.version: found an unknown key, expected one of cc, crm`},
		{"unknown key, near", wrap(`{"verson": 1}`), `cc.verson: found an unknown key, expected one of version, time, origin, priority, versioning, resolution_ms, deleted, fields; did you mean "version"?`},
		{"unknown key, far", wrap(`{"colour": 1}`), `cc.colour: found an unknown key, expected one of version, time, origin, priority, versioning, resolution_ms, deleted, fields`},
		{"version as text", wrap(`{"version": "42"}`), `cc.version: found the text "42", expected a whole number from 0 to 9007199254740991`},
		{"version with a fraction", wrap(`{"version": 4.5}`), `cc.version: found the number 4.5, expected a whole number from 0 to 9007199254740991`},
		{"version too large", wrap(`{"version": 9007199254740992}`), `cc.version: found the number 9007199254740992, expected a whole number from 0 to 9007199254740991`},
		{"version below 0", wrap(`{"version": -1}`), `cc.version: found the number -1, expected a whole number from 0 to 9007199254740991`},
		{"version null", wrap(`{"version": null}`), `cc.version: found null, expected a whole number from 0 to 9007199254740991`},
		{"time without a zone", wrap(`{"time": "2026-03-01T10:00:00"}`), `cc.time: found the text "2026-03-01T10:00:00", expected a time with its zone, like "2026-03-01T10:00:00.250Z", or null if unknown`},
		{"time as a number", wrap(`{"time": 1700000000}`), `cc.time: found the number 1700000000, expected a time with its zone, like "2026-03-01T10:00:00.250Z", or null if unknown`},
		{"the zero time", wrap(`{"time": "0001-01-01T00:00:00Z"}`), `cc.time: found the text "0001-01-01T00:00:00Z", expected a time with its zone, like "2026-03-01T10:00:00.250Z", or null if unknown`},
		{"an origin, near", wrap(`{"origin": "agnet"}`), `cc.origin: found the text "agnet", expected one of system, user, agent; did you mean "agent"?`},
		{"deleted as text", wrap(`{"deleted": "yes"}`), `cc.deleted: found the text "yes", expected true or false`},
		{"resolution 0", wrap(`{"resolution_ms": 0}`), `cc.resolution_ms: found the number 0, expected a whole number from 1 to 86400000`},
		{"fields as a list", wrap(`{"fields": []}`), `cc.fields: found an array, expected an object`},
		{"a field as a number", wrap(`{"fields": {"score": 5}}`), `cc.fields.score: found the number 5, expected text or null; canonical values are text: write it in quotation marks`},
		{"equal priorities", `{"cc": {"priority": 2}, "crm": {"priority": 2}, "base": null}`, `crm.priority: found the same priority as cc's, expected two different ones`},
		{"an unknown policy", `{"policy": {"tolerance": 5}, "cc": {}, "crm": {}, "base": null}`, `policy.tolerance: found an unknown key, expected one of tolerance_ms, simultaneous, granularity, delete_vs_edit, wrong_side`},
		{"a wrong policy", `{"policy": {"simultaneous": "merged"}, "cc": {}, "crm": {}, "base": null}`, `policy.simultaneous: found the text "merged", expected one of review, merge, hierarchy; did you mean "merge"?`},
		{"one_way, no such field", `{"cc": {"fields": {"tier": "x"}}, "crm": {}, "base": null, "one_way": {"teir": "crm"}}`, `one_way.teir: found a field that occurs nowhere in the case, expected a field of cc, crm or base; did you mean "tier"?`},
		{"one_way, no such side", `{"cc": {"fields": {"tier": "x"}}, "crm": {}, "base": null, "one_way": {"tier": "both"}}`, `one_way.tier: found the text "both", expected one of cc, crm`},
		{"a long text is clipped", wrap(`{"origin": "` + strings.Repeat("é", 100) + `"}`), `cc.origin: found the text "` + strings.Repeat("é", 30) + `...", expected one of system, user, agent`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.line))
			var e *Error
			if !errors.As(err, &e) || err.Error() != c.want {
				t.Errorf("\n got %v\nwant %s", err, c.want)
			}
		})
	}
}

// TestParseTooManyFields: a case has bounded cost.
func TestParseTooManyFields(t *testing.T) {
	var b strings.Builder
	for i := range maxFields + 1 {
		b.WriteString(`,"` + strings.Repeat("f", i+1) + `":""`)
	}
	_, err := Parse([]byte(`{"cc": {"fields": {` + b.String()[1:] + `}}, "crm": null, "base": null}`))
	if err == nil || err.Error() != "found 501 fields, expected at most 500" {
		t.Errorf("got %v", err)
	}
}

// FuzzParse: whatever the text, Parse returns a case that can be decided,
// explained and encoded, or an *Error that says something.
func FuzzParse(f *testing.F) {
	cases, err := All()
	if err != nil {
		f.Fatal(err)
	}
	for i := 0; i < len(cases); i += 7 {
		f.Add([]byte(cases[i].Input))
	}
	f.Add([]byte(`{"cc": {"fields": {"a": null}}, "crm": null, "base": {"cc": null, "crm": {"version": 3}}, "one_way": {"a": "cc"}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		in, err := Parse(line)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Found == "" || e.Expected == "" {
				t.Fatalf("not a clear error: %v", err)
			}
			return
		}
		d := resolve.Decide(in)
		if _, err := parseTree(Encode(in, d)); err != nil {
			t.Fatalf("the decision is not JSON: %v", err)
		}
	})
}
