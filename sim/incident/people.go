package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
)

// person is one customer's pair of records.
type person struct {
	name  string
	ids   [2]string
	sides [2]side
	first [2]side // as it stood when the recording began
	known bool    // the engine's store knew the pair then
	entry *engine.LedgerEntry
	flags bool // it is flagged
}

// side is what is known of one of them.
type side struct {
	known   bool
	present bool
	content []string // canonical
	version int64
	at      engine.Instant // of the latest reading
}

// person is the one that a reference leads to; a new one if there is none.
func (s *story) person(ref engine.Ref) *person {
	if p := s.byRef[ref]; p != nil {
		return p
	}
	p := &person{}
	s.people = append(s.people, p)
	s.bind(p, ref)
	return p
}

// bind lets a reference lead to a person.
func (s *story) bind(p *person, ref engine.Ref) {
	if ref.ID != "" {
		s.byRef[ref], p.ids[ref.Side] = p, ref.ID
	}
}

// keyed is the person of a record's key, which is the reference first seen.
func (s *story) keyed(key string, ref engine.Ref) *person {
	if ref.ID != "" {
		return s.person(ref)
	}
	name, id, _ := strings.Cut(key, ":")
	first := engine.Ref{Side: mapping.CC, ID: id}
	if name == mapping.CRM.String() {
		first.Side = mapping.CRM
	}
	return s.person(first)
}

// remembered takes in what the engine's store holds of a pair: what both sides
// held before, if nothing is known of them yet.
func (s *story) remembered(r *engine.Record) {
	if r == nil || s.other(r.Key) {
		return
	}
	p := s.keyed(r.Key, engine.Ref{})
	for i, id := range r.ID {
		s.bind(p, engine.Ref{Side: mapping.Side(i), ID: id})
	}
	p.flags = r.Flag != nil
	if p.sides[0].known || p.sides[1].known {
		return
	}
	p.known = r.ID[0] != "" && r.ID[1] != "" && r.Base[0].Known && r.Base[1].Known
	if r.Intent != nil || r.Flag != nil || r.Failure != nil {
		s.leave("%s was %s when the recording began: the scenario begins with it in step", r.Key, r.Status)
	}
	for i := range r.Base {
		if b := &r.Base[i]; b.Known && r.ID[i] != "" {
			p.sides[i] = side{known: true, present: b.Present, content: s.fit(b.Content), version: b.Version, at: s.start}
			p.first[i] = p.sides[i].clone()
		}
	}
}

func (d *side) clone() side {
	out := *d
	out.content = slices.Clone(d.content)
	return out
}

// reading takes in what a system showed of a record: what it shows that nobody
// at the engine has written is somebody's edit.
func (s *story) reading(now engine.Instant, at mapping.Side, p *person, r *adapter.Record, own *request) {
	d := &p.sides[at]
	content := s.canonical(at, r, d.content)
	version, _ := s.m.ParseVersion(r.Version)
	fresh := !d.known
	before := d.clone()
	*d = side{known: true, present: true, content: content, version: version, at: now}
	stamp := engine.Instant(0)
	if !r.Modified.IsZero() {
		stamp = engine.Instant(r.Modified.UnixNano())
	}
	if own != nil {
		before.content = s.fit(before.content)
		own.allow(&before, s.m)
	}
	switch {
	case fresh && stamp >= s.start && r.External == "":
		s.deed(now, stamp, at, p, r, s.created(at, content))
	case fresh:
		p.first[at] = d.clone()
	case !before.present:
		s.deed(now, stamp, at, p, r, s.acting(scenarios.Undelete, at))
		fallthrough
	default:
		if s.doubted(p, at, content) || r.Own && own == nil {
			return // a write of the engine that it had no answer to
		}
		if set := s.changes(before.content, content); len(set) > 0 {
			edit := s.acting(scenarios.Edit, at)
			edit.Set = set
			if own == nil && version != s.bumped(at, before.version) {
				edit.Version = &version
			}
			s.deed(now, stamp, at, p, r, edit)
		}
	}
}

// canonical are the fields of a reading; what it does not show stays as it was.
func (s *story) canonical(at mapping.Side, r *adapter.Record, before []string) []string {
	content := s.fit(before)
	for i := range min(len(r.Fields), len(content)) {
		if r.Fields[i].Kind == mapping.Absent {
			continue
		}
		value, _, err := s.m.Canonical(at, i, r.Fields[i])
		if err != nil {
			s.leave("%s of a record in %s held a value that the mapping cannot read", s.m.Fields[i].Name, at)
			continue
		}
		content[i] = value
	}
	return content
}

// fit is a content as the mapping of this life has it; an earlier one may have
// had other fields.
func (s *story) fit(before []string) []string {
	content := make([]string, len(s.m.Fields))
	for i := copy(content, before); i < len(content); i++ {
		content[i] = s.m.Fields[i].Empty()
	}
	return content
}

// bumped is what an edit makes of a version.
func (s *story) bumped(at mapping.Side, version int64) int64 {
	if s.life.Config.Systems[at].Traits.Versioning == trigger {
		return version + 1
	}
	return version
}

// changes are the fields that differ; what was not there before was empty.
func (s *story) changes(before, after []string) []scenarios.FieldSet {
	var set []scenarios.FieldSet
	before, after = s.fit(before), s.fit(after)
	for i := range after {
		if before[i] == after[i] {
			continue
		}
		set = append(set, scenarios.FieldSet{Field: s.m.Fields[i].Name, Value: after[i], Clear: after[i] == s.m.Fields[i].Empty()})
	}
	return set
}

func (s *story) created(at mapping.Side, content []string) scenarios.Step {
	step := s.acting(scenarios.Create, at)
	for i, value := range content {
		if value != s.m.Fields[i].Empty() {
			step.Set = append(step.Set, scenarios.FieldSet{Field: s.m.Fields[i].Name, Value: value})
		}
	}
	return step
}

func (s *story) acting(verb scenarios.Verb, at mapping.Side) scenarios.Step {
	step := scenarios.NewStep(verb)
	step.On = at.String()
	step.As = map[mapping.Side]string{mapping.CC: "agent", mapping.CRM: "user"}[at]
	return step
}

// deed notes what somebody did in a system, at the instant that it reported.
func (s *story) deed(now, stamp engine.Instant, at mapping.Side, p *person, r *adapter.Record, step scenarios.Step) {
	ref := engine.Ref{Side: at, ID: p.ids[at]}
	if r != nil && (r.Automation || slices.Contains(s.life.Config.Systems[at].Automation, r.By)) {
		step.As = "automation"
	}
	d := dated{at: stamp, stamp: stamp != 0, side: at, person: p, step: step, seen: now}
	if heard := s.heard[ref]; heard != 0 && heard <= now {
		d.seen = heard
	} else if at == mapping.CC && s.hooked {
		s.unheard(d)
	}
	if !d.stamp {
		d.at = d.seen - engine.Instant(2*time.Millisecond)
	}
	delete(s.heard, ref)
	s.steps = append(s.steps, d)
}

// unheard notes that no webhook told of what was done, unless no process was
// there that could have been told.
func (s *story) unheard(d dated) {
	for _, down := range s.downs {
		if d.stamp && d.at >= down[0] && d.at <= down[1] {
			return
		}
	}
	mute := scenarios.NewStep(scenarios.MuteWebhooks)
	mute.On, mute.For = "cc", scenarios.Duration(2*time.Millisecond)
	if !d.stamp {
		d.at = d.seen
	}
	s.steps = append(s.steps, dated{at: d.at - engine.Instant(time.Millisecond), stamp: d.stamp, side: d.side, seen: d.seen, step: mute})
}

// gone takes in that a system has no such record.
func (s *story) gone(now engine.Instant, ref engine.Ref) {
	p := s.person(ref)
	d := &p.sides[ref.Side]
	if !d.known || !d.present {
		*d = side{known: true, at: now}
		return
	}
	d.present, d.at = false, now
	s.deed(now, 0, ref.Side, p, nil, s.acting(scenarios.Delete, ref.Side))
}
