package reports

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/check"
)

// Style is what the receiving end can show.
type Style struct {
	// Width in cells, 0 for unlimited.
	Width int
	// Unicode allows marks beyond ASCII.
	Unicode bool
	// Colour allows ANSI colours.
	Colour bool
	// Quiet prints only what is not a pass, and the last line.
	Quiet bool
	// Decisions adds what was decided in each case.
	Decisions bool
}

// Console writes a table of cases as they come and, at the end, what went
// wrong and how to run it again.
type Console struct {
	w     io.Writer
	style Style
	name  int // width of the column of names
	begun bool
	err   error
}

// NewConsole makes a Console; names are those of the cases to come, so that
// the columns line up from the first row on.
func NewConsole(w io.Writer, style Style, names []string) *Console {
	c := &Console{w: w, style: style, name: len("SCENARIO")}
	for _, n := range names {
		c.name = max(c.name, Width(Plain(n)))
	}
	c.name = min(c.name, 44)
	return c
}

// Case writes one row. A quiet console leaves passes out.
func (c *Console) Case(k *Case) {
	v := k.Verdict()
	if c.style.Quiet && v == Pass {
		return
	}
	if !c.begun && !c.style.Quiet {
		c.row(pad("VERDICT", markWidth), pad("SCENARIO", c.name), "PASS", "FAIL", "OPEN", "N/A", "EVENTS", pad("VIRTUAL", 12), "TITLE")
	}
	c.begun = true
	t := k.Tally()
	c.row(
		c.colour(v, pad(c.mark(v), markWidth)), pad(Fit(Plain(k.Name), c.name), c.name),
		fmt.Sprint(t.Pass), fmt.Sprint(t.Fail), fmt.Sprint(t.Unknown), fmt.Sprint(t.NotApplicable),
		fmt.Sprint(k.Events), pad(Clock(k.Virtual), 12), Plain(k.Title),
	)
	if c.style.Decisions {
		for i := range min(len(k.Decisions), decisionsShown) {
			c.print("    " + Fit(decision(&k.Decisions[i]), c.style.Width-4) + "\n")
		}
		if n := len(k.Decisions) - decisionsShown; n > 0 {
			c.print(fmt.Sprintf("    and %s more\n", plural(n, "decision")))
		}
	}
}

// decisionsShown bounds the decisions of one case on a console.
const decisionsShown = 20

// decision is one decision in one line: what won where, by which rule, and
// whether the independent model and the engine's own word agree.
func decision(d *check.Decision) string {
	what := d.Winner + " wins"
	if d.Winner == "merged" || d.Winner == "flagged" {
		what = d.Winner
	}
	line := fmt.Sprintf("%s  %s: %s by %s", Clock(time.Duration(d.At)), d.Record, what, firstOf(d.ModelRule, d.Rule, "no rule"))
	if len(d.Fields) > 0 {
		line += ", " + strings.Join(d.Fields, " ")
	}
	if d.Conflict {
		line += ", a conflict"
	}
	if d.Rule != "" && !d.Agrees {
		line += ", the engine says " + d.Rule
	}
	if d.Wrong != "" {
		line += ", wrong: " + d.Wrong
	}
	return Plain(line)
}

// row lays the cells out. The title comes last and is cut, never padded, so
// that runes of ambiguous width shift nothing.
func (c *Console) row(mark, name, pass, fail, open, silent, events, virtual, title string) {
	head := fmt.Sprintf("%s  %s  %4s  %4s  %4s  %4s  %7s  %s  ", mark, name, pass, fail, open, silent, events, virtual)
	if c.style.Width > 0 {
		room := c.style.Width - markWidth - c.name - 4*6 - 2*2 - 9 - 14
		if room < 8 {
			title = ""
		} else {
			title = Fit(title, room)
		}
	}
	c.print(strings.TrimRight(head+title, " ") + "\n")
}

const markWidth = 15

var (
	wordMarks = [...]string{"pass", "inconclusive", "FAIL", "HARNESS FAULT"}
	signMarks = [...]string{"✓ ", "? ", "✗ ", "! "}
	colours   = [...]string{"\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[35m"}
)

func (c *Console) mark(v Verdict) string {
	if c.style.Unicode {
		return signMarks[v] + wordMarks[v]
	}
	return wordMarks[v]
}

func (c *Console) colour(v Verdict, s string) string {
	if !c.style.Colour {
		return s
	}
	return colours[v] + s + "\x1b[0m"
}

// Close writes the details of every case that is no pass, and the summary.
// It returns the first error of writing, from whichever call.
func (c *Console) Close(s *Suite) error {
	for i := range s.Cases {
		if s.Cases[i].Verdict() != Pass {
			c.detail(s, &s.Cases[i])
		}
	}
	if c.begun {
		c.print("\n")
	}
	v := s.Verdict()
	c.print(c.colour(v, c.mark(v)) + ": " + summary(s) + "\n")
	return c.err
}

// summary is the suite in one sentence.
func summary(s *Suite) string {
	parts := []string{plural(len(s.Cases), "scenario")}
	for v, word := range [...]string{"passed", "inconclusive", "failed", "stopped by a harness fault"} {
		if n := s.Count(Verdict(v)); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, word))
		}
	}
	if s.NotRun > 0 {
		parts = append(parts, fmt.Sprintf("%d not run", s.NotRun))
	}
	line := strings.Join(parts, ", ")
	var virtual time.Duration
	for i := range s.Cases {
		virtual += s.Cases[i].Virtual
	}
	line += "; " + Clock(virtual) + " of virtual time"
	if s.Wall > 0 {
		line += " in " + s.Wall.Round(time.Millisecond).String()
	}
	return line
}

// detail explains one case that is no pass.
func (c *Console) detail(s *Suite, k *Case) {
	v := k.Verdict()
	c.print(fmt.Sprintf("\n%s  %s  %s\n", c.colour(v, wordMarks[v]), Plain(k.Name), Plain(k.Title)))
	if k.Fault != nil {
		c.lines("  harness: ", k.Fault.Message)
		c.lines("    ", k.Fault.Stack)
	}
	if k.silent() {
		c.print("  " + silence + "\n")
	}
	journal := NewJournal(k.Journal)
	for i := range k.Results {
		if r := &k.Results[i]; r.Verdict == check.Fail || r.Verdict == check.Unknown {
			c.result(s, k, journal, r)
		}
	}
	if k.Rerun != "" {
		c.print("  rerun:  " + k.Rerun + "\n")
	}
}

func (c *Console) result(s *Suite, k *Case, journal *Journal, r *check.Result) {
	v := Fail
	if r.Verdict == check.Unknown {
		v = Inconclusive
	}
	c.print(fmt.Sprintf("  %s %s", c.colour(v, wordMarks[v]), label(k, r)))
	if sentence := s.Sentence(r.Name); sentence != "" {
		c.print(": " + Plain(sentence))
	}
	c.print("\n")
	said := len(r.Findings) > 0 && strings.HasSuffix(r.Reason, r.Findings[0].Message)
	if r.Reason != "" && !said {
		c.print("    " + Plain(r.Reason) + "\n")
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		c.print("    - ")
		if f.Record != "" {
			c.print(Plain(f.Record) + ": ")
		}
		c.print(Plain(f.Message) + "\n")
		for _, line := range journal.Chain(f.Ops) {
			c.print("        " + Fit(line, c.style.Width-8) + "\n")
		}
	}
}

// lines prints a text of several lines, each with the prefix.
func (c *Console) lines(prefix, text string) {
	if text == "" {
		return
	}
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		c.print(prefix + Plain(strings.ReplaceAll(line, "\t", "  ")) + "\n")
	}
}

func (c *Console) print(s string) {
	if c.err == nil {
		_, c.err = io.WriteString(c.w, s)
	}
}

// label names a result: an expectation by its place in the file.
func label(k *Case, r *check.Result) string {
	if r.Line == 0 {
		return Plain(r.Name)
	}
	return fmt.Sprintf("%s at %s:%d:%d", Plain(r.Name), Plain(firstOf(k.Path, k.Name)), r.Line, r.Column)
}
