package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
)

// Fingerprint identifies the core's state up to the passage of time and the
// numbering of effects: instants count relative to now, and an effect under
// way is named by what it is for. Two cores with the same fingerprint that
// are given the same events do the same from here on, apart from jitter.
func (c *Core) Fingerprint(now Instant) [16]byte {
	f := &printer{now: now}
	for _, key := range slices.Sorted(maps.Keys(c.work)) {
		f.work(c.work[key])
		f.doubts(c, c.work[key])
	}
	f.pendingOps(c)
	f.int(int64(len(c.notices)))
	f.flag(c.queue.stale, c.queue.fetching, c.queue.freshWaits)
	f.when(c.queue.next)
	f.when(c.audit)
	for side := range c.gates {
		f.gate(&c.gates[side])
		f.object(&c.objects[0], side)
		f.health(&c.health[side], c.objects[0].denied[side])
	}
	f.deletes(c.deletes)
	for i := 1; i < len(c.objects); i++ {
		for side := range c.gates {
			o := &c.objects[i]
			f.object(o, side)
			f.when(o.told[side].Permission)
			f.denial(o.denied[side])
		}
	}
	sum := sha256.Sum256(f.buf)
	return [16]byte(sum[:16])
}

// printer appends an unambiguous encoding of state.
type printer struct {
	now Instant
	buf []byte
}

func (f *printer) int(v int64) { f.buf = binary.AppendVarint(f.buf, v) }

func (f *printer) text(s string) {
	f.int(int64(len(s)))
	f.buf = append(f.buf, s...)
}

func (f *printer) flag(bs ...bool) {
	for _, b := range bs {
		f.buf = append(f.buf, flagByte(b))
	}
}

// when encodes an instant relative to now; what lies behind is all the same,
// except that never is told from past.
func (f *printer) when(t Instant) {
	if t == 0 {
		f.int(-1)
		return
	}
	f.int(int64(max(t-f.now, 0)))
}

// past encodes an instant of the past by its distance from now: decisions
// compare such instants with each other.
func (f *printer) past(t Instant) {
	if t == 0 {
		f.int(-1)
		return
	}
	f.int(int64(f.now - t))
}

func (f *printer) texts(list []string) {
	f.int(int64(len(list)))
	for _, s := range list {
		f.text(s)
	}
}

func (f *printer) ints(list []int) {
	f.int(int64(len(list)))
	for _, i := range list {
		f.int(int64(i))
	}
}

func (f *printer) work(w *work) {
	f.text(w.key)
	f.text(w.hint)
	f.text(w.other)
	f.text(w.merged)
	f.text(w.mergedAway)
	f.int(int64(w.lane))
	f.int(int64(w.attempt))
	f.int(int64(w.phase))
	f.int(int64(w.open))
	f.int(int64(w.round))
	f.int(int64(w.step))
	f.text(w.awaits.ID)
	f.flag(w.looked, w.adopting, w.followed, w.refused != "", w.carried, w.sure, w.approved, w.counted, w.recalled, w.noticed,
		w.outdated, w.dropped, w.reserves, w.yields, w.review != nil, w.rec != nil, w.plan != nil, w.failures[0] != nil, w.failures[1] != nil)
	f.record(w.rec)
	for side := range w.sides {
		f.reading(&w.sides[side])
	}
	if w.plan != nil {
		f.record(w.plan.rec)
		for i := range w.plan.steps {
			step := &w.plan.steps[i]
			f.int(int64(step.side))
			f.int(int64(step.kind))
			f.int(step.data.Version)
			f.text(step.data.Status)
			f.text(step.data.External)
			f.texts(step.content)
		}
	}
}

// doubts encodes what a work waits to learn of the schemas.
func (f *printer) doubts(c *Core, w *work) {
	for side, since := range w.doubts {
		v := &c.of(w).schemas[side]
		f.flag(since != 0, v.lookedAt >= since, v.asking && v.askedAt >= since)
	}
}

func (f *printer) reading(s *sideReading) {
	f.flag(s.done, s.present, s.own)
	f.texts(s.content)
	f.ints(s.hidden)
	f.int(s.version)
	f.past(s.edit)
	f.text(s.rec.External)
	f.text(s.rec.Tag)
	f.text(s.rec.Status.Text)
}

func (f *printer) record(r *Record) {
	if r == nil {
		f.int(-1)
		return
	}
	f.text(r.Key)
	for side := range r.ID {
		f.text(r.ID[side])
		f.flag(r.Unmirrored[side])
		b := &r.Base[side]
		f.flag(b.Known, b.Present)
		f.texts(b.Content)
		f.texts(b.Held)
		f.ints(b.Hidden)
		f.int(b.Version)
		f.int(b.Wrote)
		f.int(b.Over)
		f.int(int64(b.Origin))
		f.past(b.Edit)
		f.past(b.Stamp)
	}
	f.int(int64(r.Status))
	f.flag(r.Intent != nil, r.Flag != nil, r.Failure != nil)
	if r.Intent != nil {
		f.flag(r.Intent.Logged, r.Intent.Review != nil)
		f.text(r.Intent.Rule)
		f.int(r.Intent.Version)
		for side := range r.Intent.Sides {
			want := &r.Intent.Sides[side]
			f.flag(want.Needed, want.Done, want.Refused)
			f.int(int64(want.Kind))
			f.texts(want.Content)
			f.texts(want.Before)
			f.int(int64(len(want.Changed)))
		}
	}
	if r.Failure != nil {
		f.int(int64(r.Failure.Side))
		f.text(r.Failure.Field)
		f.text(r.Failure.State)
		f.flag(r.Failure.Discarded != 0)
	}
	if r.Flag != nil {
		f.text(r.Flag.Rule)
		f.text(r.Flag.State)
		f.int(int64(r.Flag.Mass))
	}
}

// pendingOps encodes the effects under way by what they are for, in an order
// that does not depend on their numbers.
func (f *printer) pendingOps(c *Core) {
	all := make([]string, 0, len(c.ops))
	for _, op := range slices.Sorted(maps.Keys(c.ops)) {
		p := c.ops[op]
		what := string([]byte{byte(p.kind), byte(p.side)}) + p.key
		if p.object > 0 {
			what += c.objects[p.object].name
		}
		all = append(all, what)
	}
	slices.Sort(all)
	f.texts(all)
}

func (f *printer) gate(g *gate) {
	f.int(int64(len(g.inFlight)))
	for _, line := range [...][]ticket{g.urgent, g.verified, g.waiting[Fresh], g.waiting[Backlog]} {
		f.int(int64(len(line)))
		for _, t := range line {
			f.text(t.key)
		}
	}
	f.int(int64(g.turn % backlogShare))
	f.when(g.pausedUntil)
	f.int(int64(g.pauses))
	f.int(int64(g.ramp))
	f.int(int64(g.ceiling))
	f.int(int64(g.allowed))
	f.int(int64(g.remaining))
	f.int(int64(g.size))
	f.int(int64(g.expected))
	f.int(int64(g.reserved))
	f.when(g.resetAt)
	f.when(g.notBefore)
}

func (f *printer) feed(d *feed) {
	f.text(string(d.cursor))
	f.text(string(d.next))
	f.when(d.dueAt)
	f.flag(d.inside, d.initial, d.afresh, d.again, d.held, d.more, d.behind)
	f.int(int64(d.failures))
	for _, generation := range [...]map[string]sighting{d.seen, d.before} {
		for _, id := range slices.Sorted(maps.Keys(generation)) {
			f.text(id)
			f.text(generation[id].stamp)
			f.text(generation[id].by)
			f.flag(generation[id].confirmed)
		}
	}
}

func (f *printer) schema(v *schemaView) {
	f.flag(v.known, v.asking, v.refusedAt != 0, v.refusedAt > v.askedAt, v.deadLetters, v.doubted, v.certain)
	f.when(v.dueAt)
	f.text(v.schema.Revision)
	f.texts(slices.Sorted(maps.Keys(v.drifted)))
	for _, i := range slices.Sorted(maps.Keys(v.unseen)) {
		f.int(int64(i))
	}
}

// object encodes what the core knows of one object in one system.
func (f *printer) object(o *object, side int) {
	f.feed(&o.feeds[side])
	f.schema(&o.schemas[side])
}

func (f *printer) health(h *health, d *denial) {
	f.when(h.failingSince)
	f.past(h.failingSince)
	f.past(h.refusedSince)
	f.when(h.told.Outage)
	f.when(h.told.Permission)
	f.when(h.told.Credentials)
	f.denial(d)
}

func (f *printer) denial(d *denial) {
	f.flag(d != nil)
	if d != nil {
		f.text(d.probe)
		f.when(d.probeAt)
	}
}
