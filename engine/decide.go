package engine

import (
	"hash/fnv"
	"slices"
	"strconv"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// decide asks the resolver what to do with two complete readings, after
// settling what an earlier life left open and what a person said.
func (c *Core) decide(w *work) {
	rec := c.recordOf(w)
	if old := rec.Intent; old != nil {
		w.counted = w.counted || old.Sides[0].deletes() || old.Sides[1].deletes()
		began, untouched := c.recoverIntent(w, rec)
		c.redate(w, rec)
		w.carriesOn = (began || old.CarriesOn) && untouched && old.Review.same(w.review)
		w.carries = old.Version
	}
	if w.review != nil {
		c.carryReview(w, rec)
		return
	}
	if w.leftAlone(rec) {
		c.leave(w, rec)
		return
	}
	if rec.Flag != nil && !c.liftFlag(w, rec) {
		c.keepFlag(w, rec)
		return
	}
	c.resolve(w, rec)
}

// redate reads the edit times again, now that it is known which of the
// engine's own writes hides which edit.
func (c *Core) redate(w *work, rec *Record) {
	for side := range w.sides {
		if s := &w.sides[side]; s.present {
			s.edit, s.own = c.editTime(&rec.Base[side], s)
		}
	}
}

// resolve carries out what the resolver decides.
func (c *Core) resolve(w *work, rec *Record) {
	if c.vanished(w, rec) {
		c.flag(w, rec, "CR-13", "the record that it is linked to no longer exists, and no earlier state is known")
		return
	}
	in := c.input(w, rec)
	d := c.cfg.Resolver(in)
	switch d.Action {
	case resolve.Flag:
		c.flag(w, rec, d.Rule, resolve.Explain(in, d))
	case resolve.Nothing, resolve.Forget:
		c.absorb(w, rec)
		c.conclude(w, rec, InSync)
	default:
		if d.Action == resolve.Remove && c.massDeletePaused(w, rec) {
			return
		}
		c.execute(w, rec, d, resolve.Explain(in, d))
	}
}

// vanished reports whether one side of a link is gone of which nothing was
// known: it was deleted, and is never taken for one that was never there.
func (c *Core) vanished(w *work, rec *Record) bool {
	for side := range w.sides {
		s := mapping.Side(side)
		if rec.ID[side] != "" && !w.sides[side].present && !rec.Base[side].Known && w.sides[s.Other()].present {
			return true
		}
	}
	return false
}

// recordOf is a working copy of the durable record, with the ids that this
// work found out. Slices inside are shared and never changed in place.
func (c *Core) recordOf(w *work) *Record {
	rec := &Record{Key: w.key, Status: Pending}
	if w.rec != nil {
		*rec = *w.rec
	}
	for side := range rec.ID {
		if id := w.id(mapping.Side(side)); id != "" {
			rec.ID[side] = id
		}
	}
	return rec
}

// input is the resolver's view of the two readings.
func (c *Core) input(w *work, rec *Record) resolve.Input {
	in := resolve.Input{Fields: c.of(w).traits, Policy: c.cfg.Policy}
	if c.of(w).halfCarried(rec) {
		in.Policy.Granularity = resolve.ByField
	}
	for side := range in.Sides {
		s, base := &w.sides[side], &rec.Base[side]
		in.Traits[side] = c.cfg.Systems[side].Traits
		in.Sides[side] = resolve.State{
			Present: s.present, Content: s.content, Version: s.version,
			Time: s.edit.time(), Origin: c.origin(mapping.Side(side), s, base),
		}
		if base.Wrote != 0 && s.version == base.Wrote {
			in.Sides[side].OwnWrite, in.Sides[side].EditVersion = true, base.Over
		}
		in.Bases[side] = resolve.Base{
			Known: base.Known, Present: base.Present, Content: base.Content, Version: base.Version,
		}
	}
	return in
}

// origin is derived from what is visible on the wire (DM-10).
func (c *Core) origin(side mapping.Side, s *sideReading, base *Base) resolve.Origin {
	switch {
	case s.own && (base.Known || base.Held != nil):
		return base.Origin
	case s.rec.Automation:
		return resolve.System
	case s.rec.By != "" && slices.Contains(c.cfg.Systems[side].Automation, s.rec.By):
		return resolve.System
	case side == mapping.CC:
		return resolve.Agent
	default:
		return resolve.User
	}
}

// absorb makes both readings the bases of rec.
func (c *Core) absorb(w *work, rec *Record) {
	for side := range w.sides {
		c.absorbSide(w, rec, mapping.Side(side))
	}
}

func (c *Core) absorbSide(w *work, rec *Record, side mapping.Side) {
	s, old := &w.sides[side], rec.Base[side]
	base := Base{Known: true, Present: s.present, Content: s.content, Version: s.version, Edit: s.edit}
	base.Origin = c.origin(side, s, &old)
	if s.own {
		base.Stamp = old.Stamp
	}
	rec.Base[side] = base
}

// stateToken identifies the content and versions of both readings (CR-10).
func stateToken(w *work) string {
	h := fnv.New64a()
	for side := range w.sides {
		s := &w.sides[side]
		h.Write([]byte{byte(side), flagByte(s.present)})
		h.Write(strconv.AppendInt(nil, s.version, 10))
		for _, v := range s.content {
			h.Write([]byte{0})
			h.Write([]byte(v))
		}
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

func flagByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func sameRecord(a, b *Record) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.ID != b.ID || a.Unmirrored != b.Unmirrored || a.Status != b.Status || a.Decisions != b.Decisions ||
		a.Intent != b.Intent || a.Flag != b.Flag || a.Failure != b.Failure {
		return false
	}
	for side := range a.Base {
		x, y := &a.Base[side], &b.Base[side]
		if x.Known != y.Known || x.Present != y.Present || x.Version != y.Version || x.Wrote != y.Wrote || x.Over != y.Over ||
			x.Stamp != y.Stamp || x.Edit != y.Edit || x.Origin != y.Origin || !equalContent(x.Content, y.Content) || !equalContent(x.Held, y.Held) || !slices.Equal(x.Hidden, y.Hidden) {
			return false
		}
	}
	return true
}
