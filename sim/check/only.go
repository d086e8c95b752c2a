package check

import (
	"iter"

	"github.com/syncproof/syncproof/sim/trace"
)

// only gives the events of some kinds and their places, in order. Most checks
// look at few of the events: they pass over the kinds, a byte each, where the
// events are hundreds of times as long as what is asked of them.
func (m *model) only(kinds ...trace.Kind) iter.Seq2[int32, *trace.Event] {
	wanted := uint64(0)
	for _, k := range kinds {
		wanted |= 1 << k
	}
	return func(yield func(int32, *trace.Event) bool) {
		for i, k := range m.kinds {
			if wanted>>k&1 != 0 && !yield(int32(i), &m.ev[i]) {
				return
			}
		}
	}
}
