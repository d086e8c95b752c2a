package reports

import "github.com/syncproof/syncproof/sim/trace"

// What a console shows of a causal chain: of a long one the first and the last
// events, because it begins with what was known and ends with the violation.
const (
	chainShown = 12
	chainHead  = 4
	chainEnd   = 4 // events before the violation that are shown whatever they are
)

// essence is a chain that fits a console, as it is, and of a longer one what is
// left without the hops: what was on its way is said again by what came of it.
func (j *Journal) essence(ops []uint64) []uint64 {
	if len(ops) <= chainShown {
		return ops
	}
	kept := make([]uint64, 0, len(ops))
	for i, op := range ops {
		if e := j.At(op); i >= len(ops)-chainEnd || e == nil || !hop(e) {
			kept = append(kept, op)
		}
	}
	return kept
}

// hop reports an event that only moves a message along.
func hop(e *trace.Event) bool {
	switch e.Kind {
	case trace.Send, trace.Arrive, trace.Answer, trace.Notify:
		return true
	case trace.Deliver:
		return e.Code == "" // one that is forged, replayed or repeated says more
	}
	return false
}
