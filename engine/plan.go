package engine

import (
	"cmp"
	"errors"
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// plan is the list of writes that carries out one decision, in order.
type plan struct {
	rec   *Record // as it will be, filled in as writes succeed
	steps []planStep
	entry *LedgerEntry // appended when the first write has taken effect
	// rested are the readings that the decision rests on.
	rested [2]sideReading
}

// planStep is one write.
type planStep struct {
	side    mapping.Side
	kind    WriteKind
	data    adapter.Write
	content []string // the side's canonical content afterwards
	changed []int
	was     string  // the id of the deleted record in whose place one is created, "" if none
	stamp   Instant // of the answer
	links   bool    // it mirrors the id of a record just created
	// marks is true for a write of the status or the link alone: it rests on
	// no content, so nothing is verified before it.
	marks bool
}

// execute validates a decision's writes, makes them durable as an intent, and
// starts carrying them out.
func (c *Core) execute(w *work, rec *Record, d resolve.Decision, why string) {
	status := statusOf(d.Status)
	p := &plan{rec: rec}
	intent := &Intent{
		Decision: rec.Decisions + 1, Rule: d.Rule, Why: why, Status: status,
		Winner: d.Winner, Version: d.Version, Lost: c.losses(w, rec, d), Review: w.review, CarriesOn: w.carriesOn,
	}
	for side := range intent.Sides {
		read := &w.sides[side]
		intent.Sides[side] = IntendedWrite{
			Before: read.content, Version: read.version,
			Edit: read.edit, Origin: c.origin(mapping.Side(side), read, &rec.Base[side]),
		}
	}
	if side, problem := c.unseenSource(w, d); problem != nil {
		c.fail(w, rec, side, problem)
		return
	}
	for _, side := range c.writeOrder(w, d) {
		step, problem := c.stepFor(w, rec, d, side)
		if problem != nil {
			c.fail(w, rec, side, problem)
			return
		}
		p.steps = append(p.steps, step)
		want := &intent.Sides[side]
		want.Needed, want.Kind, want.Content, want.Changed = true, step.kind, step.content, step.changed
	}
	if d.Action == resolve.Recreate {
		p.steps = append(p.steps, c.linkBack(w, rec, d)...)
	}
	rec.Intent = intent
	p.rested, p.entry = w.sides, c.entry(rec, intent)
	w.plan, w.step, w.phase = p, -1, intending
	c.commit(w, PutRecord{snapshot(rec)})
}

// unseenSource finds a field that a decision would carry from a side which did
// not show it: what stands for it there is not what it holds (FC-3).
func (c *Core) unseenSource(w *work, d resolve.Decision) (mapping.Side, *mapping.Problem) {
	for side := range d.Writes {
		from := mapping.Side(side).Other()
		source := &w.sides[from]
		if !source.present {
			continue
		}
		for _, i := range d.Writes[side].Fields {
			if slices.Contains(source.hidden, i) && d.Result[i] == source.content[i] {
				name := c.of(w).mapping.Fields[i].Native[from]
				return from, &mapping.Problem{Field: name, Rule: mapping.RuleMissing, Shape: mapping.Shape(mapping.Native{})}
			}
		}
	}
	return 0, nil
}

func (want *IntendedWrite) deletes() bool { return want.Needed && want.Kind == DeleteRecord }

// commit makes a step of w durable, with what an earlier life left to log.
func (c *Core) commit(w *work, ops ...StoreOp) {
	ops = append(w.extra, ops...)
	w.extra = nil
	c.persist(pending{kind: pendingWork, key: w.key}, ops...)
}

// snapshot is the copy of a working record that goes to the store.
func snapshot(rec *Record) *Record {
	s := *rec
	if rec.Intent != nil {
		intent := *rec.Intent
		s.Intent = &intent
	}
	return &s
}

// writeOrder lists the sides to write. A creation or deletion comes first.
// Then comes content, before a version alone: while a write of content is
// still refused or lost, the winner stands untouched. Of two writes of content
// the one that can be refused as stale comes first, so that a decision made
// stale meanwhile is noticed before anything is written.
func (c *Core) writeOrder(w *work, d resolve.Decision) []mapping.Side {
	var order []mapping.Side
	for _, side := range [...]mapping.Side{mapping.CRM, mapping.CC} {
		if d.Writes[side].Needed {
			order = append(order, side)
		}
	}
	slices.SortStableFunc(order, func(a, b mapping.Side) int {
		return cmp.Compare(c.writeRank(w, d, a), c.writeRank(w, d, b))
	})
	return order
}

func (c *Core) writeRank(w *work, d resolve.Decision, side mapping.Side) int {
	want := d.Writes[side]
	switch {
	case want.Create, want.Delete:
		return 0
	case len(want.Fields) == 0:
		return 3
	case c.of(w).capabilities[side].Conditional == adapter.Unconditional:
		return 2
	}
	return 1
}

// stepFor renders and validates one side's write (FC-1).
func (c *Core) stepFor(w *work, rec *Record, d resolve.Decision, side mapping.Side) (planStep, *mapping.Problem) {
	want, s := d.Writes[side], &w.sides[side]
	step := planStep{side: side}
	step.data.If = restsOn(s)
	if want.Delete {
		step.kind = DeleteRecord
		return step, nil
	}
	step.data.Version, step.data.SetVersion = d.Version, true
	step.data.Status = c.of(w).statusFor(side, statusOf(d.Status))
	if want.Create {
		return step, c.fillCreate(w, rec, d, &step)
	}
	step.changed = want.Fields
	step.content = append([]string(nil), s.content...)
	for _, i := range want.Fields {
		step.content[i] = d.Result[i]
		if problem := c.addField(c.of(w), &step, i, d.Result[i]); problem != nil {
			return step, problem
		}
	}
	return step, nil
}

// fillCreate prepares the creation of the other side of a record.
func (c *Core) fillCreate(w *work, rec *Record, d resolve.Decision, step *planStep) *mapping.Problem {
	o := c.of(w)
	step.kind = CreateRecord
	step.data.External = w.id(step.side.Other())
	step.data.If = adapter.Precondition{}
	step.content = append([]string(nil), d.Result...)
	for i := range step.content {
		f := &o.mapping.Fields[i]
		if step.content[i] == "" {
			step.content[i] = f.Default
		}
		if f.Native[step.side] == "" || oneWayAgainst(f.Direction, step.side) {
			step.content[i] = ""
			continue
		}
		if step.content[i] == "" && !f.Required {
			continue
		}
		step.changed = append(step.changed, i)
		if problem := c.addField(o, step, i, step.content[i]); problem != nil {
			return problem
		}
	}
	step.was, rec.ID[step.side] = rec.ID[step.side], ""
	return o.requiredMissing(step)
}

// restsOn is the precondition of a write that a reading led to.
func restsOn(s *sideReading) adapter.Precondition {
	return adapter.Precondition{Version: s.version, Tag: s.rec.Tag}
}

func oneWayAgainst(d mapping.Direction, side mapping.Side) bool {
	return (d == mapping.ToCRM && side == mapping.CC) || (d == mapping.ToCC && side == mapping.CRM)
}

func (c *Core) addField(o *object, step *planStep, i int, value string) *mapping.Problem {
	native, err := o.mapping.Render(step.side, i, value)
	var refused *mapping.ValueError
	if errors.As(err, &refused) {
		return &refused.Problem
	}
	if problem := o.check(step.side, i, native); problem != nil {
		return problem
	}
	step.data.Fields = append(step.data.Fields, adapter.FieldValue{Index: i, Value: native})
	return nil
}

// linkBack lets the surviving side of a new pair mirror the new native id,
// which is known once the creation is answered.
func (c *Core) linkBack(w *work, _ *Record, d resolve.Decision) []planStep {
	for side := range d.Writes {
		if d.Writes[side].Create {
			s := mapping.Side(side).Other()
			if d.Writes[s].Needed || !w.sides[s].present {
				return nil
			}
			return []planStep{{side: s, marks: true, links: true, data: adapter.Write{If: restsOn(&w.sides[s])}}}
		}
	}
	return nil
}

// statusFor is the text for a side's status field, "" where it has none.
func (o *object) statusFor(side mapping.Side, status Status) string {
	if o.mapping.StatusName[side] == "" {
		return ""
	}
	return status.String()
}

// statusSteps are the writes of the status alone that begin or end a flag or
// a failure (DM-9, CR-10).
func (c *Core) statusSteps(w *work, rec *Record, status Status) []planStep {
	var steps []planStep
	for side := range rec.ID {
		s := mapping.Side(side)
		text := c.of(w).statusFor(s, status)
		shows := w.sides[s].rec.Status.Text
		if text == "" || rec.ID[s] == "" || shows == text || !w.sides[s].present {
			continue
		}
		if status != Flagged && status != Failed && !markedStatus(shows) {
			continue
		}
		steps = append(steps, planStep{side: s, marks: true, data: adapter.Write{Status: text, If: restsOn(&w.sides[s])}})
	}
	return steps
}

// markedStatus reports whether a status field shows a flag or failure that
// has to be taken back.
func markedStatus(shown string) bool {
	return shown == Flagged.String() || shown == Failed.String()
}
