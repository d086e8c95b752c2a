package reports_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
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
	for _, width := range []int{60, 80, 100, 120, 160} {
		out := console(t, reports.Style{Width: width, Unicode: true})
		at := -1
		for line := range strings.SplitSeq(out, "\n") {
			if line == "" {
				break
			}
			if w := reports.Width(line); w > width {
				t.Errorf("%d cells in %d: %q", w, width, line)
			}
			// Every case has a colon or "nothing" where its decisions begin.
			if i := strings.Index(line, "DECIDED"); i >= 0 {
				at = reports.Width(line[:i])
				continue
			}
			i := max(strings.Index(line, "nothing"), strings.Index(line, "ada: "))
			if got := reports.Width(line[:max(i, 0)]); got != at {
				t.Errorf("width %d: the decisions begin at %d, their heading at %d: %q", width, got, at, line)
			}
		}
	}
}

// TestConsoleColumnsByWidth: what goes first when there is little room is what
// a reader misses least.
func TestConsoleColumnsByWidth(t *testing.T) {
	tests := []struct {
		width int
		want  string
	}{
		{30, "VERDICT SCENARIO"},
		{60, "VERDICT SCENARIO DECIDED"},
		{100, "VERDICT SCENARIO DECIDED CHECKS VIRTUAL"},
		{120, "VERDICT SCENARIO DECIDED CHECKS VIRTUAL TITLE"},
		{0, "VERDICT SCENARIO DECIDED CHECKS VIRTUAL TITLE"},
	}
	for _, tt := range tests {
		heading, _, _ := strings.Cut(console(t, reports.Style{Width: tt.width}), "\n")
		if got := strings.Join(strings.Fields(heading), " "); got != tt.want {
			t.Errorf("width %d: columns %q, want %q", tt.width, got, tt.want)
		}
	}
}

// row is the second line of a table with this one case.
func row(t *testing.T, style reports.Style, c reports.Case, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	table := reports.NewConsole(&b, style, append(names, "short"))
	table.Case(&c)
	lines := strings.Split(b.String(), "\n")
	if len(lines) != 3 {
		t.Fatalf("output %q", b.String())
	}
	return lines[1]
}

func TestConsoleDecidedColumn(t *testing.T) {
	quiet := check.Decision{Record: "cleo", Winner: "cc", ModelRule: "CR-2"}
	clash := check.Decision{Record: "ada", Winner: "crm", ModelRule: "CR-5", Conflict: true}
	flagged := check.Decision{Record: "bob", Winner: "flagged", ModelRule: "CR-6", Conflict: true}
	refused := check.Decision{Record: "dan", Winner: "cc", Rule: "CR-7", Conflict: true, Wrong: "crm was later"}
	tests := []struct {
		name      string
		decisions []check.Decision
		width     int
		want      string
	}{
		{"none", nil, 0, "nothing"},
		{"one", []check.Decision{clash}, 0, "ada: crm by CR-5"},
		{"two", []check.Decision{clash, flagged}, 0, "ada: crm by CR-5, bob: flagged by CR-6"},
		{"more than two", []check.Decision{clash, flagged, clash, flagged}, 0, "ada: crm by CR-5, bob: flagged by CR-6, +2"},
		{"conflicts first", []check.Decision{quiet, flagged, quiet, clash}, 0, "bob: flagged by CR-6, ada: crm by CR-5, +2"},
		{"what is refused before all", []check.Decision{quiet, clash, refused}, 0, "dan: cc by CR-7 (wrong), ada: crm by CR-5, +1"},
		{"one for want of room", []check.Decision{flagged, clash}, 56, "bob: flagged by CR-6, +1"},
		{"cut for want of more", []check.Decision{flagged, clash}, 43, "bob: flagged by..."},
		{"control characters", []check.Decision{{Record: "e\x1b[2J", Winner: "cc", ModelRule: "CR-2"}}, 0, `e\x1b[2J: cc by CR-2`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			line := row(t, reports.Style{Width: tt.width}, reports.Case{Name: "short", Decisions: tt.decisions, Results: results(check.Pass)})
			_, cells, _ := strings.Cut(line, "short")
			decided, _, _ := strings.Cut(strings.TrimLeft(cells, " "), "  ")
			if decided != tt.want {
				t.Errorf("decided %q, want %q\n%s", decided, tt.want, line)
			}
		})
	}
}

// A name is what a reader copies: a long one takes the room of its neighbour
// and shifts nothing behind it.
func TestConsoleKeepsLongNames(t *testing.T) {
	const long = "a-name-that-is-longer-than-its-column"
	decisions := []check.Decision{{Record: "ada", Winner: "crm", ModelRule: "CR-5"}}
	style := reports.Style{Width: 100}
	short := row(t, style, reports.Case{Name: "short", Decisions: decisions, Results: results(check.Pass)}, long)
	other := row(t, style, reports.Case{Name: long, Decisions: decisions, Results: results(check.Pass)}, long)
	if !strings.Contains(other, long+"  ada: crm by CR-5 ") {
		t.Errorf("the name or the decision is not whole: %q", other)
	}
	if strings.Index(short, "1/1") != strings.Index(other, "1/1") {
		t.Errorf("the checks do not line up:\n%s\n%s", short, other)
	}
}

func TestConsoleBoundsFindings(t *testing.T) {
	var journal []trace.Event
	var ops []uint64
	for op := uint64(1); op <= 30; op++ {
		journal = append(journal, trace.Event{Op: op, Kind: trace.Idle, Text: "step"})
		ops = append(ops, op)
	}
	failed := check.Result{Name: "no-loop", Verdict: check.Fail, Reason: "5 findings"}
	for _, who := range []string{"a", "b", "c", "d", "e"} {
		failed.Findings = append(failed.Findings, check.Finding{Record: who, Message: "went round", Ops: ops})
	}
	failed.Findings[1].Ops = ops[:12]
	s := &reports.Suite{Cases: []reports.Case{{Name: "loop", Journal: journal, Results: []check.Result{failed}}}}
	var b bytes.Buffer
	table := reports.NewConsole(&b, reports.Style{}, []string{"loop"})
	table.Case(&s.Cases[0])
	if err := table.Close(s); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	for part, want := range map[string]int{
		"went round": 3, "    and 2 more; --json has all\n": 1,
		"        #4 ": 3, "        #5 ": 1, "        ...\n        #23 ": 2, "        #30 ": 2,
		"        12 of 30 events; replay shows all\n": 2,
	} {
		if got := strings.Count(out, part); got != want {
			t.Errorf("%q occurs %d times, want %d in\n%s", part, got, want, out)
		}
	}
	if d := s.Document(); len(d.Cases[0].Results[0].Findings) != 5 || len(d.Cases[0].Results[0].Findings[0].Chain) != 30 {
		t.Error("the JSON report does not have all")
	}
}

// Of a chain that is too long the hops go first, but not those that led to the
// violation itself.
func TestConsoleLeavesHopsOut(t *testing.T) {
	kinds := []trace.Kind{
		trace.Send, trace.Arrive, trace.Read, trace.Commit, trace.Notify, trace.Deliver, trace.Deliver, trace.Ack,
		trace.Send, trace.Arrive, trace.Read, trace.Answer, trace.Send, trace.Arrive, trace.Commit,
	}
	failed := check.Result{Name: "no-loop", Verdict: check.Fail, Findings: []check.Finding{{Message: "went round"}}}
	var journal []trace.Event
	for i, kind := range kinds {
		e := trace.Event{Op: uint64(i + 1), Kind: kind}
		if e.Op == 7 {
			e.Code = "forged"
		}
		journal = append(journal, e)
		failed.Findings[0].Ops = append(failed.Findings[0].Ops, e.Op)
	}
	s := &reports.Suite{Cases: []reports.Case{{Name: "loop", Journal: journal, Results: []check.Result{failed}}}}
	var b bytes.Buffer
	if err := reports.NewConsole(&b, reports.Style{}, nil).Close(s); err != nil {
		t.Fatal(err)
	}
	var shown []string
	for line := range strings.Lines(b.String()) {
		if op, ok := strings.CutPrefix(line, "        "); ok {
			shown = append(shown, strings.Fields(op)[0])
		}
	}
	if got, want := strings.Join(shown, " "), "#3 #4 #7 #8 #11 #12 #13 #14 #15 9"; got != want {
		t.Errorf("shown %q, want %q in\n%s", got, want, b.String())
	}
}

func TestConsoleSaysHowToRunAgain(t *testing.T) {
	calm := reports.Case{Name: "calm", Results: results(check.Pass), Rerun: "syncproof run calm --seed 1"}
	clash := reports.Case{Name: "clash", Results: results(check.Fail), Rerun: "syncproof run clash --seed 1"}
	tests := []struct {
		name   string
		style  reports.Style
		failed string
		cases  []reports.Case
		want   string
	}{
		{"one that passed", reports.Style{}, "", []reports.Case{calm}, "rerun: syncproof run calm --seed 1\n"},
		{"one that failed has said it", reports.Style{}, "clash", []reports.Case{clash}, "  rerun:  syncproof run clash --seed 1\n"},
		{"several", reports.Style{}, "", []reports.Case{calm, calm}, "rerun one: run NAME (--decisions lists all that was decided)\n"},
		{"with decisions", reports.Style{Decisions: true}, "", []reports.Case{calm, calm}, "rerun one: run NAME\n"},
		{"several failed", reports.Style{}, "run clash clash", []reports.Case{clash, calm, clash}, "rerun what did not pass: run clash clash\n"},
		{"too many for a line", reports.Style{}, "", []reports.Case{clash, calm, clash}, "list only what did not pass: --quiet\n"},
		{"quiet", reports.Style{Quiet: true}, "run clash clash", []reports.Case{clash, calm, clash}, "\n\nrerun what did not pass: run clash clash\nFAIL: "},
		{"dim", reports.Style{Colour: true}, "", []reports.Case{calm}, "\x1b[2mrerun: syncproof run calm --seed 1\x1b[0m\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &reports.Suite{Cases: tt.cases, RerunOne: "run NAME", RerunFailed: tt.failed}
			var b bytes.Buffer
			table := reports.NewConsole(&b, tt.style, []string{"calm", "clash"})
			for i := range s.Cases {
				table.Case(&s.Cases[i])
			}
			if err := table.Close(s); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), tt.want) {
				t.Errorf("missing %q in\n%s", tt.want, b.String())
			}
		})
	}
}
