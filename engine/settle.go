package engine

import (
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// recoverIntent settles a write whose outcome nobody saw: a crash or a lost
// answer came between. The content read now shows whether it arrived, never
// the version alone (spec: base). What took effect
// enters the ledger now.
func (c *Core) recoverIntent(w *work, rec *Record) {
	intent := rec.Intent
	if intent == nil {
		return
	}
	rec.Intent = nil
	took := false
	for side := range intent.Sides {
		want := &intent.Sides[side]
		if !want.Needed || (!want.Done && !arrived(&w.sides[side], &rec.Base[side], want)) {
			continue
		}
		took = true
		if !want.Done {
			propagated(rec, mapping.Side(side), want, intent.Version)
		}
	}
	if took && !intent.Logged {
		entry := c.entry(rec, intent)
		rec.Decisions, rec.Status = entry.Number, intent.Status
		w.extra = append(w.extra, Append{*entry})
	}
}

// propagated moves both bases over what one write carried: these fields now
// agree on the two sides. The others keep their base until they travel too.
func propagated(rec *Record, side mapping.Side, want *IntendedWrite, version int64) {
	here, there := &rec.Base[side], &rec.Base[side.Other()]
	switch {
	case want.Kind == DeleteRecord:
		*here = Base{Known: true}
		return
	case !here.Known || !there.Known:
		return // without a base all fields are decided again
	case want.Kind == CreateRecord:
		*here = Base{Known: true, Present: true, Content: want.Content, Version: version}
		return
	}
	here.Version, here.Held = version, want.Content
	here.Edit, here.Origin = want.Edit, want.Origin
	here.Content = withFields(here.Content, want)
	if there.Present {
		there.Content = withFields(there.Content, want)
	}
}

// withFields is a copy of content with the fields that a write carried.
func withFields(content []string, want *IntendedWrite) []string {
	content = append([]string(nil), content...)
	for _, i := range want.Changed {
		content[i] = want.Content[i]
	}
	return content
}

// arrived reports whether an intended write shows in what was read: a field
// that it meant to change holds the intended value.
func arrived(now *sideReading, base *Base, want *IntendedWrite) bool {
	switch want.Kind {
	case DeleteRecord:
		return !now.present
	case CreateRecord:
		return now.present
	default:
		if !now.present {
			return false
		}
		for _, i := range want.Changed {
			if now.content[i] == want.Content[i] && (!base.Known || base.Content[i] != want.Content[i]) {
				return true
			}
		}
		return false
	}
}

// conclude ends a work whose sides need no content: it takes back a flag or
// failure that is over, stores what was learnt, and leaves.
func (c *Core) conclude(w *work, rec *Record, status Status) {
	if rec.Status == Pending || rec.Status == Flagged || rec.Status == Failed {
		rec.Status = status
	}
	rec.Flag, rec.Failure = nil, nil
	if steps := c.statusSteps(w, rec, rec.Status); len(steps) > 0 {
		c.mark(w, rec, steps)
		return
	}
	var ops []StoreOp
	if !sameRecord(rec, w.rec) {
		ops = append(ops, PutRecord{rec})
	}
	c.end(w, append(ops, Done{w.key, w.generation})...)
}

// mark makes rec durable, then writes status fields, then ends.
func (c *Core) mark(w *work, rec *Record, steps []planStep, ops ...StoreOp) {
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
			Field: c.cfg.Mapping.Fields[l.Field].Name, Index: l.Field, Side: side, Value: l.Value,
			Version: s.version, Time: s.edit, Origin: c.origin(side, s, &rec.Base[side]), Rule: l.Rule,
		})
	}
	return lost
}
