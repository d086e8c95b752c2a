package reports_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	consumer "github.com/joshdk/go-junit"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/check"
)

func ingest(t *testing.T, s *reports.Suite) ([]consumer.Suite, string) {
	t.Helper()
	var b bytes.Buffer
	if err := reports.JUnit(&b, s); err != nil {
		t.Fatal(err)
	}
	suites, err := consumer.Ingest(b.Bytes())
	if err != nil {
		t.Fatalf("an independent consumer cannot read the report: %v\n%s", err, b.String())
	}
	return suites, b.String()
}

// TestJUnitAsRead states what a CI server sees, scenario by scenario.
func TestJUnitAsRead(t *testing.T) {
	suites, text := ingest(t, specimen())
	want := []struct {
		name                           string
		passed, failed, errored, skips int
	}{
		{"calm", 1, 0, 0, 1},
		{"clash", 1, 2, 0, 1},
		{"murky", 1, 0, 1, 0},
		{"silent", 0, 0, 1, 1},
		{"broken", 0, 0, 1, 0},
	}
	if len(suites) != len(want) {
		t.Fatalf("%d suites, want %d\n%s", len(suites), len(want), text)
	}
	for i, w := range want {
		s := suites[i]
		got := s.Totals
		if s.Name != w.name || got.Passed != w.passed || got.Failed != w.failed || got.Error != w.errored || got.Skipped != w.skips {
			t.Errorf("suite %s read as %+v, want %+v", s.Name, got, w)
		}
	}
}

func TestJUnitMessages(t *testing.T) {
	suites, _ := ingest(t, specimen())
	clash := suites[1]
	byName := map[string]consumer.Test{}
	for _, tc := range clash.Tests {
		byName[tc.Name] = tc
	}
	failure := byName["right-winner"]
	for _, part := range []string{"the table's winner stands at the end", "crm won, cc was expected", "#2", "version 41 -> 42", "#99 is not in this journal", "rerun: syncproof run clash.yaml --seed 2"} {
		if !strings.Contains(failure.Error.Error(), part) {
			t.Errorf("the failure does not say %q:\n%s", part, failure.Error)
		}
	}
	if _, ok := byName["expect at line 12 column 5"]; !ok {
		t.Errorf("the expectation is not named by its place: %v", byName)
	}
	if skipped := byName["no-loop"]; skipped.Message != "not-applicable because" {
		t.Errorf("skipped with the message %q", skipped.Message)
	}
}

func TestJUnitTotalsAgreeWithContents(t *testing.T) {
	_, text := ingest(t, specimen())
	var doc struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Suites   []struct {
			Tests     int `xml:"tests,attr"`
			Testcases []struct {
				Failure *struct{} `xml:"failure"`
				Error   *struct{} `xml:"error"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	var tests, failures, errored, skipped int
	for _, s := range doc.Suites {
		if s.Tests != len(s.Testcases) {
			t.Errorf("a testsuite says %d tests and holds %d", s.Tests, len(s.Testcases))
		}
		tests += len(s.Testcases)
		for _, c := range s.Testcases {
			if c.Failure != nil {
				failures++
			}
			if c.Error != nil {
				errored++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
	}
	if doc.Tests != tests || doc.Failures != failures || doc.Errors != errored || doc.Skipped != skipped {
		t.Errorf("totals %d/%d/%d/%d, contents %d/%d/%d/%d", doc.Tests, doc.Failures, doc.Errors, doc.Skipped, tests, failures, errored, skipped)
	}
}

// TestJUnitShowsWhatWasLeftOut: as skipped with the reason, and never as a pass.
func TestJUnitShowsWhatWasLeftOut(t *testing.T) {
	left := []reports.NotApplicable{{Name: "halves", Reason: "it takes a CRM that keeps <milliseconds>"}}
	calm := reports.Case{Name: "calm", Results: []check.Result{{Name: "a", Verdict: check.Pass}}}
	suites, text := ingest(t, &reports.Suite{Cases: []reports.Case{calm}, NotApplicable: left})
	if len(suites) != 2 || suites[1].Name != "halves" {
		t.Fatalf("%+v", suites)
	}
	if got := suites[1].Totals; got.Skipped != 1 || got.Tests != 1 || got.Passed != 0 || got.Error != 0 {
		t.Errorf("read as %+v", got)
	}
	if !strings.Contains(text, `message="it takes a CRM that keeps &lt;milliseconds&gt;"`) {
		t.Errorf("the reason is missing in\n%s", text)
	}
	suites, _ = ingest(t, &reports.Suite{NotApplicable: left})
	if got := suites[0].Totals; got.Error != 1 {
		t.Errorf("with nothing that was played it reads as green: %+v", got)
	}
}

// FuzzJUnit: whatever a message holds, the document stays well-formed XML 1.0
// in UTF-8, and the consumer counts the same.
func FuzzJUnit(f *testing.F) {
	for _, s := range []string{"", "\x00\x01\x1f\x7f", "\xff\xfe", "]]>", "<!--", "&#0;", "\u202e\ufffe\uffff", "a\r\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, hostile string) {
		s := &reports.Suite{Cases: []reports.Case{{
			Name: hostile, Title: hostile, Path: hostile, Rerun: hostile,
			Results: []check.Result{
				{Name: hostile, Verdict: check.Fail, Reason: hostile, Findings: []check.Finding{{Record: hostile, Message: hostile}}},
				{Name: "b", Verdict: check.Unknown, Reason: hostile},
				{Name: "c", Verdict: check.NotApplicable, Reason: hostile},
			},
			Fault: &reports.Fault{Message: hostile, Stack: hostile},
		}}, NotApplicable: []reports.NotApplicable{{Name: hostile, Reason: hostile}}}
		suites, text := ingest(t, s)
		if !utf8.ValidString(text) {
			t.Fatal("invalid UTF-8")
		}
		for d := xml.NewDecoder(strings.NewReader(text)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("not well-formed: %v\n%s", err, text)
			}
		}
		if got := suites[0].Totals; got.Failed != 1 || got.Error != 2 || got.Skipped != 1 {
			t.Errorf("read as %+v", got)
		}
	})
}
