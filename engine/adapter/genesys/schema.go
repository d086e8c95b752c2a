package genesys

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// schemaRef names the schema that custom fields are stored beside.
type schemaRef struct {
	id      string
	version int64
}

func (s schemaRef) append(dst []byte) []byte {
	dst = wire.AppendString(append(dst, `{"id":`...), s.id)
	dst = strconv.AppendInt(append(dst, `,"version":`...), s.version, 10)
	return append(dst, '}')
}

// dataSchema is one entry of the list of schemas.
type dataSchema struct {
	schemaRef
	enabled bool
	fields  map[string]mapping.Constraint // the mapped ones, by name
}

// standardLengths are the lengths that Genesys documents, in characters.
var standardLengths = map[string]int{
	"firstName": 1000, "middleName": 1000, "lastName": 1000,
	"workEmail": 256, "personalEmail": 256, "otherEmail": 256,
	"address.address1": 200, "address.address2": 200, "address.city": 100,
	"address.state": 50, "address.postalCode": 25, "address.countryCode": 25,
}

// Describe implements adapter.System. Standard attributes are as Genesys
// documents them; custom fields come from the enabled schema that has most of
// the mapped ones, the first of these in the server's order. A mapped custom
// field that the schema does not have is left out, which is how its removal
// shows (FC-3).
func (a *Records) Describe(ctx context.Context) (adapter.Schema, error) {
	call := &wire.Call{Method: http.MethodGet, Path: a.object.schemas()}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Schema{}, err
	}
	best, err := a.readSchemas(res.Reader())
	if err != nil {
		return adapter.Schema{}, wire.Misread(call, res, err)
	}
	a.keep(knownSchema{schemaRef: best.schemaRef, fields: best.fields})
	s := adapter.Schema{Revision: best.id + "/" + strconv.FormatInt(best.version, 10)}
	for slot, name := range a.layout.names {
		switch where := a.layout.places[slot]; where {
		case nowhere:
		case custom:
			if c, ok := best.fields[name]; ok {
				s.Fields = append(s.Fields, c)
			}
		default:
			s.Fields = append(s.Fields, standard(name, where))
		}
	}
	return s, nil
}

func standard(name string, where place) mapping.Constraint {
	c := mapping.Constraint{Name: name, Type: mapping.TypeString, MaxLength: standardLengths[name], Writable: true}
	c.Required = name == "name" // of an organisation; a contact demands nothing
	switch {
	case where == phone:
		c.Type = mapping.TypePhone
	case strings.HasSuffix(name, "Email"):
		c.Type = mapping.TypeEmail
	case standardTypes[name] != mapping.TypeString:
		c.Type = standardTypes[name]
	}
	return c
}

// readSchemas reads a DataSchemaListing and picks the schema to use.
func (a *Records) readSchemas(r *jsonread.Reader) (best dataSchema, err error) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "entities" {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			s := a.readSchema(r)
			if s.enabled && (best.id == "" || len(s.fields) > len(best.fields)) {
				best = s
			}
		}
	}
	return best, r.End()
}

func (a *Records) readSchema(r *jsonread.Reader) dataSchema {
	s := dataSchema{enabled: true, fields: map[string]mapping.Constraint{}}
	var required []string
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "id":
			s.id = r.Str()
		case "version":
			s.version = r.Int()
		case "enabled":
			s.enabled = r.Bool()
		case "jsonSchema":
			for key, ok := r.Members(); ok; key, ok = r.Member() {
				switch string(key) {
				case "required":
					for ok := r.Elements(); ok; ok = r.Element() {
						required = append(required, r.Str())
					}
				case "properties":
					a.readProperties(r, s.fields)
				default:
					r.Skip()
				}
			}
		default:
			r.Skip()
		}
	}
	for _, name := range required {
		if c, ok := s.fields[name]; ok {
			c.Required = true
			s.fields[name] = c
		}
	}
	return s
}

func (a *Records) readProperties(r *jsonread.Reader, into map[string]mapping.Constraint) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		slot, mapped := a.layout.customs[string(key)]
		if !mapped {
			r.Skip()
			continue
		}
		into[a.layout.names[slot]] = readProperty(r, a.layout.names[slot])
	}
}

// readProperty reads one field's definition: a reference to one of Genesys'
// core types with its limits, or a plain JSON Schema type.
func readProperty(r *jsonread.Reader, name string) mapping.Constraint {
	c := mapping.Constraint{Name: name, Writable: true}
	core, format := "", ""
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "allOf":
			for ok := r.Elements(); ok; ok = r.Element() {
				core = coreType(r, core)
			}
		case "$ref":
			core = afterSlash(r.Str())
		case "type":
			if r.Kind() == '"' && core == "" {
				core = r.Str()
			} else {
				r.Skip()
			}
		case "format":
			format = r.Str()
		case "maxLength":
			c.MaxLength = int(r.Int())
		case "pattern":
			c.Pattern = r.Str()
		case "enum":
			for ok := r.Elements(); ok; ok = r.Element() {
				c.Values = append(c.Values, wire.Native(r).Text)
			}
		case "items":
			c.Values = readItems(r)
		default:
			r.Skip()
		}
	}
	c.Type = fieldType(core, format, c.Values != nil)
	return c
}

func coreType(r *jsonread.Reader, core string) string {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) == "$ref" {
			core = afterSlash(r.Str())
		} else {
			r.Skip()
		}
	}
	return core
}

func afterSlash(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// readItems returns the values that the elements of a list are restricted to.
func readItems(r *jsonread.Reader) (values []string) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) == "enum" {
			for ok := r.Elements(); ok; ok = r.Element() {
				values = append(values, r.Str())
			}
		} else {
			r.Skip()
		}
	}
	return values
}

func fieldType(core, format string, restricted bool) mapping.Type {
	switch core {
	case "integer":
		return mapping.TypeInteger
	case "number":
		return mapping.TypeDecimal
	case "checkbox", "boolean":
		return mapping.TypeBoolean
	case "date":
		return mapping.TypeDate
	case "datetime":
		return mapping.TypeInstant
	case "enum":
		return mapping.TypePicklist
	case "tag", "array":
		return mapping.TypeMultiPicklist
	}
	switch {
	case format == "date":
		return mapping.TypeDate
	case format == "date-time":
		return mapping.TypeInstant
	case restricted:
		return mapping.TypePicklist
	}
	return mapping.TypeString
}
