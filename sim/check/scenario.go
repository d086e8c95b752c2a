package check

import (
	"strings"

	"github.com/syncproof/syncproof/sim/trace"
)

// unplayed are results for what the scenario asked for and the run could not
// play: a crash at an effect that never came.
func (m *model) unplayed() []Result {
	var out []Result
	for _, e := range m.only(trace.FaultEnd) {
		if neverStruck(e) {
			out = append(out, Result{Name: "scenario", Verdict: Unknown, Reason: e.Text})
		}
	}
	return out
}

// neverStruck says that an event notes a crash that waited in vain.
func neverStruck(e *trace.Event) bool {
	return e.Kind == trace.FaultEnd && e.Code == "crash" && strings.HasSuffix(e.Text, "never struck")
}
