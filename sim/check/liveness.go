package check

import (
	"fmt"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// Requests that one waiting record may need, and the slack of a deadline.
const (
	requestsPerRecord = 12
	deadlineSlack     = 2 * time.Minute
)

// liveness: the system is idle within the deadline that the retry policy, the
// quota and the backlog imply, counted from the last thing that anybody but
// the engine did.
func liveness(m *model) Result {
	t := &tally{m: m, seen: 1}
	limit := m.deadline()
	if m.end < 0 {
		return t.verdict(phrase{}, "")
	}
	end := &m.ev[m.end]
	at := m.lastAct
	m.rereads(t)
	switch {
	case end.Code == "idle":
		if took := time.Duration(m.lastWork() - at); took > limit {
			t.fail("", []uint64{m.lastWorkOp()}, "the engine still worked %s after the last outside act; the deadline is %s", took.Round(time.Second), limit.Round(time.Second))
		}
	case time.Duration(end.At-at) > limit:
		stuck := m.stuck()
		t.fail("", []uint64{end.Op}, "the system was not idle %s after the last outside act; the deadline is %s%s",
			time.Duration(end.At-at).Round(time.Second), limit.Round(time.Second), stuck)
	default:
		t.doubt("the run ended by %s %s after the last outside act, before the deadline of %s", or(end.Code, "an unnamed cause"),
			time.Duration(end.At-at).Round(time.Second), limit.Round(time.Second))
	}
	return t.verdict(phrase{"run became idle in time", "runs became idle in time"}, "")
}

// deadline is the longest that a correct engine may take: the longest waits of
// the retry policy one after another, two rounds of polling, the vendor's own
// webhook retries, and the backlog at each system's quota.
func (m *model) deadline() time.Duration {
	s := &m.set
	longer := func(d time.Duration) time.Duration { return d + d*time.Duration(s.jitter)/100 }
	limit := deadlineSlack + 2*longer(s.cap) + 2*s.timeout + 30*time.Second
	for side := range s.poll {
		if s.pollOff[side] {
			limit += s.audit
		}
		limit += 2 * s.poll[side]
	}
	limit += s.overlap
	for i := range m.ev {
		if m.ev[i].Kind == trace.Receive && m.limitSignal(&m.ev[i]) {
			limit += 2 * longer(s.afterCap)
			break
		}
	}
	return limit + m.drain()
}

// drain is how long the backlog takes at the slower system's quota (RL-3: at
// least 90 % of it), or at its latency where it has none.
func (m *model) drain() time.Duration {
	records := 0
	for _, p := range m.people {
		if p.story.edits > 0 || p.story.unsettled() > 0 {
			records++
		}
	}
	// Reconciliation may look at every record once.
	requests := time.Duration(requestsPerRecord*records + 2*len(m.people) + 100)
	worst := time.Duration(0)
	for side := range sideNames {
		system := &m.sc.Systems.CC
		if side == crm {
			system = &m.sc.Systems.CRM
		}
		trip := 2*lasting(system.Latency, 20*time.Millisecond) + lasting(system.Jitter, 0) + 10*time.Millisecond
		took := requests * (trip + 4*m.set.fsync)
		if q := system.Quota; q != nil && q.Requests > 0 {
			took += requests * time.Duration(q.Per) / time.Duration(q.Requests) * 100 / 90
		} else {
			// The vendor's own default quotas are not below 300 a minute.
			took += requests * time.Minute / 300 * 100 / 90
		}
		worst = max(worst, took)
	}
	return worst
}

func (m *model) lastWorkOp() uint64 {
	for i := len(m.ev) - 1; i >= 0; i-- {
		if e := &m.ev[i]; e.Kind == trace.Commit && e.Actor == trace.ActorEngine || e.Kind == trace.Told || e.Kind == trace.Ack {
			return e.Op
		}
	}
	return 0
}

// stuck names the records that are not in step, since when, and what the
// system last answered about them.
func (m *model) stuck() string {
	const most = 3
	said := ""
	n := 0
	for _, p := range m.people {
		d := m.difference(p)
		if d == nil || d.message == "" || m.mayDiffer(p, d) != "" {
			continue
		}
		if n++; n > most {
			continue
		}
		said += fmt.Sprintf("; %s is stuck since %s: %s%s", p.name, clockText(m.sinceWhen(p)), d.message, m.lastTrouble(p))
	}
	if n > most {
		said += fmt.Sprintf("; and %d more records", n-most)
	}
	return said
}

func (m *model) sinceWhen(p *person) int64 {
	at := int64(0)
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			if s := n.last(); s.by == byUser {
				at = max(at, m.ev[s.ev].At)
			}
		}
	}
	return at
}

func (m *model) lastTrouble(p *person) string {
	for k := len(p.log) - 1; k >= 0; k-- {
		e := &m.ev[p.log[k]]
		if e.Kind != trace.Arrive || e.Actor != trace.ActorEngine {
			continue
		}
		if c := m.exchange(e.Call); c != nil && c.answer > 0 && m.ev[c.answer-1].Status >= 400 {
			a := &m.ev[c.answer-1]
			return fmt.Sprintf(" (%s last answered %s with %d %s)", e.On, e.Method, a.Status, a.Code)
		}
	}
	return ""
}
