package dynamics

import (
	"strings"
	"testing"

	"github.com/syncproof/syncproof/mocks"
)

const (
	tablePath = "/api/data/v9.2/EntityDefinitions(LogicalName='contact')"
	titled    = `"DisplayName":{"@odata.type":"Microsoft.Dynamics.CRM.Label","LocalizedLabels":[{"@odata.type":"Microsoft.Dynamics.CRM.LocalizedLabel","Label":"X","LanguageCode":1033}]}`
	free      = `"RequiredLevel":{"Value":"None","CanBeChanged":true,"ManagedPropertyLogicalName":"canmodifyrequirementlevelsettings"}`
)

func bare(c *mocks.Config) { c.Bare = true }

func number(name string) string {
	return `{"@odata.type":"Microsoft.Dynamics.CRM.IntegerAttributeMetadata","SchemaName":"` + name + `",` + titled + `,` + free + `}`
}

func words(name, more string) string {
	return `{"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata","SchemaName":"` + name + `",` + titled + `,` + free + more + `}`
}

const sized = `,"FormatName":{"Value":"Text"},"MaxLength":100`

func TestCustomizationRefuses(t *testing.T) {
	key := func(columns string) string {
		return `{"SchemaName":"new_key",` + titled + `,"KeyAttributes":[` + columns + `]}`
	}
	for name, c := range map[string]struct{ path, body, says string }{
		"no prefix":           {"/Attributes", number("version"), "customization prefix"},
		"a column there is":   {"/Attributes", number("new_score"), "already exists"},
		"no label":            {"/Attributes", strings.Replace(number("new_x"), "1033", "1031", 1), "base language"},
		"no required level":   {"/Attributes", strings.Replace(number("new_x"), `,`+free, "", 1), "RequiredLevel"},
		"a length of numbers": {"/Attributes", strings.Replace(number("new_x"), "}]}", `}]},"MaxLength":5`, 1), "neither MaxLength"},
		"no length":           {"/Attributes", words("new_x", ""), "1 to 4000"},
		"too long":            {"/Attributes", words("new_x", strings.Replace(sized, "100", "4001", 1)), "1 to 4000"},
		"another type":        {"/Attributes", strings.Replace(number("new_x"), "Integer", "Lookup", 1), "cannot be created"},
		"an unknown member":   {"/Attributes", strings.Replace(number("new_x"), `"SchemaName"`, `"Colour":1,"SchemaName"`, 1), "unknown field"},
		"a contradiction":     {"/Attributes", strings.Replace(number("new_x"), `"SchemaName"`, `"AttributeType":"String","SchemaName"`, 1), "contradict"},
		"no JSON":             {"/Attributes", `{`, ""},
		"a key of nothing":    {"/Keys", key(`"new_nothing"`), "does not exist"},
		"a key of a choice":   {"/Keys", key(`"new_tier"`), "cannot be part"},
		"a key of two":        {"/Keys", key(`"firstname","lastname"`), "one column"},
		"a place without":     {"/Colours", `{}`, "does not support http method"},
	} {
		w := newWorld(t, bare)
		resp := w.send("POST", tablePath+c.path, "", c.body, "Content-Type", "application/json")
		if resp.Status < 400 || resp.Status > 405 || !strings.Contains(string(resp.Body), c.says) {
			t.Errorf("%s: %d %s, expected %q", name, resp.Status, resp.Body, c.says)
		}
	}
}

// TestAKeyIsUnique: it cannot be made over a value that two records share, and
// once it is there no second record takes a value.
func TestAKeyIsUnique(t *testing.T) {
	w := newWorld(t, bare)
	made := func(path, body string) int {
		return w.send("POST", path, "", body, "Content-Type", "application/json").Status
	}
	if status := made(tablePath+"/Attributes", words("new_Other", sized)); status != 204 {
		t.Fatalf("the column: %d", status)
	}
	key := `{"SchemaName":"new_key",` + titled + `,"KeyAttributes":["new_other"]}`
	for range 2 {
		if status := made("/api/data/v9.2/contacts", `{"lastname":"Ada","new_other":"1"}`); status != 204 {
			t.Fatalf("a contact: %d", status)
		}
	}
	if status := made(tablePath+"/Keys", key); status != 400 {
		t.Errorf("a key over a value that two share: %d", status)
	}
	fresh := newWorld(t, bare)
	w = fresh
	made(tablePath+"/Attributes", words("new_Other", sized))
	made("/api/data/v9.2/contacts", `{"lastname":"Ada","new_other":"1"}`)
	if status := made(tablePath+"/Keys", key); status != 204 {
		t.Errorf("the key: %d", status)
	}
	if status := made("/api/data/v9.2/contacts", `{"lastname":"Eve","new_other":"1"}`); status != 412 {
		t.Errorf("a second contact with the value: %d", status)
	}
}

// FuzzCustomization: whatever is made, the definition and the contacts can be
// read, and a snapshot holds it.
func FuzzCustomization(f *testing.F) {
	f.Add(number("new_syncversion"))
	f.Add(words("new_syncstatus", sized))
	f.Add(`{"SchemaName":"new_key",` + titled + `,"KeyAttributes":["lastname"]}`)
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t, bare)
		id, err := w.m.Seed(mocks.Seed{Set: map[string]any{"lastname": "Ada"}, Modified: w.now})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/Attributes", "/Keys"} {
			if resp := w.send("POST", tablePath+path, "", body, "Content-Type", "application/json"); resp.Status != 204 && resp.Status != 400 {
				t.Fatalf("%q: %d %s", body, resp.Status, resp.Body)
			}
		}
		var got map[string]any
		w.decode(w.send("GET", tablePath+"/Attributes", "", ""), &got)
		w.decode(w.send("GET", "/api/data/v9.2/contacts("+id+")", "", ""), &got)
		state, err := w.m.State()
		if err != nil {
			t.Fatal(err)
		}
		if err := newWorld(t, bare).m.SetState(state); err != nil {
			t.Fatalf("%q: the snapshot: %v", body, err)
		}
	})
}
