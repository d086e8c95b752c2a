package certify

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// field is a mapped business field that travels both ways, by its native names.
type field struct {
	native [4]string // by trace.CC and trace.CRM
	free   bool      // any text may stand in it
}

// vocabulary is what a scenario's mapping calls things.
type vocabulary struct {
	fields   []field
	contacts int // how many of fields are a contact's, which come first
	version  [4]string
	status   [4]string
}

func newVocabulary(sc *scenarios.Scenario) vocabulary {
	v := vocabulary{}
	for _, object := range sc.Named() {
		v.learn(sc.MappingOf(object))
		if object == "" {
			v.contacts = len(v.fields)
		}
	}
	if v.status == [4]string{} {
		v.status[trace.CRM] = "Sync_Status__c"
	}
	return v
}

// learn adds what one mapping calls things; a name that two objects share is the
// first one's.
func (v *vocabulary) learn(m *scenarios.Mapping) {
	for _, f := range m.Fields {
		native := [4]string{trace.CC: f.CCField, trace.CRM: f.CRMField}
		switch f.Role() {
		case scenarios.RoleVersion:
			v.version = either(v.version, native)
		case scenarios.RoleStatus:
			v.status = either(v.status, native)
		case scenarios.RoleBusiness:
			way := strings.ToLower(f.Direction)
			if f.CCField != "" && f.CRMField != "" && way != "tocrm" && way != "tocc" {
				v.fields = append(v.fields, field{native, f.Kind() == "string" && f.Default == nil && !f.Required})
			}
		}
	}
}

// either is the first of two names that there is.
func either(a, b [4]string) [4]string {
	if a == [4]string{} {
		return b
	}
	return a
}

// of is the field of a native name, nil if it is no two-way business field.
func (v *vocabulary) of(on trace.System, native string) *field {
	i := slices.IndexFunc(v.fields, func(f field) bool { return f.native[on] == native })
	if i < 0 {
		return nil
	}
	return &v.fields[i]
}

// freeText is a contact's field for any text, nil if the mapping has none: the longest
// notes are last in the mappings of the library.
func (v *vocabulary) freeText() *field {
	for i := v.contacts - 1; i >= 0; i-- {
		if v.fields[i].free {
			return &v.fields[i]
		}
	}
	return nil
}

// text is the index of the first change of a commit to a field of free text,
// -1 if there is none.
func (v *vocabulary) text(e *trace.Event) int {
	return slices.IndexFunc(e.Changes, func(c trace.Change) bool {
		f := v.of(e.On, c.Field)
		return f != nil && f.free && c.Before != c.After
	})
}

// business says that a commit changed a two-way business field.
func (v *vocabulary) business(e *trace.Event) bool {
	return slices.ContainsFunc(e.Changes, func(c trace.Change) bool { return v.of(e.On, c.Field) != nil && c.Before != c.After })
}

// statusOf is what a commit made of the status, "" if it left it alone.
func (v *vocabulary) statusOf(e *trace.Event) string {
	for _, c := range e.Changes {
		if c.Field == v.status[e.On] && c.Field != "" {
			return c.After
		}
	}
	return ""
}

func engines(e *trace.Event) bool { return e.Kind == trace.Commit && e.Actor == trace.ActorEngine }

// users says that a commit was made by somebody who is neither the engine nor
// the world's initial state.
func users(e *trace.Event) bool {
	return e.Kind == trace.Commit && e.Actor != trace.ActorEngine && e.Verb != trace.Setup && e.Verb != trace.Touch
}
