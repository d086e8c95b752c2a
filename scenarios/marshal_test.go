package scenarios

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// stripped is a scenario without what a file's layout decides: its path and
// the positions of its parts.
func stripped(s *Scenario) *Scenario {
	c := *s
	c.Path = ""
	c.Records.List = slices.Clone(c.Records.List)
	for i := range c.Records.List {
		c.Records.List[i].Line = 0
	}
	c.Timeline = slices.Clone(c.Timeline)
	for i := range c.Timeline {
		c.Timeline[i].Line = 0
	}
	c.Expect = slices.Clone(c.Expect)
	for i := range c.Expect {
		c.Expect[i].Line, c.Expect[i].Column = 0, 0
	}
	c.Mapping = withoutLines(c.Mapping)
	if a := c.Objects.Account; a != nil {
		c.Objects.Account = &Object{Mapping: withoutLines(a.Mapping)}
	}
	return &c
}

func withoutLines(m *Mapping) *Mapping {
	if m == nil {
		return nil
	}
	own := *m
	own.Fields = slices.Clone(m.Fields)
	for i := range own.Fields {
		own.Fields[i].Line = 0
	}
	return &own
}

// roundTrip writes s and reads it back; the result must be equal and print
// the same again.
func roundTrip(t interface {
	Helper()
	Fatalf(string, ...any)
}, s *Scenario) {
	t.Helper()
	text, err := s.Marshal()
	if err != nil {
		t.Fatalf("marshal: %v\n%s", err, text)
	}
	back, err := Parse("back.yaml", text)
	if err != nil {
		t.Fatalf("parse: %v\n%s", err, text)
	}
	if !reflect.DeepEqual(stripped(s), stripped(back)) {
		t.Fatalf("not equal after a round trip:\n%+v\n%+v\n%s", stripped(s), stripped(back), text)
	}
	again, _ := back.Marshal()
	if string(again) != string(text) {
		t.Fatalf("prints differently the second time:\n%s\n%s", text, again)
	}
}

func TestLibraryRoundTrips(t *testing.T) {
	all, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		roundTrip(t, s)
	}
}

func TestEveryVerbRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { roundTrip(t, anyScenario(t)) })
}

func TestMappingRoundTrips(t *testing.T) {
	s := New()
	s.Title = "own mapping"
	s.Mapping = DefaultMapping("rest")
	s.Mapping.Fields = append(s.Mapping.Fields,
		MappingField{CRMField: "level", CCField: "level", Type: "Picklist", Values: []string{"a b", "no"},
			CRMValues: map[string]string{"no": "off", "a b": "{x}"}, Default: "no", Pattern: `^[a-z ]+$`},
		MappingField{CRMField: "vip", CCField: "vip", Type: "Boolean", Default: true, Direction: "ToCC"})
	s.Systems.CRM.Kind = "rest"
	roundTrip(t, s)
}

func TestMarshalRefusesWhatNoFileCanSay(t *testing.T) {
	s := New()
	s.Title = "an unknown record"
	step := NewStep(Save)
	step.Record, step.On = "nobody", "cc"
	s.Timeline = []Step{step}
	if _, err := s.Marshal(); err == nil || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("got %v; want an error that names the record", err)
	}
}

// nasty texts that naive writers of YAML get wrong.
var nasty = []string{
	"plain words", "yes", "Null", "off", "12", "+14155550123", "1e3", "2024-05-01", "0x1F", "~", "- dash", "# hash", "a # b",
	"a: b", "{n}", "[x]", "*star", "&and", "!bang", "%percent", "@at", "`tick`", "'single'", `"double"`, `back\slash`, " lead", "trail ",
	"line\nbreak", "tab\there", "bell\a", "\u0085next", "\u2028", "\ufeff", "emoji 👩‍💻", "ليلى", "𠮷野", "Zoe\u0308", "?", ":", "-", "a,b", "<<",
}

func anyText(t *rapid.T, label string) string {
	if rapid.Bool().Draw(t, label+" nasty") {
		return rapid.SampledFrom(nasty).Draw(t, label)
	}
	return rapid.StringN(1, 12, -1).Draw(t, label)
}

// anyScenario draws a scenario that a file can say, with every verb possible.
func anyScenario(t *rapid.T) *Scenario {
	s := New()
	s.Title = "x " + anyText(t, "title")
	s.Seed = rapid.Uint64().Draw(t, "seed")
	s.Start = time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "start"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).UTC()
	s.Systems.CRM.Kind = rapid.SampledFrom(kindsOf["crm"]).Draw(t, "kind")
	s.Systems.CRM.Latency = anyDuration(t, "latency")
	s.Systems.CC.Clock = Clock{Skew: -anyDuration(t, "skew"), Drift: PPM(rapid.IntRange(-maxPPM, maxPPM).Draw(t, "drift"))}
	s.Engine.Retry.Jitter = rapid.IntRange(0, 100).Draw(t, "jitter")
	s.Engine.Poll.CC = rapid.SampledFrom([]Duration{Off, 0, Duration(time.Minute)}).Draw(t, "poll")
	if rapid.Bool().Draw(t, "quota") {
		headers := rapid.Bool().Draw(t, "headers")
		s.Systems.CC.Quota = &Quota{Requests: 10, Per: Duration(time.Minute), Headers: &headers,
			RetryAfter: rapid.SampledFrom([]string{"reset", "none", "5", "05", "date"}).Draw(t, "retry_after")}
	}
	if rapid.Bool().Draw(t, "tolerance") {
		tolerance := anyDuration(t, "tolerance")
		s.Policy.Tolerance = &tolerance
	}
	version := rapid.Int64Range(0, 1<<40).Draw(t, "version")
	s.Records.List = []Record{
		{ID: "ada", On: "both", Linked: true, Base: "known", Version: &version, Fields: anyFields(t, "fields"), CC: anyFields(t, "cc")},
		{ID: "bob", On: "both", Linked: rapid.Bool().Draw(t, "linked"), Base: "lost"},
		{ID: "acme", Object: Account, On: "both", Linked: true, Base: "known", Fields: []FieldSet{{Field: "name", Value: anyText(t, "name")}, {Field: "employees", Value: "7"}}},
	}
	s.Objects.Account = &Object{}
	for range rapid.IntRange(0, 8).Draw(t, "steps") {
		s.Timeline = append(s.Timeline, anyStep(t))
	}
	for range rapid.IntRange(0, 2).Draw(t, "expects") {
		s.Expect = append(s.Expect, Expect{Text: "x" + anyText(t, "expect")})
	}
	s.applyDefaults()
	return s
}

func anyDuration(t *rapid.T, label string) Duration {
	unit := rapid.SampledFrom([]time.Duration{2, time.Microsecond, time.Millisecond, time.Second, time.Hour}).Draw(t, label+" unit")
	return Duration(unit * time.Duration(rapid.IntRange(0, 9000).Draw(t, label)))
}

// anyFields draws one value for some mapped fields, by their types.
func anyFields(t *rapid.T, label string) []FieldSet {
	var sets []FieldSet
	for _, f := range DefaultMapping("salesforce").Business() {
		name := label + " " + f.Label()
		if rapid.IntRange(0, 3).Draw(t, name+" choice") > 0 {
			continue
		}
		set := FieldSet{Field: f.Label()}
		switch f.Kind() {
		case "boolean":
			set.Value = rapid.SampledFrom([]string{"true", "false"}).Draw(t, name)
		case "integer":
			set.Value = rapid.SampledFrom([]string{"0", "-7", "123456"}).Draw(t, name)
		case "date":
			set.Value = rapid.SampledFrom([]string{"1990-12-31", "0004-02-29"}).Draw(t, name)
		case "picklist":
			set.Value = rapid.SampledFrom(f.Values).Draw(t, name)
		case "multipicklist":
			set.Value = rapid.SampledFrom([]string{"golf", "chess;music"}).Draw(t, name)
		default:
			set.Value = anyText(t, name)
		}
		if rapid.IntRange(0, 4).Draw(t, name+" clear") == 0 {
			set = FieldSet{Field: f.Label(), Clear: true}
		}
		sets = append(sets, set)
	}
	return sets
}

// anyStep draws a step of any verb, filling its keys from the table.
func anyStep(t *rapid.T) Step {
	spec := &verbs[rapid.IntRange(0, len(verbs)-1).Draw(t, "verb")]
	s := newStep(spec)
	s.At = anyDuration(t, "at")
	for i := range spec.keys {
		key := &spec.keys[i]
		if !key.Required && rapid.Bool().Draw(t, key.Name+" absent") {
			continue
		}
		anySlot(t, key, &s)
	}
	return consistent(t, s)
}

func anySlot(t *rapid.T, key *Key, s *Step) {
	switch p := key.slot(s).(type) {
	case *[2]string:
		*p = rapid.SampledFrom([][2]string{{"engine", "crm"}, {"cc", "engine"}}).Draw(t, key.Name)
	case *[]FieldSet:
		*p = anyFields(t, key.Name)
	case *[]string:
		*p = []string{"notes", "phone"}
	case **int64:
		n := rapid.Int64Range(0, 99).Draw(t, key.Name)
		*p = &n
	case *int:
		*p = int(rapid.Int64Range(key.min, max(key.min, min(key.max, 1000))).Draw(t, key.Name))
	case *bool:
		*p = true
	case *PPM:
		*p = PPM(rapid.IntRange(-100, 100).Draw(t, key.Name))
	case *Duration:
		*p = anyDuration(t, key.Name)
		if key.signed && rapid.Bool().Draw(t, key.Name+" negative") {
			*p = -*p
		}
	case *string:
		switch {
		case len(key.One) > 0:
			*p = rapid.SampledFrom(key.One).Draw(t, key.Name)
		case key.ref == aRecord:
			*p = rapid.SampledFrom([]string{"ada", "bob"}).Draw(t, key.Name)
		case key.ref == aZone:
			*p = "Europe/Berlin"
		default:
			*p = "x" + anyText(t, key.Name)
		}
	}
}

// consistent repairs what the parser would rightly refuse.
func consistent(t *rapid.T, s Step) Step {
	if s.Object != Account {
		s.Object = ""
	}
	switch s.Verb {
	case Edit:
		if len(s.Set) == 0 {
			s.Set = []FieldSet{{Field: "notes", Value: anyText(t, "notes")}}
		}
	case Create:
		s.Record = "new" + rapid.StringMatching(`[a-z]{12}`).Draw(t, "id")
		s.Set = []FieldSet{{Field: "last_name", Value: anyText(t, "last_name")}}
		if s.Object == Account {
			s.Set[0].Field = "name"
		}
	case Merge:
		s.Record, s.Other = "ada", "bob"
	case Review:
		s.Choose = rapid.SampledFrom([]string{"cc", "crm", "merge"}).Draw(t, "choose")
		if s.Choose != "merge" {
			s.Set = nil
		}
	case Drift:
		s.Drift = SchemaChange{Rename: anyText(t, "rename") + "x"}
		if rapid.Bool().Draw(t, "values") {
			s.On, s.What, s.Drift = "cc", "tier", SchemaChange{Values: []string{"bronze", "gold"}}
		}
	case CrashEngine:
		if s.Crash.Effect == "gate" {
			s.Crash.Record = ""
		}
		if s.Crash.Effect == "" {
			s.Crash.Nth, s.Crash.Record = 1, ""
		}
	}
	if s.As == "automation" {
		s.By = ""
	}
	if s.Times > 1 || s.Every > 0 {
		s.Times, s.Every = max(s.Times, 2), min(max(s.Every, 1), Duration(time.Hour))
	}
	return s
}
