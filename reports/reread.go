package reports

import (
	"math"
	"time"

	"github.com/syncproof/syncproof/sim/check"
)

// suite is the document in the form that the other reports are written from.
// Of the journals only the events that findings point into are left.
func (d *Document) suite() *Suite {
	s := &Suite{Tool: d.Tool, Wall: lasting(d.Wall), NotRun: d.Counts.NotRun, NotApplicable: d.NotApplicable}
	said := map[string]bool{}
	for i := range d.Cases {
		c := &d.Cases[i]
		s.Cases = append(s.Cases, c.read())
		for k := range c.Results {
			if r := &c.Results[k]; r.Sentence != "" && !said[r.Name] {
				said[r.Name] = true
				s.Invariants = append(s.Invariants, check.Invariant{Name: r.Name, Sentence: r.Sentence})
			}
		}
	}
	return s
}

func (d *DocumentCase) read() Case {
	c := Case{
		Name: d.Name, Title: d.Title, Path: d.Path, Seed: d.Seed, Hash: d.Hash, Ended: d.Ended,
		Virtual: lasting(d.Virtual), Wall: lasting(d.Wall), Events: d.Events, Exchanges: d.Exchanges,
		Rerun: d.Rerun, Lines: map[uint64]string{},
	}
	if f := d.Fault; f != nil {
		c.Fault = &Fault{Inconclusive: f.Inconclusive, Message: f.Message, Stack: f.Stack}
	}
	for i := range d.Results {
		c.Results = append(c.Results, d.Results[i].read(c.Lines))
	}
	for i := range d.Decisions {
		x := &d.Decisions[i]
		c.Decisions = append(c.Decisions, check.Decision{
			Op: x.Op, At: int64(lasting(x.At)), Record: x.Record, Winner: x.Winner, Conflict: x.Conflict,
			Rule: x.Rule, ModelRule: x.ModelRule, Agrees: x.Agrees, Fields: x.Fields, Wrong: x.Wrong,
		})
	}
	return c
}

// read adds the events of the result's chains to lines.
func (d *DocumentResult) read(lines map[uint64]string) check.Result {
	verdict, _ := verdictOf(d.Verdict)
	r := check.Result{Name: d.Name, Verdict: verdict, Reason: d.Reason, Seen: d.Seen, Line: d.Line, Column: d.Column}
	for _, f := range d.Findings {
		x := check.Finding{Record: f.Record, Message: f.Message}
		for _, e := range f.Chain {
			x.Ops = append(x.Ops, e.Op)
			lines[e.Op] = e.Text
		}
		r.Findings = append(r.Findings, x)
	}
	return r
}

// verdictOf is the verdict of this name.
func verdictOf(name string) (check.Verdict, bool) {
	for _, v := range [...]check.Verdict{check.Unknown, check.Pass, check.Fail, check.NotApplicable} {
		if v.String() == name {
			return v, true
		}
	}
	return check.Unknown, false
}

// lasting is a number of seconds as a duration, to the nanosecond.
func lasting(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}
