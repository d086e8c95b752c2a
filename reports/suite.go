package reports

import (
	"time"

	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// Verdict of a case or of a whole suite.
type Verdict uint8

// The verdicts, from best to worst: the verdict of a suite is the worst of
// its cases. A harness failure ranks above a failed check because it casts
// doubt on the tool that judged; both are always printed.
const (
	Pass Verdict = iota
	Inconclusive
	Fail
	HarnessFailure
)

var verdictNames = [...]string{"pass", "inconclusive", "fail", "harness-failure"}

func (v Verdict) String() string { return verdictNames[v] }

// MarshalText gives the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Suite is one run of the tool over one or more scenarios.
type Suite struct {
	// Tool is the version of syncproof that ran it.
	Tool string
	// Invariants are the specification's, for the sentence of each.
	Invariants []check.Invariant
	Cases      []Case
	// NotRun counts the scenarios that were left out because an earlier one
	// was no pass.
	NotRun int
	// NotApplicable are the scenarios that were left out because they tell
	// nothing of the CRM that was asked for, or cannot be made live. They count
	// as nothing.
	NotApplicable []NotApplicable
	// Wall is how long the whole run took in wall time.
	Wall time.Duration
	// RerunOne is the command that repeats one case, with NAME in the place of
	// its name, and RerunFailed the one that repeats those that are no pass;
	// either may be empty.
	RerunOne    string
	RerunFailed string
}

// NotApplicable is a scenario that was left out, and why.
type NotApplicable struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Verdict is the worst of the suite's cases; a suite without cases shows
// nothing and is inconclusive.
func (s *Suite) Verdict() Verdict {
	if len(s.Cases) == 0 {
		return Inconclusive
	}
	worst := Pass
	for i := range s.Cases {
		worst = max(worst, s.Cases[i].Verdict())
	}
	return worst
}

// Count is the number of cases with this verdict.
func (s *Suite) Count(v Verdict) int {
	n := 0
	for i := range s.Cases {
		if s.Cases[i].Verdict() == v {
			n++
		}
	}
	return n
}

// Sentence is what the invariant of this name demands, "" for an expectation.
func (s *Suite) Sentence(name string) string {
	for i := range s.Invariants {
		if s.Invariants[i].Name == name {
			return s.Invariants[i].Sentence
		}
	}
	return ""
}

// Case is one scenario, run and judged.
type Case struct {
	// Name is short and unique within the suite: the library's name of the
	// scenario, else its path.
	Name  string
	Title string
	Path  string
	Seed  uint64
	Hash  string
	// Fidelity is how much of each exchange was played: wire, model or live.
	Fidelity string
	// Ended is why the run ended: idle, deadline or until; "" if it did not.
	Ended string
	// Virtual is the time that passed in the world, Wall on the machine.
	Virtual time.Duration
	Wall    time.Duration
	// Events and Exchanges count the journal's events and HTTP exchanges.
	Events    int
	Exchanges int
	Results   []check.Result
	Decisions []check.Decision
	// Journal is the evidence that findings point into; it may be left out
	// where there are none.
	Journal []trace.Event
	// Lines are the events that findings point into, by operation, where the
	// case was read from a report and its journal is gone.
	Lines map[uint64]string
	// Fault is set where the harness could not finish the run.
	Fault *Fault
	// Rerun is the command that repeats exactly this run.
	Rerun string
}

// Fault is a run that the harness could not finish or judge.
type Fault struct {
	// Inconclusive: the code under test blocked the simulator, so nothing is
	// known; otherwise the harness itself is broken.
	Inconclusive bool
	Message      string
	Stack        string
}

// Verdict of the case: a fault of the harness, else fail if any check
// failed, else inconclusive if any is unknown or none applied.
func (c *Case) Verdict() Verdict {
	n := c.Tally()
	switch {
	case c.Fault != nil && !c.Fault.Inconclusive:
		return HarnessFailure
	case n.Fail > 0:
		return Fail
	case c.Fault != nil || n.Unknown > 0 || n.Pass == 0:
		return Inconclusive
	}
	return Pass
}

// journal is what the case's findings point into.
func (c *Case) journal() *Journal {
	j := NewJournal(c.Journal)
	j.lines = c.Lines
	return j
}

// Tally counts a case's results by verdict.
type Tally struct{ Pass, Fail, Unknown, NotApplicable int }

// Tally of the case.
func (c *Case) Tally() Tally {
	var t Tally
	for i := range c.Results {
		switch c.Results[i].Verdict {
		case check.Pass:
			t.Pass++
		case check.Fail:
			t.Fail++
		case check.NotApplicable:
			t.NotApplicable++
		default:
			t.Unknown++
		}
	}
	return t
}

// silence is why a case without a single verdict is no pass.
const silence = "no check had anything to judge, so nothing was shown"

// silent reports whether nothing at all was judged.
func (c *Case) silent() bool {
	t := c.Tally()
	return c.Fault == nil && t.Pass+t.Fail+t.Unknown == 0
}
