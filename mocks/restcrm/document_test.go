package restcrm

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// document is the OpenAPI document as plain JSON values.
func document(t testing.TB) map[string]any {
	text, err := os.ReadFile("../../docs/rest-crm.openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var raw any
	if err := yaml.Unmarshal(text, &raw); err != nil {
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

func compile(t *testing.T, doc map[string]any, pointer string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("https://doc.test/api", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("https://doc.test/api#" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

const pointerOf200 = "/responses/200/content/application~1json/schema"

func TestAnswersMatchTheDocument(t *testing.T) {
	doc := document(t)
	w := newWorld(t, nil)
	empty := w.seed("Ada", 0, "", map[string]any{})
	full := w.seed("Bob", 4, "g-1", map[string]any{
		"first_name": "Bob", "phone": "+1 415 555 0123;ext=4", "email": "b@c.dd", "interests": []string{"golf"}, "tier": "gold",
		"do_not_call": true, "birthday": "1990-01-31", "score": int64(-5), "notes": "a\"b\\c\n\x01", "sync_status": "IN_SYNC",
	})
	for _, c := range []struct {
		pointer, method, path string
	}{
		{"/components/schemas/Contact", "GET", rowsPrefix + empty},
		{"/components/schemas/Contact", "GET", rowsPrefix + full},
		{"/paths/~1v1~1contacts/get" + pointerOf200, "GET", "/v1/contacts"},
		{"/paths/~1v1~1changes/get" + pointerOf200, "GET", "/v1/changes"},
		{"/paths/~1v1~1schema~1contact/get" + pointerOf200, "GET", "/v1/schema/contact"},
		{"/components/responses/Problem/content/application~1problem+json/schema", "GET", "/v1/nothing"},
	} {
		resp := w.send(c.method, c.path, "", "")
		body, err := jsonschema.UnmarshalJSON(strings.NewReader(string(resp.Body)))
		if err != nil {
			t.Fatalf("%s: %v in %s", c.path, err, resp.Body)
		}
		if err := compile(t, doc, c.pointer).Validate(body); err != nil {
			t.Errorf("%s %s: %v", c.method, c.path, err)
		}
	}
	// The other way round: the document accepts what was stored.
	write := compile(t, doc, "/components/schemas/ContactWrite")
	for body, want := range map[string]bool{
		`{"last_name":"x","interests":["golf"]}`: true, `{"nickname":"x"}`: false, `{"id":"x"}`: false, `{"score":"5"}`: false,
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := write.Validate(value) == nil; got != want {
			t.Errorf("the document's verdict on %s is %v", body, got)
		}
		if got := w.patch(full, body).Status == 200; got != want {
			t.Errorf("the tenant's verdict on %s is %v", body, got)
		}
	}
}

func TestEveryOperationIsThere(t *testing.T) {
	w := newWorld(t, withAccounts)
	ids := map[bool]string{false: w.seed("Ada", 0, "", map[string]any{}), true: w.seedAccount("Engines", "")}
	paths := document(t)["paths"].(map[string]any)
	if len(paths) < 7 {
		t.Fatalf("the document has %d paths", len(paths))
	}
	for path, item := range paths {
		path = strings.NewReplacer("{id}", ids[strings.Contains(path, "accounts")], "{external_id}", "x").Replace(path)
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			_, documented := item.(map[string]any)[method]
			resp := w.send(strings.ToUpper(method), path, "", "{")
			if (resp.Status != 405) != documented {
				t.Errorf("%s %s: documented %v, answered %d", method, path, documented, resp.Status)
			}
		}
	}
}

// TestEveryCodeIsDocumented reads the codes out of the source: what the
// package can answer is what the table lists.
func TestEveryCodeIsDocumented(t *testing.T) {
	problem := document(t)["components"].(map[string]any)["responses"].(map[string]any)["Problem"].(map[string]any)
	table := problem["description"].(string)
	call := regexp.MustCompile(`(?:refuse\([^,]+, |invalid\(|code: +|limited\(|code :?= )"([a-z_]+)"`)
	seen := 0
	for _, file := range []string{"records.go", "exchange.go", "fields.go", "lists.go", "problem.go", "values.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range call.FindAllStringSubmatch(string(source), -1) {
			seen++
			if !regexp.MustCompile(`\b` + match[1] + `\b`).MatchString(table) {
				t.Errorf("%s answers %s, which the document does not list", file, match[1])
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d codes found", seen)
	}
}

func FuzzPatch(f *testing.F) {
	f.Add(`{"last_name":"x","score":12,"interests":["golf","music"]}`)
	f.Add(`{"birthday":"2026-01-31","do_not_call":true,"email":"a@b.cc","phone":"+1 415"}`)
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t, nil)
		id := w.seed("ada", 1, "", map[string]any{})
		resp := w.patch(id, body)
		if resp.Status != 200 && resp.Status != 400 && resp.Status != 409 {
			t.Fatalf("%q: %d %s", body, resp.Status, resp.Body)
		}
		var record map[string]any
		w.decode(w.send("GET", rowsPrefix+id, "", ""), &record)
	})
}

func BenchmarkGet(b *testing.B) { benchmark(b, "GET", "") }

func BenchmarkPatch(b *testing.B) {
	benchmark(b, "PATCH", `{"first_name":"Ada","sync_version":7}`, `{"first_name":"Bea","sync_version":8}`)
}

// quiet drops events, so that the mock alone is measured.
type quiet struct{ op uint64 }

func (q *quiet) Emit(trace.Event) uint64 { q.op++; return q.op }

func benchmark(b *testing.B, method string, bodies ...string) {
	w := newWorld(b, func(c *mocks.Config) { c.Quota = mocks.Quota{Requests: 1 << 40, Per: 1 << 40, Headers: true} })
	id := ""
	for range 1000 {
		id = w.seed("r", 1, "", map[string]any{"first_name": "Ada", "phone": "+14155550123"})
	}
	w.m.journal.Journal = &quiet{}
	header := map[string][]string{"Authorization": {"Bearer " + w.token}, "Content-Type": {typePatch}, "If-Match": {"*"}}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r := mocks.Request{Method: method, Path: rowsPrefix + id, Header: header, Call: uint64(i)}
		if method == "PATCH" {
			r.Body = []byte(bodies[i%len(bodies)])
		}
		if resp := w.m.Handle(w.now, &r); resp.Status >= 300 {
			b.Fatalf("%d %s", resp.Status, resp.Body)
		}
	}
}
