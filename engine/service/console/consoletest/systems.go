package consoletest

import (
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Mapping is that of every world.
var Mapping = func() *mapping.Mapping {
	m, err := mapping.New(mapping.Spec{Object: "Contact", Fields: []mapping.FieldSpec{
		{CRMField: "Sync_Version__c", CCField: "sync_version", Type: "Integer", Default: 0},
		{CRMField: "Sync_Status__c", Type: "String"},
		{Name: "name", CCField: "lastName", CRMField: "LastName", Type: "String", Required: true},
		{Name: "phone", CCField: "workPhone", CRMField: "Phone", Type: "Phone"},
		{Name: "notes", CCField: "notes", CRMField: "Description", Type: "String"},
		{Name: "score", CCField: "score", CRMField: "Score__c", Type: "Integer"},
	}})
	must(err)
	return m
}()

// notesMax is how many characters the CRM's notes hold at first.
const notesMax = 20

// row is one record as a system stores it.
type row struct {
	fields   []mapping.Native
	version  int64
	status   string
	modified engine.Instant
	by       string
}

// system is a contact center or CRM as dumb as it can be.
type system struct {
	side     mapping.Side
	rows     map[string]*row
	down     bool
	revision int
	notesMax int // 0 for no limit
}

func newSystem(side mapping.Side) *system {
	s := &system{side: side, rows: map[string]*row{}, revision: 1}
	if side == mapping.CRM {
		s.notesMax = notesMax
	}
	return s
}

func (s *system) native(i int, canonical string) mapping.Native {
	n, err := Mapping.Render(s.side, i, canonical)
	must(err)
	return n
}

func (s *system) set(r *row, values map[string]string) {
	for i := range Mapping.Fields {
		if v, ok := values[Mapping.Fields[i].Name]; ok {
			r.fields[i] = s.native(i, v)
		}
	}
}

func (s *system) record(id string) (adapter.Record, *adapter.Error) {
	r := s.rows[id]
	if r == nil {
		return adapter.Record{}, &adapter.Error{Kind: adapter.NotFound}
	}
	rec := adapter.Record{
		ID: id, Fields: slices.Clone(r.fields), By: r.by, Own: r.by == "engine",
		Version: mapping.Native{Kind: mapping.Number, Text: strconv.FormatInt(r.version, 10)},
	}
	if r.modified != 0 {
		rec.Modified = time.Unix(0, int64(r.modified)).UTC()
	}
	if Mapping.StatusName[s.side] != "" {
		rec.Status = mapping.Native{Kind: mapping.String, Text: r.status}
	}
	return rec, nil
}

// exchange is one request to the system; while it is down nothing is answered.
func (s *system) exchange(now engine.Instant, e engine.Effect) engine.Event {
	var down *adapter.Error
	if s.down {
		down = &adapter.Error{Kind: adapter.Unavailable, Indefinite: true}
	}
	switch e := e.(type) {
	case engine.Read:
		rec, err := s.record(e.Ref.ID)
		return engine.ReadDone{Op: e.Op, Record: rec, Err: or(down, err)}
	case engine.Find:
		return engine.FindDone{Op: e.Op, Err: down}
	case engine.Describe:
		return engine.Described{Op: e.Op, Schema: s.schema(), Err: down}
	case engine.Write:
		if s.down {
			return engine.WriteDone{Op: e.Op, Err: down}
		}
		rec, err := s.write(now, &e)
		return engine.WriteDone{Op: e.Op, Record: rec, Err: err}
	}
	panic("consoletest: an effect that calls no system")
}

func or(a, b *adapter.Error) *adapter.Error {
	if a != nil {
		return a
	}
	return b
}

func (s *system) write(now engine.Instant, e *engine.Write) (adapter.Record, *adapter.Error) {
	r := s.rows[e.Ref.ID]
	switch {
	case e.Kind == engine.CreateRecord:
		return adapter.Record{}, &adapter.Error{Kind: adapter.Invalid, Code: "create"} // no world here needs it
	case r == nil:
		return adapter.Record{}, &adapter.Error{Kind: adapter.NotFound}
	case e.Data.If.Version != r.version:
		return adapter.Record{}, &adapter.Error{Kind: adapter.Conflict}
	case e.Kind == engine.DeleteRecord:
		delete(s.rows, e.Ref.ID)
		return adapter.Record{}, nil
	}
	for _, f := range e.Data.Fields {
		r.fields[f.Index] = f.Value
	}
	if e.Data.SetVersion {
		r.version = e.Data.Version
	}
	if e.Data.Status != "" {
		r.status = e.Data.Status
	}
	r.modified, r.by = now, "engine"
	return s.record(e.Ref.ID)
}

func (s *system) schema() adapter.Schema {
	out := adapter.Schema{Revision: strconv.Itoa(s.revision)}
	for i := range Mapping.Fields {
		f := &Mapping.Fields[i]
		c := mapping.Constraint{Name: f.Native[s.side], Type: f.Type, Required: f.Required, Writable: true}
		if f.Name == "notes" {
			c.MaxLength = s.notesMax
		}
		out.Fields = append(out.Fields, c)
	}
	out.Fields = append(out.Fields, mapping.Constraint{Name: Mapping.VersionName[s.side], Type: mapping.TypeInteger, Writable: true})
	if name := Mapping.StatusName[s.side]; name != "" {
		out.Fields = append(out.Fields, mapping.Constraint{Name: name, Type: mapping.TypeString, Writable: true})
	}
	return out
}
