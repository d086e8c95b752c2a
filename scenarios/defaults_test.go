package scenarios

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

func parse(t *testing.T, text string) *Scenario {
	t.Helper()
	s, err := Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestShortestScenarioIsComplete(t *testing.T) {
	s := parse(t, "scenario: x")
	want := New()
	want.Path, want.Title = "test.yaml", "x"
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got %+v\nwant %+v", s, want)
	}
	if cc := s.Systems.CC; !*cc.Webhooks || *cc.Conditional || cc.Kind != "genesys" || cc.Priority != 1 {
		t.Errorf("cc defaults: %+v", cc)
	}
	if crm := s.Systems.CRM; *crm.Webhooks || !*crm.Conditional || crm.Kind != "salesforce" || crm.Priority != 2 {
		t.Errorf("crm defaults: %+v", crm)
	}
}

// A zero that a file says is not a value left out.
func TestExplicitZerosAreKept(t *testing.T) {
	s := parse(t, "scenario: x\nseed: 0\nsystems: {cc: {latency: 0s}}\nengine: {fsync: 0s, overlap: 0, retry: {jitter: 0}}\npolicy: {tolerance: 0s}")
	if s.Seed != 0 || s.Systems.CC.Latency != 0 || s.Engine.Fsync != 0 || s.Engine.Overlap != 0 || s.Engine.Retry.Jitter != 0 {
		t.Errorf("zeros were replaced by defaults: %+v %+v", s.Engine, s.Systems.CC)
	}
	if s.Policy.Tolerance == nil || s.Tolerance() != 0 {
		t.Error("tolerance: 0s was lost")
	}
}

func TestTolerance(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
		rule string
	}{
		{"scenario: x", 2 * time.Second, "CR-5: twice Salesforce's whole seconds"},
		{"scenario: x\nsystems: {crm: {kind: rest}}", time.Second, "CR-5: the guide's 1000 ms"},
		{"scenario: x\npolicy: {tolerance: 500ms}", 500 * time.Millisecond, "CR-5: an explicit smaller one is accepted"},
	} {
		if got := parse(t, c.text).Tolerance(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.rule, got, c.want)
		}
	}
}

func TestWhoActs(t *testing.T) {
	s := parse(t, `
scenario: x
records: [{id: ada}]
timeline:
  - {at: 1s, save: ada, on: cc}
  - {at: 1s, save: ada, on: crm}
  - {at: 1s, save: ada, on: crm, as: automation}
  - {at: 1s, save: ada, on: crm, as: user, by: uma}
  - {at: 1s, review: ada, choose: cc}`)
	for i, want := range []string{"agent maria", "user sam", "automation flow", "user uma", " admin"} {
		if got := s.Timeline[i].As + " " + s.Timeline[i].By; got != want {
			t.Errorf("%s: by %q; want %q", s.Timeline[i], got, want)
		}
	}
}

func TestSchedule(t *testing.T) {
	s := parse(t, `
scenario: x
records: [{id: ada}]
timeline:
  - {at: 20s, save: ada, on: cc}
  - {at: 10s, edit: ada, on: cc, set: {notes: "call {n}", city: Rome}, every: 5s, times: 3}
  - {at: 15s, partition: [engine, crm], for: 1m}`)
	var got []string
	for _, step := range s.Schedule() {
		line := fmt.Sprintf("%s %s", step.At, step.Verb)
		if len(step.Set) > 0 {
			line += " " + step.Set[0].Value
		}
		if step.Every != 0 {
			line += " repeats"
		}
		got = append(got, line)
	}
	want := []string{"10s edit call 1", "15s edit call 2", "15s partition", "20s save", "20s edit call 3"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if s.Timeline[1].Set[0].Value != "call {n}" {
		t.Error("the timeline was changed")
	}
	if s.End() != Duration(75*time.Second) {
		t.Errorf("the timeline speaks until %s; want 1m15s", s.End())
	}
}

func TestSystemByName(t *testing.T) {
	s := New()
	if s.System("cc") != &s.Systems.CC || s.System("crm") != &s.Systems.CRM || s.System("engine") != nil {
		t.Error("System does not find the two sides and nothing else")
	}
}

func TestAllRecords(t *testing.T) {
	s := parse(t, "scenario: x\nrecords: 3\ntimeline:\n  - {at: 1s, edit: \"*\", on: cc, set: {notes: x}}\n  - {at: 2s, delete: \"*\", on: crm}")
	if !s.Timeline[0].All || !s.Timeline[1].All || len(s.Schedule()) != 2 {
		t.Errorf("a step for all records must stay one step: %v", s.Schedule())
	}
}
