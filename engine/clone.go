package engine

import (
	"maps"
	"slices"
)

// Clone is an independent copy of the core: stepping one does not show in the
// other. Durable records, readings and batches are never changed in place, so
// they are shared.
func (c *Core) Clone() *Core {
	d := *c
	d.out = nil
	d.ops = maps.Clone(c.ops)
	d.notices = slices.Clone(c.notices)
	d.waiters = slices.Clone(c.waiters)
	d.deletes.Recent = slices.Clone(c.deletes.Recent)
	d.work = make(map[string]*work, len(c.work))
	copies := make(map[*work]*work, len(c.work))
	for key, w := range c.work { //syncproof:unordered each entry is copied by itself
		copies[w] = w.clone()
		d.work[key] = copies[w]
	}
	d.holder = make(map[Ref]*work, len(c.holder))
	for ref, w := range c.holder {
		d.holder[ref] = copies[w]
	}
	for side := range d.gates {
		g := &d.gates[side]
		g.inFlight, g.urgent, g.tokens = slices.Clone(g.inFlight), slices.Clone(g.urgent), slices.Clone(g.tokens)
		g.verified = slices.Clone(g.verified)
		for lane := range g.waiting {
			g.waiting[lane] = slices.Clone(g.waiting[lane])
		}
	}
	d.objects = slices.Clone(c.objects)
	for i := range d.objects {
		d.objects[i].unshare()
	}
	return &d
}

// unshare replaces what a copy of an object shares with it and changes in place.
func (o *object) unshare() {
	for side := range o.feeds {
		f, v := &o.feeds[side], &o.schemas[side]
		f.seen, f.before = maps.Clone(f.seen), maps.Clone(f.before)
		v.drifted, v.unseen = maps.Clone(v.drifted), maps.Clone(v.unseen)
		if denied := o.denied[side]; denied != nil {
			copied := *denied
			o.denied[side] = &copied
		}
	}
}

func (w *work) clone() *work {
	d := *w
	d.claims = slices.Clone(w.claims)
	d.extra = slices.Clone(w.extra)
	if w.plan != nil {
		p := *w.plan
		p.rec = snapshot(w.plan.rec)
		p.steps = slices.Clone(w.plan.steps)
		if w.plan.entry != nil {
			entry := *w.plan.entry
			p.entry = &entry
		}
		d.plan = &p
	}
	return &d
}
