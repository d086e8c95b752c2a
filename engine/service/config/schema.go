package config

import (
	"encoding/json"
	"reflect"
	"strconv"

	"github.com/invopop/jsonschema"
)

// SchemaID is the identity of the JSON Schema of configuration files.
const SchemaID = "https://github.com/syncproof/syncproof/docs/config.schema.json"

// Schema is the JSON Schema of configuration files, for editors. It comes from
// the Go types and the facts of their keys, and accepts the keys that Parse
// accepts. What one key says of another only Parse can check.
func Schema() ([]byte, error) {
	root := structSchema(reflect.TypeFor[Config]())
	root.Version, root.ID = jsonschema.Version, SchemaID
	root.Title = "syncproof service"
	root.Description = "How `syncproof serve` keeps two systems in step."
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

func structSchema(t reflect.Type) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for i := range t.NumField() {
		key := t.Field(i).Tag.Get("yaml")
		if key == "" || key == "-" {
			continue
		}
		f := facts[t.Name()+"."+key]
		value := typeSchema(t.Field(i).Type, f)
		value.Description = f.doc
		s.Properties.Set(key, value)
		if f.required {
			s.Required = append(s.Required, key)
		}
	}
	return s
}

func typeSchema(t reflect.Type, f fact) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[Duration]():
		pattern := `([0-9]+d)?([0-9]+(\.[0-9]+)?(h|m|s|ms|us|ns))*`
		if f.off {
			pattern = "off|" + pattern
		}
		shortest := uint64(2)
		return &jsonschema.Schema{Type: "string", Pattern: "^(" + pattern + ")$", MinLength: &shortest}
	case reflect.TypeFor[Secret]():
		return &jsonschema.Schema{Type: "string", Pattern: `^(env:[^=\s]+|file:/.*)$`}
	case reflect.TypeFor[Text]():
		return &jsonschema.Schema{Type: "string"}
	case reflect.TypeFor[MappingSource]():
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "string"}, {Type: "object", Required: []string{"object", "fields"}}}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeSchema(t.Elem(), f)
	case reflect.Struct:
		return structSchema(t)
	case reflect.Slice:
		return &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string"}}
	case reflect.Bool:
		return &jsonschema.Schema{Type: "boolean"}
	case reflect.Int:
		return &jsonschema.Schema{Type: "integer", Minimum: number(f.min), Maximum: number(f.max)}
	}
	s := &jsonschema.Schema{Type: "string"}
	for _, word := range f.one {
		s.Enum = append(s.Enum, word)
	}
	return s
}

func number(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }
