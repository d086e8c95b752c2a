package recording

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
)

var spec = mapping.Spec{Object: "Contact", Fields: []mapping.FieldSpec{
	{CRMField: "last_name", CCField: "lastName", Type: "String"},
	{CRMField: "sync_version", CCField: "sync_version", Type: "Integer", Default: 0},
}}

// record plays a short life of a core and returns its recording.
func record(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "r")
	f, err := Create(path, DefaultMax)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := engine.Config{Mapping: m, Audit: 1 << 40}
	if err := f.Begin(&c, []mapping.Spec{spec}); err != nil {
		t.Fatal(err)
	}
	core := engine.New(c)
	var out engine.Effects
	for i, e := range []engine.Event{
		engine.Started{},
		engine.Noticed{Ref: engine.Ref{ID: "a"}, Token: 7},
		engine.Persisted{Op: 4},
		engine.Described{Op: 1, Err: &adapter.Error{Kind: adapter.Unavailable, Err: errors.New("refused")}},
		engine.Fetched{Op: 3, Items: []engine.Item{{Key: "cc:a", Ref: engine.Ref{ID: "a"}, Record: &engine.Record{Key: "cc:a", ID: [2]string{"a", "b"}}}}},
		engine.ReadDone{Op: 99, Record: adapter.Record{ID: "a", Fields: []mapping.Native{{Kind: mapping.String, Text: "Ünï"}}}},
		engine.Tick{},
	} {
		out.Reset()
		now := engine.Instant(1_000_000 * (i + 1))
		core.Step(now, e, &out)
		if err := f.Step(now, e, &out); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestReplay(t *testing.T) {
	data := record(t)
	summary, err := Replay(bytes.NewReader(data), nil)
	if err != nil || summary != (Summary{Lives: 1, Events: 7}) {
		t.Fatalf("%+v, %v", summary, err)
	}
	cut := data[:len(data)-20]
	if summary, err := Replay(bytes.NewReader(cut), nil); err != nil || summary.Events != 6 {
		t.Errorf("cut in its last line: %+v, %v", summary, err)
	}
}

// forgetful is a core that never asks to be woken.
type forgetful struct{ service.Machine }

func (f forgetful) Step(now engine.Instant, e engine.Event, out *engine.Effects) {
	f.Machine.Step(now, e, out)
	out.Wake = 0
}

func TestAnotherCoreDiverges(t *testing.T) {
	_, err := Replay(bytes.NewReader(record(t)), func(c engine.Config) service.Machine { return forgetful{engine.New(c)} })
	var diverged *DivergedError
	if !errors.As(err, &diverged) || diverged.Line != 2 || diverged.Event != "Started" {
		t.Errorf("%v", err)
	}
}

func TestRefusals(t *testing.T) {
	data := string(record(t))
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":          {"", "found no life of a core"},
		"no JSON":          {"hello\n", "line 1: invalid character"},
		"no beginning":     {data[strings.Index(data, "\n")+1:], "line 1: found an event before the beginning of a life"},
		"an altered event": {strings.Replace(data, `"ID":"a"},"Token"`, `"ID":"b"},"Token"`, 1), "line 3: after Noticed the core asked for something else"},
		"an unknown event": {strings.Replace(data, `"event":"Noticed"`, `"event":"Nosed"`, 1), `line 3: found the event "Nosed"`},
		"an unknown key":   {strings.Replace(data, `"Token":7`, `"Taken":7`, 1), `line 3: json: unknown field "Taken"`},
		"another format":   {strings.Replace(data, `"Version":1`, `"Version":2`, 1), "line 1: found format 2; expected 1"},
	} {
		if _, err := Replay(strings.NewReader(tt.text), nil); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARecordingNeverReplacesAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r")
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, 1); !errors.Is(err, os.ErrExist) {
		t.Errorf("%v", err)
	}
}

// inert is a core that does nothing.
type inert struct{ service.Machine }

func (inert) Step(engine.Instant, engine.Event, *engine.Effects) {}

// FuzzReplay: no file makes the reader panic. What a core makes of events that
// no driver would give it is another matter.
func FuzzReplay(f *testing.F) {
	f.Add(record(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		summary, err := Replay(bytes.NewReader(data), func(engine.Config) service.Machine { return inert{} })
		if err == nil && summary.Lives == 0 {
			t.Error("a recording without a life was taken")
		}
		for text := range bytes.Lines(data) {
			var l line
			if strictly(text, &l) == nil && l.Head == nil {
				if _, err := l.event(); err == nil && kinds[l.Event] == nil {
					t.Error("an unknown event was taken")
				}
			}
		}
	})
}
