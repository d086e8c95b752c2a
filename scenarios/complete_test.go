package scenarios

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestCompleteFillsInAndForgets: what a program built becomes what the parser
// would have read.
func TestCompleteFillsInAndForgets(t *testing.T) {
	s := New()
	s.Title, s.Path = "built by hand", "built.yaml"
	s.Systems.CC.Quota = &Quota{Requests: 10, Per: Duration(time.Minute)}
	s.Records.List = []Record{{ID: "ada", On: "both", Linked: true, Base: "known"}}
	edit := NewStep(Edit)
	edit.Record, edit.On, edit.Set = "ada", "crm", []FieldSet{{Field: "notes", Value: "VIP"}}
	edit.Flap = Duration(time.Second) // not an argument of edit
	s.Timeline = []Step{edit}
	if err := s.Complete(); err != nil {
		t.Fatal(err)
	}
	step := s.Timeline[0]
	if step.As != "user" || step.By != "sam" || step.Flap != 0 || step.Line == 0 || s.Path != "built.yaml" {
		t.Errorf("got %+v in %s; want a user's edit on a line of built.yaml, without flap", step, s.Path)
	}
	if q := s.Systems.CC.Quota; q.RetryAfter != "reset" || q.Headers == nil || !*q.Headers {
		t.Errorf("got the quota %+v; want its defaults", q)
	}
}

// TestCompleteIsNothingForAFile: a scenario that was read is complete.
func TestCompleteIsNothingForAFile(t *testing.T) {
	all, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		own := *s
		if err := own.Complete(); err != nil {
			t.Errorf("%s: %v", s.Path, err)
		} else if !reflect.DeepEqual(stripped(s), stripped(&own)) || own.Path != s.Path {
			t.Errorf("%s changes by Complete", s.Path)
		}
	}
}

func TestCompleteRefusesWhatNoFileCanSay(t *testing.T) {
	ada := Record{ID: "ada", On: "both", Linked: true, Base: "known"}
	save := NewStep(Save)
	save.Record, save.On = "bob", "cc"
	early := NewStep(PollGap)
	early.On, early.At = "crm", -Duration(time.Second)
	for _, c := range []struct {
		what    string
		records Records
		steps   []Step
		want    string
	}{
		{"an unknown record", Records{List: []Record{ada}}, []Step{save}, `the record "bob"`},
		{"an instant before the start", Records{}, []Step{early}, "negative"},
		{"both kinds of records", Records{List: []Record{ada}, Generate: newGenerate(3)}, nil, "listed and generated"},
	} {
		s := New()
		s.Title, s.Records, s.Timeline = c.what, c.records, c.steps
		before := *s
		if err := s.Complete(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v; want an error with %q", c.what, err, c.want)
		}
		if !reflect.DeepEqual(*s, before) {
			t.Errorf("%s: a refused scenario was changed", c.what)
		}
	}
}
