package check

import (
	"strings"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// validPayloads: the strict mocks refused no request of the engine for its
// form. Excepted are rules that no schema describes (validation rules, unique
// values), states that moved on, credentials, limits, and the requests that
// were on their way when the first refusal after a drift told of it.
func validPayloads(m *model) Result {
	t := &tally{m: m}
	var drifted [2]*drift
	faultAt := 0
	for i, e := range m.only(trace.Answer) {
		for faultAt < len(m.faults) && m.faults[faultAt].begin < i {
			f := &m.faults[faultAt]
			// A field that the account may no longer see is, on the wire, gone.
			if (f.code == string(scenarios.Drift) || f.code == string(scenarios.Permission)) && (f.on == trace.CC || f.on == trace.CRM) {
				drifted[sideOf(f.on)] = &drift{}
			}
			faultAt++
		}
		if e.On != trace.CC && e.On != trace.CRM || !m.byEngine(e) {
			continue
		}
		if e.Status/100 == 2 {
			t.seen++
			continue
		}
		if !formRefusal(e) || drifted[sideOf(e.On)].excuses(m, i, e) {
			continue
		}
		t.seen++
		path := m.requestOf(e)
		t.fail(m.nameOf(path), m.chain(i, nil), "%s refused %s %s with %d %s at %s",
			e.On, path.Method, path.Path, e.Status, e.Code, clockText(e.At))
	}
	return t.verdict(phrase{"request was accepted in its form", "requests were accepted in their form"}, "the engine made no request")
}

// drift is a schema change: what is refused until the engine had the whole of
// one refusal is excused.
type drift struct {
	told int32 // index at which the engine had the first refusal, 0 before
}

func (d *drift) excuses(m *model, i int32, e *trace.Event) bool {
	if d == nil {
		return false
	}
	c := m.exchange(e.Call)
	switch {
	case d.told > 0:
		return c == nil || c.lose > 0 || m.leftBefore(c, d.told)
	case c == nil:
		d.told = i
	case c.receive > 0 && !m.bodyFaultAt(c.receive-1) && !m.diedKnowing(c.receive-1):
		d.told = c.receive - 1
	}
	return true // what was refused is in the answer's body, and dies with the process that holds it
}

// leftBefore says that a request left before an event, or in the same instant:
// what one answer tells stops no request that leaves while it is being read.
func (m *model) leftBefore(c *call, event int32) bool {
	return c.send-1 <= event || m.ev[c.send-1].At == m.ev[event].At
}

// byEngine says that an answer went to the engine's account.
func (m *model) byEngine(e *trace.Event) bool {
	c := m.exchange(e.Call)
	return c == nil || c.arrive == 0 || m.ev[c.arrive-1].Actor == trace.ActorEngine
}

// requestOf is the event that holds the request's method and path.
func (m *model) requestOf(e *trace.Event) *trace.Event {
	c := m.exchange(e.Call)
	switch {
	case c != nil && c.arrive > 0:
		return &m.ev[c.arrive-1]
	case c != nil && c.send > 0:
		return &m.ev[c.send-1]
	}
	return e
}

// Codes of refusals that say nothing of the request's form: rules that a
// schema cannot describe, and states that moved on.
var notForm = []string{
	"VALIDATION", "DUPLICATE", "LIMIT", "DELETED", "NOT_FOUND", "not.found", "conflict", "CONFLICT",
	"precondition", "PRECONDITION", "invalid_grant", "invalid_client", "INVALID_SESSION", "INSUFFICIENT_ACCESS",
	"permission", "UNABLE_TO_LOCK_ROW", "unique", "merged", "version",
	"0x80044352", // ExpiredVersionStamp: the service has forgotten where the engine was
}

// formRefusal says that an answer refuses a request for its form.
func formRefusal(e *trace.Event) bool {
	switch e.Status {
	case 401, 403, 404, 408, 409, 410, 412, 423, 425, 429:
		return false
	}
	return e.Status/100 == 4 && !containsAny(e.Code, notForm...) && !strings.Contains(e.Code, "TooMany")
}
