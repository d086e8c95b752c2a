package check

import (
	"math"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// blindSpot is a time in which a system shows a field to nobody but its own
// users: an administrator renamed, removed or retyped it, or took it out of the
// engine's sight (FC-3, RL-6).
type blindSpot struct {
	side, field int
	from, to    int32 // indexes; to is the last of int32 where it stays so
}

func (m *model) findBlindSpots() {
	for k := range m.faults {
		f := &m.faults[k]
		if f.on != trace.CC && f.on != trace.CRM {
			continue
		}
		verb := scenarios.Verb(f.code)
		if verb != scenarios.Drift && verb != scenarios.Permission {
			continue
		}
		step := m.stepOf(f)
		if step == nil || verb == scenarios.Drift && !step.Drift.Remove && step.Drift.Rename == "" && step.Drift.Retype == "" {
			continue
		}
		side := sideOf(f.on)
		field, mapped := m.fields.byPlace[side][step.What]
		if !mapped {
			continue
		}
		spot := blindSpot{side, field, f.begin, math.MaxInt32}
		if f.end >= 0 && !m.forGood(f) {
			spot.to = f.end
		}
		m.blindSpots = append(m.blindSpots, spot)
	}
}

// sees says that a system shows a field to the engine at an event.
func (m *model) sees(side, f int, at int32) bool {
	for k := range m.blindSpots {
		if b := &m.blindSpots[k]; b.side == side && b.field == f && b.from <= at && at <= b.to {
			return false
		}
	}
	return true
}
