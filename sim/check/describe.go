package check

import (
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// hideWindow is how long after an answer a crash may still have kept it from
// the engine's disk, in nanoseconds.
const hideWindow = int64(5e9)

// describe says what one committed engine write changed.
func (m *model) describe(i int32, n *node, at int) *write {
	e := &m.ev[i]
	w := &write{ev: i, side: n.side, state: at, verb: e.Verb, version: e.Version != e.Before}
	now := &n.states[at]
	w.hidden, w.outlived = m.outcomeHidden(i, e), m.outlived(i, e)
	if at == 0 {
		w.version, w.link = true, now.external != ""
		return w
	}
	prev := &n.states[at-1]
	w.version = w.version || now.version != prev.version
	w.status = now.status != prev.status
	w.link = now.external != prev.external
	for f := range now.content {
		if now.content[f] != prev.content[f] {
			w.changes = append(w.changes, fieldWrite{field: f, before: prev.content[f], after: now.content[f], read: prev.content[f]})
		}
	}
	// The link and the base version travel in fields of their own.
	for k := range e.Changes {
		c := &e.Changes[k]
		if _, mapped := n.fields.byPlace[n.side][c.Field]; mapped || c.Before == c.After && c.Had == c.Has {
			continue
		}
		if c.Field != n.fields.version[n.side] && c.Field != n.fields.status[n.side] {
			w.link = w.link || c.After == "" || m.byKey[c.After] != nil
		}
	}
	return w
}

// empty says that a write changed nothing that counts.
func (w *write) empty() bool {
	return w.verb == trace.Update && len(w.changes) == 0 && !w.version && !w.status && !w.link || w.verb == trace.Touch
}

// business says that a write moved content or the version.
func (w *write) business() bool {
	return len(w.changes) > 0 || w.version || w.verb != trace.Update && w.verb != trace.Touch
}

// outcomeHidden says that the engine may not know that the write arrived: no
// answer, a server error, or a crash before the answer can have been kept.
func (m *model) outcomeHidden(i int32, e *trace.Event) bool {
	c := m.exchange(e.Call)
	if c == nil || c.send == 0 {
		return false
	}
	if c.receive == 0 || c.lose > 0 {
		return true
	}
	if r := &m.ev[c.receive-1]; r.Status >= 500 || r.Status == 429 {
		return true
	}
	if c.answer > 0 && m.ev[c.answer-1].Status >= 500 {
		return true
	}
	return m.bodyFaultAt(c.receive-1) || m.crashBetween(c.send-1, m.ev[c.receive-1].At+hideWindow)
}

// crashBetween says whether the engine died after the event at index from
// and not later than the instant until.
func (m *model) crashBetween(from int32, until int64) bool {
	for k := range m.outages {
		if c := m.outages[k].crash; c >= from && m.ev[c].At <= until {
			return true
		}
	}
	return false
}

// bodyFaultAt says that a fault was open at an event of a system which cuts or
// delays the bodies of its answers: the status arrived then, and perhaps
// nothing else.
func (m *model) bodyFaultAt(i int32) bool {
	for k := range m.faults {
		f := &m.faults[k]
		cuts := f.code == string(scenarios.Truncate) || f.code == string(scenarios.SlowBody)
		elsewhere := f.on != m.ev[i].On && (f.on == trace.CC || f.on == trace.CRM)
		if cuts && !elsewhere && f.begin < i && (f.end < 0 || i < f.end) {
			return true
		}
	}
	return false
}

// outlived says that a request took effect when the process that sent it was
// gone or had given it up: no engine can prevent that (EV-10).
func (m *model) outlived(i int32, e *trace.Event) bool {
	c := m.exchange(e.Call)
	if c == nil || c.send == 0 {
		return false
	}
	if c.lose > 0 && c.lose-1 < i || c.receive > 0 && c.receive-1 < i {
		return true
	}
	if first := c.commit - 1; first < i && m.ev[first].Record == e.Record {
		return true // the network delivered the request once more
	}
	for k := range m.outages {
		if at := m.outages[k].crash; at >= c.send && at < i {
			return true
		}
	}
	return false
}

// sentAt is the index at which the request behind an event left the engine.
func (m *model) sentAt(i int32) int32 {
	if c := m.exchange(m.ev[i].Call); c != nil && c.send > 0 {
		return c.send - 1
	}
	return i
}
