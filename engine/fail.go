package engine

import (
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// fail dead-letters a record whose value the target cannot hold: the field,
// the rule and the value's shape are kept, never the value, and a person is
// told (FC-1). A later notice tries again.
func (c *Core) fail(w *work, rec *Record, side mapping.Side, p *mapping.Problem) {
	known := rec.Failure
	again := known != nil && known.Side == side && known.Field == p.Field
	if !again {
		rec.Failure = &FailureState{Side: side, Field: p.Field, Rule: p.Rule, Shape: p.Shape, Since: c.now}
		c.tellOf(rec, Message{
			Topic: "failed", Ref: someRef(rec, w), Side: side,
			Text: side.String() + " cannot take " + p.String(),
			Do:   "correct the value in the other system, or the field's definition; the record is tried again when it changes",
		})
	}
	c.deadLettered(side)
	rec.Status, rec.Intent = Failed, nil
	if steps := c.statusSteps(w, rec, Failed); len(steps) > 0 {
		c.mark(w, rec, steps)
		return
	}
	c.end(w, PutRecord{rec}, Done{w.key, w.generation})
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

func (c *Core) requiredMissing(step *planStep) *mapping.Problem {
	if !c.schemas[step.side].known {
		return nil
	}
	set := map[string]bool{}
	for _, f := range step.data.Fields {
		if f.Value.Kind != mapping.Null {
			set[c.cfg.Mapping.Fields[f.Index].Native[step.side]] = true
		}
	}
	for _, k := range c.schemas[step.side].schema.Fields {
		if k.Required && k.Writable && !set[k.Name] && c.mapped(step.side, k.Name) {
			return &mapping.Problem{Field: k.Name, Rule: "required", Shape: "empty"}
		}
	}
	return nil
}

func (c *Core) mapped(side mapping.Side, name string) bool {
	for i := range c.cfg.Mapping.Fields {
		if c.cfg.Mapping.Fields[i].Native[side] == name {
			return true
		}
	}
	return false
}
