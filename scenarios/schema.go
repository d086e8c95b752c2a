package scenarios

import (
	"encoding/json"
	"maps"
	"reflect"
	"time"

	"github.com/invopop/jsonschema"
)

// SchemaID is the identity of the JSON Schema of scenario files.
const SchemaID = "https://github.com/syncproof/syncproof/scenarios/scenario.schema.json"

// Schema is the JSON Schema of scenario files, for editors and other tools. It
// comes from the Go types, the facts of their keys and the table of verbs, and
// accepts the keys that Parse accepts. What one part of a file says of another
// only Parse can check.
func Schema() ([]byte, error) {
	r := &jsonschema.Reflector{
		FieldNameTag:               "yaml",
		RequiredFromJSONSchemaTags: true,
		ExpandedStruct:             true,
		Mapper:                     customSchema,
	}
	root := r.Reflect(&Scenario{})
	root.ID = SchemaID
	root.Title = "syncproof scenario"
	root.Description = "A world of two systems, what happens in it, and what must be true at the end."
	describeKeys("Scenario", root)
	for _, part := range [...]any{&System{}, &Generate{}} {
		reflected := r.Reflect(part)
		reflected.Version, reflected.ID = "", ""
		maps.Copy(root.Definitions, reflected.Definitions)
		reflected.Definitions = nil
		root.Definitions[reflect.TypeOf(part).Elem().Name()] = reflected
	}
	//syncproof:unordered each definition is described by itself
	for name, definition := range root.Definitions {
		describeKeys(name, definition)
	}
	root.Definitions["FieldValue"] = fieldValueSchema()
	root.Definitions["Fields"] = fieldsSchema()
	root.Definitions["Record"] = recordSchema()
	defineDurations(root.Definitions)
	for i := range verbs {
		root.Definitions["step_"+string(verbs[i].verb)] = stepSchema(&verbs[i])
	}
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

// customSchema describes the types that a file writes differently from Go.
func customSchema(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[Duration]():
		return durationSchema(fact{})
	case reflect.TypeFor[PPM]():
		return &jsonschema.Schema{Type: "string", Pattern: `^-?[0-9]+ppm$`, Examples: []any{"50ppm"}}
	case reflect.TypeFor[time.Time]():
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[Records]():
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{
			{Type: "integer", Minimum: "0", Maximum: number(maxRecords)},
			reference("Generate"),
			{Type: "array", Items: reference("Record")},
		}}
	case reflect.TypeFor[Step]():
		step := &jsonschema.Schema{}
		for i := range verbs {
			step.OneOf = append(step.OneOf, reference("step_"+string(verbs[i].verb)))
		}
		return step
	case reflect.TypeFor[Expect]():
		return &jsonschema.Schema{Type: "string", Pattern: `\S`}
	case reflect.TypeFor[Pair[int]]():
		return pairSchema(&jsonschema.Schema{Type: "integer", Minimum: "1", Maximum: "10000"})
	case reflect.TypeFor[Pair[Duration]]():
		return pairSchema(durationSchema(fact{off: true}))
	case reflect.TypeFor[Systems]():
		return systemsSchema()
	}
	return nil
}

// systemsSchema is written out, as each side has kinds of its own; the
// definition of System itself is reflected.
func systemsSchema() *jsonschema.Schema {
	s := object("The two sides: the contact center and the CRM.")
	for _, side := range sides {
		kinds := &jsonschema.Schema{}
		only := jsonschema.NewProperties()
		only.Set("kind", &jsonschema.Schema{Enum: words(kindsOf[side])})
		kinds.AllOf = []*jsonschema.Schema{reference("System"), {Properties: only}}
		kinds.Description = facts["Systems."+side].doc
		s.Properties.Set(side, kinds)
	}
	return s
}

// describeKeys puts the facts of a type's keys into its definition.
func describeKeys(typeName string, s *jsonschema.Schema) {
	if s.Properties == nil {
		return
	}
	for pair := s.Properties.Oldest(); pair != nil; pair = pair.Next() {
		f, ok := facts[typeName+"."+pair.Key]
		if !ok {
			continue
		}
		if f.required {
			s.Required = append(s.Required, pair.Key)
		}
		pair.Value = narrowed(pair.Value, f)
	}
}
