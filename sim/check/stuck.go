package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// stuckShown is how many stuck records a message names.
const stuckShown = 3

// stuck says what is stuck, since when and why: each record that is not in
// step, from the change that was not carried over, with what became of the
// engine's last attempt; and without such a record what kept the run busy. The
// operations are the evidence, oldest first.
func (m *model) stuck() (string, []uint64) {
	var said strings.Builder
	var ops []uint64
	n := 0
	for _, p := range m.people {
		d := m.difference(p)
		if d == nil || d.message == "" || m.mayDiffer(p, d) != "" {
			continue
		}
		if n++; n > stuckShown {
			continue
		}
		since := m.changedLast(p)
		why, because := m.waitsFor(p, since)
		fmt.Fprintf(&said, "; %s is stuck since %s: %s: %s", p.name, m.when(since), d.message, why)
		ops = append(ops, m.op(since))
		ops = append(ops, because...)
	}
	switch {
	case n > stuckShown:
		fmt.Fprintf(&said, "; and %d more records", n-stuckShown)
	case n == 0:
		said.WriteString("; every record is in step" + m.lastDone(m.lastSentOp()))
	}
	if ops = slices.Compact(slices.Sorted(slices.Values(ops))); m.end >= 0 {
		ops = slices.DeleteFunc(ops, func(op uint64) bool { return op == m.ev[m.end].Op })
	}
	return said.String(), ops
}

// when is an event's instant and number.
func (m *model) when(i int32) string {
	return fmt.Sprintf("%s (#%d)", clockText(m.ev[i].At), m.ev[i].Op)
}

// changedLast is the last change of a person's records that was not the
// engine's.
func (m *model) changedLast(p *person) int32 {
	last := int32(0)
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			last = max(last, n.foreign())
		}
	}
	return last
}

// waitsFor is why nothing came of a person's last change: the engine is down,
// a system asked for a pause, the last request failed, or nothing was asked.
func (m *model) waitsFor(p *person, since int32) (string, []uint64) {
	if k := len(m.outages) - 1; k >= 0 && m.outages[k].restart < 0 {
		crash := m.outages[k].crash
		return "the engine is down since " + m.when(crash), []uint64{m.op(crash)}
	}
	last, tries := m.lastAsked(p, since)
	for side := range sideNames {
		if i, until := m.lastPause(side, since); i >= max(last, 0) {
			why := fmt.Sprintf("%s asked at %s for a pause until %s", sideNames[side], m.when(i), clockText(until))
			return why + m.silence(side, i, until), []uint64{m.op(i)}
		}
	}
	if last < 0 {
		return m.unasked(p, since)
	}
	e := &m.ev[last]
	why := fmt.Sprintf("the last of %s about it, %s to %s at %s, ", phrase{"request", "requests"}.count(tries), e.Method, e.On, m.when(last))
	why += m.outcome(e.Call)
	return why + m.silence(sideOf(e.On), last, e.At), []uint64{e.Op}
}

// lastAsked is the engine's last request about one of a person's records after
// an event, -1 without one, and how many there were.
func (m *model) lastAsked(p *person, since int32) (last int32, tries int) {
	last = -1
	for i := since + 1; int(i) < len(m.ev); i++ {
		e := &m.ev[i]
		if e.Kind != trace.Send || e.Actor != trace.ActorEngine {
			continue
		}
		if n := m.addressed(e); n != nil && n.person == p {
			last, tries = i, tries+1
		}
	}
	return last, tries
}

// outcome is what became of an exchange.
func (m *model) outcome(number uint64) string {
	c := m.exchange(number)
	switch {
	case c == nil || c.answer == 0 && c.lose == 0:
		return "was not answered"
	case c.lose > 0:
		return "was lost (" + or(m.ev[c.lose-1].Code, "no reason is known") + ")"
	}
	a := &m.ev[c.answer-1]
	return strings.TrimSpace(fmt.Sprintf("was answered %d %s", a.Status, a.Code))
}

// lastPause is the last limit signal of a side after an event, and the instant
// that it asked to be left alone until; -1 without one.
func (m *model) lastPause(side int, since int32) (int32, int64) {
	for i := int32(len(m.ev)) - 1; i > since; i-- {
		e := &m.ev[i]
		if e.Kind != trace.Receive || e.On != systemOf(side) || !m.limitSignal(e) {
			continue
		}
		if wait, ok := retryAfter(e.RetryAfter, e.Date); ok {
			return i, e.At + int64(min(wait, m.set.afterCap))
		}
	}
	return -1, 0
}

// silenceShown is how long nothing must have been sent for a message to say so.
const silenceShown = time.Minute

// silence says what was last sent to a side after an event, or that nothing
// was for long after an instant.
func (m *model) silence(side int, after int32, until int64) string {
	for i := int32(len(m.ev)) - 1; i > after; i-- {
		if e := &m.ev[i]; e.Kind == trace.Send && e.On == systemOf(side) && e.Actor == trace.ActorEngine {
			return fmt.Sprintf("; the last request to %s at all was %s %s at %s", sideNames[side], e.Method, e.Path, m.when(i))
		}
	}
	if m.end < 0 || time.Duration(m.ev[m.end].At-until) < silenceShown {
		return ""
	}
	return fmt.Sprintf("; nothing was sent to %s in the %s that followed", sideNames[side], time.Duration(m.ev[m.end].At-until).Round(time.Second))
}

// unasked is why the engine may know nothing of a change: its notice was
// acknowledged and forgotten, lost, or never sent; and whether polling showed
// the record.
func (m *model) unasked(p *person, since int32) (string, []uint64) {
	n := m.who[since]
	if n == nil {
		return "the engine asked nothing about it", nil
	}
	why, ops := "no webhook told of it", []uint64(nil)
	if mute := m.muteAt(n.on, since); mute >= 0 {
		why, ops = sideNames[n.side]+" sends no webhooks since "+m.when(mute), []uint64{m.op(mute)}
	}
	for _, i := range n.log {
		if i <= since {
			continue
		}
		switch e := &m.ev[i]; {
		case e.Kind == trace.Ack && e.Status/100 == 2:
			why, ops = "its webhook was acknowledged at "+m.when(i), []uint64{e.Op}
		case e.Kind == trace.Missed && (len(ops) == 0 || m.ev[ops[0]-1].Kind != trace.Ack):
			why = fmt.Sprintf("its webhook was lost at %s (%s)", m.when(i), or(e.Code, "no reason is known"))
		}
	}
	seen := int32(-1)
	for i := since + 1; int(i) < len(m.ev); i++ {
		if e := &m.ev[i]; e.Kind == trace.Feed && e.On == n.on && slices.Contains(e.Records, n.id) {
			seen = i
		}
	}
	switch {
	case seen >= 0:
		why, ops = why+", polling showed it at "+m.when(seen), append(ops, m.op(seen))
	case m.set.pollOff[n.side]:
		why += ", nobody polls " + sideNames[n.side]
	default:
		why += ", polling did not show it"
	}
	return why + ", and the engine asked nothing about it", ops
}

// muteAt is when a system's webhooks had ended for good before an event, -1 if
// they had not.
func (m *model) muteAt(on trace.System, event int32) int32 {
	for k := range m.faults {
		if f := &m.faults[k]; f.code == string(scenarios.MuteWebhooks) && f.on == on && f.begin < event && (f.end < 0 || m.forGood(f)) {
			return f.begin
		}
	}
	return -1
}

// lastDone tells of the event that shows an engine still at work.
func (m *model) lastDone(op uint64) string {
	if op == 0 {
		return ""
	}
	e := &m.ev[op-1]
	what := e.Kind.String()
	switch e.Kind {
	case trace.Commit:
		what = e.Verb + " of " + m.nameOf(e) + " in " + e.On.String()
	case trace.Told:
		what = "message about " + e.Verb
	case trace.Ack:
		what = "acknowledgement of a webhook about " + m.nameOf(e)
	case trace.Send:
		what = e.Method + " " + e.Path + " to " + e.On.String()
	}
	return fmt.Sprintf("; the last thing that it did is the %s at %s", what, m.when(int32(op)-1))
}

// lastSentOp is the engine's last request, 0 without one.
func (m *model) lastSentOp() uint64 {
	for i := len(m.ev) - 1; i >= 0; i-- {
		if e := &m.ev[i]; e.Kind == trace.Send && e.Actor == trace.ActorEngine {
			return e.Op
		}
	}
	return 0
}
