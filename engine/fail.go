package engine

import (
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// fail dead-letters a record whose value the target cannot hold: the field,
// the rule and the value's shape are kept, never the value, and a person is
// told (FC-1), once: again, if it was discarded and a side has changed since.
// A later notice tries again.
func (c *Core) fail(w *work, rec *Record, side mapping.Side, p *mapping.Problem) {
	known := rec.Failure
	failure := &FailureState{
		Side: side, Field: p.Field, Rule: p.Rule, Shape: p.Shape, Since: c.now, State: stateToken(w), Sides: c.readings(w),
	}
	rec.Failure = failure
	if known.lasts(failure) {
		failure.Since, failure.Discarded = known.Since, known.Discarded
	} else {
		c.tellOf(rec, Message{
			Topic: "failed", Ref: someRef(rec, w), Side: side,
			Text: side.String() + " cannot take " + p.String(),
			Do:   "correct the value in the other system, or the field's definition; the record is tried again when it changes",
		})
	}
	c.deadLettered(c.of(w), side)
	rec.Status, rec.Intent = Failed, nil
	if steps := c.statusSteps(w, rec, Failed); len(steps) > 0 {
		c.mark(w, rec, steps)
		return
	}
	c.end(w, PutRecord{rec}, Done{w.key, w.generation})
}

// lasts reports whether a later failure is still the same dead letter.
func (f *FailureState) lasts(later *FailureState) bool {
	return f != nil && f.Side == later.Side && f.Field == later.Field && (f.Discarded == 0 || f.State == later.State)
}

// readings is what a console shows of two readings of which one may be missing.
func (c *Core) readings(w *work) [2]Base {
	sides := c.shown(w)
	for side := range sides {
		sides[side].Known = w.sides[side].done
	}
	return sides
}

// someRef is a native id by which a person finds the record.
func someRef(rec *Record, w *work) Ref {
	for side, id := range rec.ID {
		if id != "" {
			return Ref{mapping.Side(side), id}
		}
	}
	return w.ref
}

func typeError(field string, err error) *adapter.Error {
	return &adapter.Error{Kind: adapter.Invalid, Code: "type", Field: field, Err: err}
}

func (o *object) requiredMissing(step *planStep) *mapping.Problem {
	if !o.schemas[step.side].known {
		return nil
	}
	set := map[string]bool{}
	for _, f := range step.data.Fields {
		if f.Value.Kind != mapping.Null {
			set[o.mapping.Fields[f.Index].Native[step.side]] = true
		}
	}
	for _, k := range o.schemas[step.side].schema.Fields {
		if k.Required && k.Writable && !set[k.Name] && o.mapped(step.side, k.Name) {
			return &mapping.Problem{Field: k.Name, Rule: "required", Shape: "empty"}
		}
	}
	return nil
}

func (o *object) mapped(side mapping.Side, name string) bool {
	for i := range o.mapping.Fields {
		if o.mapping.Fields[i].Native[side] == name {
			return true
		}
	}
	return false
}
