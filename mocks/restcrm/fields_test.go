package restcrm

import (
	"strings"
	"testing"

	"github.com/syncproof/syncproof/mocks"
)

const fieldsPath = "/v1/schema/contact/fields"

func bare(c *mocks.Config) { c.Bare, c.StatusField = true, "sync_status" }

func addition(revision, field string) string {
	return `{"revision":"` + revision + `","field":{` + field + `}}`
}

func TestAFieldThatWasAddedIsThere(t *testing.T) {
	w := newWorld(t, bare)
	id, err := w.m.Seed(mocks.Seed{Set: map[string]any{"last_name": "Ada"}, Modified: w.now})
	if err != nil {
		t.Fatal(err)
	}
	w.refused(w.patch(id, `{"sync_version":7}`), 400, "unknown_field")
	add := func(revision, field string) {
		t.Helper()
		if resp := w.send("POST", fieldsPath, "", addition(revision, field)); resp.Status != 201 {
			t.Fatalf("%d %s", resp.Status, resp.Body)
		}
	}
	add("1", `"name":"sync_version","type":"integer","default":0`)
	add("2", `"name":"sync_status","type":"string","max_length":40`)
	if body := string(w.send("GET", rowsPrefix+id, "", "").Body); !strings.Contains(body, `"sync_version":0,"sync_status":null`) {
		t.Errorf("an old contact is %s", body)
	}
	if resp := w.patch(id, `{"sync_version":7,"sync_status":"IN_SYNC"}`); resp.Status != 200 {
		t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	if s, _ := w.m.Peek(id); s.Version != 7 {
		t.Errorf("the stored version is %d", s.Version)
	}
	w.refused(w.patch(id, `{"sync_version":null}`), 400, "invalid_type")
	w.refused(w.patch(id, `{"sync_status":"`+strings.Repeat("x", 41)+`"}`), 400, "too_long")
}

func TestAdditionRefusals(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"no revision", `{"field":{"name":"a","type":"string"}}`, 400, "required"},
		{"a stale revision", addition("9", `"name":"a","type":"string"`), 409, "stale_revision"},
		{"a field that exists", addition("1", `"name":"city","type":"string"`), 409, "field_exists"},
		{"a system property", addition("1", `"name":"updated_at","type":"string"`), 409, "field_exists"},
		{"no name", addition("1", `"type":"string"`), 400, "invalid_format"},
		{"a bad name", addition("1", `"name":"A b","type":"string"`), 400, "invalid_format"},
		{"a bad type", addition("1", `"name":"a","type":"colour"`), 400, "not_in_picklist"},
		{"a picklist without values", addition("1", `"name":"a","type":"picklist"`), 400, "required"},
		{"values of a string", addition("1", `"name":"a","type":"string","values":["x"]`), 400, "required"},
		{"too long", addition("1", `"name":"a","type":"string","max_length":4001`), 400, "invalid_format"},
		{"a default of a string", addition("1", `"name":"a","type":"string","default":0`), 400, "invalid_format"},
		{"another default", addition("1", `"name":"a","type":"integer","default":1`), 400, "invalid_format"},
		{"an unknown member", addition("1", `"name":"a","type":"string","colour":1`), 400, "unknown_field"},
		{"a text for a field", `{"revision":"1","field":"a"}`, 400, "invalid_type"},
		{"not JSON", `{`, 400, "malformed_json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.refused(w.send("POST", fieldsPath, "", c.body), c.status, c.code)
			if w.m.schema.revision != 1 {
				t.Error("a refused request changed the schema")
			}
		})
	}
	w := newWorld(t, nil)
	w.refused(w.send("POST", fieldsPath, "", `{}`, "Content-Type", "text/plain"), 415, "unsupported_media_type")
	w.m.Faults().Revoked = []string{verbAdminister}
	w.refused(w.send("POST", fieldsPath, "", `{}`), 403, "forbidden")
	if body := string(w.send("GET", "/v1/schema/contact", "", "").Body); !strings.Contains(body, `"extensible":false`) {
		t.Errorf("the schema does not say so: %s", body)
	}
}

// FuzzAddition: whatever is added, the schema and the contacts can be read.
func FuzzAddition(f *testing.F) {
	f.Add(addition("1", `"name":"sync_version","type":"integer","default":0`))
	f.Add(addition("1", `"name":"tags","type":"multipicklist","values":["x"]`))
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t, bare)
		id, err := w.m.Seed(mocks.Seed{Set: map[string]any{"last_name": "Ada"}, Modified: w.now})
		if err != nil {
			t.Fatal(err)
		}
		if resp := w.send("POST", fieldsPath, "", body); resp.Status != 201 && resp.Status != 400 && resp.Status != 409 {
			t.Fatalf("%q: %d %s", body, resp.Status, resp.Body)
		}
		var got map[string]any
		w.decode(w.send("GET", "/v1/schema/contact", "", ""), &got)
		w.decode(w.send("GET", rowsPrefix+id, "", ""), &got)
	})
}
