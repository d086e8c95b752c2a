package reports_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/trace"
)

func report(t *testing.T, s *reports.Suite) (text string, value any) {
	t.Helper()
	var b bytes.Buffer
	if err := reports.JSON(&b, s); err != nil {
		t.Fatal(err)
	}
	value, err := validator.UnmarshalJSON(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), value
}

func TestJSONObeysItsSchema(t *testing.T) {
	schema := compiled(t, "report")
	text, value := report(t, specimen())
	if err := schema.Validate(value); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, spoil := range []func(map[string]any){
		func(d map[string]any) { d["schema"] = "syncproof.report/v2" },
		func(d map[string]any) { d["verdict"] = "green" },
		func(d map[string]any) { delete(d, "scenarios") },
	} {
		_, value := report(t, specimen())
		spoil(value.(map[string]any))
		if schema.Validate(value) == nil {
			t.Error("the schema accepts a spoilt report")
		}
	}
}

func TestJSONContents(t *testing.T) {
	text, _ := report(t, specimen())
	var d reports.Document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	if d.Schema != reports.SchemaID || d.Verdict != "harness-failure" {
		t.Errorf("schema %q verdict %q", d.Schema, d.Verdict)
	}
	if (d.Counts != reports.DocumentCounts{Pass: 1, Inconclusive: 2, Fail: 1, Harness: 1}) {
		t.Errorf("counts %+v", d.Counts)
	}
	chain := d.Cases[1].Results[1].Findings[0].Chain
	if len(chain) != 3 || chain[1].Op != 2 || !strings.Contains(chain[1].Text, "ada updated by user:maria") {
		t.Errorf("chain %+v", chain)
	}
	if x := d.Cases[1].Decisions; d.Cases[1].Decided != 1 || len(x) != 1 || x[0].Rule != "CR-4" || x[0].ModelRule != "CR-5" || x[0].At != 12 {
		t.Errorf("decisions %+v", x)
	}
}

func TestRecordsAreOneEventALine(t *testing.T) {
	var b bytes.Buffer
	if err := reports.Records(&b, "clash", specimen().Cases[1].Journal); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3", len(lines))
	}
	var second trace.Line
	if err := json.Unmarshal([]byte(lines[1]), &second); err != nil {
		t.Fatal(err)
	}
	if second.Scenario != "clash" || second.Op != 2 || second.Kind != trace.Commit.String() || second.Name != "ada" || second.Version != 42 {
		t.Errorf("second line %s", lines[1])
	}
	if f := second.Changes[0]; f.Before != nil || f.After == nil || *f.After != "VIP\x1b[31m" {
		t.Errorf("an empty field is written as %+v", f)
	}
}
