package sim

import (
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
)

// Fingerprint identifies a world's state up to the passage of time and to the
// numbers of what is in it: instants count relative to now, and what is under
// way is named by what it is. Two worlds with one fingerprint that are given
// the same choices do the same from here on. The journal so far is no part of
// it, and neither is what the checkers make of it.
func (w *World) Fingerprint() [16]byte {
	f := &printer{w: w, numbered: w.drawsByNumber(), engineNow: w.host.now()}
	f.Buf = make([]byte, 0, printSize)
	f.world()
	f.host(w.host)
	sum := sha256.Sum256(f.Buf)
	return [16]byte(sum[:16])
}

// printSize is what the encoding of a small world takes.
const printSize = 16 << 10

// drawsByNumber reports whether what happens to a message depends on its
// number: only then the counters are part of the state.
func (w *World) drawsByNumber() bool {
	for i := range w.net.links {
		if w.net.links[i].jitter > 0 {
			return true
		}
	}
	for i := range w.schedule {
		switch w.schedule[i].Verb {
		case scenarios.Jitter, scenarios.Reorder, scenarios.ReorderWebhooks:
			return true
		case scenarios.Loss, scenarios.Reset, scenarios.Duplicate, scenarios.Truncate, scenarios.SlowBody,
			scenarios.LoseWebhooks, scenarios.DelayWebhooks, scenarios.RepeatWebhooks:
			if w.schedule[i].Rate < 100 {
				return true
			}
		}
	}
	return false
}

// printer appends an unambiguous encoding of a world's state.
type printer struct {
	mocks.Print
	w         *World
	numbered  bool
	engineNow engine.Instant
}

// in is the time from now to a true instant; what lies behind is all the same.
func (f *printer) in(at int64) { f.Int(max(0, at-f.w.agenda.now)) }

// set appends encodings that have no order among each other.
func (f *printer) set(n int, each func(i int)) {
	all := make([]string, n)
	outer := f.Buf
	for i := range n {
		f.Buf = nil
		each(i)
		all[i] = string(f.Buf)
	}
	f.Buf = outer
	slices.Sort(all)
	f.Texts(all)
}

func (f *printer) world() {
	w := f.w
	f.agenda()
	for side, s := range w.systems {
		f.Buf = s.direct.Fingerprint(s.now(w), f.Buf)
		f.clock(&s.clock)
		for place := side; place < w.placesUsed(); place += 2 {
			f.Flag(w.looksAgain(place), w.host.knowsDrift[place])
			f.sight(&w.sights[place])
		}
		f.link(&w.net.links[side])
	}
	for _, x := range w.webhookFaults {
		f.Text(x.step.String())
	}
	f.set(len(w.faults), func(i int) { f.Text(w.faults[slices.Sorted(maps.Keys(w.faults))[i]].step.String()) })
	f.Int(int64(w.steps))
	f.Int(int64(w.windows))
	f.Int(int64(w.net.flying))
	f.Text(w.ended)
	f.Text(w.lastGenuine)
	f.budget(w.budget)
}

func (f *printer) budget(b Budget) {
	f.Int(int64(b.Crashes))
	f.Int(int64(b.LostWebhooks))
	f.Int(int64(b.LostMessages))
}

func (f *printer) clock(c *clock) {
	f.Int(int64(c.error(f.w.agenda.now)))
	f.Int(c.ppm)
}

func (f *printer) sight(s *sight) {
	f.Flag(s.seen > s.changed, s.round != 0, s.round > s.changed, s.polling != 0, s.paged, s.restless)
	f.Texts(slices.Sorted(maps.Keys(s.hidden)))
}

func (f *printer) link(l *link) {
	f.Int(int64(l.inUse))
	for _, x := range l.faults {
		f.Text(x.step.String())
		if x.step.Flap > 0 {
			f.Int(f.w.agenda.now - x.since)
		}
	}
	if f.numbered {
		f.Int(int64(l.sent))
	}
}

func (f *printer) host(h *host) {
	f.Flag(h.up)
	f.clock(&f.w.wall)
	if h.up {
		f.clock(&h.clock)
		f.machine(h.machine)
	}
	for place := range f.w.placesUsed() {
		f.Texts(h.views[place].ask)
		f.Text(h.views[place].revision)
	}
	for side := range h.tokens {
		f.Flag(h.tokens[side].value != "", h.tokens[side].leader != 0)
		f.Int(int64(len(h.tokens[side].shared)))
	}
	ops := slices.Sorted(maps.Keys(h.errands))
	f.set(len(ops), func(i int) { f.errand(h.errands[ops[i]]) })
	tokens := slices.Sorted(maps.Keys(h.doors))
	f.set(len(tokens), func(i int) { f.delivery(f.w.deliveries[tokens[i]], true) })
	for _, p := range h.crashes {
		f.Text(p.step.text)
		f.Int(int64(p.seen))
		f.Flag(p.spent)
	}
	f.Int(int64(len(h.approvals)))
	waiting := slices.Sorted(maps.Keys(h.decisions))
	for _, token := range waiting {
		d := h.decisions[token]
		f.Text(d.verb + " " + d.alias)
		f.Flag(d.durable)
	}
	f.disk(h.disk)
}

func (f *printer) machine(m Machine) {
	f.Buf = PrintMachine(m, f.engineNow, f.Buf)
}
