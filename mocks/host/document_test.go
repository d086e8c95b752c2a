package host_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/syncproof/syncproof/mocks/host"
)

// document is the OpenAPI document as plain JSON values.
func document(t *testing.T) map[string]any {
	t.Helper()
	var raw any
	if err := yaml.Unmarshal(host.Document, &raw); err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(plain)))
	if err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any)
}

// schemaOf compiles the schema of a request or an answer, "" for none.
func schemaOf(t *testing.T, doc map[string]any, parts ...string) *jsonschema.Schema {
	t.Helper()
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	at := any(doc)
	pointer := ""
	for _, part := range parts {
		if object, ok := at.(map[string]any); ok {
			if ref, ok := object["$ref"].(string); ok {
				pointer = strings.TrimPrefix(ref, "#")
				at = doc
				for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
					at = at.(map[string]any)[step]
				}
			}
		}
		object, ok := at.(map[string]any)
		if !ok || object[part] == nil {
			return nil
		}
		at, pointer = object[part], pointer+"/"+escape.Replace(part)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("https://doc.test/control", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("https://doc.test/control#" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// Every operation of the document is there, takes what the document says, and
// answers as it says.
func TestTheControlPlaneIsItsDocument(t *testing.T) {
	doc := document(t)
	p := newPlane(t, "genesys", "", time.Now)
	ada, bob := p.make("genesys", "Ada"), p.make("genesys", "Bob")
	snapshot := p.want(http.StatusOK, "GET", "/v1/snapshot", "")
	played := map[string]bool{}
	for _, c := range []struct{ operation, path, body, status string }{
		{"GET /v1/status", "", "", "200"},
		{"GET /v1/records", "?limit=1", "", "200"},
		{"GET /v1/records", "?limit=none", "", "400"},
		{"POST /v1/records", "", `{"set":{"lastName":"L","title":null},"version":3,"external":"x","modified":"2026-01-31T12:00:00Z"}`, "201"},
		{"GET /v1/records/{id}", "", "", "200"},
		{"POST /v1/records/{id}/save", "", `{"as":"user","by":"sam"}`, "200"},
		{"POST /v1/records/{id}/merge", "", `{"loser":"` + bob + `"}`, "200"},
		{"POST /v1/records/{id}/delete", "", `{}`, "200"},
		{"POST /v1/records/{id}/undelete", "", `{}`, "422"},
		{"POST /v1/edits", "", `{"as":"agent","set":{"firstName":"C"},"version":4,"bypass":true}`, "201"},
		{"PUT /v1/faults", "", `{"latency":"1ms","throttle":{"every":2,"left":1},"quota":{"requests":5,"per":"1m"},"daily_remaining":3,` +
			`"error":{"status":503,"methods":["PUT"]},"drift":[{"field":"title","length":5}],"local_times":"Europe/Berlin"}`, "200"},
		{"GET /v1/faults", "", "", "200"},
		{"DELETE /v1/faults", "", "", "200"},
		{"GET /v1/settings", "", "", "501"},
		{"PUT /v1/settings", "", `{}`, "501"},
		{"POST /v1/tokens/revoke", "", "", "204"},
		{"PUT /v1/clock", "", `{"offset":"-1m30s"}`, "200"},
		{"GET /v1/clock", "", "", "200"},
		{"GET /v1/journal", "?after=1&limit=2", "", "200"},
		{"GET /v1/snapshot", "", "", "200"},
		{"PUT /v1/snapshot", "", snapshot, "204"},
		{"PUT /v1/snapshot", "", "{}", "422"},
		{"POST /v1/reset", "", "", "204"},
		{"GET /openapi.yaml", "", "", "200"},
	} {
		played[c.operation] = true
		method, template, _ := strings.Cut(c.operation, " ")
		operation := []string{"paths", template, strings.ToLower(method)}
		if body := schemaOf(t, doc, append(operation, "requestBody", "content", "application/json", "schema")...); body != nil && c.status[0] == '2' {
			valid(t, c.operation+" request", body, c.body)
		}
		status, text := p.send(method, strings.ReplaceAll(template, "{id}", ada)+c.path, c.body)
		if got := http.StatusText(status); got != http.StatusText(number(c.status)) {
			t.Errorf("%s: %d %s, want %s", c.operation, status, text, c.status)
			continue
		}
		judged := !strings.HasPrefix(text, "{") || template == "/v1/journal"
		for _, media := range []string{"application/json", "application/problem+json"} {
			if answer := schemaOf(t, doc, append(operation, "responses", c.status, "content", media, "schema")...); answer != nil {
				valid(t, c.operation+" answer", answer, text)
				judged = true
			}
		}
		if !judged {
			t.Errorf("%s: the document does not describe the answer %s %s", c.operation, c.status, text)
		}
	}
	for template, item := range doc["paths"].(map[string]any) {
		for _, method := range slices.Sorted(maps.Keys(item.(map[string]any))) {
			if operation := strings.ToUpper(method) + " " + template; !played[operation] {
				t.Errorf("%s is in the document and was not played", operation)
			}
		}
	}
}

func number(status string) int {
	n := 0
	for _, c := range status {
		n = 10*n + int(c-'0')
	}
	return n
}

func valid(t *testing.T, what string, schema *jsonschema.Schema, text string) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v in %s", what, err, text)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}
