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
	w      io.Writer
	style  Style
	layout layout
	begun  bool
	err    error
}

// NewConsole makes a Console; names are those of the cases to come, so that
// the columns line up from the first row on.
func NewConsole(w io.Writer, style Style, names []string) *Console {
	return &Console{w: w, style: style, layout: newLayout(style, names)}
}

// Case writes one row. A quiet console leaves passes out.
func (c *Console) Case(k *Case) {
	v := k.Verdict()
	if c.style.Quiet && v == Pass {
		return
	}
	if !c.begun && !c.style.Quiet {
		c.print(c.layout.heading() + "\n")
	}
	c.begun = true
	c.print(c.colour(v, pad(c.mark(v), c.layout.verdict)) + "  " + c.layout.row(k) + "\n")
	if c.style.Decisions {
		for i := range min(len(k.Decisions), decisionsShown) {
			c.print("    " + Fit(decision(&k.Decisions[i]), c.style.Width-4) + "\n")
		}
		if n := len(k.Decisions) - decisionsShown; n > 0 {
			c.print(fmt.Sprintf("    and %s more\n", plural(n, "decision")))
		}
	}
}

var (
	wordMarks = [...]string{"pass", "inconclusive", "FAIL", "HARNESS FAULT"}
	signMarks = [...]string{"✓ ", "? ", "✗ ", "! "}
	colours   = [...]string{"\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[35m"}
)

const dim, reset = "\x1b[2m", "\x1b[0m"

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
	return colours[v] + s + reset
}

// aside is a line that a reader may skip.
func (c *Console) aside(s string) {
	if c.style.Colour {
		s = dim + s + reset
	}
	c.print(s + "\n")
}

// Close writes the details of every case that is no pass, how to run one case
// or only those again, and the summary. It returns the first error of writing,
// from whichever call.
func (c *Console) Close(s *Suite) error {
	for i := range s.Cases {
		if s.Cases[i].Verdict() != Pass {
			c.detail(s, &s.Cases[i])
		}
	}
	if c.begun {
		c.print("\n")
	}
	c.again(s)
	for _, n := range s.NotApplicable {
		c.aside("not applicable: " + Plain(n.Name) + ": " + Plain(n.Reason))
	}
	v := s.Verdict()
	c.print(c.colour(v, c.mark(v)) + ": " + summary(s) + "\n")
	return c.err
}

// again says how to repeat what was run. A case that is no pass has said its
// own command already.
func (c *Console) again(s *Suite) {
	switch {
	case c.style.Quiet:
	case len(s.Cases) == 1 && s.Verdict() == Pass && s.Cases[0].Rerun != "":
		c.aside("rerun: " + s.Cases[0].Rerun)
	case len(s.Cases) > 1 && s.RerunOne != "":
		all := " (--decisions lists all that was decided)"
		if c.style.Decisions {
			all = ""
		}
		c.aside("rerun one: " + s.RerunOne + all)
	}
	switch failed := len(s.Cases) - s.Count(Pass); {
	case failed > 1 && s.RerunFailed != "":
		c.aside("rerun what did not pass: " + s.RerunFailed)
	case failed > 1 && !c.style.Quiet:
		c.aside("list only what did not pass: --quiet")
	}
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
	if n := len(s.NotApplicable); n > 0 {
		parts = append(parts, fmt.Sprintf("%d not applicable", n))
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
	journal := k.journal()
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
	for i := range min(len(r.Findings), findingsShown) {
		c.finding(journal, &r.Findings[i])
	}
	if n := len(r.Findings) - findingsShown; n > 0 {
		c.print(fmt.Sprintf("    and %d more; --json has all\n", n))
	}
}

// findingsShown bounds the findings of one check on a console. Every finding
// and every chain is in the JSON report, every event in the journal.
const findingsShown = 3

func (c *Console) finding(journal *Journal, f *check.Finding) {
	c.print("    - ")
	if f.Record != "" {
		c.print(Plain(f.Record) + ": ")
	}
	c.print(Plain(f.Message) + "\n")
	ops := journal.essence(f.Ops)
	cut := len(ops) - chainShown
	for i, line := range journal.Chain(ops) {
		switch {
		case cut > 0 && i == chainHead:
			c.print("        ...\n")
		case cut > 0 && i > chainHead && i < chainHead+cut:
		default:
			c.print("        " + Fit(line, c.style.Width-8) + "\n")
		}
	}
	if shown := min(len(ops), chainShown); shown < len(f.Ops) {
		c.print(fmt.Sprintf("        %d of %d events; replay shows all\n", shown, len(f.Ops)))
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
