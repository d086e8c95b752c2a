package restcrm

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

const (
	kindField    = "field"
	statusLength = 40
	statusLeast  = 11 // the longest status
)

var _ adapter.Provisioner = (*Records)(nil)

// Plan implements adapter.Provisioner. Where the contract's schema says that
// the account cannot add fields, the steps are a person's.
func (a *Records) Plan(ctx context.Context) ([]adapter.Step, error) {
	schema, extensible, err := a.describe(ctx)
	if err != nil {
		return nil, err
	}
	n := a.layout.fields()
	var steps []adapter.Step
	for _, want := range []mapping.Constraint{
		{Name: a.layout.names[n], Type: mapping.TypeInteger},
		{Name: a.layout.names[n+1], Type: mapping.TypeString, MaxLength: statusLeast},
		{Name: a.layout.external, Type: mapping.TypeString, MaxLength: 36},
	} {
		if want.Name == "" {
			continue
		}
		step := adapter.Step{Kind: kindField, Name: want.Name, What: "add the " + word(want.Type) + " field " + want.Name}
		i := slices.IndexFunc(schema.Fields, func(c mapping.Constraint) bool { return c.Name == want.Name })
		switch {
		case i >= 0:
			if step.Blocked = differs(want, schema.Fields[i]); step.Blocked == "" {
				continue
			}
		case want.Name == a.layout.external:
			// The contract's own property: no field that is added can be unique.
			step.Manual = "the contract has the property " + DefaultExternal + " for this: remove external_field from the configuration"
		case !extensible:
			step.Manual = "this account may not add fields to the schema: ask the CRM's administrator for the field " + want.Name + " of type " + word(want.Type)
		}
		steps = append(steps, step)
	}
	return steps, nil
}

func word(t mapping.Type) string {
	if t == mapping.TypeInteger {
		return "integer"
	}
	return "string"
}

// differs says why an existing field will not do, "" if it will.
func differs(want, have mapping.Constraint) string {
	const remedy = ". It stays as it is: name another field in the configuration"
	picklist := want.Type == mapping.TypeString && have.Type == mapping.TypePicklist
	switch {
	case have.Type != want.Type && !picklist:
		return fmt.Sprintf("%s exists and is of type %s, not %s%s", want.Name, have.Type, word(want.Type), remedy)
	case !have.Writable:
		return want.Name + " exists and cannot be written" + remedy
	case have.MaxLength > 0 && have.MaxLength < want.MaxLength:
		return fmt.Sprintf("%s exists and takes %d characters, not at least %d%s", want.Name, have.MaxLength, want.MaxLength, remedy)
	}
	return ""
}

// Apply implements adapter.Provisioner. The schema's revision is read just
// before, and the field is added on that revision.
func (a *Records) Apply(ctx context.Context, s adapter.Step) error {
	n := a.layout.fields()
	var more string
	switch s.Name {
	case a.layout.names[n]:
		more = `,"type":"integer","default":0}}`
	case a.layout.names[n+1]:
		more = fmt.Sprintf(`,"type":"string","max_length":%d}}`, statusLength)
	default:
		return &adapter.Error{Kind: adapter.Invalid, Message: "the step " + s.Kind + " " + s.Name + " is none of this plan: plan again"}
	}
	schema, _, err := a.describe(ctx)
	if err != nil {
		return err
	}
	b := wire.AppendString([]byte(`{"revision":`), schema.Revision)
	b = append(wire.AppendString(append(b, `,"field":{"name":`...), s.Name), more...)
	_, err = a.client.Do(ctx, &wire.Call{Method: http.MethodPost, Path: a.object.schema + "/fields", Body: b, Write: true})
	if err != nil && adapter.As(err).Code == "field_exists" {
		return nil
	}
	return err
}
