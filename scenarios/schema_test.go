package scenarios

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"testing"

	checker "github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "rewrite generated files and golden tables")

func TestSchemaFileIsCurrent(t *testing.T) {
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	const path = "scenario.schema.json"
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale: run go test ./scenarios -run TestSchemaFileIsCurrent -update", path)
	}
}

// compiled is the schema as a validator; it also proves that it is one.
func compiled(t *testing.T) *checker.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := checker.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := checker.NewCompiler()
	if err := c.AddResource(SchemaID, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance is a YAML text as a JSON Schema validator sees it.
func instance(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := checker.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestSchemaAcceptsTheLibrary(t *testing.T) {
	s := compiled(t)
	seen := 0
	err := walkLibrary(func(name string, data []byte) error {
		seen++
		if err := s.Validate(instance(t, data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatal("no library", err)
	}
}

func TestSchemaRefusesWhatTheParserRefuses(t *testing.T) {
	s := compiled(t)
	for _, text := range []string{
		"{}",
		"scenario: 7",
		"scenario: x\ntimelime: []",
		"scenario: x\nseed: -1",
		"scenario: x\nsystems: {cc: {kind: salesforce}}",
		"scenario: x\nsystems: {crm: {kind: genesys}}",
		"scenario: x\nsystems: {crm: {kind: rest, colour: red}}",
		"scenario: x\nsystems: {crm: {quota: {requests: 5}}}",
		"scenario: x\nsystems: {crm: {latency: -2s}}",
		"scenario: x\nengine: {poll: never}",
		"scenario: x\nengine: {fsync: off}",
		"scenario: x\npolicy: {simultaneous: guess}",
		"scenario: x\nrecords: -1",
		"scenario: x\nrecords: 1000001",
		"scenario: x\nrecords: {count: 3, dataset: dogs}",
		"scenario: x\nrecords: [{notes: nobody}]",
		"scenario: x\ntimeline: [{edit: ada, on: cc, set: {notes: x}}]",
		"scenario: x\ntimeline: [{at: 1s}]",
		"scenario: x\ntimeline: [{at: soon, save: ada, on: cc}]",
		"scenario: x\ntimeline: [{at: 1s, partition: [engine]}]",
		"scenario: x\ntimeline: [{at: 1s, partition: [engine, moon]}]",
		"scenario: x\ntimeline: [{at: 1s, partition: [engine, crm], why: not}]",
		"scenario: x\ntimeline: [{at: 1s, loss: [engine, crm], rate: 120}]",
		"scenario: x\ntimeline: [{at: 1s, crash: cc}]",
		"scenario: x\ntimeline: [{at: 1s, lose_store: false}]",
		"scenario: x\nexpect: [7]",
		"scenario: x\nexpect: ['']",
	} {
		if s.Validate(instance(t, []byte(text))) == nil {
			t.Errorf("the schema accepts what the parser must refuse:\n%s", text)
		}
		if _, err := Parse("bad.yaml", []byte(text)); err == nil {
			t.Errorf("the parser accepts:\n%s", text)
		}
	}
}

// TestSchemaKeysAreTheParsersKeys compares key tables: for every object the
// schema allows the keys that the parser knows, and no others.
func TestSchemaKeysAreTheParsersKeys(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	type node struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Required   []string                   `json:"required"`
	}
	var root struct {
		node
		Defs map[string]node `json:"$defs"`
	}
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"Record": recordKeys}
	for name, keys := range structKeys() {
		want[name] = keys
	}
	for i := range verbs {
		name := "step_" + string(verbs[i].verb)
		want[name] = verbs[i].keyNames()
		for _, key := range verbs[i].keys {
			if key.Required != slices.Contains(root.Defs[name].Required, key.Name) {
				t.Errorf("%s: schema and parser disagree on whether %s is required", name, key.Name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		def, ok := root.Defs[name]
		if name == "Scenario" {
			def, ok = root.node, true
		}
		if !ok {
			t.Errorf("the schema does not define %s", name)
			continue
		}
		got := slices.Sorted(maps.Keys(def.Properties))
		keys := slices.Sorted(slices.Values(want[name]))
		if !slices.Equal(got, keys) {
			t.Errorf("%s: the schema allows %v, the parser %v", name, got, keys)
		}
	}
}

// TestEveryKeyIsDescribed: the schema is what editors show as help.
func TestEveryKeyIsDescribed(t *testing.T) {
	for name, keys := range structKeys() {
		for _, key := range keys {
			if facts[name+"."+key].doc == "" {
				t.Errorf("%s.%s has no description", name, key)
			}
		}
	}
	for _, v := range Verbs() {
		if v.Doc() == "" || v.Group() == "" {
			t.Errorf("%s has no description", v)
		}
		for _, key := range v.Keys() {
			if key.Doc == "" {
				t.Errorf("%s of %s has no description", key.Name, v)
			}
		}
	}
}
