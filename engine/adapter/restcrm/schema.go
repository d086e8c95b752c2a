package restcrm

import (
	"context"
	"net/http"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Describe implements adapter.System: the mapped properties in the server's
// order. One that was removed is left out (FC-3).
func (a *Records) Describe(ctx context.Context) (adapter.Schema, error) {
	s, _, err := a.describe(ctx)
	return s, err
}

// describe also says whether the account may add fields.
func (a *Records) describe(ctx context.Context) (adapter.Schema, bool, error) {
	call := &wire.Call{Method: http.MethodGet, Path: a.object.schema}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Schema{}, false, err
	}
	s := adapter.Schema{}
	extensible := false
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "revision":
			s.Revision = r.Str()
		case "extensible":
			extensible = r.Bool()
		case "fields":
			for ok := r.Elements(); ok; ok = r.Element() {
				c := readField(r)
				if _, mapped := a.layout.slots[c.Name]; mapped || c.Name == a.layout.external {
					s.Fields = append(s.Fields, c)
				}
			}
		default:
			r.Skip()
		}
	}
	if err := r.End(); err != nil {
		return adapter.Schema{}, false, wire.Misread(call, res, err)
	}
	return s, extensible, nil
}

var fieldTypes = map[string]mapping.Type{
	"string": mapping.TypeString, "text": mapping.TypeString, "phone": mapping.TypePhone, "email": mapping.TypeEmail,
	"picklist": mapping.TypePicklist, "multipicklist": mapping.TypeMultiPicklist, "boolean": mapping.TypeBoolean,
	"date": mapping.TypeDate, "instant": mapping.TypeInstant, "integer": mapping.TypeInteger, "decimal": mapping.TypeDecimal,
}

func readField(r *jsonread.Reader) (c mapping.Constraint) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "name":
			c.Name = r.Str()
		case "type":
			c.Type = fieldTypes[r.Str()]
		case "max_length":
			c.MaxLength = int(r.Int())
		case "required":
			c.Required = r.Bool()
		case "writable":
			c.Writable = r.Bool()
		case "pattern":
			c.Pattern = r.Str()
		case "values":
			for ok := r.Elements(); ok; ok = r.Element() {
				c.Values = append(c.Values, r.Str())
			}
		default:
			r.Skip()
		}
	}
	return c
}
