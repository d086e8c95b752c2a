package restcrm

import (
	"net/http"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// withAccounts is a tenant that has both objects.
func withAccounts(c *mocks.Config) {
	c.Account = &mocks.ObjectConfig{
		VersionField: "sync_version", StatusField: "sync_status", ExternalField: "external_id",
		Conditional: true, Trigger: true, Mapped: []string{"name", "phone"},
	}
}

func (w *world) seedAccount(name, external string) string {
	w.t.Helper()
	version := int64(3)
	id, err := w.m.Seed(mocks.Seed{
		Object: mocks.Account, Set: map[string]any{"name": name}, Version: &version, External: external, Modified: w.now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestAccountRefusals(t *testing.T) {
	w := newWorld(t, withAccounts)
	id, ada := w.seedAccount("Engines", "g-1"), w.seed("ada", 0, "g-1", map[string]any{})
	for _, c := range []struct {
		name, method, path, query, body string
		status                          int
		code                            string
	}{
		{"no such account", "GET", "/v1/accounts/none", "", "", 404, "not_found"},
		{"a contact among accounts", "GET", "/v1/accounts/" + ada, "", "", 404, "not_found"},
		{"an account among contacts", "GET", "/v1/contacts/" + id, "", "", 404, "not_found"},
		{"PUT of an account", "PUT", "/v1/accounts/" + id, "", `{}`, 405, "method_not_allowed"},
		{"create without name", "POST", "/v1/accounts", "", `{"phone":"+1 415"}`, 400, "required"},
		{"a contact's property", "PATCH", "/v1/accounts/" + id, "", `{"last_name":"x"}`, 400, "unknown_field"},
		{"an account's property of a contact", "PATCH", "/v1/contacts/" + ada, "", `{"website":"x"}`, 400, "unknown_field"},
		{"a name too long", "PATCH", "/v1/accounts/" + id, "", `{"name":"` + strings.Repeat("x", 201) + `"}`, 400, "too_long"},
		{"no name", "PATCH", "/v1/accounts/" + id, "", `{"name":null}`, 400, "required"},
		{"another industry", "PATCH", "/v1/accounts/" + id, "", `{"industry":"war"}`, 400, "not_in_picklist"},
		{"taken external id", "POST", "/v1/accounts", "", `{"name":"x","external_id":"g-1"}`, 409, "external_id_taken"},
		{"restore of a live one", "POST", "/v1/accounts/" + id + "/restore", "", "", 409, "not_deleted"},
		{"the feed of another object", "GET", "/v1/changes", "object=lead", "", 400, "invalid_parameter"},
		{"a cursor of contacts", "GET", "/v1/changes", "object=account&after=" + cursorText("changes", 1), "", 400, "invalid_cursor"},
		{"a cursor of accounts", "GET", "/v1/changes", "after=" + cursorText("account-changes", 1), "", 400, "invalid_cursor"},
		{"another object's schema", "GET", "/v1/schema/accounts", "", "", 404, "not_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			w.refused(w.send(c.method, c.path, c.query, c.body, "If-Match", "*"), c.status, c.code)
		})
	}
	w.t = t
	w.refused(w.send("PATCH", "/v1/accounts/"+id, "", `{}`, "If-Match", `"9"`), 412, "precondition_failed")
	w.m.Faults().Revoked = []string{"account.update"}
	w.refused(w.send("PATCH", "/v1/accounts/"+id, "", `{}`, "If-Match", "*"), 403, "forbidden")
	if resp := w.send("PATCH", "/v1/contacts/"+ada, "", `{}`, "If-Match", "*"); resp.Status != http.StatusOK {
		t.Errorf("a right on accounts that is lost strikes contacts: %d %s", resp.Status, resp.Body)
	}
	bare := newWorld(t, nil)
	bare.refused(bare.send("GET", "/v1/accounts", "", ""), 404, "not_found")
	bare.refused(bare.send("GET", "/v1/changes", "object=account", ""), 400, "invalid_parameter")
}

func TestTheFeedsOfTheObjectsAreApart(t *testing.T) {
	w := newWorld(t, withAccounts)
	account, contact := w.seedAccount("Engines", "g-1"), w.seed("ada", 0, "g-1", map[string]any{})
	for query, want := range map[string]string{"": contact, "object=contact": contact, "object=account": account} {
		var page struct{ Changes []struct{ ID string } }
		w.decode(w.send("GET", "/v1/changes", query, ""), &page)
		if len(page.Changes) != 1 || page.Changes[0].ID != want {
			t.Errorf("%q: %+v, want %s", query, page, want)
		}
	}
}

func TestACommitNamesItsObjectUnlessItIsAContact(t *testing.T) {
	w := newWorld(t, withAccounts)
	w.seedAccount("Engines", "")
	w.seed("ada", 0, "", map[string]any{})
	commits := w.events(trace.Commit)
	if len(commits) != 2 || commits[0].Object != "account" || commits[1].Object != "" {
		t.Errorf("%+v", commits)
	}
}

func TestAnswersAboutAccountsMatchTheDocument(t *testing.T) {
	doc := document(t)
	w := newWorld(t, withAccounts)
	id := w.seedAccount("Engines", "g-1")
	for pointer, path := range map[string]string{
		"/components/schemas/Account":                     "/v1/accounts/" + id,
		"/paths/~1v1~1accounts/get" + pointerOf200:        "/v1/accounts",
		"/paths/~1v1~1schema~1account/get" + pointerOf200: "/v1/schema/account",
		"/paths/~1v1~1changes/get" + pointerOf200:         "/v1/changes",
	} {
		resp := w.send("GET", path, "", "")
		body, err := jsonschema.UnmarshalJSON(strings.NewReader(string(resp.Body)))
		if err != nil {
			t.Fatalf("%s: %v in %s", path, err, resp.Body)
		}
		if err := compile(t, doc, pointer).Validate(body); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
