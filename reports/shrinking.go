package reports

import (
	"encoding/json"
	"io"
)

// ShrinkingID names the version of the document of a shrinking.
const ShrinkingID = "syncproof.shrinking/v1"

// Shrinking is what is left of a scenario that fails, once for each kind of
// failure. A scenario that does not fail has no such document.
type Shrinking struct {
	Schema   string         `json:"schema" jsonschema:"enum=syncproof.shrinking/v1"`
	Tool     string         `json:"tool"`
	Verdict  string         `json:"verdict" jsonschema:"enum=fail"`
	Scenario string         `json:"scenario" jsonschema:"description=the file or name that was given"`
	Engine   string         `json:"engine"`
	Fidelity string         `json:"fidelity" jsonschema:"enum=wire,enum=model"`
	Failures []FoundFailure `json:"failures" jsonschema:"minItems=1"`
}

// Decide sets the verdict: what was made small fails.
func (x *Shrinking) Decide() Verdict {
	x.Verdict = Fail.String()
	return Fail
}

// JSON writes the shrinking as one indented document.
func (x *Shrinking) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(x)
}

// Console writes each case for people.
func (x *Shrinking) Console(w io.Writer, style Style) error {
	for i := range x.Failures {
		if err := x.Failures[i].Console(w, style); err != nil {
			return err
		}
	}
	return nil
}
