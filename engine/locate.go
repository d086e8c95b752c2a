package engine

import (
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// located goes on once every known side was read: it follows merges, finds
// the other side of a record that has none yet, makes sure that it is the only
// one, and then decides.
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
		if w.id(s) == "" && !w.looked && (w.sides[s.Other()].present || w.creates(s)) {
			c.locate(w, s)
			return
		}
	}
	if w.other != "" && !w.sure && !c.makeSure(w) {
		return
	}
	if w.followed && !c.survivorFree(w) {
		return
	}
	if s, contested := w.contested(); contested {
		c.find(w, s)
		return
	}
	c.decide(w)
}

// contested is the side that may not be told of its link because another of its
// records names the same one: it was flagged for that, and asks again who does
// before the flag is lifted, or flag and link would follow each other for ever.
func (w *work) contested() (side mapping.Side, ok bool) {
	if w.rec == nil || w.rec.Flag == nil || w.rec.Flag.Rule != "CR-14" || w.sure {
		return 0, false
	}
	for side := range w.sides {
		s, now := mapping.Side(side), &w.sides[side]
		other := w.id(s.Other())
		if w.rec.Unmirrored[s] && now.present && other != "" && now.rec.External != other {
			return s, true
		}
	}
	return 0, false
}

// creates reports whether a creation on side s was under way, so that a record
// may be there although its source is gone by now.
func (w *work) creates(s mapping.Side) bool {
	return w.rec != nil && w.rec.Intent != nil && w.rec.Intent.Sides[s].Needed && w.rec.Intent.Sides[s].Kind == CreateRecord
}

// missing handles an unlinked notice of a record that is not there: nothing
// to do, unless a surviving record of the other side names it. So it is with one
// that was parked for that reason: its flag stands as long as the survivor does.
func (c *Core) missing(w *work) bool {
	if w.rec != nil && !w.rec.parkedAlone() {
		return false
	}
	here, there := &w.sides[w.ref.Side], &w.sides[w.ref.Side.Other()]
	switch {
	case !here.present && !there.present && !w.looked:
		c.find(w, w.ref.Side.Other()) // a survivor may name it
		return true
	case !here.present && !there.present && w.rec != nil:
		return false // the survivor is gone as well
	case !here.present && !there.present:
		c.end(w, Done{w.key, w.generation})
		return true
	case w.other != "" && here.present != there.present:
		// Nothing shows which of them is newer, the deletion or the survivor.
		c.flagUnlinked(w, "CR-13", "the record that it is linked to no longer exists, and no earlier state is known")
		return true
	}
	return false
}

// locate looks for the record of side s that belongs to the one just read: by
// what a notice said, by the id that it mirrors, else by the records that
// mirror its own id. Of a pair that was linked before the mirrored id may be a
// deleted record's, and a creation may have arrived unseen: there only a
// search tells.
func (c *Core) locate(w *work, s mapping.Side) {
	w.phase = locating
	mirrored := w.sides[s.Other()].rec.External
	switch {
	case w.hint != "":
		ref := Ref{s, w.hint}
		w.hint = ""
		c.adopt(w, ref)
	case mirrored != "" && !w.base(s).Known && !w.creates(s):
		c.adopt(w, Ref{s, mirrored})
	default:
		c.find(w, s)
	}
}

// find asks side s which of its records carry the other side's id.
func (c *Core) find(w *work, s mapping.Side) {
	if c.holdsBack(w) {
		return
	}
	w.phase = locating
	c.out.add(Find{Op: c.op(pending{kind: pendingFind, side: s, key: w.key}), Side: s, Object: int(w.object), External: c.native(w.id(s.Other())), Key: w.key})
}

// makeSure checks that two records which are to be linked name each other and
// no third one (CR-14). It reports whether work can go on at once.
func (c *Core) makeSure(w *work) bool {
	mine, theirs := &w.sides[w.ref.Side], &w.sides[w.ref.Side.Other()]
	if !mine.present || !theirs.present {
		return true
	}
	s := w.ref.Side.Other()
	names, named := mine.rec.External == w.id(s), theirs.rec.External == w.id(w.ref.Side)
	names = names || (w.mergedAway != "" && mine.rec.External == w.mergedAway)
	before := w.base(mapping.CC).Known || w.base(mapping.CRM).Known // what a pair mirrors may be a former id of its own
	switch {
	case mine.rec.External != "" && !names && !before:
		// What the notice said is not so: this record names another one.
		c.forget(w, s)
		c.adopt(w, Ref{s, mine.rec.External})
	case theirs.rec.External != "" && !named && !before && !w.vouched:
		// Unless the one that it names was merged into this one, or is gone.
		c.vouch(w, Ref{w.ref.Side, theirs.rec.External})
	case names && named:
		w.sure = true
		return true
	case !names && !named:
		c.forget(w, s)
		c.find(w, s)
	case names:
		c.find(w, w.ref.Side) // it must be the only one that names the other
	default:
		c.find(w, s)
	}
	return false
}

// forget takes back what was adopted for side s.
func (c *Core) forget(w *work, s mapping.Side) {
	w.other, w.sides[s], w.looked = "", sideReading{done: true}, false
}

func (c *Core) onFindDone(e FindDone) {
	p, w, ok := c.take(e.Op)
	if !ok || w == nil {
		return
	}
	c.observe(p.side, e.Err)
	id := ""
	if len(e.Records) == 1 {
		id = c.qualify(int(w.object), e.Records[0]).ID
	}
	switch {
	case e.Err != nil:
		c.retry(w, p.side, e.Err)
	case len(e.Records) == 0:
		w.looked, w.sure = true, true
		if !c.missing(w) {
			c.decide(w)
		}
	case id != "" && id == w.id(p.side):
		w.sure = true
		c.decide(w)
	case id != "" && w.id(p.side) == "":
		w.looked, w.sure = true, true
		c.adopt(w, Ref{p.side, id})
	default:
		c.flagUnlinked(w, "CR-14", "several records of "+p.side.String()+" carry its id as their external id")
	}
}

// adopt takes ref for the other side of w, after asking the store whether
// another pair already holds it.
func (c *Core) adopt(w *work, ref Ref) {
	w.adopting = true
	if c.claim(w, ref) {
		c.lookup(w, ref)
	}
}

func (c *Core) lookup(w *work, ref Ref) {
	w.phase, w.other, w.adopting = locating, ref.ID, false
	c.out.add(Lookup{Op: c.op(pending{kind: pendingLookup, side: ref.Side, key: w.key}), Ref: ref})
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
	case w.rec != nil && held.ID[p.side.Other()] == "":
		c.takeHalf(w, p.side, held)
	case held.ID[p.side.Other()] != "" && held.ID[p.side.Other()] != mine:
		// Linked to another one: unless that one was merged into this one, and
		// the link is about to follow.
		w.phase, w.open = checking, 1
		ref := Ref{p.side.Other(), held.ID[p.side.Other()]}
		c.out.add(Read{Op: c.op(pending{kind: pendingRead, side: ref.Side, key: w.key}), Ref: ref, Key: w.key})
	default:
		// The pair exists under another key: let that one do the work.
		c.end(w, Enqueue{Ref: Ref{p.side, held.ID[p.side]}, Lane: w.lane, Hint: mine}, Done{w.key, w.generation})
	}
}

// takeHalf goes on where two halves, each parked under a key of its own, come
// to look like one record. Neither hands the work to the other, which would
// hand it back: whoever comes looks for himself, and with a link takes both
// references. What waits for a person over more than its link stays his
// (CR-10).
func (c *Core) takeHalf(w *work, s mapping.Side, held *Record) {
	if held.Flag != nil && held.Flag.Rule != "CR-14" {
		c.flagUnlinked(w, "CR-14", "it names a record of "+s.String()+" that waits for a person")
		return
	}
	c.read(w)
}

// followMerge handles a record that its system merged into another one: the
// link follows, unless the survivor belongs to another pair (CR-14).
func (c *Core) followMerge(w *work, s mapping.Side, into string) {
	switch {
	case w.rec == nil && s == w.ref.Side:
		ops := []StoreOp{Enqueue{Ref: Ref{s, into}, Lane: w.lane}}
		if named := w.sides[s].rec.External; named != "" {
			// Its own counterpart may be left without a contact.
			ops = append(ops, Enqueue{Ref: Ref{s.Other(), named}, Lane: w.lane})
		}
		c.end(w, append(ops, Done{w.key, w.generation})...)
		return
	case w.rec == nil, w.rec.ID[s] == "":
		c.followUnlinked(w, Ref{s, into})
		return
	}
	w.phase, w.merged = locating, into
	c.out.add(Lookup{Op: c.op(pending{kind: pendingLookup, side: s, key: w.key}), Ref: Ref{s, into}})
}

// maxMerges bounds how long a chain of merges is followed.
const maxMerges = 8

// followUnlinked takes the survivor of a merge for the record that the one just
// read names: whether it is free, and belongs to no other, is then made sure of.
func (c *Core) followUnlinked(w *work, survivor Ref) {
	if w.merges++; w.merges > maxMerges {
		c.flagUnlinked(w, "CR-14", "the record that it names was merged on and on, and no survivor shows")
		return
	}
	if w.mergedAway == "" {
		w.mergedAway = w.id(survivor.Side)
	}
	c.forget(w, survivor.Side)
	c.adopt(w, survivor)
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
	switch c.holder[Ref{s, into}] {
	case nil:
		c.hold(w, Ref{s, into})
	case w:
	default:
		// Somebody looks at the survivor right now: this pair looks again
		// when that is over.
		c.requeue(w, c.now.Add(c.backoff(s, w.attempt)), w.attempt+1)
		return
	}
	rec := *w.rec
	rec.ID[s], rec.Base[s], rec.Unmirrored[s.Other()] = into, Base{}, true
	w.rec, w.followed, w.followedFrom = &rec, true, w.rec
	c.read(w)
}

// survivorFree checks that the survivor of a merge that a link just followed
// does not name a record of its own: a direct link wins over one that leads
// through a merge. It reports whether work can go on at once.
func (c *Core) survivorFree(w *work) bool {
	for side := range w.sides {
		s, now := mapping.Side(side), &w.sides[side]
		moved := w.rec.ID[s] != w.followedFrom.ID[s]
		if own := now.rec.External; moved && now.present && own != "" && own != w.id(s.Other()) && !w.vouched {
			c.vouch(w, Ref{s.Other(), own})
			return false
		}
	}
	return true
}

// vouch reads a third record, that one of the two named.
func (c *Core) vouch(w *work, third Ref) {
	w.phase, w.open, w.vouching = checking, 1, true
	c.out.add(Read{Op: c.op(pending{kind: pendingRead, side: third.Side, key: w.key}), Ref: third, Key: w.key})
}

// checked goes on when the record was read that stands between the two.
func (c *Core) checked(w *work, s mapping.Side, e ReadDone) {
	gone := e.Err != nil && e.Err.Kind == adapter.NotFound
	merged := e.Err == nil && e.Record.MergedInto != "" && e.Record.MergedInto == w.id(s)
	vouching := w.vouching
	w.vouching = false
	switch {
	case e.Err != nil && !gone:
		c.retry(w, s, e.Err)
	case vouching && merged && w.sides[s].rec.External != "" && w.sides[s].rec.External != w.id(s.Other()):
		c.flagUnlinked(w, "CR-14", "it was merged into a contact that is linked to another record")
	case vouching && merged:
		c.find(w, s.Other()) // it must be the only one that belongs to the survivor
	case vouching && gone:
		w.vouched = true
		c.located(w)
	case vouching:
		c.flagUnlinked(w, "CR-14", "it belongs to a record of "+s.Other().String()+" that names another one")
	case merged:
		// Nobody may have told of that merge. The pair whose link follows it comes
		// first: at the same instant each would find the other at work, for ever.
		w.extra = append(w.extra, Enqueue{Ref: Ref{s, e.Record.ID}, Lane: Backlog})
		c.requeue(w, c.now.Add(c.backoff(s, w.attempt+1)), w.attempt+1)
	default:
		c.flagUnlinked(w, "CR-14", "it names a record of "+s.Other().String()+" that is linked to another one")
	}
}
