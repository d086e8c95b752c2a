package dynamics

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

// Describe implements adapter.System: the mapped columns in the order of the
// configuration. A column that was removed is left out (FC-3), and is not
// asked for by reads until a later Describe shows it again.
func (a *Records) Describe(ctx context.Context) (adapter.Schema, error) {
	call := &wire.Call{Method: http.MethodGet, Path: a.object.schemaPath()}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Schema{}, err
	}
	described := map[string]mapping.Constraint{}
	r := res.Reader()
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "EntityMetadata" {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			a.readEntity(r, described)
		}
	}
	if err := r.End(); err != nil {
		return adapter.Schema{}, wire.Misread(call, res, err)
	}
	var s adapter.Schema
	for _, name := range append(append([]string(nil), a.layout.names...), a.layout.external) {
		if c, ok := described[name]; ok && name != "" {
			s.Fields = append(s.Fields, c)
		}
	}
	s.Revision = revision(s.Fields)
	columns := a.layout.columns(func(name string) bool { _, ok := described[name]; return ok })
	a.columns.Store(&columns)
	return s, nil
}

// revision identifies the constraints. The service's own stamp moves with
// every change to any table, and says nothing of these.
func revision(fields []mapping.Constraint) string {
	h := sha256.New()
	for _, c := range fields {
		fmt.Fprintf(h, "%+v\n", c)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func (a *Records) readEntity(r *jsonread.Reader, into map[string]mapping.Constraint) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "Attributes" {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			c := readAttribute(r)
			if _, mapped := a.layout.slots[c.Name]; mapped || c.Name == a.layout.external {
				into[c.Name] = c
			}
		}
	}
}

// readAttribute reads one column's definition.
func readAttribute(r *jsonread.Reader) (c mapping.Constraint) {
	kind, format, level := "", "", ""
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "LogicalName":
			c.Name = r.Str()
		case "AttributeTypeName":
			kind = readValue(r)
		case "FormatName":
			format = readValue(r)
		case "Format":
			format = readText(r)
		case "RequiredLevel":
			level = readValue(r)
		case "IsValidForUpdate":
			c.Writable = r.Bool()
		case "MaxLength":
			c.MaxLength = readLength(r)
		case "OptionSet":
			c.Values = readOptions(r)
		default:
			r.Skip()
		}
	}
	c.Type = fieldType(kind, format)
	// The service itself demands what is SystemRequired; what is
	// ApplicationRequired every form demands, and the next save of a person.
	c.Required = c.Writable && (level == "SystemRequired" || level == "ApplicationRequired")
	if c.Type != mapping.TypePicklist && c.Type != mapping.TypeMultiPicklist {
		c.Values = nil
	}
	c.UTF16 = c.MaxLength > 0
	c.NoChoice = c.Type == mapping.TypeString || c.Type == mapping.TypeEmail || c.Type == mapping.TypePhone
	return c
}

// readValue reads {"Value": "..."}, or null.
func readValue(r *jsonread.Reader) (text string) {
	if r.Kind() != '{' {
		r.Skip()
		return ""
	}
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) == "Value" {
			text = readText(r)
		} else {
			r.Skip()
		}
	}
	return text
}

func readText(r *jsonread.Reader) string {
	if r.Kind() == '"' {
		return r.Str()
	}
	r.Skip()
	return ""
}

func readLength(r *jsonread.Reader) int {
	if r.Kind() == '0' {
		return int(max(0, r.Int()))
	}
	r.Skip()
	return 0
}

// readOptions reads the values of a choice, which are numbers.
func readOptions(r *jsonread.Reader) []string {
	if r.Kind() != '{' {
		r.Skip()
		return nil
	}
	values := []string{}
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "Options" || r.Kind() != '[' {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			for key, ok := r.Members(); ok; key, ok = r.Member() {
				if string(key) == "Value" && r.Kind() == '0' {
					values = append(values, r.Number())
				} else {
					r.Skip()
				}
			}
		}
	}
	return values
}

func fieldType(kind, format string) mapping.Type {
	switch kind {
	case "PicklistType", "StateType", "StatusType":
		return mapping.TypePicklist
	case "MultiSelectPicklistType":
		return mapping.TypeMultiPicklist
	case "BooleanType":
		return mapping.TypeBoolean
	case "DateTimeType":
		if format == "DateOnly" {
			return mapping.TypeDate
		}
		return mapping.TypeInstant
	case "IntegerType", "BigIntType":
		return mapping.TypeInteger
	case "DecimalType", "DoubleType", "MoneyType":
		return mapping.TypeDecimal
	}
	switch format {
	case "Email":
		return mapping.TypeEmail
	case "Phone":
		return mapping.TypePhone
	}
	return mapping.TypeString
}
