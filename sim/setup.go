package sim

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
)

// ageAtStart is how long before the run the records were last changed.
const ageAtStart = 24 * time.Hour

// populate lays the records that exist before the run, in both systems and in
// the engine's store by remember.
func (st *Stage) populate(remember func(*engine.Record)) error {
	for r := range st.sc.All() {
		if err := st.lay(&r, remember); err != nil {
			return fmt.Errorf("record %s (line %d): %w", r.ID, r.Line, err)
		}
	}
	return nil
}

// lay makes one record on the sides where it exists. The contact center's id
// is drawn first, so that both sides can be laid with the other's id.
func (st *Stage) lay(r *scenarios.Record, remember func(*engine.Record)) error {
	var ids [2]string
	if r.On != "crm" {
		ids[mapping.CC] = st.contactIDs.UUID()
	}
	for _, side := range [...]mapping.Side{mapping.CRM, mapping.CC} {
		if r.On != "both" && r.On != side.String() {
			continue
		}
		id, err := st.seed(r, side, ids)
		if err != nil {
			return err
		}
		ids[side] = id
		st.setAlias(side, id, r.ID)
	}
	if r.Linked && r.On == "both" && r.Base == "known" {
		remember(st.known(r, ids))
	}
	return nil
}

func (st *Stage) seed(r *scenarios.Record, side mapping.Side, ids [2]string) (string, error) {
	fields := append([]scenarios.FieldSet(nil), r.Fields...)
	if side == mapping.CC {
		fields = append(fields, r.CC...)
	} else {
		fields = append(fields, r.CRM...)
	}
	set, err := st.renderedSet(st.mappings[objectNamed(r.Object)], side, fields)
	if err != nil {
		return "", err
	}
	s := mocks.Seed{
		Object: mocks.Object(objectNamed(r.Object)), Alias: r.ID, Set: set, Version: st.seedVersion(r), Modified: st.systems[side].clock.at(0).Add(-ageAtStart),
	}
	if side == mapping.CC {
		s.ID = ids[side]
	}
	if r.Linked && r.On == "both" {
		s.External = ids[side.Other()]
	}
	if r.Mirrors != "" {
		s.External = st.ids[side.Other()][r.Mirrors]
	}
	return st.systems[side].mock.Seed(s)
}

func (st *Stage) seedVersion(r *scenarios.Record) *int64 {
	if r.Version != nil {
		return r.Version
	}
	one := int64(1)
	return &one
}

// known is what an engine's store holds of a pair that is in sync.
func (st *Stage) known(r *scenarios.Record, ids [2]string) *engine.Record {
	object := objectNamed(r.Object)
	m := st.mappings[object]
	content := make([]string, len(m.Fields))
	for i := range content {
		content[i] = m.Fields[i].Empty()
	}
	for _, set := range r.Fields {
		if i, ok := m.FieldIndex(set.Field); ok && !set.Clear {
			content[i], _ = canonical(m, i, set.Value)
		}
	}
	for side := range ids {
		ids[side] = st.names.Qualify(object, ids[side])
	}
	rec := &engine.Record{Key: engine.Ref{Side: mapping.CC, ID: ids[0]}.String(), ID: ids, Status: engine.InSync}
	for side := range rec.Base {
		modified := st.systems[side].clock.at(0).Add(-ageAtStart)
		rec.Base[side] = engine.Base{
			Known: true, Present: true, Content: content, Version: *st.seedVersion(r), Edit: engine.Instant(modified.UnixNano()),
		}
	}
	return rec
}

// remember makes the engine's store know a pair.
func (w *World) remember(rec *engine.Record) {
	w.host.disk.statuses[rec.Key] = rec.Status.String()
	w.host.disk.store.Apply(0, engine.Batch{Ops: []engine.StoreOp{engine.PutRecord{Record: rec}}})
}

// renderedSet renders scenario values as the engine would have stored them.
func (st *Stage) renderedSet(m *mapping.Mapping, side mapping.Side, sets []scenarios.FieldSet) (map[string]any, error) {
	out := make(map[string]any, len(sets))
	for _, set := range sets {
		i, ok := m.FieldIndex(set.Field)
		if !ok {
			return nil, fmt.Errorf("field %s is not mapped", set.Field)
		}
		name := m.Fields[i].Native[side]
		if set.Clear {
			delete(out, name)
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

// anyOf is a native value in the form that mocks take.
func anyOf(n mapping.Native) any {
	switch n.Kind {
	case mapping.Number:
		return json.Number(n.Text)
	case mapping.Bool:
		return n.Text == "true"
	case mapping.List:
		var list []string
		if json.Unmarshal([]byte(n.Text), &list) != nil {
			return n.Text
		}
		return list
	case mapping.String:
		return n.Text
	default:
		return nil
	}
}
