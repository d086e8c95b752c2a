package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// play does one step of the timeline.
func (w *World) play(step *scenarios.Step) {
	w.steps--
	if step.Verb.Fault() {
		w.begin(step)
		return
	}
	var err error
	switch step.Verb {
	case scenarios.Review:
		w.review(step)
	case scenarios.Restore:
		w.restore(step)
	default:
		err = w.act(step)
	}
	if err != nil {
		w.refused(step, err)
	}
}

// refused journals that a system did not let a person do what the scenario
// says; the run goes on, and expectations tell whether it mattered.
func (w *World) refused(step *scenarios.Step, err error) {
	w.Emit(trace.Event{Kind: trace.Person, On: trace.World, Verb: string(step.Verb), Alias: step.Record, Code: "refused", Text: err.Error()})
}

// act is what a user does in one system.
func (w *World) act(step *scenarios.Step) error {
	s := w.systems[sideNamed(step.On)]
	defer w.stir(s)
	return w.Stage.act(s, step, w.agenda.now)
}

// act is what a user does in one system, at a true time.
func (st *Stage) act(s *system, step *scenarios.Step, at int64) error {
	now := s.clock.at(at)
	s.mock.Advance(now)
	if step.All {
		return st.actOnAll(s, step, now)
	}
	return st.actOn(s, step, step.Record, now)
}

func (st *Stage) actOnAll(s *system, step *scenarios.Step, now time.Time) error {
	var names []string
	s.mock.Each(func(r mocks.Snapshot) bool {
		if name := st.natives[s.side][r.ID]; name != "" && !r.Deleted && r.Object == mocks.Contact {
			names = append(names, name)
		}
		return true
	})
	for _, name := range names {
		if err := st.actOn(s, step, name, now); err != nil {
			return err
		}
	}
	return nil
}

func (st *Stage) actOn(s *system, step *scenarios.Step, name string, now time.Time) error {
	origin := originOf(step.As)
	id := st.nativeOf(s.side, name)
	if id == "" && step.Verb != scenarios.Create {
		return fmt.Errorf("%s has no record %s", s.side, name)
	}
	switch step.Verb {
	case scenarios.Edit, scenarios.Create:
		return st.edit(s, step, name, id, now)
	case scenarios.Save:
		return s.mock.Save(now, step.By, origin, id, 0)
	case scenarios.Delete:
		return s.mock.Remove(now, step.By, origin, id, 0)
	case scenarios.Undelete:
		return s.mock.Restore(now, step.By, origin, id, 0)
	case scenarios.Merge:
		return s.mock.Merge(now, step.By, id, st.nativeOf(s.side, step.Other), 0)
	}
	return nil
}

func (st *Stage) edit(s *system, step *scenarios.Step, name, id string, now time.Time) error {
	set, err := st.nativeSet(st.mappingOf(name), s.side, step.Set)
	if err != nil {
		return err
	}
	e := mocks.Edit{
		Object: mocks.Object(st.objectOf(name)), By: step.By, Origin: originOf(step.As), Record: id, Set: set, Version: step.Version,
		Bypass: step.Bypass, CommitAfter: step.Late.Std(),
	}
	if step.Verb == scenarios.Create {
		st.creating = name
		defer func() { st.creating = "" }()
	}
	made, err := s.mock.Edit(now, e)
	if err == nil && step.Verb == scenarios.Create {
		st.setAlias(s.side, made, name)
	}
	return err
}

// nativeOf is a record's native id in one system by the scenario's name; of
// several the one that came first.
func (st *Stage) nativeOf(side mapping.Side, name string) string { return st.ids[side][name] }

func originOf(as string) mocks.Origin {
	switch as {
	case "agent":
		return mocks.Agent
	case "automation":
		return mocks.Automation
	default:
		return mocks.User
	}
}

func sideNamed(name string) mapping.Side {
	if name == "cc" {
		return mapping.CC
	}
	return mapping.CRM
}

// flagged is the engine's durable record of a name, as its console shows it.
func (w *World) flagged(name string) *engine.Record {
	for side := range w.ids {
		if id := w.ids[side][name]; id != "" {
			if rec := w.host.disk.store.Lookup(w.refOfNative(sideOf(side), name, id)); rec != nil {
				return rec
			}
		}
	}
	return nil
}

// review is a person who looks at the console and decides at once.
func (w *World) review(step *scenarios.Step) {
	if !w.host.up {
		w.refused(step, errDown)
		return
	}
	if step.Record == "mass-delete" {
		w.approve(step)
		return
	}
	rec := w.flagged(step.Record)
	if rec == nil || rec.Flag == nil {
		w.refused(step, fmt.Errorf("the engine has no flag on %s", step.Record))
		return
	}
	set, err := canonicalSet(w.mappingOf(step.Record), step.Set)
	if err != nil {
		w.refused(step, err)
		return
	}
	r := engine.Reviewed{Ref: refOf(rec), State: rec.Flag.State, Choose: mapping.Side(2), Set: set}
	switch step.Choose {
	case "cc", "crm":
		r.Choose = sideNamed(step.Choose)
	}
	w.decideAs(step, "review", r)
}

// restore is a person who takes back what the last decision overwrote.
func (w *World) restore(step *scenarios.Step) {
	if !w.host.up {
		w.refused(step, errDown)
		return
	}
	rec := w.flagged(step.Record)
	if rec == nil {
		w.refused(step, fmt.Errorf("the engine does not know %s", step.Record))
		return
	}
	entry, ok := w.host.disk.store.Latest(rec.Key)
	if !ok {
		w.refused(step, fmt.Errorf("the ledger holds nothing that was overwritten in %s", step.Record))
		return
	}
	r := engine.Reviewed{Ref: refOf(rec), Choose: mapping.Side(2), Restore: true, State: rec.Restorable()}
	for _, l := range entry.Lost {
		if len(step.Fields) == 0 || slices.Contains(step.Fields, l.Field) {
			r.Set = append(r.Set, engine.FieldText{Index: l.Index, Value: l.Value})
		}
	}
	w.decideAs(step, "restore", r)
}

func (w *World) decideAs(step *scenarios.Step, verb string, r engine.Reviewed) {
	e := trace.Event{Kind: trace.Person, On: trace.World, Verb: verb, Alias: step.Record, Actor: step.By, Origin: step.Choose}
	for _, set := range r.Set {
		e.Changes = append(e.Changes, trace.Change{Field: w.mappingOf(step.Record).Fields[set.Index].Name, After: set.Value, Has: set.Value != ""})
	}
	r.Token = w.host.decided(e)
	w.host.soon(r)
}

func refOf(rec *engine.Record) engine.Ref {
	for side, id := range rec.ID {
		if id != "" {
			return engine.Ref{Side: sideOf(side), ID: id}
		}
	}
	return engine.Ref{}
}

// nativeSet renders scenario values for one system.
func (st *Stage) nativeSet(m *mapping.Mapping, side mapping.Side, sets []scenarios.FieldSet) (map[string]any, error) {
	out := make(map[string]any, len(sets))
	for _, set := range sets {
		i, ok := m.FieldIndex(set.Field)
		if !ok {
			return nil, fmt.Errorf("field %s is not mapped", set.Field)
		}
		name := m.Fields[i].Native[side]
		if set.Clear {
			out[name] = nil
			continue
		}
		if t := m.Fields[i].Type; t == mapping.TypePhone || t == mapping.TypeString || t == mapping.TypeEmail {
			out[name] = set.Value // as the person typed it
			continue
		}
		canonical, err := canonical(m, i, set.Value)
		if err != nil {
			return nil, err
		}
		native, err := m.Render(side, i, canonical)
		if err != nil {
			return nil, err
		}
		out[name] = anyOf(native)
	}
	return out, nil
}

// canonical reads a scenario's text as the contact center would.
func canonical(m *mapping.Mapping, i int, text string) (string, error) {
	value, _, err := m.Canonical(mapping.CC, i, mapping.Native{Kind: mapping.String, Text: text})
	return value, err
}

func canonicalSet(m *mapping.Mapping, sets []scenarios.FieldSet) ([]engine.FieldText, error) {
	var out []engine.FieldText
	for _, set := range sets {
		i, ok := m.FieldIndex(set.Field)
		if !ok {
			return nil, fmt.Errorf("field %s is not mapped", set.Field)
		}
		value := ""
		if !set.Clear {
			var err error
			if value, err = canonical(m, i, set.Value); err != nil {
				return nil, err
			}
		}
		out = append(out, engine.FieldText{Index: i, Value: value})
	}
	return out, nil
}
