package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/syncproof/syncproof/sim/check"
)

// markdownRows bounds the table, because a step summary has a size limit;
// what is not a pass comes first and is never left out before a pass is.
const markdownRows = 200

// Markdown writes a small summary, made for GITHUB_STEP_SUMMARY: the verdict,
// a table of the scenarios, and the failures with their rerun lines.
func Markdown(w io.Writer, s *Suite) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## syncproof: %s\n\n%s\n\n", s.Verdict(), cell(summary(s)))
	b.WriteString("| verdict | scenario | pass | fail | open | n/a | title |\n|---|---|---:|---:|---:|---:|---|\n")
	rows := worstFirst(s)
	for n, c := range rows {
		if n == markdownRows {
			fmt.Fprintf(&b, "\nand %s more, in the JSON report.\n", plural(len(rows)-n, "scenario"))
			break
		}
		t := c.Tally()
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %s |\n",
			c.Verdict(), cell(c.Name), t.Pass, t.Fail, t.Unknown, t.NotApplicable, cell(c.Title))
	}
	b.WriteString(markdownLeftOut(s.NotApplicable))
	for n, c := range rows {
		if c.Verdict() == Pass || n == markdownRows {
			break
		}
		b.WriteString(markdownDetail(c))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownLeftOut lists the scenarios that were not played, with their reasons.
func markdownLeftOut(left []NotApplicable) string {
	if len(left) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n### not applicable: %s\n\n", plural(len(left), "scenario"))
	for n, one := range left {
		if n == markdownRows {
			fmt.Fprintf(&b, "\nand %s more, in the JSON report.\n", plural(len(left)-n, "scenario"))
			break
		}
		fmt.Fprintf(&b, "- %s: %s\n", cell(one.Name), cell(one.Reason))
	}
	return b.String()
}

// worstFirst orders the cases by verdict and keeps the suite's order within each.
func worstFirst(s *Suite) []*Case {
	rows := make([]*Case, 0, len(s.Cases))
	for _, v := range [...]Verdict{HarnessFailure, Fail, Inconclusive, Pass} {
		for i := range s.Cases {
			if s.Cases[i].Verdict() == v {
				rows = append(rows, &s.Cases[i])
			}
		}
	}
	return rows
}

func markdownDetail(c *Case) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s: %s\n\n", c.Verdict(), cell(c.Name))
	if c.Fault != nil {
		fmt.Fprintf(&b, "- harness: %s\n", cell(c.Fault.Message))
	}
	if c.silent() {
		fmt.Fprintf(&b, "- %s\n", silence)
	}
	for i := range c.Results {
		r := &c.Results[i]
		if r.Verdict != check.Fail && r.Verdict != check.Unknown {
			continue
		}
		fmt.Fprintf(&b, "- **%s** %s: %s\n", r.Verdict, cell(testName(r)), cell(r.Reason))
		for _, f := range r.Findings {
			fmt.Fprintf(&b, "  - %s\n", cell(strings.TrimPrefix(f.Record+": "+f.Message, ": ")))
		}
	}
	if c.Rerun != "" {
		fmt.Fprintf(&b, "\n```\n%s\n```\n", strings.ReplaceAll(Plain(c.Rerun), "`", "'"))
	}
	return b.String()
}

// cell makes text safe inside a table cell and a list item.
func cell(s string) string { return markdownEscapes.Replace(Plain(s)) }

var markdownEscapes = strings.NewReplacer(
	"\\", "\\\\", "|", "\\|", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]",
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "@", "&#64;", "#", "\\#",
)
