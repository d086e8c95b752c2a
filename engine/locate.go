package engine

import (
	"github.com/syncproof/syncproof/engine/mapping"
)

// located goes on once every known side was read: it follows merges, finds
// the other side of a record that has none yet, and then decides.
func (c *Core) located(w *work) {
	for side := range w.sides {
		if into := w.sides[side].rec.MergedInto; into != "" {
			c.followMerge(w, mapping.Side(side), into)
			return
		}
	}
	if c.missing(w) {
		return
	}
	for side := range w.sides {
		s := mapping.Side(side)
		if w.id(s) == "" && w.sides[s.Other()].present && !w.looked {
			c.locate(w, s)
			return
		}
	}
	c.decide(w)
}

// missing handles an unlinked notice of a record that is not there: nothing
// to do, unless a surviving record of the other side names it.
func (c *Core) missing(w *work) bool {
	if w.rec != nil {
		return false
	}
	here, there := &w.sides[w.ref.Side], &w.sides[w.ref.Side.Other()]
	switch {
	case !here.present && !there.present:
		c.end(w, Done{w.key, w.generation})
		return true
	case w.hint != "" && here.present != there.present:
		// Nothing shows which of them is newer, the deletion or the survivor.
		c.flagUnlinked(w, "CR-13", "the record that it is linked to no longer exists, and no earlier state is known")
		return true
	}
	return false
}

// locate looks for the record of side s that belongs to the one just read:
// by the id that it mirrors, else by the records that mirror its own id. Of a
// pair that is known the mirrored id may be of a deleted record, and a creation
// may have arrived unseen: there only a search tells.
func (c *Core) locate(w *work, s mapping.Side) {
	w.phase = locating
	found := &w.sides[s.Other()]
	if w.rec == nil && found.rec.External != "" && w.hint == "" {
		c.adopt(w, Ref{s, found.rec.External})
		return
	}
	c.out.add(Find{Op: c.op(pending{pendingFind, s, w.key}), Side: s, External: w.id(s.Other()), Key: w.key})
}

func (c *Core) onFindDone(e FindDone) {
	p, w, ok := c.take(e.Op)
	if !ok || w == nil {
		return
	}
	c.observe(p.side, e.Err)
	switch {
	case e.Err != nil:
		c.retry(w, p.side, e.Err)
	case len(e.Records) == 0:
		w.looked = true
		c.decide(w)
	case len(e.Records) == 1:
		c.adopt(w, Ref{p.side, e.Records[0].ID})
	default:
		c.flagUnlinked(w, "CR-14", "several records of "+p.side.String()+" carry its id as their external id")
	}
}

// adopt takes ref for the other side of w, after asking the store whether
// another pair already holds it.
func (c *Core) adopt(w *work, ref Ref) {
	if !c.claim(w, ref) {
		return
	}
	w.phase, w.hint = locating, ref.ID
	c.out.add(Lookup{Op: c.op(pending{pendingLookup, ref.Side, w.key}), Ref: ref})
}

func (c *Core) onLookedUp(e LookedUp) {
	p, w, ok := c.take(e.Op)
	if !ok || w == nil {
		return
	}
	w.looked = true
	held := e.Record
	if w.merged != "" {
		c.mergeLookedUp(w, p.side, held)
		return
	}
	mine := w.id(p.side.Other())
	switch {
	case held == nil || held.Key == w.key:
		c.read(w)
	case held.ID[p.side.Other()] != "" && held.ID[p.side.Other()] != mine:
		c.flagUnlinked(w, "CR-14", "it names a record of "+p.side.String()+" that is linked to another one")
	default:
		// The pair exists under another key: let that one do the work.
		c.end(w, Enqueue{Ref: Ref{p.side, held.ID[p.side]}, Lane: w.lane, Hint: mine}, Done{w.key, w.generation})
	}
}

// followMerge handles a record that its system merged into another one: the
// link follows, unless the survivor belongs to another pair (CR-14).
func (c *Core) followMerge(w *work, s mapping.Side, into string) {
	if w.rec == nil {
		c.end(w, Enqueue{Ref: Ref{s, into}, Lane: w.lane}, Done{w.key, w.generation})
		return
	}
	if w.rec.ID[s] == into || !c.claim(w, Ref{s, into}) {
		return
	}
	w.phase, w.merged = locating, into
	c.out.add(Lookup{Op: c.op(pending{pendingLookup, s, w.key}), Ref: Ref{s, into}})
}

// mergeLookedUp lets the link follow a merge where the survivor is free.
func (c *Core) mergeLookedUp(w *work, s mapping.Side, held *Record) {
	into := w.merged
	w.merged = ""
	if held != nil && held.Key != w.key && held.ID[s.Other()] != "" {
		rec := c.recordOf(w)
		if rec.Flag != nil {
			c.keepFlag(w, rec)
			return
		}
		c.flag(w, rec, "CR-14", "it was merged into a contact that is linked to another record")
		return
	}
	rec := *w.rec
	rec.ID[s], rec.Base[s] = into, Base{}
	w.rec = &rec
	c.read(w)
}
