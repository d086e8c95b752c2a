package incident

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
	"github.com/syncproof/syncproof/scenarios"
)

const trigger = resolve.Trigger

// request is what an effect asked a system for.
type request struct {
	side     mapping.Side
	ref      engine.Ref
	key      string
	verb     string // read | create | update | delete | find | poll | describe
	write    *engine.Write
	wanted   []string  // the side's content after an unanswered write
	answered bool      // something of it was
	silent   *exchange // of it that got no answer, nil if all did
	trouble  *trouble  // that struck it
	other    bool      // it is about a record of another object than the first
}

// ask takes in an effect.
func (s *story) ask(now engine.Instant, effect engine.Effect) {
	switch e := effect.(type) {
	case engine.Read:
		s.asked[e.Op] = &request{side: e.Ref.Side, ref: e.Ref, key: e.Key, verb: "read", other: s.other(e.Ref.String())}
	case engine.Find:
		s.asked[e.Op] = &request{side: e.Side, key: e.Key, verb: "find", other: e.Object > 0}
	case engine.Write:
		verb := map[engine.WriteKind]string{engine.CreateRecord: "create", engine.UpdateRecord: "update", engine.DeleteRecord: "delete"}[e.Kind]
		s.asked[e.Op] = &request{side: e.Ref.Side, ref: e.Ref, key: e.Key, verb: verb, write: &e, other: s.other(e.Ref.String())}
	case engine.Poll:
		s.asked[e.Op] = &request{side: e.Side, verb: "poll"}
	case engine.Describe:
		s.asked[e.Op] = &request{side: e.Side, verb: "describe"}
	case engine.Admit:
		if x := s.calls[e.Side][e.Call]; x != nil && !e.Denied {
			x.admitted = now
		}
	case engine.Persist:
		s.persisted(e.Batch)
	}
}

// persisted takes in what the engine decided.
func (s *story) persisted(b engine.Batch) {
	for _, op := range b.Ops {
		switch op := op.(type) {
		case engine.Append:
			entry := op.Entry
			if s.other(entry.Key) {
				continue
			}
			s.keyed(entry.Key, engine.Ref{}).entry = &entry
		case engine.PutRecord:
			if s.other(op.Record.Key) {
				continue
			}
			p := s.keyed(op.Record.Key, engine.Ref{})
			for i, id := range op.Record.ID {
				s.bind(p, engine.Ref{Side: mapping.Side(i), ID: id})
			}
			p.flags = op.Record.Flag != nil
		}
	}
}

// take takes in an event.
func (s *story) take(now engine.Instant, event engine.Event) {
	if s.elsewhere(now, event) {
		return
	}
	switch e := event.(type) {
	case engine.Noticed:
		s.noticed(now, e)
	case engine.Fetched:
		for i := range e.Items {
			s.remembered(e.Items[i].Record)
		}
	case engine.LookedUp:
		s.remembered(e.Record)
	case engine.ReadDone:
		s.readDone(now, e)
	case engine.FindDone:
		r := s.ended(now, e.Op, e.Err)
		for i := range e.Records {
			if r != nil {
				s.found(now, r, &e.Records[i])
			}
		}
	case engine.WriteDone:
		s.writeDone(now, e)
	case engine.PollDone:
		s.ended(now, e.Op, e.Err)
	case engine.Described:
		s.ended(now, e.Op, e.Err)
	case engine.Asked:
		s.calls[e.Side][e.Call] = &exchange{op: e.Op}
	case engine.Exchanged:
		s.exchanged(now, e)
	case engine.Reviewed:
		s.reviewed(now, e)
	case engine.Approved:
		s.approved(now)
	case engine.Redelivered:
		s.leave("the queue gave out again what was done")
	}
}

// other reports whether a key or a reference is of another object than the
// first: the scenario tells of that one alone.
func (s *story) other(key string) bool {
	_, id, _ := strings.Cut(key, ":")
	object, _ := s.names.Split(id)
	if object > 0 {
		s.leave("what happened to records of the object %s", s.names[object])
	}
	return object > 0
}

// elsewhere takes in an event about a record of another object: of that only
// how the exchange went is part of the story.
func (s *story) elsewhere(now engine.Instant, event engine.Event) bool {
	op, err := engine.Op(0), (*adapter.Error)(nil)
	switch e := event.(type) {
	case engine.ReadDone:
		op, err = e.Op, e.Err
	case engine.FindDone:
		op, err = e.Op, e.Err
	case engine.WriteDone:
		op, err = e.Op, e.Err
	case engine.Noticed:
		return s.other(e.Ref.String())
	case engine.Reviewed:
		return s.other(e.Ref.String())
	}
	if r := s.asked[op]; r == nil || !r.other {
		return false
	}
	s.ended(now, op, err)
	return true
}

func (s *story) noticed(now engine.Instant, e engine.Noticed) {
	if e.Ref.Side == mapping.CC {
		s.hooked = true
	}
	if s.heard[e.Ref] == 0 {
		s.heard[e.Ref] = now
	}
	if e.Into != "" {
		s.merged(now, e)
	}
}

func (s *story) merged(now engine.Instant, e engine.Noticed) {
	loser, winner := s.person(e.Ref), s.person(engine.Ref{Side: e.Ref.Side, ID: e.Into})
	if loser == winner || !loser.sides[e.Ref.Side].present {
		return
	}
	loser.sides[e.Ref.Side].present = false
	step := s.acting(scenarios.Merge, e.Ref.Side)
	s.steps = append(s.steps, dated{at: now, side: e.Ref.Side, person: winner, seen: now, step: step})
	s.leave("%s was merged into %s: say with which record in the line of the merge", e.Ref, e.Into)
}

func (s *story) readDone(now engine.Instant, e engine.ReadDone) {
	r := s.ended(now, e.Op, e.Err)
	switch {
	case r == nil:
	case e.Err != nil && e.Err.Kind == adapter.NotFound:
		s.gone(now, r.ref)
	case e.Err == nil:
		p := s.person(r.ref)
		s.reading(now, r.side, p, &e.Record, nil)
		s.linked(r.side, p, &e.Record)
	}
}

// found is a record that carries the other side's id.
func (s *story) found(now engine.Instant, r *request, rec *adapter.Record) {
	p := s.keyed(r.key, engine.Ref{})
	ref := engine.Ref{Side: r.side, ID: rec.ID}
	if other := s.byRef[ref]; other != nil && other != p || p.ids[r.side] != "" && p.ids[r.side] != rec.ID {
		s.leave("%s carries an id that another record carries too", ref)
		return
	}
	s.bind(p, ref)
	s.reading(now, r.side, p, rec, nil)
}

// linked follows the other side's id that a record carries.
func (s *story) linked(at mapping.Side, p *person, rec *adapter.Record) {
	if rec.External == "" {
		return
	}
	other := engine.Ref{Side: at.Other(), ID: rec.External}
	if s.byRef[other] == nil && p.ids[other.Side] == "" {
		s.bind(p, other)
	}
}

func (s *story) writeDone(now engine.Instant, e engine.WriteDone) {
	r := s.ended(now, e.Op, e.Err)
	if r == nil || r.write == nil {
		return
	}
	p := s.keyed(r.key, r.ref)
	switch {
	case e.Err == nil && r.verb == "delete":
		p.sides[r.side] = side{known: true, at: now}
	case e.Err == nil:
		s.bind(p, engine.Ref{Side: r.side, ID: e.Record.ID})
		if r.verb == "create" {
			p.sides[r.side] = side{known: true, present: true, at: now}
		}
		s.reading(now, r.side, p, &e.Record, r)
	case e.Err.Indefinite:
		s.doubt(r, p)
	}
}

// allow makes a write part of what is known before its answer is looked at.
func (r *request) allow(before *side, m *mapping.Mapping) {
	for _, f := range r.write.Data.Fields {
		if value, _, err := m.Canonical(r.side, f.Index, f.Value); err == nil {
			before.content[f.Index] = value
		}
	}
}

// doubt remembers what a side holds if a write without an answer arrived.
func (s *story) doubt(r *request, p *person) {
	after := p.sides[r.side].clone()
	after.content = s.fit(after.content)
	r.allow(&after, s.m)
	r.wanted = after.content
	if r.trouble != nil {
		r.trouble.doubts = append(r.trouble.doubts, doubt{p, r})
	}
}

// doubted reports whether a side holds what a write without an answer would
// have left there: so it arrived.
func (s *story) doubted(p *person, at mapping.Side, content []string) bool {
	for _, t := range s.faults {
		for _, d := range t.doubts {
			if d.person == p && d.request.side == at && slices.Equal(d.request.wanted, content) {
				t.arrived = true
				return true
			}
		}
	}
	return false
}

// reviewed takes in what a person decided at the console.
func (s *story) reviewed(now engine.Instant, e engine.Reviewed) {
	if e.Letter != engine.NoLetter {
		s.leave("a person dealt with the dead letter of %s", e.Ref)
		return
	}
	step := scenarios.NewStep(scenarios.Review)
	step.Choose = "merge"
	if e.Choose == mapping.CC || e.Choose == mapping.CRM {
		step.Choose = e.Choose.String()
	}
	if e.Restore {
		step = scenarios.NewStep(scenarios.Restore)
	}
	for _, set := range e.Set {
		f := &s.m.Fields[set.Index]
		if e.Restore {
			step.Fields = append(step.Fields, f.Name)
		} else {
			step.Set = append(step.Set, scenarios.FieldSet{Field: f.Name, Value: set.Value, Clear: set.Value == f.Empty()})
		}
	}
	step.By = e.By
	s.steps = append(s.steps, dated{at: now, person: s.person(e.Ref), seen: now, step: step})
}

func (s *story) approved(now engine.Instant) {
	step := scenarios.NewStep(scenarios.Review)
	step.Record, step.Choose = "mass-delete", "approve"
	s.steps = append(s.steps, dated{at: now, seen: now, step: step})
}
