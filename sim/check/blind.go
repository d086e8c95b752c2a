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
	table       *fieldTable // of the object that has the field
	side, field int
	from, to    int32 // indexes; to is the last of int32 where it stays so
	// known is when an engine that had told of it had looked at the schema again
	// after its end: what the field shows before that it trusts for nothing.
	known int32
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
		table := m.tables[objectOf(step.Object)]
		field, mapped := table.byPlace[side][step.What]
		if !mapped {
			continue
		}
		spot := blindSpot{table, side, field, f.begin, math.MaxInt32, math.MaxInt32}
		if f.end >= 0 && !m.forGood(f) {
			spot.to = f.end
			spot.known = max(f.end, m.lookedAgain(f))
		}
		m.blindSpots = append(m.blindSpots, spot)
	}
}

// sees says that a system shows a field to the engine at an event.
func (m *model) sees(t *fieldTable, side, f int, at int32) bool {
	for k := range m.blindSpots {
		if b := &m.blindSpots[k]; b.table == t && b.side == side && b.field == f && b.from <= at && at <= b.to {
			return false
		}
	}
	return true
}

// doubts says that a system does not show a field to the engine at an event, or
// that the engine may have reason to doubt what it shows.
func (m *model) doubts(t *fieldTable, side, f int, at int32) bool {
	for k := range m.blindSpots {
		if b := &m.blindSpots[k]; b.table == t && b.side == side && b.field == f && b.from <= at && at <= b.known {
			return true
		}
	}
	return false
}

// showsAlike says that the systems show the engine the same fields at two events.
func (m *model) showsAlike(t *fieldTable, a, b int32) bool {
	for k := range m.blindSpots {
		s := &m.blindSpots[k]
		if s.table == t && (s.from <= a && a <= s.to) != (s.from <= b && b <= s.to) {
			return false
		}
	}
	return true
}

// lookedAgain is when the engine had the answer to its first look at a schema
// after a drift's end: -1 if it told nobody of the drift, and the last of int32 if
// it never looked.
func (m *model) lookedAgain(f *fault) int32 {
	told := false
	for i := f.begin; int(i) < len(m.ev); i++ {
		e := &m.ev[i]
		switch {
		case e.Kind == trace.Told && e.Verb == "drift":
			told = told || i < f.end
		case told && i > f.end && e.Kind == trace.Receive && e.On == f.on && e.Status == 200 && m.looksAtSchema(e.Call):
			return i
		}
	}
	if told {
		return math.MaxInt32
	}
	return -1
}

// looksAtSchema says that an exchange asks a system for its schema.
func (m *model) looksAtSchema(call uint64) bool {
	c := m.exchange(call)
	return c != nil && c.send > 0 && containsAny(m.ev[c.send-1].Path, "/describe", "/schema")
}

// couldSee says that what the engine knows of a side at an event was read when
// the system showed a field, and when the engine had no reason to doubt what it
// showed.
func (s *story) couldSee(side, f int, at int32) bool {
	read := at
	for k := len(s.requests) - 1; k >= 0; k-- {
		r := &s.requests[k]
		if c := s.m.exchange(r.call); r.read == side && r.first <= at && (c == nil || c.send == 0 || c.receive > 0 && c.receive-1 <= at) {
			read = r.first
			break
		}
	}
	for k := range s.m.blindSpots {
		if b := &s.m.blindSpots[k]; b.table == s.p.fields && b.side == side && b.field == f && (b.from <= at && at <= b.known || b.from <= read && read <= b.known) {
			return false
		}
	}
	return true
}
