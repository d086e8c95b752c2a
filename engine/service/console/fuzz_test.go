package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/engine/service/console/consoletest"
	"github.com/syncproof/syncproof/engine/store/memory"
)

// listener takes every word for granted and remembers it.
type listener struct{ heard []engine.Reviewed }

func (l *listener) Decide(_ context.Context, r engine.Reviewed) (engine.Reply, error) {
	l.heard = append(l.heard, r)
	return engine.Reply{OK: true}, nil
}

func (l *listener) Approve(context.Context) (engine.Reply, error) { return engine.Reply{OK: true}, nil }

// flagged is a store with a record of each kind: in one state, s.
func flagged(t testing.TB) *memory.Store {
	base := engine.Base{Known: true, Present: true, Content: make([]string, len(consoletest.Mapping.Fields))}
	sides := [2]engine.Base{base, base}
	batch := engine.Batch{Ops: []engine.StoreOp{
		engine.PutRecord{Record: &engine.Record{
			Key: "a", ID: [2]string{"a", "003a"}, Base: sides, Status: engine.Flagged, Flag: &engine.FlagState{State: "s", Sides: sides},
		}},
		engine.PutRecord{Record: &engine.Record{
			Key: "b", ID: [2]string{"b", "003b"}, Base: sides, Status: engine.Failed, Failure: &engine.FailureState{Rule: "length"},
		}},
		engine.Append{Entry: engine.LedgerEntry{Key: "a", Number: 1, Lost: []engine.LedgerLoss{{Field: "notes", Index: 2, Value: "x"}}}},
	}}
	s := memory.Open()
	if err := s.Apply(context.Background(), 0, batch); err != nil {
		t.Fatal(err)
	}
	return s
}

// strict reports whether text is one JSON document, in UTF-8 and without a key
// that stands twice in an object.
func strict(text []byte) bool {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return utf8.Valid(text) && json.Valid(text) && unrepeated(d) == nil
}

var errRepeated = errors.New("a key stands twice")

// unrepeated reads one value.
func unrepeated(d *json.Decoder) error {
	open, err := d.Token()
	if delim, ok := open.(json.Delim); !ok || err != nil {
		return err
	} else if delim == '{' {
		return unrepeatedMembers(d)
	}
	for d.More() {
		if err := unrepeated(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

func unrepeatedMembers(d *json.Decoder) error {
	seen := map[json.Token]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		if seen[key] {
			return errRepeated
		}
		seen[key] = true
		if err := unrepeated(d); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// FuzzBodies: whatever the body, the engine hears nothing but what a strict
// reader finds in it, from a person with a name, and every refusal is a Problem.
func FuzzBodies(f *testing.F) {
	paths := []string{"/records/a/decision", "/records/a/restore", "/dead-letters/retry", "/dead-letters/discard", "/mass-delete/approve"}
	for _, body := range []string{
		`{"by":"Grace","state":"s","choose":"cc","set":{"notes":"x","score":7,"phone":null}}`,
		`{"by":"Grace","entry":1,"fields":["notes"],"side":"cc"}`,
		`{"by":"Grace","keys":["b"],"state":"","dry_run":false}`,
		`{"by":"Grace","filter":{"side":"cc","rule":"length","field":"","all":false,"discarded":false},"after":"","limit":5}`,
		`{"by":"Grace","by":"Ada"}`, `{"by":"\ud800"}`, "{\"by\":\"\xff\"}", `[[[[[[[[[[]]]]]]]]]]`, `null`, ``, `{"by":"G","set":{"notes":["a"]}}`,
	} {
		for i := range paths {
			f.Add(uint8(i), []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		heard := &listener{}
		d := &desk{t: t, http: handler(t, console.Config{Store: flagged(t), Decider: heard, Mapping: consoletest.Mapping, Token: token})}
		resp := d.send(request("POST", paths[int(which)%len(paths)], string(body)))
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode == 200 && !strict(body) {
			t.Fatalf("taken: %q", body)
		}
		var p console.Problem
		if resp.StatusCode != 200 && (json.Unmarshal(text, &p) != nil || p.Status != resp.StatusCode || p.Code == "" || p.Detail == "") {
			t.Fatalf("%q is answered %d %s", body, resp.StatusCode, text)
		}
		for _, r := range heard.heard {
			ordered := slices.IsSortedFunc(r.Set, func(a, b engine.FieldText) int { return a.Index - b.Index })
			if r.By == "" || !ordered || r.Ref.ID == "" || (r.Letter == engine.NoLetter && !r.Restore && r.State != "s") {
				t.Fatalf("%q is heard as %+v", body, r)
			}
		}
	})
}
