// Package check judges a run: one file for each invariant of the
// specification, each a pure function of the journal and the scenario.
//
// Verdicts come from what the mocks, the network and the world saw, and from
// an independent model of the specification in this package; never from an
// engine's word, and never from the engine's code. A foreign engine is judged
// by the same functions.
package check

import (
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// Verdict of one check.
type Verdict uint8

// The verdicts. Unknown is never a pass; NotApplicable means that nothing
// happened that the invariant speaks of.
const (
	Unknown Verdict = iota
	Pass
	Fail
	NotApplicable
)

var verdictNames = [...]string{"unknown", "pass", "fail", "not-applicable"}

func (v Verdict) String() string { return verdictNames[v] }

// MarshalText gives the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Result is the outcome of one check over one run.
type Result struct {
	Name    string  `json:"name"` // the invariant's id, or "expect"
	Verdict Verdict `json:"verdict"`
	// Reason is one sentence: what was found and what was expected, or why
	// nothing could be said.
	Reason string `json:"reason,omitempty"`
	// Findings are the failures, in the order of the journal; at most 20.
	Findings []Finding `json:"findings,omitempty"`
	// Line and Column of the expectation in the scenario file, 0 for invariants.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Seen counts what the check looked at (conflicts, writes, notices ...).
	Seen int `json:"seen"`
}

// Finding is one violation with its evidence.
type Finding struct {
	Record  string   `json:"record,omitempty"` // the scenario's name, else the native id
	Message string   `json:"message"`
	Ops     []uint64 `json:"ops,omitempty"` // the causal chain, oldest first
}

// Case is one run to judge.
type Case struct {
	Scenario *scenarios.Scenario
	Events   []trace.Event
	// Reaction is how long after a received limit signal a request still counts
	// as in flight: where the wire is observed from outside, the engine has let
	// it go before the signal reached its core. It is 0 in the simulator, which
	// sees both at the engine itself.
	Reaction time.Duration
}

// Invariant is one entry of the specification's table.
type Invariant struct {
	Name     string
	Sentence string
	Rules    []string // the requirement ids that it covers
	check    func(*model) Result
}
