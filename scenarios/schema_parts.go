package scenarios

import (
	"encoding/json"
	"strconv"

	"github.com/invopop/jsonschema"
)

// narrowed adds what a fact knows to the schema of a key's Go type.
func narrowed(s *jsonschema.Schema, f fact) *jsonschema.Schema {
	switch {
	case s.Ref == durationSchema(fact{}).Ref:
		s = durationSchema(f)
	case f.number:
		s = &jsonschema.Schema{Type: "", OneOf: []*jsonschema.Schema{{Type: "string"}, {Type: "integer"}}}
	case s.Type == "integer":
		s.Minimum = number(f.min)
		if f.max > 0 {
			s.Maximum = number(f.max)
		}
	case s.Type == "string" && f.one != nil:
		s.Enum = words(f.one)
	}
	s.Description = f.doc
	return s
}

// durationSchema refers to the definition of durations that a fact allows.
func durationSchema(f fact) *jsonschema.Schema {
	switch {
	case f.off:
		return reference("DurationOrOff")
	case f.signed:
		return reference("SignedDuration")
	}
	return reference("Duration")
}

// defineDurations adds what durationSchema refers to.
func defineDurations(all jsonschema.Definitions) {
	const positive = `([0-9]+d)?([0-9]+(\.[0-9]+)?(h|m|s|ms|us|µs|ns))*`
	shortest := uint64(2)
	for name, pattern := range map[string]string{
		"Duration": positive, "SignedDuration": "-?" + positive, "DurationOrOff": "(off|" + positive + ")",
	} {
		all[name] = &jsonschema.Schema{
			Description: "A number with its unit, such as 250ms, 30s, 1h30m or 2d; at most 400 days.",
			OneOf: []*jsonschema.Schema{
				{Type: "string", Pattern: "^" + pattern + "$", MinLength: &shortest},
				{Const: 0},
			},
		}
	}
}

// pairSchema is one value for both sides, or {cc, crm}.
func pairSchema(one *jsonschema.Schema) *jsonschema.Schema {
	each := object("")
	each.Properties.Set("cc", one)
	each.Properties.Set("crm", one)
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{one, each}}
}

// recordSchema has the fixed keys; every other key is a mapped field, which
// only the mapping knows.
func recordSchema() *jsonschema.Schema {
	s := object("A record that exists before the run. Other keys are mapped fields by name.")
	s.AdditionalProperties = reference("FieldValue")
	s.Required = []string{"id"}
	for _, key := range recordKeys {
		var v *jsonschema.Schema
		switch key {
		case "linked":
			v = &jsonschema.Schema{Type: "boolean"}
		case "version":
			v = &jsonschema.Schema{Type: "integer"}
		case "cc", "crm":
			v = reference("Fields")
		default:
			v = &jsonschema.Schema{Type: "string"}
		}
		s.Properties.Set(key, narrowed(v, facts["Record."+key]))
	}
	return s
}

// fieldValueSchema is any value that a mapped field can have.
func fieldValueSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Description: "Text in quotes where it looks like a number; null clears the field; a list for a multi-picklist.",
		AnyOf: []*jsonschema.Schema{
			{Type: "string"}, {Type: "number"}, {Type: "boolean"}, {Type: "null"},
			{Type: "array", Items: &jsonschema.Schema{Type: "string"}},
		},
	}
}

func fieldsSchema() *jsonschema.Schema {
	s := object("Mapped fields by name, and their values.")
	s.AdditionalProperties = reference("FieldValue")
	return s
}

// stepSchema is one row of the table of verbs.
func stepSchema(spec *verbSpec) *jsonschema.Schema {
	s := object(spec.doc)
	at := durationSchema(fact{})
	at.Description = "The instant, from the start."
	s.Properties.Set("at", at)
	s.Required = []string{"at"}
	for i := range spec.keys {
		key := &spec.keys[i]
		s.Properties.Set(key.Name, keySchema(key, spec.verb))
		if key.Required {
			s.Required = append(s.Required, key.Name)
		}
	}
	return s
}

// keySchema is one argument of a step.
func keySchema(k *Key, verb Verb) *jsonschema.Schema {
	f := fact{doc: k.Doc, one: k.One, min: k.min, max: k.max, signed: k.signed, number: k.number}
	var s *jsonschema.Schema
	switch k.slot(&Step{}).(type) {
	case *[2]string:
		two := uint64(2)
		s = &jsonschema.Schema{Type: "array", MinItems: &two, MaxItems: &two, UniqueItems: true,
			Items: &jsonschema.Schema{Type: "string", Enum: words([]string{"engine", "cc", "crm"})}}
	case *[]FieldSet:
		s = reference("Fields")
	case *[]string:
		s = &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string"}}
	case **int64:
		s, f.max = &jsonschema.Schema{Type: "integer"}, facts["Record.version"].max
	case *int:
		s = &jsonschema.Schema{Type: "integer"}
	case *bool:
		s = &jsonschema.Schema{Type: "boolean"}
		if verb == LoseStore && k.Required {
			s = &jsonschema.Schema{Const: true}
		}
	case *Duration:
		s = durationSchema(f)
	case *PPM:
		s = &jsonschema.Schema{Type: "string", Pattern: `^-?[0-9]+ppm$`}
	default:
		s = &jsonschema.Schema{Type: "string"}
	}
	s = narrowed(s, f)
	if k.Default != "" {
		s.Default = k.Default
		if n, err := strconv.Atoi(k.Default); err == nil {
			s.Default = n
		}
	}
	return s
}

func object(doc string) *jsonschema.Schema {
	return &jsonschema.Schema{
		Type: "object", Description: doc,
		Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema,
	}
}

func reference(name string) *jsonschema.Schema {
	return &jsonschema.Schema{Ref: "#/$defs/" + name}
}

func words(of []string) []any {
	all := make([]any, 0, len(of))
	for _, w := range of {
		all = append(all, w)
	}
	return all
}

func number(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }
