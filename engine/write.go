package engine

import (
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// maxRounds bounds how often one work decides anew because a side moved
// between the reading and the write; then the entry goes back to the queue.
const maxRounds = 8

// nextStep goes on with the plan: the next write, or the end.
func (c *Core) nextStep(w *work) {
	w.step++
	if w.step >= len(w.plan.steps) {
		c.end(w, c.outcome(w)...)
		return
	}
	if c.holdsBack(w) || c.denied(w) {
		return
	}
	if w.yields {
		c.requeue(w, c.now, w.attempt)
		return
	}
	if w.outdated && w.step == 0 {
		c.again(w)
		return
	}
	step := &w.plan.steps[w.step]
	if c.mustVerify(w, step) {
		c.verify(w, step)
		return
	}
	c.write(w, step)
}

// verify reads a side once more, right before it is written.
func (c *Core) verify(w *work, step *planStep) {
	w.phase, w.open, w.noticed = verifying, 1, false
	c.unreserve(w)
	ref := Ref{step.side, w.plan.rec.ID[step.side]}
	if step.kind == CreateRecord {
		ref.ID = step.was
	}
	c.out.add(Read{Op: c.op(pending{kind: pendingRead, side: step.side, key: w.key}), Ref: ref, Key: w.key})
}

// mustVerify: a target that cannot refuse a stale write is read once more
// immediately before it (EV-10). Guarding by version is enough only where a
// trigger moves the version with every edit. A record in whose place one is
// created may have been undeleted: a creation by external id would write it.
func (c *Core) mustVerify(w *work, step *planStep) bool {
	switch {
	case step.marks:
		return false
	case step.kind == CreateRecord:
		return step.was != ""
	}
	switch c.of(w).capabilities[step.side].Conditional {
	case adapter.ByTag:
		return step.data.If.Tag == "" || step.kind == DeleteRecord && c.of(w).capabilities[step.side].UpdatesOnly
	case adapter.ByVersion:
		return step.kind == DeleteRecord || c.cfg.Systems[step.side].Traits.Versioning != resolve.Trigger
	default:
		return true
	}
}

// verified compares the last reading before a write with the one that the
// decision rests on: a later edit of the same content counts, since times decide
// as well (CR-5).
func (c *Core) verified(w *work, side mapping.Side) {
	step := &w.plan.steps[w.step]
	now, then := &w.sides[side], w.plan.rested[side]
	if g := &c.gates[side]; w.noticed || g.opens(c.now) > c.now && g.allowed != 1 {
		c.verify(w, step) // the reading is old, or the write would wait longer than it is good for
		return
	}
	if now.present == then.present && now.version == then.version && now.rec.Modified.Equal(then.rec.Modified) && equalContent(now.content, then.content) {
		step.data.If.Tag = now.rec.Tag
		c.write(w, step)
		return
	}
	c.again(w)
}

// again decides anew on fresh readings.
func (c *Core) again(w *work) {
	w.round++
	if w.round > maxRounds {
		c.postpone(w, w.attempt+1)
		return
	}
	c.unplan(w)
	c.read(w)
}

// unplan drops what is left of the plan: the decision is made anew.
func (c *Core) unplan(w *work) {
	if w.plan == nil {
		return
	}
	w.plan.rec.Intent.neverMind()
	w.rec, w.plan = snapshot(w.plan.rec), nil
	w.dropped = w.rec.Intent != nil
}

// neverMind notes that the writes which were not made yet will not be.
func (intent *Intent) neverMind() {
	if intent == nil {
		return
	}
	for side := range intent.Sides {
		if want := &intent.Sides[side]; !want.Done {
			want.Refused = true
		}
	}
}

func (c *Core) write(w *work, step *planStep) {
	w.phase, w.open = writing, 1
	switch {
	case step.marks && step.links:
		c.completeLink(w, step)
	case step.kind == UpdateRecord && !step.marks:
		// The link is mirrored in both systems (spec: link).
		if other := w.plan.rec.ID[step.side.Other()]; other != w.sides[step.side].rec.External {
			step.data.External = other
		}
	}
	ref, data := Ref{step.side, w.plan.rec.ID[step.side]}, step.data
	if ref.ID == "" {
		ref.ID = c.names.newRecord(int(w.object))
	}
	data.External = c.native(data.External)
	c.out.add(Write{
		Op: c.op(pending{kind: pendingWrite, side: step.side, key: w.key}), Kind: step.kind, Ref: ref, Key: w.key, Data: data,
	})
}

// completeLink fills the write that mirrors the id of a record just created.
func (c *Core) completeLink(w *work, step *planStep) {
	rec := w.plan.rec
	step.data.External = rec.ID[step.side.Other()]
	if rec.Intent != nil {
		step.data.Status = c.of(w).statusFor(step.side, rec.Intent.Status)
	}
	if v := rec.Base[step.side.Other()].Version; v > w.sides[step.side].version {
		step.data.Version, step.data.SetVersion = v, true
	}
}

func (c *Core) onWriteDone(e WriteDone) {
	p, w, ok := c.take(e.Op)
	if !ok || w == nil || w.plan == nil {
		return
	}
	step := &w.plan.steps[w.step]
	c.observe(p.side, e.Err)
	if w.recalled && e.Err != nil && !e.Err.Indefinite {
		c.takenBack(w, step)
		return
	}
	if c.keepsPlace(w, p.side, e.Err) {
		return
	}
	if e.Err != nil && !e.Err.Indefinite && !step.marks && w.plan.rec.Intent != nil {
		// It is known that nothing happened: no reading needs to show it.
		w.plan.rec.Intent.Sides[p.side].Refused = true
		w.extra = append(w.extra, PutRecord{snapshot(w.plan.rec)})
	}
	switch {
	case e.Err == nil:
		w.wrote[p.side] = true
		if unread := e.Record.Unread; unread != nil && unread.Kind == adapter.Drift {
			c.drifted(c.of(w), p.side, unread) // the next reading would be refused as well
		}
		c.wrote(w, step, c.qualify(int(w.object), e.Record))
	case e.Err.Kind == adapter.NotFound && step.kind == DeleteRecord:
		c.wrote(w, step, adapter.Record{})
	case e.Err.Kind == adapter.Conflict, e.Err.Kind == adapter.NotFound:
		c.again(w)
	case e.Err.Kind == adapter.Duplicate:
		c.flag(w, c.abandon(w), "CR-14", "several records of "+p.side.String()+" claim to be this one")
	case e.Err.Kind == adapter.Invalid && step.marks && !step.data.SetVersion:
		w.plan.rec.Unmirrored[p.side] = false
		c.settle(w) // the status field itself cannot be written there
	case e.Err.Kind == adapter.Invalid:
		c.describeAgain(c.of(w), p.side)
		c.fail(w, c.abandon(w), p.side, &mapping.Problem{Field: e.Err.Field, Rule: e.Err.Code})
	default:
		c.retry(w, p.side, e.Err)
	}
}

// takenBack goes on with a work whose write was taken back before it had left.
func (c *Core) takenBack(w *work, step *planStep) {
	w.recalled = false
	switch {
	case w.yields:
		c.requeue(w, c.now, w.attempt)
	case step.marks || w.outdated:
		c.again(w)
	default:
		c.verify(w, step)
	}
}

// abandon is the working record without the intent that was refused.
func (c *Core) abandon(w *work) *Record {
	rec := *w.plan.rec
	if rec.Intent != nil && !rec.Intent.Logged {
		rec.Intent = nil
	}
	return &rec
}

// wrote takes a write that took effect into the record.
func (c *Core) wrote(w *work, step *planStep, answer adapter.Record) {
	rec := w.plan.rec
	base := &rec.Base[step.side]
	if step.data.External != "" {
		rec.Unmirrored[step.side] = false
	}
	if step.marks {
		step.stamp = instantOf(answer.Modified)
		markBase(base, step)
	} else {
		c.wroteContent(w, step, answer)
	}
	if step.kind == CreateRecord {
		rec.ID[step.side], rec.Unmirrored[step.side.Other()] = answer.ID, true
		// A work that was noticed of the new record meanwhile has no record
		// of its own and finds this one by what it mirrors.
		if ref := (Ref{step.side, answer.ID}); c.holder[ref] == nil {
			c.hold(w, ref)
		}
	}
	c.settle(w)
}

// wroteContent moves the bases over one decided write.
func (c *Core) wroteContent(w *work, step *planStep, answer adapter.Record) {
	want := &w.plan.rec.Intent.Sides[step.side]
	want.Done = true
	want.Content = c.of(w).kept(step, answer)
	step.content, step.stamp = want.Content, instantOf(answer.Modified)
	c.propagated(w.plan.rec, step.side, w.plan.rec.Intent, want.Content)
}

// kept is what the side holds after a write: what was sent, or what the
// system says it made of it. Fields that were not written keep the reading
// that the decision rests on, so that an edit in the gap is still seen.
func (o *object) kept(step *planStep, answer adapter.Record) []string {
	content := append([]string(nil), step.content...)
	if o.movedOn(step, answer) {
		return content
	}
	for _, i := range step.changed {
		if i >= len(answer.Fields) {
			break
		}
		if value, present, err := o.mapping.Canonical(step.side, i, answer.Fields[i]); err == nil && present {
			content[i] = value
		}
	}
	return content
}

// movedOn reports whether an answer that was read after the write shows that
// somebody has edited the record since: what it holds is not all the engine's.
func (o *object) movedOn(step *planStep, answer adapter.Record) bool {
	version, known := o.mapping.ParseVersion(answer.Version)
	return somebodys(&answer) || (known && version != step.data.Version)
}

// settle makes the result of one write durable, with the ledger entry once
// the decision has taken effect; the last result goes with the outcome.
func (c *Core) settle(w *work) {
	if w.step == len(w.plan.steps)-1 {
		c.end(w, c.outcome(w)...)
		w.step++
		return
	}
	w.phase = settling
	c.commit(w, append(c.logEntry(w), PutRecord{snapshot(w.plan.rec)})...)
}

// outcome is the last batch of a work that had a plan. Now that every write of
// the decision has taken effect, both bases move to it.
func (c *Core) outcome(w *work) []StoreOp {
	p := w.plan
	ops := c.logEntry(w)
	if intent := p.rec.Intent; intent != nil {
		w.sides = p.rested
		c.absorb(w, p.rec)
		for i := range p.steps {
			if step := &p.steps[i]; step.marks {
				markBase(&p.rec.Base[step.side], step)
			} else {
				c.rebase(w, step)
			}
		}
		p.rec.Status, p.rec.Intent, p.rec.Flag, p.rec.Failure = intent.Status, nil, nil, nil
	}
	return append(ops, PutRecord{snapshot(p.rec)}, Done{w.key, w.generation})
}

// markBase notes a write of the status or the link alone: nobody's edit.
func markBase(base *Base, step *planStep) {
	base.Stamp = step.stamp
	if step.data.SetVersion {
		base.Version = step.data.Version
	}
}

// rebase makes what a write left behind the side's base.
func (c *Core) rebase(w *work, step *planStep) {
	base := &w.plan.rec.Base[step.side]
	if step.kind == DeleteRecord {
		*base = Base{Known: true}
		return
	}
	base.Known, base.Present, base.Content = true, true, step.content
	base.Version, base.Stamp = step.data.Version, step.stamp
	base.Held, base.Wrote, base.Hidden = nil, 0, nil
}

func (c *Core) logEntry(w *work) []StoreOp {
	p := w.plan
	if p.entry == nil {
		return nil
	}
	entry := *p.entry
	p.entry = nil
	p.rec.Decisions = entry.Number
	if p.rec.Intent != nil {
		p.rec.Intent.Logged = true
	}
	return []StoreOp{Append{entry}}
}
