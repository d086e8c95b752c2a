package reports_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/syncproof/syncproof/reports"
)

// TestSchemaFilesAreCurrent: what stands in docs/ is what the types say.
func TestSchemaFilesAreCurrent(t *testing.T) {
	for _, f := range reports.Formats() {
		want, err := f.Schema()
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(f.File())))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the types say: run `make schema`", f.File())
		}
	}
}

// compiled is the format's schema, ready to judge.
func compiled(t *testing.T, format string) *validator.Schema {
	t.Helper()
	for _, f := range reports.Formats() {
		if f.Name != format {
			continue
		}
		text, err := f.Schema()
		if err != nil {
			t.Fatal(err)
		}
		doc, err := validator.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		c := validator.NewCompiler()
		if err := c.AddResource(f.File(), doc); err != nil {
			t.Fatal(err)
		}
		schema, err := c.Compile(f.File())
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
	t.Fatalf("no format %q", format)
	return nil
}

// obeys writes a document and holds it to the schema of its format.
func obeys(t *testing.T, format string, write func(io.Writer) error) {
	t.Helper()
	var text bytes.Buffer
	if err := write(&text); err != nil {
		t.Fatal(err)
	}
	value, err := validator.UnmarshalJSON(bytes.NewReader(text.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled(t, format).Validate(value); err != nil {
		t.Errorf("%v\n%s", err, text.String())
	}
}

// specimens are a full and a bare document of each kind of search.
func specimens() map[string][]interface{ JSON(io.Writer) error } {
	fault := &reports.DocumentFault{Inconclusive: true, Message: "blocked", Stack: "goroutine 1"}
	faulty, bare := reports.Explored(1, 2), reports.Explored(1, 1)
	faulty.Fault, faulty.Interrupted = fault, true
	bare.Shards, bare.Open, bare.Failures, bare.Failed = nil, nil, []reports.FoundFailure{}, 0
	found := &reports.Exhaustion{
		Schema: reports.ExhaustionID, Tool: "v1", Scenario: "s", Engine: "reference", Crashes: 1, States: 7, Runs: 2, Depth: 3,
		Failures: []reports.ExhaustionFailure{{"no-loop", "it loops"}}, Way: []string{"a", "b"}, File: "f.yaml", Rerun: "syncproof explore",
	}
	stopped := &reports.Exhaustion{Schema: reports.ExhaustionID, Tool: "v1", Scenario: "s", Engine: "reference", Stopped: "interrupted", Frontier: 3}
	killed := reports.DetectedBy{
		Name: "a", Defect: "d", Source: "s", Kills: []reports.Kill{{"x", []string{"no-loop"}}},
		Searches: []reports.SearchResult{{Seed: 1, Found: true, Runs: 3, Seconds: 0.1, Invariant: "told"}, {Seed: 2, Runs: 9}},
		Shrunk:   2, Shrink: 0.5, Failure: "told", Case: "scenario: x\n",
	}
	survived := reports.DetectedBy{Name: "b", Defect: "d", Source: "s", Kills: []reports.Kill{}}
	tried := &reports.Detection{Schema: reports.DetectionID, Tool: "v1", Bound: 60, Jobs: 2, Scenarios: 9, Mutants: []reports.DetectedBy{killed, survived}}
	none := &reports.Detection{Schema: reports.DetectionID, Tool: "v1", Mutants: []reports.DetectedBy{}, Fault: fault}
	for _, x := range []*reports.Exploration{faulty, bare} {
		x.Decide()
	}
	for _, x := range []*reports.Exhaustion{found, stopped} {
		x.Decide()
	}
	for _, d := range []*reports.Detection{tried, none} {
		d.Decide()
	}
	shrunk := &reports.Shrinking{
		Schema: reports.ShrinkingID, Tool: "v1", Scenario: "s.yaml", Engine: "reference", Fidelity: "wire",
		Failures: []reports.FoundFailure{{Invariant: "told", Role: "r", Message: "m", Run: 1, Times: 1, Lines: 3, Shrunk: 1}},
	}
	shrunk.Decide()
	return map[string][]interface{ JSON(io.Writer) error }{
		"exploration": {faulty, bare}, "exhaustion": {found, stopped}, "detection": {tried, none},
		"shrinking": {shrunk},
	}
}

func TestSearchesObeyTheirSchemas(t *testing.T) {
	for format, documents := range specimens() {
		for _, d := range documents {
			obeys(t, format, d.JSON)
		}
	}
}

// TestSchemasRefuse: a schema that accepts everything would hold nothing.
func TestSchemasRefuse(t *testing.T) {
	for format, documents := range specimens() {
		var text bytes.Buffer
		if err := documents[0].JSON(&text); err != nil {
			t.Fatal(err)
		}
		schema := compiled(t, format)
		for name, spoil := range map[string]func(map[string]any){
			"another version":  func(d map[string]any) { d["schema"] = "syncproof." + format + "/v2" },
			"no such verdict":  func(d map[string]any) { d["verdict"] = "green" },
			"no verdict":       func(d map[string]any) { delete(d, "verdict") },
			"a number for one": func(d map[string]any) { d["tool"] = 7 },
		} {
			value, err := validator.UnmarshalJSON(bytes.NewReader(text.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			spoil(value.(map[string]any))
			if schema.Validate(value) == nil {
				t.Errorf("%s: the schema accepts %s", format, name)
			}
		}
	}
}
