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
		d.feeds[side].seen = maps.Clone(c.feeds[side].seen)
		d.feeds[side].before = maps.Clone(c.feeds[side].before)
		d.schemas[side].drifted = maps.Clone(c.schemas[side].drifted)
		d.schemas[side].unseen = maps.Clone(c.schemas[side].unseen)
		if denied := c.health[side].denied; denied != nil {
			copied := *denied
			d.health[side].denied = &copied
		}
	}
	return &d
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
