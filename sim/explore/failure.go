package explore

import (
	"context"
	"regexp"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
)

// Failure is one violated invariant in one role.
type Failure struct {
	Invariant string `json:"invariant"`
	Role      string `json:"role"`
	Message   string `json:"message"`
	Record    string `json:"record,omitempty"`
}

// Trial plays a scenario.
type Trial func(ctx context.Context, sc *scenarios.Scenario) (failures []Failure, ok bool)

var numberish = regexp.MustCompile(`[0-9]+`)

// FailuresOf lists the failed checks.
func FailuresOf(results []check.Result) []Failure {
	var out []Failure
	for i := range results {
		r := &results[i]
		if r.Verdict != check.Fail {
			continue
		}
		f := Failure{Invariant: r.Name, Message: r.Reason}
		if len(r.Findings) > 0 {
			f.Message, f.Record = r.Findings[0].Message, r.Findings[0].Record
		}
		f.Role = strings.Join(strings.Fields(numberish.ReplaceAllString(f.Message, "#")), " ")
		out = append(out, f)
	}
	return out
}

// Same reports whether two failures are of one kind: the same invariant in
// the same role.
func (f Failure) Same(other Failure) bool {
	return f.Invariant == other.Invariant && f.Role == other.Role
}
