package check

import (
	"net/http"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// fewestPauses is how many pauses it takes before their jitter is judged.
const fewestPauses = 8

// pause is one limit signal that asked for a wait.
type pause struct {
	received int32
	at       int64
	wait     time.Duration
}

// gate is what backoff follows of one target.
type gate struct {
	open   []pause // not yet over
	ratios []int64 // how long after the asked wait the next request came, in 1/10,000 of the wait
}

// backoff: after a limit signal no request is sent to that target before
// min(Retry-After, cap); the jitter spreads; failures wait by the schedule.
func backoff(m *model) Result {
	t := &tally{m: m}
	var gates [2]gate
	retries, knocks := newRetries(m), newKnocking(m)
	for i := range m.ev {
		e := &m.ev[i]
		switch e.Kind {
		case trace.Receive:
			retries.ended(t, int32(i), e)
			retries.received(e.Call)
			knocks.receives(t, int32(i), e)
			if m.limitSignal(e) {
				t.seen++
				gates[sideOf(e.On)].close(m, int32(i), e)
			}
		case trace.Lose:
			retries.ended(t, int32(i), e)
			knocks.lost(e)
		case trace.Send:
			if e.On == trace.CC || e.On == trace.CRM {
				gates[sideOf(e.On)].pass(t, int32(i), e)
				retries.sent(t, int32(i), e)
				knocks.sends(t, int32(i), e)
			}
		case trace.Restart, trace.Person:
			retries.forget(int32(i))
			if e.Kind == trace.Restart {
				knocks.restarted()
			}
		case trace.Feed, trace.Read:
			retries.disclosed(int32(i), e)
		case trace.Deliver:
			retries.stirred(int32(i))
		case trace.FaultBegin:
			retries.redelivered(int32(i), e)
		}
	}
	for side := range gates {
		gates[side].spread(t, side)
	}
	return t.verdict(phrase{"limit signal or failure was waited out", "limit signals and failures were waited out"}, "no limit signal and no failure was received")
}

// limitSignal says that a received answer is one. A signal that only the body
// holds is none where bodies were cut, or came long after the status.
func (m *model) limitSignal(e *trace.Event) bool {
	return m.saysLimit(e) && (e.Status == http.StatusTooManyRequests || !m.bodyFaultAt(int32(e.Op)-1))
}

// saysLimit says that an answer was meant as a limit signal, by its own code or
// the system's account of the same exchange, whatever arrived of its body.
func (m *model) saysLimit(e *trace.Event) bool {
	if e.Status/100 != 4 {
		return limited(e)
	}
	c := m.exchange(e.Call)
	return limited(e) || c != nil && c.answer > 0 && limited(&m.ev[c.answer-1])
}

func (g *gate) close(m *model, i int32, e *trace.Event) {
	header, date := e.RetryAfter, e.Date
	if c := m.exchange(e.Call); c != nil && c.answer > 0 && header == "" {
		header, date = m.ev[c.answer-1].RetryAfter, or(date, m.ev[c.answer-1].Date)
	}
	wait, ok := retryAfter(header, date)
	if !ok || wait == 0 {
		return
	}
	g.open = append(g.open, pause{i, e.At, min(wait, m.set.afterCap)})
}

func (g *gate) pass(t *tally, i int32, e *trace.Event) {
	kept := g.open[:0]
	var last pause // signals of requests in flight ask for one pause, the longest
	for _, p := range g.open {
		over := int64(t.m.elapsed(p.received, i) - p.wait)
		switch {
		case over >= 0:
			if p.at+int64(p.wait) >= last.at+int64(last.wait) {
				last = p
			}
			continue
		case e.At-p.at <= int64(t.m.reaction):
		case !t.m.gateLost(p.received, i):
			t.fail("", []uint64{t.m.op(p.received), e.Op}, "%s was asked to wait %s at %s, and a request was sent at %s, %s too early",
				e.On, p.wait, clockText(p.at), clockText(e.At), time.Duration(-over))
			continue
		}
		kept = append(kept, p)
	}
	g.open = kept
	if over := e.At - last.at - int64(last.wait); last.wait > 0 && over <= int64(last.wait)/10 {
		g.ratios = append(g.ratios, over*10_000/int64(last.wait))
	}
}

// gateLost says that the engine died before the pause can have been durable,
// which RL-1 excepts.
func (m *model) gateLost(received, sent int32) bool {
	window := m.ev[received].At + m.set.durableIn()
	for k := range m.outages {
		if c := m.outages[k].crash; c > received && c < sent && (m.ev[c].At <= window || m.outages[k].wipe) {
			return true
		}
	}
	return false
}

// spread judges the jitter: over enough pauses, not all alike.
func (g *gate) spread(t *tally, side int) {
	if len(g.ratios) < fewestPauses {
		return
	}
	low, high := g.ratios[0], g.ratios[0]
	for _, r := range g.ratios {
		low, high = min(low, r), max(high, r)
	}
	if high-low < 2 { // a fiftieth of a percent: alike but for rounding
		t.fail("", nil, "the %d pauses of %s were all prolonged alike (by %d.%02d %%): there is no jitter",
			len(g.ratios), sideNames[side], low/100, low%100)
	}
}
