package vector

import (
	"bytes"
	"encoding/json"

	"github.com/syncproof/syncproof/engine/resolve"
)

// Output is a decision in words. Its keys are always all there, in this
// order, except warnings.
type Output struct {
	Decision string  `json:"decision"` // nothing | align | push | merge | flag | delete | recreate | forget
	Winner   *string `json:"winner"`   // cc | crm | null
	Rule     string  `json:"rule"`
	Status   string  `json:"status"`
	// Version that every write carries and both sides end with; null where
	// no write carries one (flag, delete, forget).
	Version *int64 `json:"version"`
	// Fields is the content that the sides end with; null for flag, delete
	// and forget.
	Fields map[string]string `json:"fields"`
	Lost   []Loss            `json:"lost"`
	// Writes names the fields that change on each side: null is no write,
	// an empty list one of the version alone (or the deletion).
	Writes    Writes            `json:"writes"`
	Effective EffectiveVersions `json:"effective"`
	// Conflicts are the fields of which each side has its own new value.
	Conflicts []string `json:"conflicts"`
	Why       string   `json:"why"`
	Warnings  []string `json:"warnings,omitempty"`
}

// Loss is one overwritten value (CR-11).
type Loss struct {
	Field  string `json:"field"`
	System string `json:"system"`
	Value  string `json:"value"`
	Rule   string `json:"rule"`
}

// Writes is what each side gets.
type Writes struct {
	CC  []string `json:"cc"`
	CRM []string `json:"crm"`
}

// EffectiveVersions are those of DM-8.
type EffectiveVersions struct {
	CC  int64 `json:"cc"`
	CRM int64 `json:"crm"`
}

// Encode gives the decision as one line of JSON without the line's end. The
// names are those of the input's fields.
func Encode(in resolve.Input, d resolve.Decision) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(output(in, d)); err != nil {
		// Output holds only text, numbers and lists of them.
		panic("vector: encode a decision: " + err.Error())
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func output(in resolve.Input, d resolve.Decision) Output {
	out := Output{
		Decision:  d.Action.String(),
		Rule:      d.Rule,
		Status:    d.Status.String(),
		Lost:      []Loss{},
		Effective: EffectiveVersions{CC: d.Effective[resolve.CC], CRM: d.Effective[resolve.CRM]},
		Conflicts: names(in, d.Conflicts),
		Why:       resolve.Explain(in, d),
		Warnings:  d.Warnings,
	}
	if d.Winner != resolve.None {
		winner := d.Winner.String()
		out.Winner = &winner
	}
	if d.Result != nil {
		out.Version = &d.Version
		out.Fields = map[string]string{}
		for i, f := range in.Fields {
			out.Fields[f.Name] = d.Result[i]
		}
	}
	for _, l := range d.Lost {
		out.Lost = append(out.Lost, Loss{Field: in.Fields[l.Field].Name, System: l.Side.String(), Value: l.Value, Rule: l.Rule})
	}
	if w := d.Writes[resolve.CC]; w.Needed {
		out.Writes.CC = names(in, w.Fields)
	}
	if w := d.Writes[resolve.CRM]; w.Needed {
		out.Writes.CRM = names(in, w.Fields)
	}
	return out
}

// names is never nil: a list without names is not the absence of a list.
func names(in resolve.Input, fields []int) []string {
	list := make([]string, 0, len(fields))
	for _, i := range fields {
		list = append(list, in.Fields[i].Name)
	}
	return list
}
