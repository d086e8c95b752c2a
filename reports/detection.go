package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"
)

// DetectionID names the version of the document of a mutants run.
const DetectionID = "syncproof.detection/v1"

// Detection says how well the harness detects engines with one defect each.
// Durations are in seconds.
type Detection struct {
	Schema  string `json:"schema" jsonschema:"enum=syncproof.detection/v1"`
	Tool    string `json:"tool"`
	Verdict string `json:"verdict" jsonschema:"enum=pass,enum=inconclusive,enum=fail,enum=harness-failure"`
	// Bound is how long exploration may search for one mutant.
	Bound float64 `json:"explore_seconds_max"`
	Jobs  int     `json:"jobs"`
	// Scenarios is the number of scenarios in the library, for the counts of Scenario.
	Scenarios int            `json:"scenarios"`
	Mutants   []DetectedBy   `json:"mutants"`
	Fault     *DocumentFault `json:"fault,omitempty"`
}

// DetectedBy is one mutant and what noticed it.
type DetectedBy struct {
	Name   string `json:"name"`
	Defect string `json:"defect"`
	Source string `json:"source" jsonschema:"description=where such engines come from"`
	// Kills are the scenarios of the library that it fails.
	Kills []Kill `json:"library"`
	// Searches are explorations from different seeds.
	Searches []SearchResult `json:"explorations,omitempty"`
	// Shrunk is the timeline of the smallest case of the first search.
	Shrunk  int     `json:"shrunk_timeline_lines,omitempty"`
	Shrink  float64 `json:"shrink_seconds,omitempty"`
	Failure string  `json:"shrunk_failure,omitempty" jsonschema:"description=the invariant that the smallest case violates"`
	Case    string  `json:"case,omitempty" jsonschema:"description=the smallest case as a scenario"`
}

// Kill is a scenario of the library and the invariants that a mutant violates there.
type Kill struct {
	Scenario   string   `json:"scenario"`
	Invariants []string `json:"invariants"`
}

// SearchResult is one exploration for a mutant.
type SearchResult struct {
	Seed      uint64  `json:"seed"`
	Found     bool    `json:"found"`
	Runs      int     `json:"runs"`
	Seconds   float64 `json:"seconds"`
	Invariant string  `json:"invariant,omitempty"`
}

// Survived says what did not notice the mutant, "" if everything did.
func (m *DetectedBy) Survived() string {
	var by []string
	if len(m.Kills) == 0 {
		by = append(by, "the library")
	}
	missed := 0
	for _, s := range m.Searches {
		if !s.Found {
			missed++
		}
	}
	if missed > 0 {
		by = append(by, fmt.Sprintf("%d of %s", missed, plural(len(m.Searches), "exploration")))
	}
	return strings.Join(by, " and ")
}

// Decide sets the verdict: every mutant must be noticed by everything that
// was asked.
func (d *Detection) Decide() Verdict {
	v := Pass
	survived := func(m DetectedBy) bool { return m.Survived() != "" }
	switch {
	case d.Fault != nil && !d.Fault.Inconclusive:
		v = HarnessFailure
	case slices.ContainsFunc(d.Mutants, survived):
		v = Fail
	case d.Fault != nil || len(d.Mutants) == 0:
		v = Inconclusive
	}
	d.Verdict = v.String()
	return v
}

// JSON writes the detection as one indented document.
func (d *Detection) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

// quantile is the q-th of ten parts of the sorted numbers, the nearest rank.
func quantile(numbers []float64, q int) float64 {
	if len(numbers) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(numbers))
	return sorted[(len(sorted)*q+9)/10-1]
}

// until are the runs and seconds of the searches that found the mutant.
func (m *DetectedBy) until() (runs, seconds []float64) {
	for _, s := range m.Searches {
		if s.Found {
			runs = append(runs, float64(s.Runs))
			seconds = append(seconds, s.Seconds)
		}
	}
	return runs, seconds
}

// MutantRow writes one line of the console's table.
func MutantRow(w io.Writer, m *DetectedBy) error {
	word := "killed"
	if m.Survived() != "" {
		word = "SURVIVED"
	}
	line := fmt.Sprintf("%-9s %-28s library %3d", word, m.Name, len(m.Kills))
	if len(m.Searches) > 0 {
		runs, seconds := m.until()
		line += fmt.Sprintf("   explored %d/%d, %5.0f runs, %7.2fs (median)", len(runs), len(m.Searches), quantile(runs, 5), quantile(seconds, 5))
	}
	if m.Case != "" {
		line += fmt.Sprintf("   %s, %s", plural(m.Shrunk, "line"), m.Failure)
	}
	_, err := fmt.Fprintln(w, line)
	return err
}

// Summary is the detection in one sentence.
func (d *Detection) Summary() string {
	survived := 0
	var all, lines, shrinking []float64
	for i := range d.Mutants {
		m := &d.Mutants[i]
		if m.Survived() != "" {
			survived++
		}
		_, seconds := m.until()
		all = append(all, seconds...)
		if m.Case != "" {
			lines = append(lines, float64(m.Shrunk))
			shrinking = append(shrinking, m.Shrink)
		}
	}
	text := fmt.Sprintf("%s, %d killed", plural(len(d.Mutants), "mutant"), len(d.Mutants)-survived)
	if survived > 0 {
		text += fmt.Sprintf(", %d survived", survived)
	}
	if len(all) > 0 {
		text += fmt.Sprintf("; found in %.2fs (median), %.2fs (90th percentile)", quantile(all, 5), quantile(all, 9))
	}
	if len(lines) > 0 {
		text += fmt.Sprintf("; shrunk to %.0f timeline lines (median) in %.2fs (median)", quantile(lines, 5), quantile(shrinking, 5))
	}
	return text
}

// Console writes what follows the rows: a fault, and the verdict.
func (d *Detection) Console(w io.Writer, style Style) error {
	c := &Console{w: w, style: style}
	if f := d.Fault; f != nil {
		c.lines("harness: ", f.Message)
		c.lines("    ", f.Stack)
	}
	v := d.Decide()
	c.print(c.colour(v, c.mark(v)) + ": " + d.Summary() + "\n")
	return c.err
}

// Markdown writes the table of docs/detection.md.
func (d *Detection) Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("| mutant | defect | where such engines come from | library: scenarios and invariants | exploration: runs until found, median (90th percentile) | seconds | smallest case |\n")
	b.WriteString("|---|---|---|---|---:|---:|---|\n")
	for i := range d.Mutants {
		m := &d.Mutants[i]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", m.Name, cell(m.Defect), cell(m.Source), m.killsCell(), m.searchCell())
	}
	fmt.Fprintf(&b, "\n%s.\n", d.Summary())
	_, err := io.WriteString(w, b.String())
	return err
}

// killsShown bounds the scenarios of one mutant in the table.
const killsShown = 3

func (m *DetectedBy) killsCell() string {
	if len(m.Kills) == 0 {
		return "**none**"
	}
	var parts []string
	for _, k := range m.Kills[:min(len(m.Kills), killsShown)] {
		parts = append(parts, "`"+k.Scenario+"`: "+strings.Join(k.Invariants, ", "))
	}
	if n := len(m.Kills) - killsShown; n > 0 {
		parts = append(parts, fmt.Sprintf("and %s more", plural(n, "scenario")))
	}
	return strings.Join(parts, "<br>")
}

func (m *DetectedBy) searchCell() string {
	runs, seconds := m.until()
	if len(m.Searches) == 0 {
		return " | | "
	}
	if len(runs) < len(m.Searches) {
		return fmt.Sprintf("**found in %d of %d** | | ", len(runs), len(m.Searches))
	}
	small := ""
	if m.Case != "" {
		small = fmt.Sprintf("%s, %s", plural(m.Shrunk, "line"), m.Failure)
	}
	return fmt.Sprintf("%.0f (%.0f) | %.2f (%.2f) | %s", quantile(runs, 5), quantile(runs, 9), quantile(seconds, 5), quantile(seconds, 9), small)
}

// JUnit writes a testcase for each mutant.
func (d *Detection) JUnit(w io.Writer) error {
	suite := junit.Testsuite{Name: "syncproof mutants", Package: "syncproof", Time: "0.000"}
	for i := range d.Mutants {
		m := &d.Mutants[i]
		tc := junit.Testcase{Name: xmlSafe(m.Name), Classname: "mutants", Time: "0.000"}
		if by := m.Survived(); by != "" {
			tc.Failure = &junit.Result{Message: xmlSafe("it survives " + by), Type: "survived", Data: xmlSafe(m.Defect)}
		}
		suite.AddTestcase(tc)
	}
	if d.Fault != nil || len(d.Mutants) == 0 {
		message, stack := "no mutant was tried", ""
		if d.Fault != nil {
			message, stack = d.Fault.Message, d.Fault.Stack
		}
		suite.AddTestcase(junit.Testcase{Name: "harness", Classname: "mutants", Time: "0.000",
			Error: &junit.Result{Message: xmlSafe(message), Type: "error", Data: xmlSafe(stack)}})
	}
	all := junit.Testsuites{Name: "syncproof", Time: "0.000"}
	all.AddSuite(suite)
	if _, err := io.WriteString(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"); err != nil {
		return err
	}
	return all.WriteXML(w)
}
