package reports_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/check"
)

func markdown(t *testing.T, s *reports.Suite) string {
	t.Helper()
	var b bytes.Buffer
	if err := reports.Markdown(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMarkdown(t *testing.T) {
	out := markdown(t, specimen())
	for _, part := range []string{
		"## syncproof: harness-failure",
		"| fail | clash | 1 | 2 | 0 | 1 | 名前 \\| two edits |",
		"### inconclusive: silent",
		"- **fail** right-winner: the older edit won \\\\x00\\\\xff \\]\\]&gt; &lt;b&gt;",
		"syncproof run clash.yaml --seed 2",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("missing %q in\n%s", part, out)
		}
	}
	if strings.Contains(out, "### pass") {
		t.Error("a pass has a section of its own")
	}
	if strings.Index(out, "| harness-failure | broken") > strings.Index(out, "| pass | calm") {
		t.Error("the worst does not come first")
	}
}

func TestMarkdownShowsWhatWasLeftOut(t *testing.T) {
	s := specimen()
	s.NotApplicable = []reports.NotApplicable{{Name: "halves", Reason: "it takes a CRM that keeps *milliseconds*"}}
	out := markdown(t, s)
	for _, part := range []string{"1 not applicable", "### not applicable: 1 scenario", "- halves: it takes a CRM that keeps \\*milliseconds\\*\n"} {
		if !strings.Contains(out, part) {
			t.Errorf("missing %q in\n%s", part, out)
		}
	}
}

func TestMarkdownIsBounded(t *testing.T) {
	s := &reports.Suite{}
	for i := range 500 {
		s.Cases = append(s.Cases, reports.Case{Name: fmt.Sprint("case-", i), Results: results(check.Pass)})
	}
	s.Cases = append(s.Cases, reports.Case{Name: "late-failure", Results: results(check.Fail)})
	out := markdown(t, s)
	if !strings.Contains(out, "late-failure") || !strings.Contains(out, "and 301 scenarios more") {
		t.Errorf("the failure or the remark is missing:\n%s", out[:400])
	}
}
