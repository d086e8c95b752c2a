package reports

import (
	"encoding/json"

	"github.com/invopop/jsonschema"
)

// Schema is the JSON Schema (draft 2020-12) of the document that JSON writes.
// docs/report.schema.json is the same text.
func Schema() ([]byte, error) {
	r := jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true}
	s := r.Reflect(&Document{})
	s.ID = "https://github.com/syncproof/syncproof/docs/report.schema.json"
	s.Title = SchemaID
	s.Description = "The report of a syncproof run."
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}
