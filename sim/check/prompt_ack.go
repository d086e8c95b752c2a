package check

import (
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// vendorTimeout is how long a vendor waits for an acknowledgement.
const vendorTimeout = 10 * time.Second

// codePushed is a delivery over a connection that the engine holds open: nobody
// answers it.
const codePushed = "pushed"

// promptAck: an acknowledgement waits for the engine's disk and for the
// deliveries before it, never for the other system. The bound is a hundred
// durable writes and a second, plus four writes for each delivery that waits
// as well, and never more than the vendor's patience. What is forged is
// refused, and what is genuine is not, however often it comes (EV-1); an engine
// that cannot make a notice durable may ask for it again later, with a 5xx.
func promptAck(m *model) Result {
	t := &tally{m: m}
	var order []int32
	waiting := map[int32]bool{} // deliveries, by index
	for i, e := range m.only(trace.Deliver, trace.Crash, trace.Ack) {
		switch e.Kind {
		case trace.Deliver:
			if e.Code == codePushed {
				continue
			}
			waiting[i] = true
			order = append(order, i)
		case trace.Crash:
			clear(waiting)
			order = order[:0]
		case trace.Ack:
			d := m.deliveredAt(i, e)
			if !waiting[d] {
				continue
			}
			t.seen++
			m.prompt(t, d, i, len(waiting))
			delete(waiting, d)
		}
	}
	for _, d := range order {
		if !waiting[d] || m.end < 0 || m.ev[m.end].At-m.ev[d].At <= int64(vendorTimeout) {
			continue
		}
		if at := m.ev[d].At; m.diskWaits(at, at+int64(vendorTimeout)) > 0 {
			continue // nothing can be made durable, and nobody is to be told that it is
		}
		t.seen++
		t.fail(m.nameOf(&m.ev[d]), []uint64{m.op(d)}, "the delivery at %s about %s was never answered",
			clockText(m.ev[d].At), m.nameOf(&m.ev[d]))
	}
	return t.verdict(phrase{"delivery was answered promptly", "deliveries were answered promptly"}, "nothing was delivered")
}

// diskAgain is how long an engine may wait before it tries again to write what
// its disk refused.
const diskAgain = 5 * time.Second

// diskWaits is how long an acknowledgement may have waited for a disk that took
// no write.
func (m *model) diskWaits(from, to int64) time.Duration {
	waits := time.Duration(0)
	for _, f := range m.faults {
		if f.code != string(scenarios.DiskFull) {
			continue
		}
		end := to
		if f.end >= 0 {
			end = min(end, m.ev[f.end].At)
		}
		if begin := max(from, m.ev[f.begin].At); begin < end || m.ev[f.begin].At <= from && from < end+int64(diskAgain) {
			waits += time.Duration(max(end-begin, 0)) + diskAgain
		}
	}
	return waits
}

func (m *model) prompt(t *tally, d, ack int32, queue int) {
	from, to := &m.ev[d], &m.ev[ack]
	if from.Code == "forged" && to.Status/100 == 2 {
		t.fail(m.nameOf(from), []uint64{from.Op, to.Op}, "a forged delivery at %s was answered %d, not 401 (EV-1)", clockText(to.At), to.Status)
	}
	if from.Code != "forged" && to.Status/100 == 4 {
		t.fail(m.nameOf(from), []uint64{from.Op, to.Op}, "a genuine delivery at %s was refused with %d (EV-1)", clockText(to.At), to.Status)
	}
	bound := time.Second + time.Duration(100+4*queue)*m.set.fsync
	bound = min(bound+m.diskWaits(from.At, to.At), vendorTimeout)
	if took := time.Duration(to.At - from.At); took > bound {
		ops := []uint64{from.Op}
		what := ""
		for i := d + 1; i < ack && len(ops) < longestChain; i++ {
			if e := &m.ev[i]; (e.Kind == trace.Receive || e.Kind == trace.Lose) && e.On != from.On {
				ops = append(ops, e.Op)
				what = ", with answers of " + e.On.String() + " in between"
			}
		}
		t.fail(m.nameOf(from), append(ops, to.Op), "the delivery at %s about %s was answered after %s; at most %s do not depend on the other system%s",
			clockText(from.At), m.nameOf(from), took.Round(time.Millisecond), bound, what)
	}
}
