package resolve_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"testing"

	"github.com/syncproof/syncproof/engine/resolve"
	"github.com/syncproof/syncproof/engine/resolve/vector"
)

// TestVectors checks every vector, and Decide on it, against the independent
// model, so that the vectors are not only the code's own output; and that the
// case with the sides swapped has the swapped decision (CR-9).
func TestVectors(t *testing.T) {
	cases, err := vector.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		in, err := vector.Parse(c.Input)
		if err != nil {
			t.Fatalf("%s, %s: %v", c.Rule, c.Name, err)
		}
		var out vector.Output
		if err := json.Unmarshal(c.Want, &out); err != nil {
			t.Fatalf("%s, %s: %v", c.Rule, c.Name, err)
		}
		model, err := decideByModel(in)
		if err != nil {
			t.Errorf("%s, %s: %v", c.Rule, c.Name, err)
		}
		if got := outcomeOfVector(in, out); !reflect.DeepEqual(got, model) {
			t.Errorf("%s, %s:\nvector %+v\n model %+v", c.Rule, c.Name, got, model)
		}
		if got := outcomeOf(in, resolve.Decide(in)); !reflect.DeepEqual(got, model) {
			t.Errorf("%s, %s:\nDecide %+v\n model %+v", c.Rule, c.Name, got, model)
		}
		if got, want := resolve.Decide(mirror(in)), mirrorDecision(resolve.Decide(in)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s, %s, sides swapped:\n got %+v\nwant %+v", c.Rule, c.Name, got, want)
		}
	}
}

// outcomeOfVector states a vector's wanted decision in the model's words,
// from the JSON alone.
func outcomeOfVector(in resolve.Input, out vector.Output) outcome {
	o := outcome{Action: out.Decision, Winner: "none", Rule: out.Rule, Status: out.Status}
	if out.Winner != nil {
		o.Winner = *out.Winner
	}
	if out.Version != nil {
		o.Version = *out.Version
	}
	writes := [2][]string{out.Writes.CC, out.Writes.CRM}
	gone := out.Decision == "delete" || out.Decision == "forget"
	for s := range writes {
		if writes[s] != nil {
			o.Written = append(o.Written, sideName(s))
		}
		created := out.Decision == "recreate" && !in.Sides[s].Present
		if gone || !in.Sides[s].Present && !created {
			o.After = append(o.After, sideName(s)+" gone")
			continue
		}
		for i, f := range in.Fields {
			value := at(in.Sides[s].Content, i)
			for _, name := range writes[s] {
				if name == f.Name {
					value = out.Fields[name]
				}
			}
			o.After = append(o.After, fmt.Sprintf("%s.%s=%s", sideName(s), f.Name, value))
		}
	}
	for _, l := range out.Lost {
		o.Lost = append(o.Lost, fmt.Sprintf("%s.%s=%s by %s", l.System, l.Field, l.Value, l.Rule))
	}
	sort.Strings(o.Lost)
	return o
}
