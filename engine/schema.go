package engine

import (
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// schemaView is a system's described schema, which payloads are validated
// against before they are sent (FC-1), and whose drift is named (FC-3).
type schemaView struct {
	known    bool
	asking   bool
	dueAt    Instant // when to ask (again), 0 for not
	failures int
	schema   adapter.Schema
	index    mapping.Lookup
	told     string // the revision whose drift was told
}

func (v *schemaView) nextWake() Instant { return v.dueAt }

func (c *Core) schemasKnown() bool { return c.schemas[0].known && c.schemas[1].known }

// describeAgain asks for a schema that may have changed.
func (c *Core) describeAgain(side mapping.Side) {
	if v := &c.schemas[side]; !v.asking {
		v.dueAt = c.now
	}
}

func (c *Core) describeIfDue(side mapping.Side) {
	if v := &c.schemas[side]; v.dueAt != 0 && c.now >= v.dueAt && !v.asking {
		c.describe(side)
	}
}

func (c *Core) describe(side mapping.Side) {
	v := &c.schemas[side]
	v.asking, v.dueAt = true, 0
	c.out.add(Describe{Op: c.op(pending{kind: pendingDescribe, side: side}), Side: side})
}

func (c *Core) onDescribed(e Described) {
	p, _, ok := c.take(e.Op)
	if !ok {
		return
	}
	v := &c.schemas[p.side]
	v.asking = false
	c.observe(p.side, e.Err)
	if e.Err != nil {
		v.dueAt = max(c.now.Add(c.backoff(p.side, v.failures)), c.gates[p.side].pausedUntil)
		v.failures++
		return
	}
	first := !v.known
	v.failures, v.known, v.schema = 0, true, e.Schema
	v.index = mapping.Index(e.Schema.Fields)
	if drift := c.cfg.Mapping.Drift(p.side, e.Schema.Fields); len(drift) > 0 && v.told != e.Schema.Revision {
		v.told = e.Schema.Revision
		c.tellDrift(p.side, drift[0], first)
	}
}

func (c *Core) tellDrift(side mapping.Side, p mapping.Problem, first bool) {
	text := side.String() + " field " + p.Field + " no longer fits the mapping: " + p.Rule
	if first {
		text = side.String() + " field " + p.Field + " does not fit the mapping: " + p.Rule
	}
	c.tell(Message{Topic: "drift", Side: side, Text: text, Do: "correct the mapping, or give the field back its name and type"}, c.now)
}

// drifted reacts to an answer that does not know a mapped field.
func (c *Core) drifted(side mapping.Side, err *adapter.Error) {
	v := &c.schemas[side]
	if key := "refused " + err.Field; v.told != key {
		v.told = key
		c.tell(Message{
			Topic: "drift", Side: side, Text: side.String() + " does not know field " + err.Field,
			Do: "correct the mapping, or give the field back its name",
		}, c.now)
	}
	c.describeAgain(side)
}

// check validates one value against the target's schema.
func (c *Core) check(side mapping.Side, i int, n mapping.Native) *mapping.Problem {
	return c.cfg.Mapping.CheckIn(side, c.schemas[side].index, i, n)
}
