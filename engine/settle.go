package engine

import (
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// recoverIntent settles a write whose outcome nobody saw: a crash or a lost
// answer came between. The content read now shows whether it arrived, never
// the version alone (spec: base). What took effect enters the ledger now.
//
// began says that a write of it took effect; untouched that both sides hold
// what the decision read or wrote there, and nothing else.
func (c *Core) recoverIntent(w *work, rec *Record) (began, untouched bool) {
	intent := rec.Intent
	if intent == nil {
		return false, false
	}
	rec.Intent = nil
	log := false
	untouched = true
	for side := range intent.Sides {
		want, now := &intent.Sides[side], &w.sides[side]
		expected := want.Before
		switch {
		case !want.Needed || want.Refused:
		case want.Done:
			began, expected = true, want.Content
		case c.arrived(mapping.Side(side), now, want, intent.Version):
			began, expected = true, want.Content
			log = log || overlaid(now, want)
			c.propagated(rec, mapping.Side(side), intent, now.content)
		case overlaid(now, want) || showsInPart(now, want):
			log = true // what it overwrote, if it arrived, must not be lost
		}
		untouched = untouched && equalContent(now.content, expected)
	}
	if (began || log) && !intent.Logged {
		entry := c.entry(rec, intent)
		rec.Decisions, rec.Status = entry.Number, intent.Status
		w.extra = append(w.extra, Append{*entry})
	}
	return began, untouched
}

// arrived reports whether an intended write shows in what was read. The version
// that it carried must have been reached, a field must hold a value that the
// write meant to give it, and none may still hold its old one: writes are
// atomic, and a person may have typed one of the values himself. Where a trigger
// moves the version with every edit, one behind the write would have moved it
// further than the write did: what somebody left there at the very version of
// the write is his own, and came instead of it.
func (c *Core) arrived(side mapping.Side, now *sideReading, want *IntendedWrite, version int64) bool {
	switch want.Kind {
	case DeleteRecord:
		return !now.present
	case CreateRecord:
		return now.present
	}
	if !now.present || now.version < version {
		return false
	}
	if now.version == version && c.cfg.Systems[side].Traits.Versioning == resolve.Trigger && (overlaid(now, want) || somebodys(&now.rec)) {
		return false
	}
	shows := false
	for _, i := range want.Changed {
		switch now.content[i] {
		case want.Content[i]:
			shows = true
		case want.Before[i]:
			return false
		}
	}
	return shows
}

// somebodys reports whether the system names somebody else than the engine for
// the last change of a record.
func somebodys(r *adapter.Record) bool { return (r.By != "" && !r.Own) || r.Automation }

// overlaid reports whether a field that an intended write meant to change holds
// neither what was read before nor the intended value: somebody edited it or
// deleted the record, and nothing shows whether the write had arrived before.
func overlaid(now *sideReading, want *IntendedWrite) bool {
	if want.Kind != UpdateRecord {
		return false
	}
	if !now.present {
		return true
	}
	for _, i := range want.Changed {
		if now.content[i] != want.Content[i] && now.content[i] != want.Before[i] {
			return true
		}
	}
	return false
}

// showsInPart reports whether some field holds what an intended write meant to
// give it, while others hold what they held before: somebody typed the one, or
// set the others back.
func showsInPart(now *sideReading, want *IntendedWrite) bool {
	if want.Kind != UpdateRecord || !now.present {
		return false
	}
	for _, i := range want.Changed {
		if now.content[i] == want.Content[i] && want.Before[i] != want.Content[i] {
			return true
		}
	}
	return false
}

// propagated moves both bases over what one write carried, as far as the
// reading after it shows it: these fields now agree on the two sides. The
// others keep their base until they travel too, and so does a field that the
// same decision has yet to write on the other side.
func (c *Core) propagated(rec *Record, side mapping.Side, intent *Intent, shown []string) {
	want, opposite := &intent.Sides[side], &intent.Sides[side.Other()]
	here, there := &rec.Base[side], &rec.Base[side.Other()]
	pending := opposite.Needed && !opposite.Done && len(opposite.Changed) > 0
	based := here.comparable() && there.comparable()
	switch {
	case want.Kind == DeleteRecord:
		// It travelled from a side where the record was gone: if it is there
		// again, that is an undelete (CR-13).
		*here, *there = Base{Known: true}, Base{Known: true}
		return
	case want.Kind == CreateRecord || (!based && !pending):
		// Now the two hold the same, the other side as it was read.
		*here = Base{
			Known: true, Present: true, Content: want.Content, Version: intent.Version, Edit: want.Edit, Origin: want.Origin,
		}
		*there = Base{
			Known: true, Present: true, Content: opposite.Before, Version: opposite.Version,
			Edit: opposite.Edit, Origin: opposite.Origin,
		}
		return
	}
	here.Held, here.Hidden, here.Edit, here.Origin = want.Content, nil, want.Edit, want.Origin
	if here.Wrote == 0 || want.Version != here.Wrote {
		here.Over = want.Version
	}
	here.Wrote = intent.Version
	if !based {
		c.halfway(here, there, want, opposite)
		return
	}
	carried, whole := c.objectOf(rec).agreed(want, opposite), true
	for _, i := range want.Changed {
		if shown[i] == want.Content[i] {
			carried = append(carried, i)
		} else {
			whole = false // the version may be a user's who has changed it since
		}
	}
	if whole && !pending {
		// Else what is still to travel would count as changed without a version.
		here.Version = intent.Version
	}
	here.Content = withFields(here.Content, want, carried, nil)
	var later []int
	if pending {
		later = opposite.Changed
	}
	there.Content = withFields(there.Content, want, carried, later)
}

// halfway sets the bases of a decision that had none, while the other side has
// yet to be written: that one as it was read, this one with what is still to
// travel, which so shows as changed on this side alone (CR-2).
func (c *Core) halfway(here, there *Base, want, opposite *IntendedWrite) {
	content := append([]string(nil), want.Content...)
	for _, i := range opposite.Changed {
		content[i] = opposite.Before[i]
	}
	*here = Base{
		Known: true, Present: true, Content: content, Version: want.Version,
		Held: want.Content, Wrote: here.Wrote, Over: here.Over, Edit: want.Edit, Origin: want.Origin, Stamp: here.Stamp,
	}
	*there = Base{
		Known: true, Present: true, Content: opposite.Before, Version: opposite.Version,
		Edit: opposite.Edit, Origin: opposite.Origin,
	}
}

// halfCarried reports whether a decision that took values from both sides has
// reached one of them, and still has a field to write on the other: what is left
// of it is decided field by field, whatever the granularity is, since a table of
// whole records would take it for an edit.
func (o *object) halfCarried(rec *Record) bool {
	for side := range rec.Base {
		b := &rec.Base[side]
		for i := range min(len(b.Held), len(b.Content)) {
			if o.traits[i].OneWay == resolve.None && b.Held[i] != b.Content[i] {
				return true
			}
		}
	}
	return false
}

// agreed are the two-way fields in which the readings behind a decision
// already held the same: nothing has to carry them any more.
func (o *object) agreed(want, opposite *IntendedWrite) []int {
	var same []int
	for i := range o.traits {
		if o.traits[i].OneWay == resolve.None && i < len(opposite.Before) && want.Before[i] == opposite.Before[i] &&
			!slices.Contains(want.Changed, i) && !slices.Contains(opposite.Changed, i) {
			same = append(same, i)
		}
	}
	return same
}

// withFields is a copy of content with the fields of a write, save for those
// left out.
func withFields(content []string, want *IntendedWrite, fields, except []int) []string {
	content = append([]string(nil), content...)
	for _, i := range fields {
		if !slices.Contains(except, i) {
			content[i] = want.Content[i]
		}
	}
	return content
}

// conclude ends a work whose sides need no content: it takes back a flag or
// failure that is over, stores what was learnt, and leaves.
func (c *Core) conclude(w *work, rec *Record, status Status) {
	if rec.Status == Pending || rec.Status == Flagged || rec.Status == Failed {
		rec.Status = status
	}
	rec.Flag, rec.Failure = nil, nil
	steps := c.statusSteps(w, rec, rec.Status)
	if len(steps) == 0 {
		steps = c.mirrorSteps(w, rec)
	}
	if len(steps) > 0 {
		c.mark(w, rec, steps)
		return
	}
	var ops []StoreOp
	if !sameRecord(rec, w.rec) {
		ops = append(ops, PutRecord{rec})
	}
	c.end(w, append(ops, Done{w.key, w.generation})...)
}

// mirrorSteps correct an id that a side still mirrors although the engine has
// moved the link: after a merge, or after a record was made again (spec: link).
func (c *Core) mirrorSteps(w *work, rec *Record) []planStep {
	var steps []planStep
	for side := range w.sides {
		s, now := mapping.Side(side), &w.sides[side]
		other := rec.ID[s.Other()]
		if !rec.Unmirrored[s] {
			continue
		}
		// Until a write of it has taken effect it is still to be told.
		rec.Unmirrored[s] = now.present && other != "" && now.rec.External != other
		if rec.Unmirrored[s] {
			steps = append(steps, planStep{side: s, marks: true, links: true, data: adapter.Write{If: restsOn(now)}})
		}
	}
	return steps
}

// mark makes rec durable, then writes status fields, then ends.
func (c *Core) mark(w *work, rec *Record, steps []planStep, ops ...StoreOp) {
	for i := range steps {
		// The write will show as the last change: what it hides is kept.
		base, read := &rec.Base[steps[i].side], &w.sides[steps[i].side]
		base.Origin = c.origin(steps[i].side, read, base)
		base.Held, base.Hidden, base.Edit = read.content, read.hidden, read.edit
	}
	w.plan, w.step, w.phase = &plan{rec: rec, steps: steps}, -1, intending
	c.commit(w, append(ops, PutRecord{snapshot(rec)})...)
}

// entry is the ledger's entry of a decision (CR-11).
func (c *Core) entry(rec *Record, intent *Intent) *LedgerEntry {
	return &LedgerEntry{
		Key: rec.Key, Number: intent.Decision, At: c.now, Rule: intent.Rule, Why: intent.Why,
		Winner: intent.Winner, Status: intent.Status, Version: intent.Version, Lost: intent.Lost,
	}
}

// losses describes what a decision overwrites, so that it can be restored.
func (c *Core) losses(w *work, rec *Record, d resolve.Decision) []LedgerLoss {
	var lost []LedgerLoss
	for _, l := range d.Lost {
		side := mapping.Side(l.Side)
		s := &w.sides[side]
		lost = append(lost, LedgerLoss{
			Field: c.of(w).mapping.Fields[l.Field].Name, Index: l.Field, Side: side, Value: l.Value,
			Version: s.version, Time: s.edit, Origin: c.origin(side, s, &rec.Base[side]), Rule: l.Rule,
		})
	}
	return lost
}
