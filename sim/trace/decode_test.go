package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// written is a journal as NDJSON.
func written(t testing.TB, scenario string, events []Event) []byte {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for i := range events {
		l := events[i].Line()
		l.Scenario = scenario
		if err := enc.Encode(l); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// readAll is what a decoder makes of a text, up to the first error.
func readAll(text []byte) (scenarios []string, events []Event, err error) {
	d := NewDecoder("j.ndjson", bytes.NewReader(text))
	for {
		scenario, e, err := d.Next()
		if errors.Is(err, io.EOF) {
			return scenarios, events, nil
		}
		if err != nil {
			return scenarios, events, err
		}
		scenarios, events = append(scenarios, scenario), append(events, e)
	}
}

// drawEvent draws an event with any content that JSON can hold.
func drawEvent(t *rapid.T, op uint64) Event {
	text := rapid.OneOf(rapid.Just(""), rapid.String())
	number := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64())
	e := Event{
		Op: op, At: rapid.Int64Min(0).Draw(t, "at"), Cause: rapid.Uint64().Draw(t, "cause"), Call: rapid.Uint64().Draw(t, "call"),
		Kind: Kind(rapid.IntRange(int(KindNone)+1, int(kindCount)-1).Draw(t, "kind")), On: System(rapid.IntRange(0, len(systemNames)-1).Draw(t, "on")),
		Status: rapid.Int16().Draw(t, "status"), Attempt: rapid.Int32().Draw(t, "attempt"), Notice: rapid.Uint64().Draw(t, "notice"),
		Version: number.Draw(t, "version"), Before: number.Draw(t, "before"),
		Stamp: rapid.Int64Range(-9e18, 9e18).Draw(t, "stamp"), Clock: rapid.Int64Range(-9e18, 9e18).Draw(t, "clock"),
		Records: rapid.SliceOfN(text, 0, 3).Draw(t, "records"),
	}
	for _, s := range []*string{&e.Actor, &e.Origin, &e.Verb, &e.Code, &e.Method, &e.Path, &e.Record, &e.Alias, &e.External, &e.Text, &e.RetryAfter, &e.Date} {
		*s = text.Draw(t, "text")
	}
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		c := Change{Field: text.Draw(t, "field"), Had: rapid.Bool().Draw(t, "had"), Has: rapid.Bool().Draw(t, "has")}
		if c.Had {
			c.Before = text.Draw(t, "value")
		}
		if c.Has {
			c.After = text.Draw(t, "value")
		}
		e.Changes = append(e.Changes, c)
	}
	return e
}

// TestDecodingUndoesWriting: a journal that was written is read as it was, down
// to its hash.
func TestDecodingUndoesWriting(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		scenario := rapid.OneOf(rapid.Just(""), rapid.String()).Draw(r, "scenario")
		var events []Event
		for i := range rapid.IntRange(0, 5).Draw(r, "events") {
			events = append(events, drawEvent(r, uint64(i)+1))
		}
		scenarios, back, err := readAll(written(t, scenario, events))
		if err != nil {
			r.Fatal(err)
		}
		if i := FirstDifference(events, back); i >= 0 || Hash(events) != Hash(back) {
			r.Fatalf("event %d was read as another:\n%+v\n%+v", i, events, back)
		}
		if slices.ContainsFunc(scenarios, func(s string) bool { return s != scenario }) {
			r.Fatalf("the scenario %q was read as %q", scenario, scenarios)
		}
	})
}

// TestEveryFieldIsWritten: a field that is added to Event and forgotten in
// Line fails here.
func TestEveryFieldIsWritten(t *testing.T) {
	event := reflect.TypeFor[Event]()
	for i := range event.NumField() {
		e := Event{Op: 1, Kind: Commit}
		if event.Field(i).Name != "Op" {
			fill(t, reflect.ValueOf(&e).Elem().Field(i))
		}
		e.On %= System(len(systemNames))
		_, back, err := readAll(written(t, "", []Event{e}))
		if err != nil || FirstDifference(back, []Event{e}) >= 0 {
			t.Errorf("%s is lost: %+v, %v", event.Field(i).Name, back, err)
		}
	}
}

// TestKeysInAnyOrder: others may write the same line otherwise, and it is read
// as the same event.
func TestKeysInAnyOrder(t *testing.T) {
	for _, text := range []string{
		`{"op":1,"at_ns":5,"on":"crm","kind":"commit","record":"<1>","changes":[{"field":"f","before":null,"after":"b"}]}`,
		` { "changes" : [ { "after": "b", "field": "f", "before": null } ], "record": "\u003c1>", "kind": "commit", "on": "crm", "at_ns": 5, "op": 1 } `,
	} {
		_, events, err := readAll([]byte(text))
		want := []Event{{Op: 1, At: 5, On: CRM, Kind: Commit, Record: "<1>", Changes: []Change{{Field: "f", After: "b", Has: true}}}}
		if err != nil || FirstDifference(events, want) >= 0 {
			t.Errorf("%s: %+v, %v", text, events, err)
		}
	}
}

// TestJournalsOfSeveralScenarios follow one another.
func TestJournalsOfSeveralScenarios(t *testing.T) {
	events := journalOf(Event{Kind: Send}, Event{Kind: End}).Events()
	text := slices.Concat(written(t, "a", events), written(t, "b", events), written(t, "", events))
	scenarios, all, err := readAll(text)
	if err != nil || strings.Join(scenarios, ",") != "a,a,b,b,," || len(all) != 6 {
		t.Errorf("%q, %d events, %v", scenarios, len(all), err)
	}
	if _, _, err := readAll(slices.Concat(text, written(t, "a", events))); err == nil || !strings.Contains(err.Error(), `j.ndjson:7: found a second journal of "a"`) {
		t.Errorf("a journal in two pieces: %v", err)
	}
}

func TestDecodingRefuses(t *testing.T) {
	const first = `{"op":1,"at_ns":0,"on":"cc","kind":"send"}`
	for _, c := range []struct{ line, want string }{
		{`{"op":2,"at_ns":0,"on":"cc","kind":"sent"}`, `2: found the kind "sent"; expected a kind`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":"none"}`, `2: found the kind "none"`},
		{`{"op":2,"at_ns":0,"on":"CC","kind":"send"}`, `2: found on "CC"; expected world, cc, crm or engine`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":"send","colour":1}`, `2:43: found the key "colour"; expected a key`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":"send","Kind":"ack"}`, `2:43: found the key "Kind"`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":"send", "op":2}`, `2:44: found the key "op" twice`},
		{`{"op":3,"at_ns":0,"on":"cc","kind":"send"}`, `2: found op 3 after 1; expected op 2`},
		{first, `2: found op 1 after 1; expected op 2`},
		{`{"op":-2,"at_ns":0,"on":"cc","kind":"send"}`, `2:7: found "-2" as "op"; expected a whole number from 0`},
		{`{"op":2,"at_ns":-1,"on":"cc","kind":"send"}`, `2: found at_ns -1; expected nanoseconds since the start`},
		{`{"op":2,"at_ns":1.5,"on":"cc","kind":"send"}`, `2:17: found "1.5" as "at_ns"; expected a whole number of 64 bits`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":"send","status":40000}`, `as "status"; expected a whole number of 16 bits`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":null}`, `found "null" as "kind"; expected a text`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":"send","stamp":"yesterday"}`, `found the stamp "yesterday"; expected an instant`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":"send","clock":"0001-01-01T00:00:00Z"}`, `found the clock "0001`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":"send","changes":[{"field":"notes","was":"a"}]}`, `found the key "was" as "changes"`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":"send","changes":[null]}`, `found "null" as "changes"; expected a JSON object`},
		{`{"op":2,"at_ns":0,"on":"cc","kind":"send"} {}`, `2:43: found more after the object`},
		{`{"op":2,"at_ns":0,"on":"c`, `found broken JSON`},
		{`[]`, `2:1: found "[]"; expected a JSON object`},
		{``, `2:1: found nothing`},
		{"{\"op\":2,\"text\":\"\xff\"}", `2: found bytes that are not UTF-8`},
		{`{"text":"` + strings.Repeat("x", LineBytesMax) + `"}`, `2: found a longer line; expected at most 4194304 bytes`},
	} {
		_, events, err := readAll([]byte(first + "\n" + c.line + "\n" + first + "\n"))
		var at *LineError
		if !errors.As(err, &at) || !strings.HasPrefix(err.Error(), "j.ndjson:2") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60s: %v, expected %s", c.line, err, c.want)
		}
		if len(events) != 1 {
			t.Errorf("%.60s: %d events were read before it", c.line, len(events))
		}
	}
}

type unreadable struct{}

func (unreadable) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func TestDecodingTellsWhatItsReaderSays(t *testing.T) {
	_, _, err := NewDecoder("j.ndjson", unreadable{}).Next()
	if err == nil || err.Error() != "j.ndjson: the disk is gone" {
		t.Errorf("%v", err)
	}
}

// FuzzDecode: whatever a file holds, it is read or refused with its place, and
// what is read is written and read again as the same.
func FuzzDecode(f *testing.F) {
	f.Add(written(f, "a", journalOf(Event{Kind: Commit, On: CRM, Record: "1", Alias: "ada", Stamp: 7, Changes: []Change{{Field: "f", After: "b", Has: true}}}).Events()))
	f.Add([]byte(`{"op":1,"at_ns":0,"on":"cc","kind":"send","records":["a"],"name":"x","name_inferred":true}`))
	f.Add([]byte("{\"op\":1}\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		scenarios, events, err := readAll(text)
		var at *LineError
		if err != nil && (!errors.As(err, &at) || at.Line < 1 || at.Found == "" || at.Expected == "") {
			t.Fatalf("refused without a place: %v", err)
		}
		var again []byte
		for i := range events {
			again = append(again, written(t, scenarios[i], events[i:i+1])...)
		}
		names, back, err := readAll(again)
		if err != nil || FirstDifference(events, back) >= 0 || !slices.Equal(names, scenarios) {
			t.Fatalf("read: %+v\nagain: %+v, %v", events, back, err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	e := Event{Kind: Commit, On: CRM, Call: 7, Actor: ActorEngine, Origin: "system", Verb: Update, Record: "1234", Version: 4, Before: 3, Stamp: 1772442010500000000, Changes: []Change{{Field: "notes", Before: "a", Had: true, After: "b", Has: true}}}
	events := make([]Event, 1000)
	for i := range events {
		events[i] = e
	}
	text := written(b, "a", journalOf(events...).Events())
	b.ReportAllocs()
	for b.Loop() {
		if _, all, err := readAll(text); err != nil || len(all) != len(events) {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(events))/b.Elapsed().Seconds(), "events/s")
}
