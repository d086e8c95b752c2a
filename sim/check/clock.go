package check

import (
	"math/big"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// engineClock is the clock of the engine's machine as the scenario sets it: how
// far it is from true time, and how fast it runs.
type engineClock struct {
	turns []turn // in the order of the journal
	// fastest is the most that it gains, in parts per million.
	fastest int64
}

// turn is a change of the clock at an event: by so much, or of its rate.
type turn struct {
	ev          int32
	at, by, ppm int64
}

func newEngineClock(m *model) engineClock {
	set := m.sc.Engine.Clock
	c := engineClock{turns: []turn{{by: int64(set.Skew), ppm: int64(set.Drift)}}, fastest: max(0, int64(set.Drift))}
	rate := int64(set.Drift)
	for k := range m.faults {
		f := &m.faults[k]
		if f.on != trace.Engine || scenarios.Verb(f.code).Group() != scenarios.Clocks {
			continue
		}
		step := m.stepOf(f)
		if step == nil {
			continue
		}
		x := turn{ev: f.begin, at: m.ev[f.begin].At}
		switch step.Verb {
		case scenarios.ClockStep, scenarios.ClockSkew:
			x.by = int64(step.Amount)
		case scenarios.ClockDrift:
			x.ppm = int64(step.PPM)
			rate += x.ppm
			c.fastest = max(c.fastest, rate)
		default:
			continue
		}
		c.turns = append(c.turns, x)
		if f.end >= 0 && step.Verb != scenarios.ClockStep {
			c.turns = append(c.turns, turn{f.end, m.ev[f.end].At, -x.by, -x.ppm})
		}
	}
	return c
}

// stepOf is the step of the timeline that a fault stands for, nil if it is not
// there: the step's own text is all that a journal says of it.
func (m *model) stepOf(f *fault) *scenarios.Step {
	text := m.ev[f.begin].Text
	for i := range m.sc.Timeline {
		if s := &m.sc.Timeline[i]; string(s.Verb) == f.code && s.String() == text {
			return s
		}
	}
	return nil
}

// ahead is how far the clock is ahead of true time at an event.
func (m *model) ahead(ev int32) int64 {
	total := int64(0)
	for _, x := range m.clock.turns {
		if x.ev <= ev {
			total += x.by + gained(m.ev[ev].At-x.at, x.ppm)
		}
	}
	return total
}

// gained is what a clock of that rate gains within a time.
func gained(ns, ppm int64) int64 {
	if ppm == 0 {
		return 0
	}
	n := new(big.Int).Mul(big.NewInt(ns), big.NewInt(ppm))
	return n.Quo(n, big.NewInt(1_000_000)).Int64()
}

// elapsed is the longest time that the engine can have measured between two
// events. It has no clock but its machine's: a process counts on at that rate,
// and one that was started in between has only what the machine showed.
func (m *model) elapsed(from, to int32) time.Duration {
	if m.clock.turns == nil {
		m.clock = newEngineClock(m)
	}
	span := m.ev[to].At - m.ev[from].At
	most := span + gained(span, m.clock.fastest)
	if first, last := m.started(from), m.started(to); first != last {
		most = max(most, span+m.ahead(to)-m.ahead(from), span+m.ahead(last)-m.ahead(first)+gained(span, m.clock.fastest))
	}
	return time.Duration(most)
}

// started is the restart before an event by which the process came up that ran
// then, 0 if it is the first.
func (m *model) started(ev int32) int32 {
	at := int32(0)
	for k := range m.outages {
		if r := m.outages[k].restart; r > 0 && r <= ev {
			at = r
		}
	}
	return at
}
