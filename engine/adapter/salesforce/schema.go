package salesforce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Describe implements adapter.System: the mapped fields as sObject Describe
// shows them to the engine's user, in the order of the configuration. A field
// that was removed, or that the user may not see, is left out (FC-3), and is
// not asked for by reads until a later Describe shows it again.
func (a *Records) Describe(ctx context.Context) (adapter.Schema, error) {
	call := &wire.Call{Method: http.MethodGet, Path: a.rows + "/describe"}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Schema{}, err
	}
	wanted := append(append([]string(nil), a.layout.names...), a.layout.external)
	if a.base != "" {
		wanted = append(wanted, a.base)
	}
	described := make(map[string]mapping.Constraint, len(wanted))
	for _, name := range wanted {
		if name != "" {
			described[name] = mapping.Constraint{}
		}
	}
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "fields" {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			if c := readField(r); c.Name != "" {
				if _, mapped := described[c.Name]; mapped {
					described[c.Name] = c
				}
			}
		}
	}
	if err := r.End(); err != nil {
		return adapter.Schema{}, wire.Misread(call, res, err)
	}
	var s adapter.Schema
	for _, name := range wanted {
		if c := described[name]; c.Name != "" {
			s.Fields = append(s.Fields, c)
		}
	}
	s.Revision = revision(s.Fields)
	a.columns.Store(a.layout.columns(func(name string) bool { return described[name].Name != "" }))
	return s, nil
}

// revision identifies the constraints: Salesforce itself numbers no schema.
func revision(fields []mapping.Constraint) string {
	h := sha256.New()
	for _, c := range fields {
		fmt.Fprintf(h, "%+v\n", c)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// readField reads one field of a describe result.
func readField(r *jsonread.Reader) mapping.Constraint {
	var c mapping.Constraint
	var kind string
	var nillable, defaulted, creatable, restricted bool
	var scale int64
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "name":
			c.Name = r.Str()
		case "type":
			kind = r.Str()
		case "length":
			c.MaxLength = int(r.Int())
		case "scale":
			scale = r.Int()
		case "nillable":
			nillable = r.Bool()
		case "defaultedOnCreate":
			defaulted = r.Bool()
		case "createable":
			creatable = r.Bool()
		case "updateable":
			c.Writable = r.Bool()
		case "restrictedPicklist":
			restricted = r.Bool()
		case "picklistValues":
			c.Values = readPicklist(r)
		default:
			r.Skip()
		}
	}
	c.Type = fieldType(kind, scale)
	c.Required = creatable && !nillable && !defaulted
	if !restricted {
		c.Values = nil
	}
	if c.Type != mapping.TypeString && c.Type != mapping.TypeEmail && c.Type != mapping.TypePhone {
		c.MaxLength = 0 // describes the storage, not the value
	}
	c.UTF16 = c.MaxLength > 0
	return c
}

func readPicklist(r *jsonread.Reader) []string {
	values := []string{}
	for ok := r.Elements(); ok; ok = r.Element() {
		value, active := "", true
		for key, ok := r.Members(); ok; key, ok = r.Member() {
			switch string(key) {
			case "value":
				value = r.Str()
			case "active":
				active = r.Bool()
			default:
				r.Skip()
			}
		}
		if active {
			values = append(values, value)
		}
	}
	return values
}

func fieldType(kind string, scale int64) mapping.Type {
	switch kind {
	case "int", "long":
		return mapping.TypeInteger
	case "double", "currency", "percent":
		if scale == 0 {
			return mapping.TypeInteger
		}
		return mapping.TypeDecimal
	case "boolean":
		return mapping.TypeBoolean
	case "date":
		return mapping.TypeDate
	case "datetime":
		return mapping.TypeInstant
	case "phone":
		return mapping.TypePhone
	case "email":
		return mapping.TypeEmail
	case "picklist":
		return mapping.TypePicklist
	case "multipicklist":
		return mapping.TypeMultiPicklist
	}
	return mapping.TypeString
}
