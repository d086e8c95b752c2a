package genesys

import (
	"context"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// knownSchema is the schema as last described; zero before that.
type knownSchema struct {
	schemaRef
	fields map[string]mapping.Constraint // the mapped ones, by name
}

// outdatedBy says whether a contact that was stored beside s knows more of
// the schema than k does.
func (k knownSchema) outdatedBy(s schemaRef) bool {
	return k.id == "" || (k.id == s.id && k.version < s.version)
}

func (a *Records) known() knownSchema {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.schema
}

func (a *Records) keep(k knownSchema) {
	a.mu.Lock()
	a.schema = k
	a.mu.Unlock()
}

// currentSchema is the schema to store custom fields beside; it is described
// if need be.
func (a *Records) currentSchema(ctx context.Context) (schemaRef, error) {
	if k := a.known(); k.id != "" || len(a.layout.customs) == 0 {
		return k.schemaRef, nil
	}
	if _, err := a.Describe(ctx); err != nil {
		return schemaRef{}, err
	}
	k := a.known()
	if k.id == "" {
		return schemaRef{}, &adapter.Error{Kind: adapter.Drift, Message: "the organisation has no enabled " + a.object.noun + " schema for custom fields"}
	}
	return k.schemaRef, nil
}

// lacks says whether the contact has no value for a mapped custom field.
func (l *layout) lacks(c *decoded) bool {
	if !c.customs && c.schema.id != "" {
		return false
	}
	for slot, where := range l.places {
		if where == custom && c.values[slot].Kind == mapping.Absent {
			return true
		}
	}
	return false
}

// settle decides what the mapped custom fields mean that the contact does not
// show: one that the schema has is empty; one that the schema does not have
// was renamed or removed, and to read it as a clear would empty the other
// system. It stays Absent, and the error names it. A contact without a schema
// has no custom values. Of one beside another schema, or whose values are not
// shown at all, nothing is concluded.
func (l *layout) settle(c *decoded, known knownSchema) error {
	beside := c.schema.id != ""
	switch {
	case beside && !c.customs: // values there may be, but they are not shown
		return nil
	case beside && known.id != "" && c.schema.id != known.id:
		return nil
	}
	var drift error
	for slot, where := range l.places {
		if where != custom || c.values[slot].Kind != mapping.Absent {
			continue
		}
		if _, exists := known.fields[l.names[slot]]; exists || known.id == "" {
			c.values[slot].Kind = mapping.Null
		} else if drift == nil {
			drift = &adapter.Error{
				Kind: adapter.Drift, Field: l.names[slot],
				Message: "the " + l.object.noun + " schema has no such custom field: it was renamed, removed, or never made",
			}
		}
	}
	return drift
}
