package genesys

import (
	"net/http"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// withOrganizations is a tenant that has both objects.
func withOrganizations(c *mocks.Config) {
	c.Account = &mocks.ObjectConfig{
		Fields:       []mocks.Field{{Name: "notes", Type: "text"}, {Name: "tier", Type: "picklist", Values: []string{"gold"}}},
		VersionField: "sync_version", ExternalField: "externalIds", Mapped: []string{"name", "phoneNumber"},
	}
}

func (w *world) seedOrganization(name string) string {
	w.t.Helper()
	id, err := w.Seed(mocks.Seed{Object: mocks.Account, Set: map[string]any{"name": name}, External: "001x", Modified: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// organizationRefusals are what organisations refuse; ID is one's id, CONTACT
// that of a contact.
var organizationRefusals = []refusalCase{
	{"POST without name", "POST", "organizations", `{"industry":"x"}`, 400, codeInvalid, ruleRequired, "name"},
	{"POST of a blank name", "POST", "organizations", `{"name":"  "}`, 400, codeInvalid, ruleRequired, "name"},
	{"POST of a contact's attribute", "POST", "organizations", `{"name":"x","firstName":"Ada"}`, 400, ruleUnknown, ruleUnknown, "firstName"},
	{"POST of a merge's attribute", "POST", "organizations", `{"name":"x","mergeSet":[]}`, 400, ruleUnknown, ruleUnknown, "mergeSet"},
	{"POST of another type", "POST", "organizations", `{"name":"x","employeeCount":"7"}`, 400, codeInvalid, ruleType, "employeeCount"},
	{"POST of a website as text", "POST", "organizations", `{"name":"x","websites":"x.test"}`, 400, codeInvalid, ruleType, "websites"},
	{"POST of a phone as text", "POST", "organizations", `{"name":"x","phoneNumber":"1"}`, 400, codeInvalid, ruleType, "phoneNumber"},
	{"PATCH of a contact's attribute", "PATCH", "organizations/ID", set("lastName", `"x"`), 400, ruleUnknown, ruleUnknown, "lastName"},
	{"PATCH that empties the name", "PATCH", "organizations/ID", patch(`{"field":"$.name","action":"Remove"}`), 400, codeInvalid, ruleRequired, "name"},
	{"a contact among organisations", "GET", "organizations/CONTACT", "", 404, codeNotFound, "", ""},
	{"an organisation among contacts", "GET", "contacts/ID", "", 404, codeNotFound, "", ""},
	{"a look-up by address", "POST", "identifierlookup/organizations", `{"type":"Email","value":"a@b.cc"}`, 400, codeInvalid, ruleChoice, "type"},
	{"a look-up of nobody", "POST", "identifierlookup/organizations", `{"type":"ExternalId","value":"x","externalSource":{"id":"crm"}}`, 404, codeNotFound, "", ""},
	{"order by a contact's attribute", "GET", "organizations?sortOrder=lastName:asc", "", 400, codeInvalid, ruleChoice, "sortOrder"},
	{"a merge", "POST", "organizations/merge", `{"contactIds":["a","b"]}`, 404, codeNotFound, "", ""},
	{"the older merge", "POST", "merge/organizations", `{}`, 404, codeNotFound, "", ""},
	{"a path below", "GET", "organizations/ID/notes", "", 404, codeNotFound, "", ""},
	{"an enrichment of a contact", "POST", "organizations/enrich", `{"action":"Upsert","contact":{}}`, 400, ruleUnknown, ruleUnknown, "contact"},
}

func TestOrganizationRefusals(t *testing.T) {
	for _, c := range organizationRefusals {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, withOrganizations)
			contact, id := w.seed(), w.seedOrganization("Engines")
			before := len(w.events(0, trace.Commit))
			target := strings.NewReplacer("CONTACT", contact, "/ID", "/"+id).Replace(c.target)
			resp := w.call(c.method, target, c.body)
			body := decode(t, resp.Body)
			if resp.Status != c.status || body["code"] != c.code {
				t.Fatalf("%d %s", resp.Status, resp.Body)
			}
			if c.field != "" && !strings.Contains(string(resp.Body), `"fieldName":"`+c.field) {
				t.Errorf("%s does not name %s", resp.Body, c.field)
			}
			if len(w.events(0, trace.Commit)) != before {
				t.Error("a refused write was committed")
			}
		})
	}
}

// Each operation needs its own permission, which is not that on contacts.
func TestOrganizationsHavePermissionsOfTheirOwn(t *testing.T) {
	w := newWorld(t, withOrganizations)
	id, contact := w.seedOrganization("Engines"), w.seed()
	for _, c := range []struct{ verb, method, target, body string }{
		{"view", "GET", "organizations", ""},
		{"view", "GET", "organizations/" + id, ""},
		{"view", "GET", "scan/organizations", ""},
		{"view", "POST", "identifierlookup/organizations", `{}`},
		{"add", "POST", "organizations", `{}`},
		{"edit", "PATCH", "organizations/" + id, `{}`},
		{"edit", "PUT", "organizations/" + id, `{}`},
		{"delete", "DELETE", "organizations/" + id, ""},
		{"add", "POST", "bulk/organizations/add", `{}`},
	} {
		permission := "externalContacts:externalOrganization:" + c.verb
		w.Faults().Revoked = []string{permission}
		resp := w.call(c.method, c.target, c.body)
		if body := decode(t, resp.Body); resp.Status != 403 || at(body, "messageParams", "permissions") != permission {
			t.Errorf("%s %s without %s: %d %s", c.method, c.target, permission, resp.Status, resp.Body)
		}
	}
	if resp := w.call("GET", "contacts/"+contact, ""); resp.Status != http.StatusOK {
		t.Errorf("a contact: %d %s", resp.Status, resp.Body)
	}
}

func TestOrganizationsAreKeptApart(t *testing.T) {
	w := newWorld(t, withOrganizations)
	contact, id := w.seed(), w.seedOrganization("Engines")
	shown := w.must("GET", "organizations/"+id, "")
	if shown["type"] != nil || shown["name"] != "Engines" || shown["selfUri"] != "/api/v2/externalcontacts/organizations/"+id {
		t.Errorf("%v", shown)
	}
	for target, want := range map[string]string{"scan/organizations": id, "organizations?q=engin": id, "scan/contacts": contact} {
		if list, _ := w.must("GET", target, "")["entities"].([]any); len(list) != 1 || at(list, "0", "id") != want {
			t.Errorf("%s: %v", target, list)
		}
	}
	found := w.must("POST", "identifierlookup/organizations", `{"type":"ExternalId","value":"001x","externalSource":{"id":"crm"}}`)
	if found["id"] != id {
		t.Errorf("%v", found)
	}
	schemas := w.must("GET", "organizations/schemas", "")
	other := w.must("GET", "contacts/schemas", "")
	if at(schemas, "entities", "0", "appliesTo", "0") != "EXTERNAL_ORGANIZATION" || at(schemas, "entities", "0", "id") == at(other, "entities", "0", "id") {
		t.Errorf("%v", schemas)
	}
	for _, d := range w.Deliveries(w.now) {
		t.Errorf("the setup sent %s", d.Body)
	}
	w.must("PATCH", "organizations/"+id, set("phoneNumber", `{"display":"(415) 555-0123"}`))
	due := w.Deliveries(w.now)
	if len(due) != 1 || due[0].Object != mocks.Account || !strings.Contains(string(due[0].Body), `"topicName":"v2.externalcontacts.organizations.`+id) {
		t.Errorf("%+v", due)
	}
	if commit := w.last(trace.Commit); commit.Object != "account" || commit.Version != 0 {
		t.Errorf("%+v", commit)
	}
	if err := w.Merge(w.now, "maria", id, id, 0); err == nil {
		t.Error("organisations were merged")
	}
}
