package reports_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/reports"
)

func console(t *testing.T, style reports.Style) string {
	t.Helper()
	s := specimen()
	var names []string
	for i := range s.Cases {
		names = append(names, s.Cases[i].Name)
	}
	var b bytes.Buffer
	c := reports.NewConsole(&b, style, names)
	for i := range s.Cases {
		c.Case(&s.Cases[i])
	}
	if err := c.Close(s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestConsoleSaysWhatWentWrong(t *testing.T) {
	out := console(t, reports.Style{})
	for _, part := range []string{
		"FAIL  clash  名前 | two edits",
		"FAIL right-winner: the table's winner stands at the end",
		`the older edit won \x00\xff ]]> <b>`,
		"- ada: crm won, cc was expected",
		"#2 00:00:12.000  crm     commit          ada updated by user:maria, version 41 -> 42",
		"FAIL expect at clash.yaml:12:5",
		"rerun:  syncproof run clash.yaml --seed 2",
		"inconclusive right-winner",
		"no check had anything to judge",
		"harness: panic: boom",
		"HARNESS FAULT: 5 scenarios, 1 passed, 2 inconclusive, 1 failed, 1 stopped by a harness fault; 01:00:00.000 of virtual time in 1.5s",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("missing %q in\n%s", part, out)
		}
	}
}

func TestConsoleIsPlainUnlessAsked(t *testing.T) {
	if out := console(t, reports.Style{}); strings.ContainsAny(out, "\x1b\x00✓✗") {
		t.Errorf("escapes or marks in plain output:\n%q", out)
	}
	out := console(t, reports.Style{Colour: true, Unicode: true})
	for _, part := range []string{"\x1b[31m", "✓ pass", "✗ FAIL", "! HARNESS FAULT"} {
		if !strings.Contains(out, part) {
			t.Errorf("missing %q", part)
		}
	}
	if strings.Contains(out, "VIP\x1b") {
		t.Error("a record's content reached the terminal unescaped")
	}
}

func TestConsoleQuietShowsNoPass(t *testing.T) {
	out := console(t, reports.Style{Quiet: true})
	if strings.Contains(out, "calm") || !strings.Contains(out, "clash") {
		t.Errorf("quiet output:\n%s", out)
	}
}

func TestConsoleShowsDecisions(t *testing.T) {
	const want = "    00:00:12.000  ada: crm wins by CR-5, notes, a conflict, the engine says CR-4, wrong: cc was later\n"
	if out := console(t, reports.Style{Decisions: true}); !strings.Contains(out, want) {
		t.Errorf("missing %q in\n%s", want, out)
	}
}

func TestConsoleColumnsLineUpInWidth(t *testing.T) {
	const width = 100
	out := console(t, reports.Style{Width: width, Unicode: true})
	at := -1
	for line := range strings.SplitSeq(out, "\n") {
		if line == "" {
			break
		}
		if w := reports.Width(line); w > width {
			t.Errorf("%d cells: %q", w, line)
		}
		i := strings.Index(line, "TITLE")
		if i >= 0 {
			at = reports.Width(line[:i])
		} else if got := reports.Width(line[:strings.Index(line, ".000")+len(".000")]) + 2; got != at {
			t.Errorf("the title begins at %d, the heading at %d: %q", got, at, line)
		}
	}
}
