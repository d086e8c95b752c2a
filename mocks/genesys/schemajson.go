package genesys

import (
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// schemas is GET contacts/schemas: the tenant has one, or none.
func (x *exchange) schemas(string) ([]byte, *refusal) {
	if x.m.schema.version == 0 {
		return []byte(`{"entities":[],"total":0}`), nil
	}
	b := x.m.appendSchema([]byte(`{"entities":[`), x.m.schema)
	return append(b, `],"total":1}`...), nil
}

// schemaByID is GET contacts/schemas/{id} and .../versions/{v}; id then holds
// both, with a slash between.
func (x *exchange) schemaByID(id string) ([]byte, *refusal) {
	id, text, versioned := strings.Cut(id, "/")
	if id != x.m.schemaID || x.m.schema.version == 0 {
		return nil, notFound("The schema")
	}
	version := x.m.schema.version
	if versioned {
		var err error
		if version, err = strconv.Atoi(text); err != nil || version < 1 || version > x.m.schema.version {
			return nil, notFound("The version of the schema")
		}
	}
	return x.m.appendSchema(nil, x.m.schemaAt(version)), nil
}

func (x *exchange) schemaVersions(id string) ([]byte, *refusal) {
	if id != x.m.schemaID || x.m.schema.version == 0 {
		return nil, notFound("The schema")
	}
	b := []byte(`{"entities":[`)
	for v := 1; v <= x.m.schema.version; v++ {
		if v > 1 {
			b = append(b, ',')
		}
		b = x.m.appendSchema(b, x.m.schemaAt(v))
	}
	b = strconv.AppendInt(append(b, `],"total":`...), int64(x.m.schema.version), 10)
	return append(b, '}'), nil
}

// schemaAt is the schema in one of its versions.
func (m *Mock) schemaAt(version int) *schema {
	switch {
	case version == m.schema.version:
		return m.schema
	case version <= len(m.history):
		return m.history[version-1]
	}
	return m.base.drifted(m.drift[:version-len(m.history)])
}

func (m *Mock) appendSchema(b []byte, s *schema) []byte {
	b = append(append(b, `{"id":"`...), m.schemaID...)
	b = append(b, `","name":`...)
	b = mocks.AppendString(b, s.title)
	b = strconv.AppendInt(append(b, `,"version":`...), int64(s.version), 10)
	b = append(b, `,"appliesTo":["`+m.object.appliesTo+`"],"enabled":true,"jsonSchema":{`...)
	b = append(b, `"$schema":"http://json-schema.org/draft-04/schema#","title":`...)
	b = append(mocks.AppendString(b, s.title), `,"type":"object","properties":{`...)
	var required []byte
	first := true
	for i := range s.slots {
		x := &s.slots[i]
		if x.group != groupCustom || x.removed {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = mocks.AppendString(b, x.wire)
		b = appendProperty(append(b, ':'), x)
		if x.required {
			if required != nil {
				required = append(required, ',')
			}
			required = mocks.AppendString(required, x.wire)
		}
	}
	b = append(append(append(b, `},"required":[`...), required...), ']')
	b = append(b, `,"additionalProperties":false},"selfUri":"`+m.object.uri+`schemas/`...)
	return append(append(b, m.schemaID...), '"', '}')
}

// Names of the vendor's core types (S), and what they are in JSON Schema.
var definitions = map[kind][2]string{
	kindText:     {"text", "string"},
	kindLongText: {"longtext", "string"},
	kindEnum:     {"enum", "string"},
	kindInteger:  {"integer", "integer"},
	kindNumber:   {"number", "number"},
	kindBoolean:  {"checkbox", "boolean"},
	kindDate:     {"date", "string"},
	kindInstant:  {"datetime", "string"},
	kindTags:     {"tag", "array"},
}

// appendProperty is one custom field. The vendor names its core type in allOf
// (S); type says the same in plain JSON Schema.
func appendProperty(b []byte, x *slot) []byte {
	d := definitions[x.kind]
	b = append(append(append(b, `{"allOf":[{"$ref":"#/definitions/`...), d[0]...), `"}],"type":"`...)
	b = mocks.AppendString(append(append(b, d[1]...), `","title":`...), x.wire)
	switch x.kind {
	case kindText, kindLongText:
		b = strconv.AppendInt(append(b, `,"minLength":0,"maxLength":`...), int64(x.max), 10)
	case kindInteger:
		if x.bounds != nil {
			b = strconv.AppendInt(append(b, `,"minimum":`...), x.bounds[0], 10)
			b = strconv.AppendInt(append(b, `,"maximum":`...), x.bounds[1], 10)
		}
	case kindEnum:
		if x.values != nil {
			b = append(append(b, `,"enum":`...), tagsText(x.values)...)
		}
	case kindDate:
		b = append(b, `,"format":"date"`...)
	case kindInstant:
		b = append(b, `,"format":"date-time"`...)
	case kindTags:
		b = strconv.AppendInt(append(b, `,"minItems":0,"maxItems":`...), tagsMax, 10)
		b = append(b, `,"uniqueItems":true,"items":{"type":"string","minLength":1,"maxLength":`...)
		b = strconv.AppendInt(b, int64(x.max), 10)
		if x.values != nil {
			b = append(append(b, `,"enum":`...), tagsText(x.values)...)
		}
		b = append(b, '}')
	}
	if x.readOnly {
		b = append(b, `,"readOnly":true`...)
	}
	return append(b, '}')
}
