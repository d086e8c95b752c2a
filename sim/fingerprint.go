package sim

import (
	"crypto/sha256"
	"maps"
	"slices"
	"time"

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
		f.Flag(w.host.toldDrift[side] && w.host.describedAt[side] <= s.touchedAt)
		f.sight(&w.sights[side])
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
	f.Flag(s.seen > s.changed, s.round != 0, s.round > s.changed, s.polling != 0)
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

// agenda appends what is to come: messages in any order, appointments in theirs.
func (f *printer) agenda() {
	w := f.w
	var messages, appointments []appointment[happening]
	for _, x := range w.agenda.heap {
		switch {
		case w.void(x.do):
		case x.do.message():
			messages = append(messages, x)
		default:
			appointments = append(appointments, x)
		}
	}
	f.set(len(messages), func(i int) {
		if !w.agenda.patient { // else each takes the same time
			f.in(messages[i].at)
		}
		f.happening(messages[i].do)
	})
	slices.SortFunc(appointments, func(a, b appointment[happening]) int {
		if a.before(&b) {
			return -1
		}
		return 1
	})
	for _, x := range appointments {
		f.in(x.at)
		f.happening(x.do)
	}
	for _, x := range w.agenda.ready[w.agenda.head:] {
		f.happening(x)
	}
}

func (f *printer) happening(h happening) {
	w := f.w
	f.Int(int64(h.what))
	f.Flag(h.life == w.host.life)
	switch h.what {
	case stepComes, stirs, syncs:
		f.Int(int64(h.id))
		if h.what == syncs {
			f.Int(int64(h.n))
		}
	case faultEnds:
		f.Text(w.faults[h.id].step.String())
	case arrives, arrivesTwice, returns, ends, givesUp, readsOn:
		f.Int(int64(h.n))
		f.exchange(w.net.exchanges[h.id])
	case knocks, missesLost, missesSlow, tires, answers:
		f.Int(int64(h.n))
		f.delivery(w.deliveries[h.id], w.host.doors[h.id])
	case admits:
		f.Int(int64(h.n))
		f.errand(w.host.errands[w.host.asking[h.id]])
	case goesOn:
		f.errand(w.host.errands[engine.Op(h.id)])
	case tells:
		f.event(h.event)
	}
}

// event appends one of the events that wait for their turn on the agenda.
func (f *printer) event(e engine.Event) {
	switch e := e.(type) {
	case engine.Noticed:
		f.Text("noticed " + e.Ref.String() + " " + e.Into)
		f.Flag(e.Token != 0)
	case engine.Fetched:
		f.Text("fetched")
		f.Flag(e.FreshWaits)
		for i := range e.Items {
			f.Text(e.Items[i].Key)
		}
	case engine.LookedUp:
		f.Text("looked up")
		f.Buf = e.Record.Fingerprint(f.engineNow, f.Buf)
	case engine.Reviewed:
		f.Text("reviewed")
		f.Buf = e.Fingerprint(f.Buf)
	case engine.Approved:
		f.Text("approved")
	case engine.Redelivered:
		f.Text("redelivered")
	}
}

func (f *printer) delivery(k *delivery, open bool) {
	f.Text(k.d.Record)
	f.Text(string(k.d.Body))
	f.Text(k.d.MergedInto)
	f.Int(int64(k.d.Attempt))
	f.Text(k.code)
	f.Flag(open, k.answered, k.extra)
	if f.numbered {
		f.Int(int64(k.d.Notice))
	}
}

func (f *printer) exchange(x *exchange) {
	w := f.w
	f.Int(int64(x.side))
	f.Flag(x.done, x.left, x.timed, w.host.waitsFor(x), x.truncated, x.asked.Token == w.host.tokens[x.side].value)
	f.in(x.deadline)
	f.in(x.until)
	f.op(x.asked)
	f.outcome(x)
	if w.host.waitsFor(x) {
		f.errand(w.host.errands[x.errand])
	}
	if f.numbered {
		f.Int(int64(x.number))
	}
}

func (f *printer) op(o *mocks.Op) {
	f.Int(int64(o.Kind))
	for _, s := range [...]string{o.Record, o.External, o.Revision, o.IfTag, o.After} {
		f.Text(s)
	}
	f.Texts(o.Ask)
	f.assigns(o.Set)
	f.Flag(o.IfVersion != nil)
	if o.IfVersion != nil {
		f.Int(*o.IfVersion)
	}
	f.Int(int64(o.Limit))
}

func (f *printer) assigns(all []mocks.Assign) {
	f.Int(int64(len(all)))
	for i := range all {
		f.Text(all[i].Field)
		f.Int(int64(all[i].Kind))
		f.Text(all[i].Text)
	}
}

func (f *printer) outcome(x *exchange) {
	out := x.outcome
	f.Flag(out != nil)
	if out == nil {
		return
	}
	f.Int(int64(out.Refusal))
	f.Int(int64(out.Status))
	for _, s := range [...]string{out.Code, out.Field, out.Permission, out.Revision, out.Next} {
		f.Text(s)
	}
	f.Int(int64(x.retryAfter))
	f.Flag(out.Headers, out.More, out.Token != "")
	f.Int(int64(out.Usage.Allowed))
	f.Int(int64(out.Usage.Used))
	f.Int(int64(out.Usage.Reset))
	f.Int(int64(len(out.Records)))
	for i := range out.Records {
		f.view(&out.Records[i])
	}
	for i := range out.Fields {
		f.Text(out.Fields[i].Name)
	}
	for _, m := range out.Changed {
		f.Text(m.ID)
		f.Text(m.Stamp)
		f.Flag(m.Deleted, m.Own)
	}
}

func (f *printer) view(v *mocks.View) {
	for _, s := range [...]string{v.ID, v.External, v.By, v.Tag, v.MergedInto} {
		f.Text(s)
	}
	f.assigns(v.Values)
	f.Int(f.w.systems[0].clock.epoch.Add(time.Duration(f.w.agenda.now)).Sub(v.Modified).Nanoseconds())
	f.Flag(v.Own, v.Automation)
}

// errand appends an effect under way, by what it is for.
func (f *printer) errand(e *errand) {
	f.Flag(e != nil)
	if e == nil {
		return
	}
	t := &f.w.host.tokens[e.side]
	f.Int(int64(e.side))
	f.Int(int64(e.stage))
	f.op(e.ask)
	f.Flag(e.denied, e.call != 0, e.token == t.value, e.refused == "", e.refused == t.value, e.missing == t.count, e.given != nil, e.spent, e.again)
	f.Text(e.made)
	f.Texts(e.toRead)
	f.Int(int64(len(e.records)))
	for i := range e.records {
		f.Text(e.records[i].ID)
		f.Text(e.records[i].Tag)
		f.Text(e.records[i].Version.Text)
	}
}

func (f *printer) host(h *host) {
	f.Flag(h.up)
	f.clock(&h.wall)
	if h.up {
		f.clock(&h.clock)
		f.machine(h.machine)
	}
	for side := range h.views {
		f.Texts(h.views[side].ask)
		f.Text(h.views[side].revision)
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
	switch m := m.(type) {
	case *engine.Core:
		sum := m.Fingerprint(f.engineNow)
		f.Buf = append(f.Buf, sum[:]...)
	case Copier[Machine]:
		f.Buf = m.Fingerprint(f.engineNow, f.Buf)
	}
}

func (f *printer) disk(d *disk) {
	f.Flag(d.syncing)
	f.Int(int64(len(d.pending)))
	for i := range d.pending {
		f.Buf = d.pending[i].Batch.Fingerprint(f.engineNow, f.Buf)
	}
	switch s := d.store.(type) {
	case *memory:
		f.memory(s)
	case Copier[Store]:
		f.Buf = s.Fingerprint(f.engineNow, f.Buf)
	}
	for i := range f.w.schedule {
		if f.w.schedule[i].Verb == scenarios.Redeliver {
			f.Int(int64(len(d.recent)))
			for _, ref := range d.recent {
				f.Text(ref.String())
			}
			return
		}
	}
}

func (f *printer) memory(m *memory) {
	keys := slices.Sorted(maps.Keys(m.records))
	f.Int(int64(len(keys)))
	for _, key := range keys {
		f.Buf = m.records[key].Fingerprint(f.engineNow, f.Buf)
		f.Int(int64(len(m.ledger[key])))
	}
	refs := slices.SortedFunc(maps.Keys(m.keys), compareRefs)
	for _, ref := range refs {
		f.Text(ref.String() + " " + m.keys[ref])
	}
	for i := range m.lanes {
		f.lane(m.lanes[i])
	}
	leased := slices.DeleteFunc(slices.Sorted(maps.Keys(m.entries)), func(key string) bool { return !m.entries[key].leased })
	f.Int(int64(len(leased)))
	for _, key := range leased {
		f.entry(m.entries[key])
	}
	f.Buf = m.meta.Fingerprint(f.engineNow, f.Buf)
}

func compareRefs(a, b engine.Ref) int {
	if a.Side != b.Side {
		return int(a.Side) - int(b.Side)
	}
	return slices.Compare([]byte(a.ID), []byte(b.ID))
}

// lane appends queue entries in the order in which they are given out.
func (f *printer) lane(l lane) {
	entries := slices.Clone(l)
	slices.SortFunc(entries, func(a, b *entry) int {
		if a.due < b.due || (a.due == b.due && a.order < b.order) {
			return -1
		}
		return 1
	})
	f.Int(int64(len(entries)))
	for _, e := range entries {
		f.entry(e)
	}
}

func (f *printer) entry(e *entry) {
	f.Text(e.key)
	f.Text(e.ref.String())
	f.Text(e.hint)
	f.Int(int64(e.lane))
	f.Int(int64(max(0, e.due-f.engineNow)))
	f.Int(int64(e.attempt))
	f.Int(int64(e.gen))
	f.Buf = e.review.Fingerprint(f.Buf)
	f.Buf = e.taken.Fingerprint(f.Buf)
	f.Int(int64(len(e.later)))
	f.Flag(e.leased, e.fresher, e.delayed)
}

// void reports whether an entry of the agenda has nothing left to do.
func (w *World) void(h happening) bool {
	switch h.what {
	case tells, wakes, syncs, goesOn:
		return h.life != w.host.life || (h.what == wakes && h.n != w.host.wakeSeq)
	case admits:
		_, waits := w.host.asking[h.id]
		return !waits
	case tires:
		return w.deliveries[h.id].answered
	case stirs:
		return w.systems[h.id].wakeAt != int64(h.n)
	case givesUp:
		return !w.net.awaited(w.net.exchanges[h.id])
	default:
		return false
	}
}

// message reports whether a happening is a message that reaches its end: free
// choice may let it come before others.
func (h happening) message() bool {
	switch h.what {
	case arrives, arrivesTwice, returns, knocks, answers, syncs:
		return true
	default:
		return false
	}
}
