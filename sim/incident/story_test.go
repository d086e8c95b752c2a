package incident

import (
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/recording"
)

const second = engine.Instant(1e9)

// told is a story in which both sides of one pair were read once.
func told(t *testing.T) *story {
	t.Helper()
	spec := mapping.Spec{Object: "Contact", Fields: []mapping.FieldSpec{
		{CRMField: "last_name", CCField: "lastName", Type: "String"},
		{CRMField: "sync_version", CCField: "sync_version", Type: "Integer", Default: 0},
	}}
	m, err := mapping.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	s := newStory(&Options{CRM: "rest"})
	s.begin(&recording.Life{Config: engine.Config{Mapping: m}, Mapping: spec})
	s.step(100*second, engine.Started{}, &engine.Effects{})
	base := engine.Base{Known: true, Present: true, Content: []string{"Byron"}, Version: 1}
	s.remembered(&engine.Record{Key: "cc:a", ID: [2]string{"a", "b"}, Base: [2]engine.Base{base, base}})
	return s
}

// shown is the CRM's record as a system shows it.
func shown(name string, own bool) adapter.Record {
	return adapter.Record{
		ID: "b", External: "a", Own: own, Version: mapping.Native{Kind: mapping.Number, Text: "2"},
		Fields: []mapping.Native{{Kind: mapping.String, Text: name}},
	}
}

// write sends a name to the CRM and gets the given error, then a reading.
func write(s *story, name string, err *adapter.Error, then adapter.Record) {
	s.ask(110*second, engine.Write{Op: 1, Ref: engine.Ref{Side: mapping.CRM, ID: "b"}, Key: "cc:a", Data: adapter.Write{
		Fields: []adapter.FieldValue{{Value: mapping.Native{Kind: mapping.String, Text: name}}},
	}})
	s.take(110*second, engine.Asked{Op: 1, Side: mapping.CRM, Call: 1})
	s.ask(110*second, engine.Admit{Side: mapping.CRM, Call: 1})
	s.take(112*second, engine.Exchanged{Side: mapping.CRM, Call: 1, Answered: err.Status != 0})
	s.take(112*second, engine.WriteDone{Op: 1, Err: err})
	s.ask(113*second, engine.Read{Op: 2, Ref: engine.Ref{Side: mapping.CRM, ID: "b"}, Key: "cc:a"})
	s.take(114*second, engine.ReadDone{Op: 2, Record: then})
}

// TestWritesOfUnknownEnd: what is read afterwards tells whether a write that got
// no answer, or an error for one, was carried out; it is nobody's edit then.
func TestWritesOfUnknownEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		err   adapter.Error
		then  adapter.Record
		says  string
		edits int
	}{
		"an error, and it arrived":      {adapter.Error{Status: 502, Indefinite: true}, shown("Lovelace", true), "error: crm, status: 502, when: after, count: 1", 0},
		"an error, and it did not":      {adapter.Error{Status: 502, Indefinite: true}, shown("Byron", false), "error: crm, status: 502, count: 1", 0},
		"silence, and it arrived":       {adapter.Error{Indefinite: true}, shown("Lovelace", true), "partition: [engine, crm], for: 3s500ms, way: response", 0},
		"silence, and it did not":       {adapter.Error{Indefinite: true}, shown("Byron", false), "way: request", 0},
		"no connection":                 {adapter.Error{}, shown("Byron", false), "partition: [engine, crm], for: 3s500ms}", 0},
		"silence, and somebody's edit":  {adapter.Error{Indefinite: true}, shown("King", false), "way: request", 1},
		"the engine's own, from before": {adapter.Error{Indefinite: true}, shown("King", true), "way: request", 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := told(t)
			write(s, "Lovelace", &tt.err, tt.then)
			in, err := s.incident()
			if err != nil {
				t.Fatal(err)
			}
			text, err := in.Text()
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), tt.says) || strings.Count(string(text), "edit: r1") != tt.edits {
				t.Errorf("expected %q and %d edits in\n%s", tt.says, tt.edits, text)
			}
		})
	}
}

// TestClocks: what a system stamped later than the engine heard of it shows a
// clock that is ahead; the edit is then put where it was.
func TestClocks(t *testing.T) {
	s := told(t)
	s.take(105*second, engine.Noticed{Ref: engine.Ref{Side: mapping.CC, ID: "a"}})
	s.ask(105*second, engine.Read{Op: 1, Ref: engine.Ref{Side: mapping.CC, ID: "a"}, Key: "cc:a"})
	seen := shown("King", false)
	seen.ID, seen.External, seen.Modified = "a", "b", instant(165)
	s.take(106*second, engine.ReadDone{Op: 1, Record: seen})
	in, err := s.incident()
	if err != nil {
		t.Fatal(err)
	}
	step := in.Scenario.Timeline[0]
	if skew := in.Scenario.Systems.CC.Clock.Skew.String(); skew != "1m" || step.At.String() != "5s" {
		t.Errorf("the clock is %s ahead and the edit at %s, expected 1m and 5s", skew, step.At)
	}
}

// TestSeveralKindsOfTrouble: a fault ends with the first exchange that went
// well, and one of another kind is another fault.
func TestSeveralKindsOfTrouble(t *testing.T) {
	s := told(t)
	call := uint64(0)
	exchange := func(at engine.Instant, e engine.Exchanged, err *adapter.Error) {
		call++
		s.ask(at, engine.Poll{Op: engine.Op(call), Side: mapping.CRM})
		s.take(at, engine.Asked{Op: engine.Op(call), Side: mapping.CRM, Call: call})
		s.ask(at, engine.Admit{Side: mapping.CRM, Call: call})
		e.Side, e.Call = mapping.CRM, call
		s.take(at+second/10, e)
		s.take(at+second/10, engine.PollDone{Op: engine.Op(call), Err: err})
	}
	limited := engine.Exchanged{Answered: true, Signal: adapter.Signal{Limited: true, RetryAfter: 30e9}}
	exchange(110*second, limited, &adapter.Error{Kind: adapter.Limited})
	exchange(111*second, limited, &adapter.Error{Kind: adapter.Limited})
	exchange(150*second, engine.Exchanged{Answered: true}, &adapter.Error{Status: 503})
	exchange(160*second, engine.Exchanged{Answered: true}, nil)
	exchange(170*second, engine.Exchanged{Answered: true}, &adapter.Error{Kind: adapter.Unauthorized, Status: 401})
	exchange(180*second, engine.Exchanged{Answered: true}, nil)
	exchange(190*second, engine.Exchanged{Answered: true}, &adapter.Error{Kind: adapter.Forbidden, Status: 403, Permission: "contact:view"})
	exchange(200*second, engine.Exchanged{Answered: true}, nil)
	in, err := s.incident()
	if err != nil {
		t.Fatal(err)
	}
	var says []string
	for i := range in.Scenario.Timeline {
		says = append(says, string(in.Scenario.Timeline[i].Verb))
	}
	if got := strings.Join(says, " "); got != "throttle error token_revoke revoke" {
		t.Errorf("found %s", got)
	}
	if first := in.Scenario.Timeline[0]; first.Count != 2 || first.Retry != "30" {
		t.Errorf("found %s", first)
	}
}

func instant(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
