package reports_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/trace"
)

// FuzzRecords: whatever texts an event holds, the NDJSON journal has one line
// of valid JSON for each event, and the line reads back as the same record.
func FuzzRecords(f *testing.F) {
	for _, s := range []string{"", "ada", "a\r\nb\u2028", "\xff\xfe", `{"op":1}`, "<b>&"} {
		f.Add(uint8(trace.Commit), s, int64(42))
		f.Add(uint8(trace.Told), s, int64(-1))
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string, number int64) {
		e := trace.Event{
			Op: 1, At: number, Kind: trace.Kind(kind), On: trace.CRM, Record: text, Alias: text, Actor: text, Text: text, Code: text,
			RetryAfter: text, Version: number, Stamp: number, Changes: []trace.Change{{Field: text, After: text, Has: true}}, Records: []string{text},
		}
		var out bytes.Buffer
		if err := reports.Records(&out, text, []trace.Event{e, e}); err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(bytes.TrimSuffix(out.Bytes(), []byte("\n")), []byte("\n"))
		if len(lines) != 2 || !utf8.Valid(out.Bytes()) {
			t.Fatalf("%d lines for two events:\n%s", len(lines), out.Bytes())
		}
		var back trace.Line
		if err := json.Unmarshal(lines[0], &back); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(back)
		if err != nil {
			t.Fatal(err)
		}
		var third trace.Line
		if err := json.Unmarshal(again, &third); err != nil || third.AtNS != number || third.Version != number || utf8.ValidString(text) && third.Text != text {
			t.Fatalf("%s\nreads back as\n%s (%v)", lines[0], again, err)
		}
	})
}
