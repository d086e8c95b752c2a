package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"
)

// Console writes an exploration for people: each kind of failure with its
// smallest scenario and the command that plays it, then what was reached.
func (x *Exploration) Console(w io.Writer, style Style) error {
	c := &Console{w: w, style: style}
	for i := range x.Failures {
		c.found(&x.Failures[i])
	}
	if f := x.Fault; f != nil {
		v := HarnessFailure
		if f.Inconclusive {
			v = Inconclusive
		}
		c.print(fmt.Sprintf("%s  the harness could not go on\n", c.colour(v, wordMarks[v])))
		c.lines("  harness: ", f.Message)
		c.lines("    ", f.Stack)
	}
	if !style.Quiet {
		c.reached(x)
	}
	v := x.verdict()
	c.print(c.colour(v, c.mark(v)) + ": " + x.summary() + "\n")
	return c.err
}

func (x *Exploration) verdict() Verdict {
	return Verdict(max(slices.Index(verdictNames[:], x.Verdict), 0))
}

// Console writes one kind of failure and its smallest scenario for people.
func (f *FoundFailure) Console(w io.Writer, style Style) error {
	c := &Console{w: w, style: style}
	c.found(f)
	for line := range strings.Lines(f.Scenario) {
		c.print("    " + Plain(strings.TrimRight(line, "\n")) + "\n")
	}
	return c.err
}

func (c *Console) found(f *FoundFailure) {
	c.print(fmt.Sprintf("%s  %s", c.colour(Fail, wordMarks[Fail]), Plain(f.Invariant)))
	if f.Sentence != "" {
		c.print(": " + Plain(f.Sentence))
	}
	c.print("\n    ")
	if f.Record != "" {
		c.print(Plain(f.Record) + ": ")
	}
	c.print(Plain(f.Message) + "\n")
	c.print(fmt.Sprintf("    in %s, first in world %d; %s", plural(f.Times, "run"), f.Run, plural(f.Lines, "timeline line")))
	if f.Shrunk < f.Lines {
		c.print(fmt.Sprintf(", shrunk to %d", f.Shrunk))
	}
	c.print("\n")
	if f.File != "" {
		c.print("    case:   " + Plain(f.File) + "\n")
	}
	if f.Rerun != "" {
		c.print("    rerun:  " + Plain(f.Rerun) + "\n")
	}
	c.print("\n")
}

// rareMarks is from how few runs on a situation is shown as one that needs
// more of them.
const rareMarks = 3

// seldomShown bounds how many of them are named.
const seldomShown = 6

func (c *Console) reached(x *Exploration) {
	pairs, of := x.Coverage.Reached()
	c.print(fmt.Sprintf("reached: %d of %d pairs of a fault and a record's state, about %s\n",
		pairs, of, plural(x.Coverage.Situations, "distinct situation")))
	var seldom []string
	for _, m := range x.Coverage.Marks {
		if m.Runs < rareMarks {
			seldom = append(seldom, fmt.Sprintf("%s (%d)", Plain(m.Name), m.Runs))
		}
	}
	c.print(fmt.Sprintf("sometimes: %d of %d rare situations came up", len(x.Coverage.Marks)-len(seldom), len(x.Coverage.Marks)))
	switch n := len(seldom); {
	case n > seldomShown:
		c.print(fmt.Sprintf("; %d hardly or never, see --report", n))
	case n > 0:
		c.print("; hardly or never: " + strings.Join(seldom, ", "))
	}
	c.print("\n")
	for _, o := range x.Open {
		c.print(fmt.Sprintf("undecided: %s in %s\n", Plain(o.Name), plural(o.Runs, "run")))
	}
}

// summary is the exploration in one sentence.
func (x *Exploration) summary() string {
	parts := []string{plural(x.Runs, "world")}
	if n := x.Runs - x.Failed - x.Undecided; n > 0 && x.Failed+x.Undecided > 0 {
		parts = append(parts, fmt.Sprintf("%d passed", n))
	}
	if x.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed (%s)", x.Failed, plural(len(x.Failures), "kind")))
	}
	if x.Undecided > 0 {
		parts = append(parts, fmt.Sprintf("%d with something undecided", x.Undecided))
	}
	if x.Interrupted {
		parts = append(parts, "interrupted")
	}
	if n := len(x.Shards); n > 0 && n < x.Shards[0].Of {
		parts = append(parts, fmt.Sprintf("%d of %s", n, plural(x.Shards[0].Of, "shard")))
	}
	line := strings.Join(parts, ", ") + fmt.Sprintf("; seed %d", x.Seed)
	if wall := x.wallTime(); wall > 0 {
		line += fmt.Sprintf(", %s, %.0f runs/s", wall.Round(10*time.Millisecond), float64(x.Runs)/wall.Seconds())
	}
	return line
}

// JUnit writes the exploration as JUnit XML: one testcase for each kind of
// failure, or one that passed if there was none. A fault of the harness and an
// exploration that decided nothing are errors.
func (x *Exploration) JUnit(w io.Writer) error {
	suite := junit.Testsuite{Name: "syncproof explore", Package: "syncproof", Time: seconds(x.wallTime())}
	for _, p := range [...][2]string{
		{"verdict", x.Verdict}, {"engine", x.Engine}, {"fidelity", x.Fidelity}, {"seed", fmt.Sprint(x.Seed)},
		{"runs", fmt.Sprint(x.Runs)}, {"undecided", fmt.Sprint(x.Undecided)},
	} {
		suite.AddProperty(p[0], xmlSafe(p[1]))
	}
	for i := range x.Failures {
		f := &x.Failures[i]
		suite.AddTestcase(junit.Testcase{
			Name: xmlSafe(f.Invariant + ": " + f.Role), Classname: "explore", Time: seconds(0),
			Failure: &junit.Result{Message: xmlSafe(f.Message), Type: "failed", Data: xmlSafe(f.evidence())},
		})
	}
	whole := junit.Testcase{Name: "explored worlds", Classname: "explore", Time: seconds(x.wallTime())}
	switch x.verdict() {
	case Fail: // the kinds of failure say so
	case Inconclusive:
		whole.Error = &junit.Result{Message: xmlSafe(x.open()), Type: "inconclusive", Data: xmlSafe(x.summary())}
		suite.AddTestcase(whole)
	case HarnessFailure:
		whole.Error = &junit.Result{Message: xmlSafe(x.Fault.Message), Type: "error", Data: xmlSafe(x.Fault.Stack)}
		suite.AddTestcase(whole)
	default:
		suite.AddTestcase(whole)
	}
	all := junit.Testsuites{Name: "syncproof", Time: seconds(x.wallTime())}
	all.AddSuite(suite)
	if _, err := io.WriteString(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"); err != nil {
		return err
	}
	return all.WriteXML(w)
}

// open says why an exploration is inconclusive.
func (x *Exploration) open() string {
	switch {
	case x.Fault != nil:
		return x.Fault.Message
	case x.Interrupted:
		return "interrupted"
	}
	return "nothing was decided"
}

func (f *FoundFailure) evidence() string {
	var b strings.Builder
	if f.Sentence != "" {
		b.WriteString(f.Sentence + "\n")
	}
	fmt.Fprintf(&b, "first in world %d, in %s\n", f.Run, plural(f.Times, "run"))
	if f.Rerun != "" {
		b.WriteString("rerun: " + f.Rerun + "\n")
	}
	b.WriteString(f.Scenario)
	return b.String()
}

// Markdown writes a small summary, made for GITHUB_STEP_SUMMARY.
func (x *Exploration) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## syncproof explore: %s\n\n%s\n\n", x.Verdict, cell(x.summary()))
	if len(x.Failures) > 0 {
		b.WriteString("| invariant | what | runs | timeline lines | shrunk to |\n|---|---|---:|---:|---:|\n")
	}
	for i := range x.Failures {
		f := &x.Failures[i]
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d |\n", cell(f.Invariant), cell(f.Message), f.Times, f.Lines, f.Shrunk)
	}
	for i := range x.Failures {
		f := &x.Failures[i]
		b.WriteString("\n```yaml\n")
		for line := range strings.Lines(strings.ReplaceAll(f.Scenario, "```", "'''")) {
			b.WriteString(Plain(strings.TrimSuffix(line, "\n")) + "\n")
		}
		b.WriteString("```\n")
		if f.Rerun != "" {
			fmt.Fprintf(&b, "\n```\n%s\n```\n", strings.ReplaceAll(Plain(f.Rerun), "`", "'"))
		}
	}
	if x.Fault != nil {
		fmt.Fprintf(&b, "\nThe harness could not go on: %s\n", cell(x.Fault.Message))
	}
	pairs, of := x.Coverage.Reached()
	fmt.Fprintf(&b, "\nReached: %d of %d pairs of a fault and a record's state, about %s.\n", pairs, of, plural(x.Coverage.Situations, "distinct situation"))
	_, err := io.WriteString(w, b.String())
	return err
}
