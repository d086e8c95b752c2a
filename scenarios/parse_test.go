package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestArchitectureExample is the form that the documentation shows.
func TestArchitectureExample(t *testing.T) {
	s := parse(t, `
scenario: simultaneous edits during a partition
requirements: [CR-7, EV-2]
systems:
  cc:  {kind: genesys, versioning: trigger, clock: {skew: 0s}}
  crm: {kind: salesforce, versioning: trigger, clock: {skew: 0s, drift: 0ppm}}
policy: {tolerance: 1s, simultaneous: review}
records:
  - {id: ada, phone: "+14155550123", notes: "", version: 41}
timeline:
  - {at: 10s, partition: [engine, crm], for: 30m}
  - {at: 12s, edit: ada, on: cc,  as: agent, set: {notes: call back}}
  - {at: 12s, edit: ada, on: crm, as: user,  set: {notes: VIP}}
expect:
  - ada.winner == "cc"
  - crm.writes <= 1
`)
	ada := s.Records.List[0]
	if ada.ID != "ada" || *ada.Version != 41 || !ada.Linked || ada.Base != "known" || ada.Line != 9 {
		t.Errorf("the record is %+v", ada)
	}
	if want := []FieldSet{{Field: "phone", Value: "+14155550123"}, {Field: "notes", Clear: true}}; !reflect.DeepEqual(ada.Fields, want) {
		t.Errorf("its fields are %+v", ada.Fields)
	}
	cut := s.Timeline[0]
	if cut.Verb != Partition || cut.Between != [2]string{"engine", "crm"} || cut.For != Duration(30*time.Minute) || cut.Way != "both" || cut.Line != 11 {
		t.Errorf("the partition is %+v", cut)
	}
	edit := s.Timeline[2]
	if edit.Record != "ada" || edit.On != "crm" || edit.As != "user" || edit.Times != 1 || edit.Set[0] != (FieldSet{Field: "notes", Value: "VIP"}) {
		t.Errorf("the edit is %+v", edit)
	}
	if e := s.Expect[1]; e.Text != "crm.writes <= 1" || e.Line != 16 || e.Column != 5 {
		t.Errorf("the expectation is %+v", e)
	}
}

func TestStepForms(t *testing.T) {
	for _, c := range []struct {
		text string
		want func(*Step)
	}{
		{"{at: 1s, crash: engine, before: persist, nth: 2, of: ada, torn: true, wipe: true}", func(s *Step) {
			s.Verb, s.On = CrashEngine, "engine"
			s.Crash = Crash{Effect: "persist", Nth: 2, Record: "ada", Down: Duration(time.Second), Torn: true, Wipe: true}
		}},
		{"{at: 1s, lose_store: true}", func(s *Step) {
			s.Verb = LoseStore
			s.Crash = Crash{Wipe: true, Down: Duration(time.Second)}
		}},
		{"{at: 1s, throttle: crm, retry_after: 30, for: 5m}", func(s *Step) {
			s.Verb, s.On, s.Retry, s.Rate, s.For = Throttle, "crm", "30", 100, Duration(5*time.Minute)
		}},
		{"{at: 1s, throttle: cc, retry_after: soon, count: 3}", func(s *Step) {
			s.Verb, s.On, s.Retry, s.Rate, s.Count = Throttle, "cc", "soon", 100, 3
		}},
		{"{at: 1s, error: crm, when: after}", func(s *Step) {
			s.Verb, s.On, s.Status, s.When = ServerError, "crm", 503, "after"
		}},
		{"{at: 1s, daily_limit: crm, left: 0}", func(s *Step) { s.Verb, s.On = DailyLimit, "crm" }},
		{"{at: 1s, drift: crm, field: Phone, length: 12}", func(s *Step) {
			s.Verb, s.On, s.What, s.Drift = Drift, "crm", "Phone", SchemaChange{Length: 12}
		}},
		{"{at: 1s, clock_step: engine, by: -2s}", func(s *Step) { s.Verb, s.On, s.Amount = ClockStep, "engine", -Duration(2*time.Second) }},
		{"{at: 1s, review: mass-delete, choose: approve}", func(s *Step) {
			s.Verb, s.Record, s.Choose, s.By = Review, "mass-delete", "approve", "admin"
		}},
		{"{at: 1s, merge: ada, with: bob, on: cc}", func(s *Step) {
			s.Verb, s.Record, s.Other, s.On, s.As, s.By = Merge, "ada", "bob", "cc", "agent", "maria"
		}},
	} {
		s := parse(t, "scenario: x\nrecords: [{id: ada}, {id: bob}]\ntimeline:\n  - "+c.text)
		want := Step{At: Duration(time.Second), Line: 4}
		c.want(&want)
		if !reflect.DeepEqual(s.Timeline[0], want) {
			t.Errorf("%s\n got %+v\nwant %+v", c.text, s.Timeline[0], want)
		}
	}
}

// TestMappingMayStandBelow: systems and mapping give records and steps their
// fields wherever they stand in the file.
func TestMappingMayStandBelow(t *testing.T) {
	s := parse(t, `
scenario: x
records: [{id: ada, hat: fez}]
timeline: [{at: 1s, edit: ada, on: cc, set: {hat: bowler}}]
mapping:
  object: Contact
  fields:
    - {crmField: Sync_Version__c, ccField: sync_version, type: Integer}
    - {crmField: Hat__c, ccField: hat, type: String}`)
	if s.Records.List[0].Fields[0].Value != "fez" || s.Timeline[0].Set[0].Value != "bowler" {
		t.Errorf("got %+v", s)
	}
}

// TestCreatedRecordsCross: once the engine has carried a created record over,
// it may be edited on the other side.
func TestCreatedRecordsCross(t *testing.T) {
	parse(t, `
scenario: x
timeline:
  - {at: 1s, create: bob, on: cc, set: {last_name: Noyce}}
  - {at: 5m, edit: bob, on: crm, set: {notes: VIP}}`)
}

func TestLimits(t *testing.T) {
	step := "\n  - {at: 1s, save: ada, on: cc}"
	long := "\n  - {at: 1s, save: ada, on: cc, every: 1ms, times: 100000}"
	head := "scenario: x\nrecords: [{id: ada}]\ntimeline:"
	for _, c := range []struct{ name, text, want string }{
		{"a big file", "scenario: x\n#" + strings.Repeat("x", maxFileBytes), "found a file of 1048589 bytes; expected at most 1048576"},
		{"bytes that are not UTF-8", "scenario: x\nseed: \xff", "bad.yaml:2:7: found bytes that are not UTF-8"},
		{"many steps", head + strings.Repeat(step, maxSteps+1), "found 10001 steps; expected at most 10000"},
		{"many repetitions", head + strings.Repeat(long, 11), "found more than 1000000 steps with their repetitions"},
		{"many expectations", "scenario: x\nexpect:" + strings.Repeat("\n  - x", maxExpects+1), "found 1001 expectations"},
		{"a long timeline", head + "\n  - {at: 1s, save: ada, on: cc, every: 300d, times: 100000}", "end after 400 days"},
		{"deep nesting", "scenario: " + strings.Repeat("[", 20_000), "not YAML"},
	} {
		_, err := Parse("bad.yaml", []byte(c.text))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v; want %q", c.name, err, c.want)
		}
	}
	parse(t, head+strings.Repeat(step, maxSteps))
}

func TestParseFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.yaml")
	if err := os.WriteFile(path, []byte("scenario: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := ParseFile(path); err != nil || s.Path != path || s.Title != "x" {
		t.Errorf("got %+v, %v", s, err)
	}
	if _, err := ParseFile(filepath.Join(dir, "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := os.WriteFile(path, make([]byte, maxFileBytes+1), 0o600); err != nil {
		t.Fatal(err)
	}
	var e *Error
	if _, err := ParseFile(path); !errors.As(err, &e) {
		t.Errorf("a big file gives %v", err)
	}
}

func BenchmarkParse(b *testing.B) {
	data, err := libraryFiles.ReadFile("library/guide/partition-both-edited-same-second.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Parse("bench.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}
