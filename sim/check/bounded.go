package check

import "github.com/syncproof/syncproof/sim/trace"

// bounded: the process's measured working set and requests in flight stay
// under their limits.
func bounded(m *model) Result {
	t := &tally{m: m}
	measured := false
	for _, e := range m.only(trace.Gauge) {
		measured = true
		t.seen++
		if limit := m.gaugeLimit(e); limit > 0 && e.Version > limit {
			t.fail("", []uint64{e.Op}, "%s was %d at %s; the limit is %d", e.Code, e.Version, clockText(e.At), limit)
		}
	}
	if measured {
		m.flights(t)
	}
	return t.verdict(phrase{"measurement stayed under its limit", "measurements stayed under their limits"}, "the engine's sizes cannot be measured")
}

// gaugeLimit is the limit that the world states, else the scenario's.
func (m *model) gaugeLimit(e *trace.Event) int64 {
	if e.Before > 0 {
		return e.Before
	}
	switch e.Code {
	case "working_set":
		return int64(or(m.sc.Engine.WorkingSet, 64))
	case "in_flight.cc":
		return int64(m.set.concurrency[cc])
	case "in_flight.crm":
		return int64(m.set.concurrency[crm])
	}
	return 0
}

// flights counts the requests in flight by the network's own account. A
// journal in which some exchange has no end is not counted: the end may have
// gone unrecorded.
func (m *model) flights(t *tally) {
	for n := range m.calls {
		if c := &m.calls[n]; c.send > 0 && c.receive == 0 && c.lose == 0 && !m.crashBetween(c.send-1, m.lastAt()) {
			return
		}
	}
	var open [2]map[uint64]bool
	open[cc], open[crm] = map[uint64]bool{}, map[uint64]bool{}
	worst := [2]int{}
	for _, e := range m.only(trace.Crash, trace.Receive, trace.Lose, trace.Send) {
		switch e.Kind {
		case trace.Crash:
			clear(open[cc])
			clear(open[crm])
		case trace.Receive, trace.Lose:
			delete(open[sideOf(e.On)], e.Call)
		case trace.Send:
			side := sideOf(e.On)
			open[side][e.Call] = true
			if n := len(open[side]); n > worst[side] {
				if worst[side] = n; n == m.set.concurrency[side]+1 {
					t.fail("", []uint64{e.Op}, "%d requests to %s were in flight at %s; the limit is %d", n, sideNames[side], clockText(e.At), m.set.concurrency[side])
				}
			}
		}
	}
}

func (m *model) lastAt() int64 {
	if len(m.ev) == 0 {
		return 0
	}
	return m.ev[len(m.ev)-1].At
}
