package check

import (
	"slices"

	"github.com/syncproof/syncproof/sim/trace"
)

// longestChain bounds the operations named by one finding.
const longestChain = 24

// chain is the causal chain that led to an event, oldest first: what the
// journal names as causes, and the notices, reads and requests for the same
// person since the engine's write before.
func (m *model) chain(i int32, p *person) []uint64 {
	var ops []uint64
	seen := map[int32]bool{}
	var follow func(i int32)
	follow = func(i int32) {
		for i >= 0 && int(i) < len(m.ev) && !seen[i] && len(ops) < longestChain {
			seen[i] = true
			e := &m.ev[i]
			ops = append(ops, e.Op)
			if c := m.exchange(e.Call); c != nil && c.send > 0 && c.send-1 < i && !seen[c.send-1] {
				follow(c.send - 1)
			}
			if e.Cause == 0 || e.Cause > uint64(len(m.ev)) {
				return
			}
			i = int32(e.Cause) - 1
		}
	}
	follow(i)
	if p != nil {
		at, _ := slices.BinarySearch(p.log, i)
		for k := at - 1; k >= 0 && len(ops) < longestChain; k-- {
			j := p.log[k]
			follow(j)
			if e := &m.ev[j]; e.Kind == trace.Commit && e.Actor == trace.ActorEngine {
				break
			}
		}
	}
	slices.Sort(ops)
	return slices.Compact(ops)
}

// op is the operation number of the event at an index.
func (m *model) op(i int32) uint64 { return m.ev[i].Op }
