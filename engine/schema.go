package engine

import (
	"maps"
	"slices"
	"time"

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
	askedAt  Instant // when it was asked for last
	asOf     Op      // the last effect that may rest on the description before
	lookedAt Instant // when the description held was asked for
	// drifted maps the native names of fields that a person was told of, to
	// when that was; they are forgotten when they fit again.
	drifted map[string]Instant
	// refusedAt is when the system last did not know a field that the engine
	// asked for, 0 once it was described again: until then nothing else is
	// asked of it.
	refusedAt Instant
	// deadLetters: the engine's own check has refused a value since the schema
	// last changed.
	deadLetters bool
	// doubted: a value did not fit its field, and the schema is looked at
	// again; certain: it was, and has not changed since.
	doubted, certain bool
	// unseen are the fields that a reading lacked although the schema has them.
	unseen map[int]bool
}

// redescribe is how often a schema that does not fit is looked at again.
const redescribe = 5 * time.Minute

func (v *schemaView) nextWake() Instant { return v.dueAt }

func (o *object) schemasKnown() bool { return o.schemas[0].known && o.schemas[1].known }

// describeAgain asks for a schema that may have changed.
func (c *Core) describeAgain(o *object, side mapping.Side) {
	if v := &o.schemas[side]; !v.asking {
		v.dueAt = c.now
	}
}

// lookFirst lets w wait for a look at the schema where its readings call for
// one, and read again after it. It reports whether w waits.
func (c *Core) lookFirst(w *work) bool {
	doubts := false
	for side := range w.sides {
		if s := mapping.Side(side); c.emptied(w, s) {
			c.describeAgain(c.of(w), s)
			w.doubts[side], doubts = c.now, true
		}
	}
	if doubts {
		c.unplan(w)
		w.phase = doubting
	}
	return doubts
}

// holdsBack lets w wait while a refusal for an unknown field calls for a look
// at the schema: the next request would be refused as well (FC-3).
func (c *Core) holdsBack(w *work) bool {
	waits := false
	o := c.of(w)
	for side := range o.schemas {
		if o.schemas[side].refusedAt != 0 {
			w.doubts[side], waits = c.now, true
		}
	}
	if waits {
		c.unplan(w)
		w.phase = doubting
	}
	return waits
}

// emptied reports whether a field lost its value, which a person may have
// cleared, and which a field also loses that somebody retypes or hides (FC-3),
// or whether a record would be deleted of which a field was not seen.
// Only a look that was asked for after the reading tells the two apart; one
// serves all works that wait for it.
func (c *Core) emptied(w *work, side mapping.Side) bool {
	o := c.of(w)
	base, now, v := w.base(side), &w.sides[side], &o.schemas[side]
	asked := w.doubts[side] != 0 && v.lookedAt >= w.doubts[side]
	if !now.present || !base.Known || !base.Present || asked {
		return false
	}
	if gone := w.base(side.Other()); len(now.hidden) > 0 && gone.Present && !w.sides[side.Other()].present {
		return true // a deletion would travel over what may be an edit (CR-13)
	}
	for i := range o.mapping.Fields {
		if empty := o.mapping.Fields[i].Empty(); now.content[i] == empty && base.Content[i] != empty {
			return true
		}
	}
	return false
}

// looked goes on with the works that waited for a look at an object's schema. Where
// it failed they give up their slot: other records need no look.
func (c *Core) looked(o *object, side mapping.Side, ok bool) {
	for _, key := range slices.Sorted(maps.Keys(c.work)) {
		w := c.work[key]
		switch {
		case w == nil || c.of(w) != o || w.phase != doubting || w.doubts[side] == 0:
		case ok:
			c.read(w)
		default:
			c.postpone(w, w.attempt+1)
		}
	}
}

func (c *Core) describeIfDue(o *object, side mapping.Side) {
	if v := &o.schemas[side]; v.dueAt != 0 && c.now >= v.dueAt && !v.asking {
		c.describe(o, side)
	}
}

func (c *Core) describe(o *object, side mapping.Side) {
	v := &o.schemas[side]
	v.asking, v.askedAt, v.dueAt = true, c.now, 0
	c.out.add(Describe{Op: c.op(pending{kind: pendingDescribe, side: side, object: uint8(o.index)}), Side: side, Object: o.index})
}

func (c *Core) onDescribed(e Described) {
	p, _, ok := c.take(e.Op)
	if !ok {
		return
	}
	o := &c.objects[p.object]
	v := &o.schemas[p.side]
	v.asking = false
	c.observe(p.side, e.Err)
	if e.Err != nil {
		c.refusedToLook(o, p.side, e.Err)
		v.dueAt = max(c.now.Add(c.backoff(p.side, v.failures)), c.gates[p.side].pausedUntil)
		v.failures++
		c.looked(o, p.side, false)
		return
	}
	changed := v.known && v.schema.Revision != e.Schema.Revision
	v.failures, v.known, v.schema, v.lookedAt = 0, true, e.Schema, v.askedAt
	v.asOf = c.lastOp
	v.certain = !changed && (v.doubted || v.certain)
	v.doubted = false
	v.index = mapping.Index(e.Schema.Fields)
	c.compareSchema(o, p.side)
	if changed {
		c.checkAgain(o, p.side)
	}
	c.retryDeadLetters(o, p.side, changed)
	if v.askedAt < v.refusedAt {
		v.dueAt = c.now // what it describes may be from before the refusal
		return
	}
	v.refusedAt = 0
	c.looked(o, p.side, true)
	o.feeds[p.side].release(c.now)
	if o.schemasKnown() {
		for _, key := range slices.Sorted(maps.Keys(c.work)) {
			if w := c.work[key]; w != nil && c.of(w) == o && w.phase == unprepared {
				c.start(w)
			}
		}
	}
}

// prepareSoon asks for a schema that is not known yet as soon as its system
// serves again, whatever the backoff.
func (c *Core) prepareSoon(side mapping.Side) {
	for i := range c.objects {
		if v := &c.objects[i].schemas[side]; !v.known && v.dueAt > c.now {
			v.dueAt = c.now
		}
	}
}

// compareSchema tells of every field that does not fit, once, and looks at all
// records again when one fits again.
func (c *Core) compareSchema(o *object, side mapping.Side) {
	v := &o.schemas[side]
	still := map[string]Instant{}
	note := func(field, text string) {
		since, told := v.drifted[field]
		if !told {
			since = c.now
			c.tellDrift(o, side, field, text)
		}
		still[field] = since
	}
	for _, p := range o.mapping.Drift(side, v.schema.Fields) {
		note(p.Field, "no longer fits the mapping: "+p.String())
	}
	for i := range o.mapping.Fields {
		name := o.mapping.Fields[i].Native[side]
		if _, fits := still[name]; v.unseen[i] && !fits {
			note(name, "is in the schema, but is not shown to the engine's account")
		}
	}
	for field := range v.drifted { //syncproof:unordered one is enough
		if _, drifts := still[field]; !drifts {
			// What it held meanwhile was not seen in any record.
			c.showsAgain(o, side)
			c.persist(pending{kind: pendingNotices}, EnqueueAll{Lane: Backlog})
			break
		}
	}
	v.drifted, v.unseen = still, nil
	if len(still) > 0 {
		v.dueAt = c.now.Add(redescribe)
	}
}

// showsAgain lets an object's works look again that took a field of a side for unchanged
// because it had drifted, and have written nothing yet: what it holds is an edit
// like another, now that it fits.
func (c *Core) showsAgain(o *object, side mapping.Side) {
	for _, key := range slices.Sorted(maps.Keys(c.work)) {
		if w := c.work[key]; w != nil && c.of(w) == o && len(w.sides[side].hidden) > 0 {
			c.outdate(w, side)
		}
	}
}

// checkAgain lets an object's works look again whose writes were checked against
// the schema before, and that have written nothing yet (FC-1).
func (c *Core) checkAgain(o *object, side mapping.Side) {
	for _, key := range slices.Sorted(maps.Keys(c.work)) {
		if w := c.work[key]; w != nil && c.of(w) == o && w.plan != nil {
			c.outdate(w, side)
		}
	}
}

// retryDeadLetters tries the dead letters again when the schema has changed, and
// else looks at it again later as long as there are any.
func (c *Core) retryDeadLetters(o *object, side mapping.Side, changed bool) {
	v := &o.schemas[side]
	switch {
	case changed:
		v.deadLetters = false
		c.persist(pending{kind: pendingNotices}, EnqueueAll{Lane: Backlog, Failed: true})
	case v.deadLetters && v.dueAt == 0:
		v.dueAt = c.now.Add(redescribe)
	}
}

// deadLettered notes that the schema keeps a record from travelling.
func (c *Core) deadLettered(o *object, side mapping.Side) {
	v := &o.schemas[side]
	v.deadLetters = true
	if v.dueAt == 0 && !v.asking {
		v.dueAt = c.now.Add(redescribe)
	}
}

func (c *Core) tellDrift(o *object, side mapping.Side, field, text string) {
	c.tell(o, Message{
		Topic: "drift", Side: side, Text: side.String() + " field " + o.qualified(field) + " " + text,
		Do: "correct the mapping, or give the field back its name, type and visibility",
	}, c.now)
}

// drifted reacts to an answer that does not know a mapped field: it names the
// field at once, and asks for the schema.
func (c *Core) drifted(o *object, side mapping.Side, err *adapter.Error) {
	v := &o.schemas[side]
	if _, told := v.drifted[err.Field]; !told {
		if v.drifted == nil {
			v.drifted = map[string]Instant{}
		}
		v.drifted[err.Field] = c.now
		c.tellDrift(o, side, err.Field, "is not known there")
	}
	v.refusedAt = c.now
	c.turnAway(o, side) // what waits at the gate asks for the field as well
	c.describeAgain(o, side)
}

// unseen notes that the reading op lacked field i. If the schema is not known
// to lack it too, it is looked at again.
func (c *Core) unseen(o *object, side mapping.Side, i int, op Op) {
	v := &o.schemas[side]
	if _, told := v.drifted[o.mapping.Fields[i].Native[side]]; told || v.unseen[i] || op <= v.asOf {
		return
	}
	if v.unseen == nil {
		v.unseen = map[int]bool{}
	}
	v.unseen[i] = true
	c.describeAgain(o, side)
}

// doubt reports whether a value that does not fit its field is the first sign
// that the field has changed: then the schema is looked at before anybody is
// blamed.
func (c *Core) doubt(o *object, side mapping.Side) bool {
	v := &o.schemas[side]
	if v.certain {
		return false
	}
	v.doubted = true
	c.describeAgain(o, side)
	return true
}

// check validates one value against the target's schema. A field that drifted
// takes none: not even an empty one fits every type.
func (o *object) check(side mapping.Side, i int, n mapping.Native) *mapping.Problem {
	if p := o.mapping.CheckIn(side, o.schemas[side].index, i, n); p != nil {
		return p
	}
	name := o.mapping.Fields[i].Native[side]
	if _, drifted := o.schemas[side].drifted[name]; drifted && n.Kind == mapping.Null {
		return &mapping.Problem{Field: name, Rule: mapping.RuleType, Shape: mapping.Shape(n)}
	}
	return nil
}
