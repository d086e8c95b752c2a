package dynamics

import (
	"net/http"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// withAccounts is an organisation whose account table the client sees.
func withAccounts(c *mocks.Config) {
	c.WebhookURL, c.WebhookSecret = "https://engine.test/hook", "hook"
	c.Account = &mocks.ObjectConfig{
		VersionField: "new_syncversion", StatusField: "new_syncstatus", ExternalField: "new_externalid",
		Conditional: true, Trigger: true, Mapped: []string{"name", "telephone1"},
	}
}

func (w *world) seedAccount(name, external string) string {
	w.t.Helper()
	version := int64(4)
	id, err := w.m.Seed(mocks.Seed{
		Object: mocks.Account, Set: map[string]any{"name": name}, Version: &version, External: external, Modified: w.now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestAccountRefusals(t *testing.T) {
	const patch, id = "PATCH", "accounts({id})"
	for _, tc := range []struct {
		name, method, path, query, body string
		status                          int
		code, words                     string
	}{
		{"something behind", "GET", id + "/name", "", "", 404, codeNoSegment, "name"},
		{"a contact's id", "GET", "accounts({contact})", "", "", 404, codeNoRecord, "account With Id"},
		{"an account's id", "GET", "contacts({id})", "", "", 404, codeNoRecord, "contact With Id"},
		{"no such key", "GET", "accounts(new_externalid='none')", "", "", 404, codeNoKeyRecord, "in account entity"},
		{"the other table's id", "GET", "accounts(contactid={id})", "", "", 400, codeQuery, "contactid"},
		{"PUT", "PUT", id, "", "{}", 405, codeQuery, "PUT"},
		{"$select of a contact's column", "GET", id, "$select=lastname", "", 400, codeQuery, "Microsoft.Dynamics.CRM.account"},
		{"a contact's column", patch, id, "", `{"lastname":"a"}`, 400, codePayload, "Entity :'accounts'"},
		{"another id", patch, id, "", `{"accountid":"00000000-0000-0000-0000-000000000001"}`, 400, codePayload, "accountid"},
		{"a name too long", patch, id, "", `{"name":"` + strings.Repeat("x", 161) + `"}`, 400, codeTooLong, "'account' entity"},
		{"a number too large", patch, id, "", `{"numberofemployees":2147483648}`, 400, codeNumberRange, "type 'account'"},
		{"a taken key", "POST", "accounts", "", `{"name":"x","new_externalid":"a1"}`, 412, codeDuplicateKey, "new_externalid"},
		{"another column's definition", "GET", "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='lastname')", "", "", 404, codeNoRecord, "in entity account"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, withAccounts)
			own, contact := w.seedAccount("Engines", "a1"), w.seed("ada", 4, "c1", nil)
			path := strings.NewReplacer("{id}", own, "{contact}", contact).Replace(tc.path)
			resp := w.send(tc.method, path, tc.query, tc.body)
			w.refused(resp, tc.status, tc.code)
			if !strings.Contains(string(resp.Body), tc.words) {
				t.Errorf("%s does not say %q", resp.Body, tc.words)
			}
			if s, _ := w.m.Peek(own); s.Version != 4 || s.Object != mocks.Account {
				t.Errorf("it changed something: %+v", s)
			}
		})
	}
}

func TestAccountsHaveWhatContactsHave(t *testing.T) {
	w := newWorld(t, withAccounts)
	id := w.seedAccount("Engines", "a1")
	read := w.send("GET", "accounts("+id+")", "", "")
	if read.Status != http.StatusOK || !strings.Contains(string(read.Body), `$metadata#accounts/$entity`) {
		t.Fatalf("%d %s", read.Status, read.Body)
	}
	tag := read.Header.Get("ETag")
	if resp := w.send("PATCH", "accounts("+id+")", "", `{"telephone1":"1"}`, "If-Match", tag); resp.Status != http.StatusNoContent {
		t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	w.refused(w.send("PATCH", "accounts("+id+")", "", `{"telephone1":"2"}`, "If-Match", tag), 412, codeVersionMismatch)
	made := w.send("PATCH", "accounts(new_externalid='a2')", "", `{"name":"Looms"}`)
	if at := made.Header.Get("OData-EntityId"); made.Status != http.StatusNoContent || !strings.Contains(at, "/accounts(") {
		t.Errorf("%d %q %s", made.Status, at, made.Body)
	}
	feed := w.send("GET", "accounts", "$select=accountid", "", "Prefer", "odata.track-changes")
	if text := string(feed.Body); !strings.Contains(text, `"accountid":"`+id) || !strings.Contains(text, "/accounts?$select=accountid&$deltatoken=") {
		t.Errorf("%s", text)
	}
	for _, d := range w.m.Deliveries(w.now) {
		if d.Object != mocks.Account || d.Header.Get("X-Ms-Dynamics-Entity-Name") != "account" || !strings.Contains(string(d.Body), `"PrimaryEntityName":"account"`) {
			t.Errorf("%v %s", d.Header, d.Body)
		}
	}
	for _, e := range w.journal.Events() {
		if e.Kind == trace.Commit && e.Object != "account" {
			t.Errorf("%+v", e)
		}
	}
	w.m.Faults().Revoked = []string{"account.update"}
	w.refused(w.send("PATCH", "accounts("+id+")", "", `{}`), 403, codePrivilege)
}
