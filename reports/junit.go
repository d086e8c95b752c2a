package reports

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/syncproof/syncproof/sim/check"
)

// JUnit writes the suite as JUnit XML: a testsuite for each scenario, a
// testcase for each check. A failed check is a failure; an inconclusive one
// and a fault of the harness are errors; one that did not apply is skipped,
// with the reason, and so is a scenario that was left out. A scenario in which
// nothing was judged gets an error of its own, and so does a suite without a
// scenario that was played: a file of nothing but skipped tests reads as green.
func JUnit(w io.Writer, s *Suite) error {
	all := junit.Testsuites{Name: "syncproof", Time: seconds(s.Wall)}
	for i := range s.Cases {
		suite := s.testsuite(&s.Cases[i])
		suite.ID = i
		all.AddSuite(suite)
	}
	for i, n := range s.NotApplicable {
		suite := leftOut(n)
		if len(s.Cases) == 0 {
			suite.AddTestcase(errored(&Case{Name: n.Name}, "verdict", silence, ""))
		}
		suite.ID = len(s.Cases) + i
		all.AddSuite(suite)
	}
	if _, err := io.WriteString(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"); err != nil {
		return err
	}
	return all.WriteXML(w)
}

func (s *Suite) testsuite(c *Case) junit.Testsuite {
	suite := junit.Testsuite{Name: xmlSafe(c.Name), Package: "syncproof", File: xmlSafe(c.Path), Time: seconds(c.Wall)}
	for _, p := range [...][2]string{
		{"title", c.Title}, {"verdict", c.Verdict().String()}, {"seed", fmt.Sprint(c.Seed)},
		{"hash", c.Hash}, {"rerun", c.Rerun},
	} {
		if p[1] != "" {
			suite.AddProperty(p[0], xmlSafe(p[1]))
		}
	}
	journal := c.journal()
	for i := range c.Results {
		suite.AddTestcase(s.testcase(c, journal, &c.Results[i]))
	}
	if f := c.Fault; f != nil {
		suite.AddTestcase(errored(c, "harness", f.Message, f.Stack))
	}
	if c.silent() {
		suite.AddTestcase(errored(c, "verdict", silence, ""))
	}
	return suite
}

// leftOut is a scenario that was not played.
func leftOut(n NotApplicable) junit.Testsuite {
	suite := junit.Testsuite{Name: xmlSafe(n.Name), Package: "syncproof", Time: seconds(0)}
	suite.AddProperty("verdict", "not-applicable")
	suite.AddTestcase(junit.Testcase{
		Name: "scenario", Classname: xmlSafe(n.Name), Time: seconds(0),
		Skipped: &junit.Result{Message: xmlSafe(n.Reason), Type: "not-applicable"},
	})
	return suite
}

func (s *Suite) testcase(c *Case, journal *Journal, r *check.Result) junit.Testcase {
	tc := junit.Testcase{Name: xmlSafe(testName(r)), Classname: xmlSafe(c.Name), Time: seconds(0)}
	reason := xmlSafe(r.Reason)
	switch r.Verdict {
	case check.Pass:
	case check.Fail:
		tc.Failure = &junit.Result{Message: reason, Type: "failed", Data: xmlSafe(s.evidence(c, journal, r))}
	case check.NotApplicable:
		tc.Skipped = &junit.Result{Message: reason, Type: "not-applicable"}
	default:
		tc.Error = &junit.Result{Message: reason, Type: "inconclusive", Data: xmlSafe(s.evidence(c, journal, r))}
	}
	return tc
}

// testName tells expectations apart by their place in the file.
func testName(r *check.Result) string {
	if r.Line == 0 {
		return r.Name
	}
	return fmt.Sprintf("%s at line %d column %d", r.Name, r.Line, r.Column)
}

func errored(c *Case, name, message, data string) junit.Testcase {
	return junit.Testcase{
		Name: name, Classname: xmlSafe(c.Name), Time: seconds(0),
		Error: &junit.Result{Message: xmlSafe(message), Type: "error", Data: xmlSafe(data)},
	}
}

// evidence is the body of a failure: what is demanded, what was found, the
// causal chains, and how to run it again.
func (s *Suite) evidence(c *Case, journal *Journal, r *check.Result) string {
	var b strings.Builder
	if sentence := s.Sentence(r.Name); sentence != "" {
		fmt.Fprintf(&b, "%s\n", sentence)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		fmt.Fprintf(&b, "- %s\n", strings.TrimPrefix(Plain(f.Record)+": "+Plain(f.Message), ": "))
		for _, line := range journal.Chain(f.Ops) {
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	if c.Rerun != "" {
		fmt.Fprintf(&b, "rerun: %s\n", c.Rerun)
	}
	return b.String()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
