package check

import (
	"github.com/syncproof/syncproof/sim/trace"
)

// durableAck: judged where polling is off, for there a forgotten notice is
// gone for good: every acknowledged notice is followed by a request for that
// record, whatever crashed in between, unless it is the echo of the engine's
// own write or the engine had read what it tells of already.
func durableAck(m *model) Result {
	t := &tally{m: m}
	polled := false
	for i, e := range m.only(trace.Ack) {
		if e.Status/100 != 2 || e.On != trace.CC && e.On != trace.CRM || !m.set.pollOff[sideOf(e.On)] {
			polled = true
			continue
		}
		if code := m.deliveryCode(e); code == "forged" {
			continue
		}
		followed := m.followed(i, e)
		if !followed && m.forgotten(i) {
			continue
		}
		t.seen++
		if followed {
			continue
		}
		if m.end >= 0 && m.ev[m.end].Code != "idle" {
			t.doubt("the run ended before %s was read again", m.nameOf(e))
			continue
		}
		t.fail(m.nameOf(e), m.noticeOps(e), "the notice about %s was acknowledged at %s, and the engine never asked for the record afterwards",
			m.nameOf(e), clockText(e.At))
	}
	if t.seen == 0 && polled {
		return t.verdict(phrase{}, "polling is on: a lost notice heals, and would not show")
	}
	return t.verdict(phrase{"acknowledged notice, followed by a read", "acknowledged notices, each followed by a read"}, "no notice was acknowledged with polling off")
}

// followed says that the engine asked for the record after the delivery, or
// had no need to.
func (m *model) followed(ack int32, e *trace.Event) bool {
	n := m.find(e.On, e.Record)
	if n == nil {
		return true // nothing is known of the record: nothing to read
	}
	from := m.deliveredAt(ack, e)
	if k := m.notices[e.Notice]; k != nil && k.notify > 0 {
		c := m.ev[k.notify-1].Cause
		if c > 0 && c <= uint64(len(m.ev)) {
			if cause := &m.ev[c-1]; cause.Kind == trace.Commit && cause.Actor == trace.ActorEngine {
				return true
			}
			from = min(from, int32(c)-1)
		}
	}
	for k := len(n.log) - 1; k >= 0 && n.log[k] > from; k-- {
		if x := &m.ev[n.log[k]]; (x.Kind == trace.Read || x.Kind == trace.Arrive) && x.Actor == trace.ActorEngine {
			return true
		}
	}
	return false
}

// forgotten says that the engine's store was lost, and its queue with it, before
// it must have come to what it had acknowledged.
func (m *model) forgotten(ack int32) bool {
	for k := range m.outages {
		if o := &m.outages[k]; o.wipe && o.crash > ack && m.ev[o.crash].At-m.ev[ack].At <= int64(sum(m.allowances())) {
			return true
		}
	}
	return false
}

// deliveredAt is the index of the delivery that an Ack answers.
func (m *model) deliveredAt(ack int32, e *trace.Event) int32 {
	if c := e.Cause; c > 0 && c <= uint64(len(m.ev)) && m.ev[c-1].Kind == trace.Deliver {
		return int32(c) - 1
	}
	at := ack
	if k := m.notices[e.Notice]; k != nil {
		for _, d := range k.deliver {
			if d < ack && m.ev[d].Attempt == e.Attempt {
				at = d
			}
		}
	}
	return at
}

// deliveryCode says what was special about the delivery that an Ack answers.
func (m *model) deliveryCode(e *trace.Event) string {
	d := m.deliveredAt(int32(e.Op)-1, e)
	if x := &m.ev[d]; x.Kind == trace.Deliver {
		return x.Code
	}
	return ""
}

// nameOf is the scenario's name of the record that an event is about, else
// its native id.
func (m *model) nameOf(e *trace.Event) string {
	if n := m.find(e.On, e.Record); n != nil {
		return n.person.name
	}
	return or(e.Alias, e.Record)
}

func (m *model) noticeOps(e *trace.Event) []uint64 {
	var ops []uint64
	if k := m.notices[e.Notice]; k != nil {
		if k.notify > 0 {
			if c := m.ev[k.notify-1].Cause; c > 0 {
				ops = append(ops, c)
			}
			ops = append(ops, m.op(k.notify-1))
		}
		for _, d := range k.deliver {
			if m.ev[d].Op < e.Op {
				ops = append(ops, m.op(d))
			}
		}
	}
	return append(ops, e.Op)
}
