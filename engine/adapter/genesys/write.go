package genesys

import (
	"fmt"
	"strconv"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// values lists what a Write carries, by slot: fields, version, status.
func (l *layout) values(w adapter.Write) ([]adapter.FieldValue, error) {
	out := make([]adapter.FieldValue, 0, len(w.Fields)+2)
	out = append(out, w.Fields...)
	if w.SetVersion {
		out = append(out, adapter.FieldValue{
			Index: l.versionSlot(),
			Value: mapping.Native{Kind: mapping.Number, Text: strconv.FormatInt(w.Version, 10)},
		})
	}
	if w.Status != "" {
		out = append(out, adapter.FieldValue{
			Index: l.statusSlot(),
			Value: mapping.Native{Kind: mapping.String, Text: w.Status},
		})
	}
	for _, f := range out {
		if f.Index < 0 || f.Index >= len(l.names) || l.places[f.Index] == nowhere {
			return nil, &adapter.Error{
				Kind:    adapter.Invalid,
				Message: fmt.Sprintf("field %d is not mapped to anything in Genesys", f.Index),
			}
		}
	}
	return out, nil
}

func (l *layout) appendValue(dst []byte, f adapter.FieldValue) ([]byte, error) {
	if l.places[f.Index] == phone && f.Value.Kind == mapping.String {
		return appendPhone(dst, l.names[f.Index], f.Value.Text)
	}
	return wire.AppendNative(dst, l.names[f.Index], f.Value)
}

// appendRecord appends the body of a POST.
func (a *Records) appendRecord(dst []byte, w adapter.Write, schema schemaRef) ([]byte, error) {
	values, err := a.layout.values(w)
	if err != nil {
		return nil, err
	}
	dst = append(dst, '{')
	var address, customs []byte
	for _, f := range values {
		if f.Value.Kind == mapping.Null {
			continue
		}
		name := a.layout.names[f.Index]
		switch a.layout.places[f.Index] {
		case inAddress:
			address, err = a.appendMember(address, name[len("address."):], f)
		case custom:
			customs, err = a.appendMember(customs, name, f)
		default:
			dst, err = a.layout.appendValue(wire.AppendKey(dst, name), f)
		}
		if err != nil {
			return nil, err
		}
	}
	if address != nil {
		dst = append(append(wire.AppendKey(dst, "address"), address...), '}')
	}
	if w.External != "" {
		dst = a.appendExternal(wire.AppendKey(dst, "externalIds"), w.External)
	}
	if customs != nil {
		dst = schema.append(wire.AppendKey(dst, "schema"))
		dst = append(append(wire.AppendKey(dst, "customFields"), customs...), '}')
	}
	return append(dst, '}'), nil
}

// appendMember appends a member to an object that is begun by the first one.
func (a *Records) appendMember(dst []byte, name string, f adapter.FieldValue) ([]byte, error) {
	if dst == nil {
		dst = []byte{'{'}
	}
	return a.layout.appendValue(wire.AppendKey(dst, name), f)
}

func (a *Records) appendExternal(dst []byte, external string) []byte {
	dst = wire.AppendString(append(dst, `[{"externalSource":{"id":`...), a.source)
	return append(wire.AppendString(append(dst, `},"value":`...), external), "}]"...)
}

// appendPatch appends the body of a PATCH. The external id is added to the
// collection, which leaves those of other sources alone. A schema, if given,
// is attached where the contact still has none.
func (a *Records) appendPatch(dst []byte, w adapter.Write, schema schemaRef) ([]byte, error) {
	values, err := a.layout.values(w)
	if err != nil {
		return nil, err
	}
	dst = append(dst, `{"changes":[`...)
	customs := false
	for _, f := range values {
		where, name := a.layout.places[f.Index], a.layout.names[f.Index]
		path := "$." + name
		if where == custom {
			path, customs = "$.customFields."+name, true
		}
		dst = wire.AppendString(append(appendComma(dst), `{"field":`...), path)
		if f.Value.Kind == mapping.Null {
			dst = append(dst, `,"action":"Remove"}`...)
			continue
		}
		if dst, err = a.layout.appendValue(append(dst, `,"value":`...), f); err != nil {
			return nil, err
		}
		dst = append(dst, `,"action":"Update"}`...)
	}
	if w.External != "" {
		dst = append(appendComma(dst), `{"field":"$.externalIds","value":`...)
		dst = append(a.appendExternal(dst, w.External), `,"action":"AppendToCollection"}`...)
	}
	if customs && schema.id != "" {
		dst = append(appendComma(dst), `{"field":"$.schema","value":`...)
		dst = append(schema.append(dst), `,"action":"UpdateIfEmpty"}`...)
	}
	return append(dst, "]}"...), nil
}

func appendComma(dst []byte) []byte {
	if dst[len(dst)-1] == '[' {
		return dst
	}
	return append(dst, ',')
}
