package genesys

import (
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/mocks"
)

func bareWorld(t testing.TB) *world {
	return newWorld(t, func(c *mocks.Config) { c.Bare, c.Fields, c.StatusField = true, nil, "sync_status" })
}

// draft is a schema with these properties.
func draft(head, properties string) string {
	return `{` + head + `"jsonSchema":{"$schema":"http://json-schema.org/draft-04/schema#","title":"T","properties":{` + properties + `}}}`
}

func core(name, kind, more string) string {
	return `"` + name + `":{"allOf":[{"$ref":"#/definitions/` + kind + `"}],"title":"` + name + `"` + more + `}`
}

func TestAFieldOfASchemaThatWasWrittenIsThere(t *testing.T) {
	w := bareWorld(t)
	if got := w.must("GET", "contacts/schemas", ""); at(got, "total") != float64(0) {
		t.Fatalf("a bare tenant has schemas: %v", got)
	}
	old, err := w.Seed(mocks.Seed{Set: map[string]any{"firstName": "Old"}, Modified: start})
	if err != nil {
		t.Fatal(err)
	}
	w.must("POST", "contacts/schemas", draft("", core("sync_version", "integer", `,"minimum":0,"maximum":9`)))
	id := w.schemaID
	got := w.must("PUT", "contacts/schemas/"+id, draft(`"version":1,`, core("sync_version", "integer", `,"minimum":0,"maximum":9`)+","+core("sync_status", "text", `,"maxLength":40`)))
	if at(got, "version") != float64(2) || at(got, "jsonSchema", "properties", "sync_status", "maxLength") != float64(40) {
		t.Errorf("%v", got)
	}
	if got := w.must("GET", "contacts/schemas/"+id+"/versions/1", ""); at(got, "jsonSchema", "properties", "sync_status") != nil {
		t.Errorf("version 1 has what version 2 added: %v", got)
	}
	put := func(value string) *mocks.Response {
		return w.call("PUT", "contacts/"+old, `{"firstName":"Old","schema":{"id":"`+id+`","version":2},"customFields":{"sync_version":`+value+`}}`)
	}
	if resp := put("10"); resp.Status != 400 {
		t.Errorf("beyond the maximum: %d %s", resp.Status, resp.Body)
	}
	if resp := put("7"); resp.Status != 200 {
		t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	if s, _ := w.Peek(old); s.Version != 7 {
		t.Errorf("the stored version is %d", s.Version)
	}
	clone := w.Clone(w.log).(*Mock)
	if clone.schema.version != 2 || len(clone.history) != 2 {
		t.Error("a clone lost the schema")
	}
}

func TestSchemaRefusals(t *testing.T) {
	const known = `"notes":{"allOf":[{"$ref":"#/definitions/longtext"}],"title":"notes","maxLength":4000},` +
		`"tier":{"allOf":[{"$ref":"#/definitions/enum"}],"title":"tier","enum":["bronze","silver","gold"]},` +
		`"do_not_call":{"allOf":[{"$ref":"#/definitions/checkbox"}],"title":"d"},"birthday":{"allOf":[{"$ref":"#/definitions/date"}],"title":"b"},` +
		`"interests":{"allOf":[{"$ref":"#/definitions/tag"}],"title":"i"},"score":{"allOf":[{"$ref":"#/definitions/integer"}],"title":"s"},` +
		`"sync_version":{"allOf":[{"$ref":"#/definitions/integer"}],"title":"v"}`
	const p = "jsonSchema.properties."
	with := func(more string) string { return draft(`"version":1,`, known+","+more) }
	for _, c := range []refusalCase{
		{"S: no version", "PUT", "contacts/schemas/ID", draft("", known), 400, codeInvalid, ruleRequired, "version"},
		{"a stale version", "PUT", "contacts/schemas/ID", draft(`"version":9,`, known), 409, codeConflict, codeConflict, "version"},
		{"no such schema", "PUT", "contacts/schemas/x", draft(`"version":1,`, known), 404, codeNotFound, "", ""},
		{"a field removed", "PUT", "contacts/schemas/ID", draft(`"version":1,`, core("notes", "longtext", "")), 400, codeInvalid, ruleReadOnly, p + "tier"},
		{"a field retyped", "PUT", "contacts/schemas/ID", draft(`"version":1,`, strings.Replace(known, "checkbox", "text", 1)), 400, codeInvalid, ruleReadOnly, p + "do_not_call"},
		{"an unknown core type", "PUT", "contacts/schemas/ID", with(core("x", "colour", "")), 400, codeInvalid, ruleChoice, p + "x.allOf"},
		{"no core type", "PUT", "contacts/schemas/ID", with(`"x":{"title":"x","type":"string"}`), 400, codeInvalid, ruleChoice, p + "x.allOf"},
		{"no title", "PUT", "contacts/schemas/ID", with(`"x":{"allOf":[{"$ref":"#/definitions/text"}]}`), 400, codeInvalid, ruleRequired, p + "x.title"},
		{"too long a text", "PUT", "contacts/schemas/ID", with(core("x", "text", `,"maxLength":101`)), 400, codeInvalid, ruleLimit, p + "x.maxLength"},
		{"a name with a space", "PUT", "contacts/schemas/ID", with(core("x y", "text", "")), 400, codeInvalid, ruleFormat, p + "x y"},
		{"an attribute's name", "PUT", "contacts/schemas/ID", with(core("title", "text", "")), 400, codeInvalid, ruleFormat, p + "title"},
		{"an unknown limit", "PUT", "contacts/schemas/ID", with(core("x", "text", `,"colour":1`)), 400, ruleUnknown, ruleUnknown, p + "x.colour"},
		{"a text for a minimum", "PUT", "contacts/schemas/ID", with(core("x", "integer", `,"minimum":"0"`)), 400, codeInvalid, ruleType, p + "x.minimum"},
		{"S: another draft", "PUT", "contacts/schemas/ID", strings.Replace(with(core("x", "text", "")), "draft-04", "draft-07", 1), 400, codeInvalid, ruleChoice, "jsonSchema.$schema"},
		{"no title of the schema", "POST", "contacts/schemas", `{"jsonSchema":{"properties":{}}}`, 400, codeInvalid, ruleRequired, "jsonSchema.title"},
		{"an unknown member", "POST", "contacts/schemas", `{"colour":1}`, 400, ruleUnknown, ruleUnknown, "colour"},
		{"a second schema", "POST", "contacts/schemas", draft("", core("x", "text", "")), 409, codeConflict, "", ""},
		{"not JSON", "POST", "contacts/schemas", `{`, 400, codeBadRequest, "", ""},
		{"a source without name", "POST", "externalsources", `{}`, 400, codeInvalid, ruleRequired, "name"},
		{"a source's name twice", "POST", "externalsources", `{"name":"crm"}`, 409, codeConflict, "", ""},
		{"an unknown member of a source", "POST", "externalsources", `{"name":"x","id":"y"}`, 400, ruleUnknown, ruleUnknown, "id"},
		{"S: too short a page", "GET", "externalsources?limit=9", "", 400, codeInvalid, ruleLimit, "limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			resp := w.call(c.method, strings.Replace(c.target, "/ID", "/"+w.schemaID, 1), c.body)
			body := decode(t, resp.Body)
			rule, _ := at(body, "details", "0", "errorCode").(string)
			field, _ := at(body, "details", "0", "fieldName").(string)
			if resp.Status != c.status || body["code"] != c.code || rule != c.rule || field != c.field {
				t.Fatalf("answer %d %s", resp.Status, resp.Body)
			}
			if w.schema.version != 1 || len(w.sources) != 1 {
				t.Error("a refused request changed the tenant")
			}
		})
	}
}

func TestSchemaWritesNeedTheirPermissions(t *testing.T) {
	w := newWorld(t)
	for _, c := range [][3]string{
		{"POST", "contacts/schemas", permissionSchemaAdd}, {"PUT", "contacts/schemas/" + w.schemaID, permissionSchemaEdit},
		{"GET", "externalsources", permissionSources}, {"POST", "externalsources", permissionSourceAdd},
	} {
		w.Faults().Revoked = []string{c[2]}
		if resp := w.call(c[0], c[1], `{}`); resp.Status != 403 || !strings.Contains(string(resp.Body), c[2]) {
			t.Errorf("%s %s: %d %s", c[0], c[1], resp.Status, resp.Body)
		}
	}
}

// FuzzSchema: whatever is written, the tenant's schema is one that can be read
// and written back.
func FuzzSchema(f *testing.F) {
	for _, body := range []string{
		draft("", core("a", "integer", `,"minimum":0,"maximum":9`)), draft("", core("b", "tag", `,"items":{"enum":["x"],"maxLength":5}`)),
		draft("", core("c", "enum", `,"enum":["x","y"]`)), `{"jsonSchema":{"title":"\u0000"}}`, `{"jsonSchema":[]}`, `{`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := bareWorld(t)
		resp := w.call("POST", "contacts/schemas", body)
		if !slices.Contains([]int{200, 400, 413, 415}, resp.Status) {
			t.Fatalf("%q: %d %s", body, resp.Status, resp.Body)
		}
		if resp.Status == 200 {
			w.must("PUT", "contacts/schemas/"+w.schemaID, string(resp.Body))
		}
		w.must("GET", "contacts/schemas", "")
	})
}
