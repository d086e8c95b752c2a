package check

import (
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// Requests that one waiting record may need: a read and a write on each side,
// the link, and what a conflict makes the engine do again.
const requestsPerRecord = 12

// What no setting tells: the vendor delivers a webhook again up to five times,
// five seconds apart, and the rest is the time that work takes which waits for
// nothing.
const (
	webhookRetries = 30 * time.Second
	deadlineSlack  = 2 * time.Minute
)

// liveness: the system is idle within the deadline that the retry policy, the
// quota and the backlog imply, counted from the last thing that anybody but
// the engine did.
func liveness(m *model) Result {
	t := &tally{m: m, seen: 1}
	if m.end < 0 {
		return t.verdict(phrase{}, "")
	}
	end := &m.ev[m.end]
	at, allowed := m.lastAct, m.allowances()
	limit, why := sum(allowed), itemised(allowed)
	m.rereads(t)
	switch {
	case end.Code == "idle":
		if took := time.Duration(m.lastWork() - at); took > limit {
			last := m.lastWorkOp()
			t.fail("", []uint64{last}, "the engine still worked %s after the last outside act at %s%s; the deadline is %s: %s",
				took.Round(time.Second), clockText(at), m.lastDone(last), limit.Round(time.Second), why)
		}
	case time.Duration(end.At-at) > limit && m.unanswerable() >= 0:
		t.doubt("%s answers only after the engine has given up: no engine becomes idle", sideNames[m.unanswerable()])
	case time.Duration(end.At-at) > limit && m.neverStopsPolling(max(at+int64(limit), end.At-int64(10*time.Minute))):
		t.doubt("a round of polling lasts longer than its interval: whether the engine has anything else to do does not show")
	case time.Duration(end.At-at) > limit:
		stuck, ops := m.stuck()
		t.fail("", append(ops, end.Op), "the system was not idle %s after the last outside act at %s%s; the deadline is %s: %s",
			time.Duration(end.At-at).Round(time.Second), clockText(at), stuck, limit.Round(time.Second), why)
	default:
		t.doubt("the run ended by %s %s after the last outside act, before the deadline of %s", or(end.Code, "an unnamed cause"),
			time.Duration(end.At-at).Round(time.Second), limit.Round(time.Second))
	}
	return t.verdict(phrase{"run became idle in time", "runs became idle in time"}, "")
}

// unanswerable is a side whose answers take longer to come than the engine is
// set to wait for one, -1 if there is none.
func (m *model) unanswerable() int {
	for side, system := range [...]*scenarios.System{&m.sc.Systems.CC, &m.sc.Systems.CRM} {
		if 2*lasting(system.Latency, 20*time.Millisecond) > m.set.timeout {
			return side
		}
	}
	return -1
}

// allowance is one reason why a correct engine may take time.
type allowance struct {
	what string
	took time.Duration
}

// allowances add up to the longest that a correct engine may take: the longest
// waits of the retry policy one after another, two rounds of polling, an audit
// of each side that nobody polls and one where nothing else shows a change, the
// vendor's own webhook retries, and the backlog at each system's quota.
func (m *model) allowances() []allowance {
	s := &m.set
	longer := func(d time.Duration) time.Duration { return d + d*time.Duration(s.jitter)/100 }
	polls := s.overlap
	for side := range s.poll {
		polls += 2 * s.poll[side]
	}
	all := []allowance{
		{"retries", 2 * longer(s.cap)}, {"timeouts", 2 * s.timeout}, {"polling", polls},
	}
	for side := range s.pollOff {
		if s.pollOff[side] {
			all = append(all, allowance{"audit of " + sideNames[side], s.audit})
		}
	}
	for _, e := range m.only(trace.Receive) {
		if m.limitSignal(e) {
			all = append(all, allowance{"pauses for limits", 2 * longer(s.afterCap)})
			break
		}
	}
	all = append(all, allowance{"the backlog at the quota", m.drain()},
		allowance{"webhooks delivered again", webhookRetries}, allowance{"work that waits for nothing", deadlineSlack})
	if m.waitsForAudit(sum(all)) {
		all = append(all, allowance{"audit of what nothing else shows", s.audit})
	}
	return all
}

func sum(all []allowance) time.Duration {
	total := time.Duration(0)
	for _, a := range all {
		total += a.took
	}
	return total
}

// itemised says what a deadline is made of.
func itemised(all []allowance) string {
	var parts []string
	for _, a := range all {
		if a.took > 0 {
			parts = append(parts, a.what+" "+a.took.Round(time.Second).String())
		}
	}
	return strings.Join(parts, ", ")
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
		worst = max(worst, took+requests*m.apart(side, system)*100/90)
	}
	return worst
}

func (m *model) lastWorkOp() uint64 {
	for i, k := range slices.Backward(m.kinds) {
		if e := &m.ev[i]; k == trace.Commit && e.Actor == trace.ActorEngine || k == trace.Told || k == trace.Ack {
			return e.Op
		}
	}
	return 0
}

// apart is how far a system's quota keeps requests from each other: its own,
// or one that came to stay during the run, whichever is less. The vendor's
// default quotas are not below 300 a minute.
func (m *model) apart(side int, system *scenarios.System) time.Duration {
	apart := time.Minute / 300
	if q := system.Quota; q != nil && q.Requests > 0 {
		apart = time.Duration(q.Per) / time.Duration(q.Requests)
	}
	for i := range m.sc.Timeline {
		step := &m.sc.Timeline[i]
		if step.Verb == scenarios.QuotaChange && step.ForGood() && step.On == sideNames[side] && step.Requests > 0 {
			apart = max(apart, time.Duration(step.Per)/time.Duration(step.Requests))
		}
	}
	return apart
}
