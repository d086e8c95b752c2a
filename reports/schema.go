package reports

import (
	"encoding/json"

	"github.com/invopop/jsonschema"
)

// Format is a JSON document of this package that has a JSON Schema.
type Format struct {
	// Name as `syncproof schema` takes it; docs/NAME.schema.json is the text.
	Name string
	// ID names the version of the format, as the document's field schema does.
	ID string
	// What is described, in a sentence.
	What string

	document any
}

// Formats are all of them.
func Formats() []Format {
	return []Format{
		{"report", SchemaID, "The report of a syncproof run.", &Document{}},
		{"exploration", ExplorationID, "The report of a search through generated worlds.", &Exploration{}},
		{"exhaustion", ExhaustionID, "The report of a search through every order of a scenario's messages.", &Exhaustion{}},
		{"detection", DetectionID, "The report of engines with one defect each, and of what notices them.", &Detection{}},
		{"shrinking", ShrinkingID, "What is left of a scenario that fails, for each kind of failure.", &Shrinking{}},
	}
}

// File is the format's schema in the repository.
func (f Format) File() string { return "docs/" + f.Name + ".schema.json" }

// Schema is the JSON Schema (draft 2020-12) of the document, generated from
// its Go type. Fields that it does not name are allowed: later ones are added
// under the same ID.
func (f Format) Schema() ([]byte, error) {
	r := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true}
	s := r.Reflect(f.document)
	s.ID = jsonschema.ID("https://github.com/syncproof/syncproof/" + f.File())
	s.Title, s.Description = f.ID, f.What
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}
