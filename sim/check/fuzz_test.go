package check

import (
	"errors"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// FuzzCompileExpect: an expression compiles, or the error says where in the
// file it is wrong; and what compiles can be judged, whatever it asks.
func FuzzCompileExpect(f *testing.F) {
	for _, text := range []string{
		`ada.winner == "cc"`, "crm.writes <= 1", `ada.notes == "x" and ada.cc.version == 2`, "records", "ada.winer == 1",
		"1 +\n nosuch", `ada.status in ["FLAGGED"]`, "len(1..3) > 2", "let x = crm.writes; x < 1", "true",
	} {
		f.Add(text)
	}
	sc := scenarios.New()
	sc.Records.List = []scenarios.Record{{ID: "ada", On: "both", Linked: true, Base: "known"}}
	f.Fuzz(func(t *testing.T, text string) {
		own := *sc
		own.Expect = []scenarios.Expect{{Text: text, Line: 7, Column: 5}}
		if err := CompileExpect(&own); err != nil {
			var e *ExpectError
			if !errors.As(err, &e) || e.Line < 7 || e.Column < 1 || e.Message == "" {
				t.Fatalf("%q: the error names no place: %v", text, err)
			}
			return
		}
		results := Judge(Case{Scenario: &own, Events: []trace.Event{{Op: 1, Kind: trace.End, Code: "idle"}}})
		if last := results[len(results)-1]; last.Name != "expect" {
			t.Fatalf("%q compiles and was not judged: %+v", text, last)
		}
	})
}

// FuzzCanonicalPhone: the checkers' own reading of phone numbers is stable.
func FuzzCanonicalPhone(f *testing.F) {
	for _, text := range []string{"", "+14155550123", "(415) 555-0123 x77", "+1 415-555-0123;ext=77", "+52 1 55 1234 5678", "+39 06 1234 5678", "911"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := parsePhone(text, "US")
		if twice := parsePhone(once, "US"); twice != once {
			t.Fatalf("%q becomes %q, and then %q", text, once, twice)
		}
	})
}
