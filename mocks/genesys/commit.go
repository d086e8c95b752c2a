package genesys

import (
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// write says who changes a record, and how.
type write struct {
	call, cause uint64 // call is 0 for a user's change
	actor       string
	origin      mocks.Origin
	verb        string // create, update, delete, merge or setup
	stamp       time.Time
	versionSet  bool    // the writer stores a version itself
	bypass      bool    // the version trigger does not run
	into        *record // of a merge
}

// commit stores a record's next content. It journals the commit, and queues
// one notice at the instant now unless the write is the setup.
//
// Every accepted write moves modifyDate, one that changes nothing too: it is
// then journalled as a touch.
func (m *Mock) commit(c *record, next content, w write, now time.Time) {
	changes := m.diff(&c.content, &next)
	before := c.syncVersion(m.base)
	if w.verb != trace.Setup && !w.bypass && m.cfg.TriggerFires(changes, w.versionSet) {
		next.setSyncVersion(m.base, before+1)
	}
	external := next.from(m.store.source)
	verb := w.verb
	if verb == trace.Update && len(changes) == 0 && next.syncVersion(m.base) == before && external == c.from(m.store.source) {
		verb = trace.Touch
	}
	if m.store.byID[c.id] == nil {
		m.store.add(c)
	}
	m.store.reindex(c, c.external, next.external)
	m.reidentify(c, &next)
	next.versionNamed = false
	c.content = next
	c.modified = w.stamp.Truncate(resolution)
	c.deleted = verb == trace.Delete
	if c.mergedTo = w.into; w.into != nil {
		external = w.into.id // event.go: the record was merged into External
	}
	m.hide(c)

	op := m.rec.Commit(mocks.Committed{
		Call: w.call, Cause: w.cause, Actor: w.actor, Origin: w.origin, Verb: verb, Object: m.object.is,
		Record: c.id, Alias: c.alias, External: external,
		Version: next.syncVersion(m.base), Before: before, Stamp: c.modified, Changes: changes,
	})
	if verb != trace.Setup {
		m.notify(c, op, now)
	}
}

// diff lists the attributes that a write changes, by their native text and in
// the order of the schema. The version is apart: the commit has fields for it.
func (m *Mock) diff(before, after *content) []trace.Change {
	var changes []trace.Change
	a, b := before.cells, after.cells
	for len(a) > 0 || len(b) > 0 {
		var old, now cell
		slot := uint8(0)
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].slot < b[0].slot:
			old, slot, a = a[0], a[0].slot, a[1:]
		case len(a) == 0 || b[0].slot < a[0].slot:
			now, slot, b = b[0], b[0].slot, b[1:]
		default:
			old, now, slot = a[0], b[0], a[0].slot
			a, b = a[1:], b[1:]
		}
		if old.text == now.text || int(slot) == m.base.versionSlot {
			continue
		}
		changes = append(changes, trace.Change{
			Field: m.base.slots[slot].base, Before: old.text, After: now.text,
			Had: old.text != "", Has: now.text != "",
		})
	}
	return changes
}

// hide keeps a record that changes during a poll gap out of the feed.
func (m *Mock) hide(c *record) {
	m.liftGap()
	if m.faults.FeedHides && !c.hidden {
		c.hidden = true
		m.hidden = append(m.hidden, c)
	}
}

// liftGap shows what a poll gap hid once the gap is over.
func (m *Mock) liftGap() {
	if m.faults.FeedHides {
		return
	}
	for _, c := range m.hidden {
		c.hidden = false
	}
	m.hidden = m.hidden[:0]
}
