package salesforce

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

const accountRows = root + "/sobjects/Account"

// withAccounts is an organisation whose accounts the client sees. rule gives
// them the validation rule that compares versions.
func withAccounts(rule string) func(*mocks.Config) {
	return func(c *mocks.Config) {
		c.Account = &mocks.ObjectConfig{
			VersionField: "Sync_Version__c", StatusField: "Sync_Status__c", ExternalField: "Genesys_Organization_Id__c",
			BaseVersionField: rule, Conditional: true, Trigger: true, Mapped: []string{"Name", "Phone"},
		}
	}
}

func (w *world) seedAccount(name, external string) string {
	w.t.Helper()
	version := int64(3)
	id, err := w.m.Seed(mocks.Seed{
		Object: mocks.Account, Set: map[string]any{"Name": name}, Version: &version, External: external, Modified: w.now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestAccountRefusals(t *testing.T) {
	w := newWorld(t, withAccounts("Sync_Base_Version__c"))
	id, ada := w.seedAccount("Engines", "g-1"), w.seed("ada", 0, "", map[string]any{})
	if !strings.HasPrefix(id, prefixAccount) || !strings.HasPrefix(ada, prefixContact) {
		t.Errorf("ids %s and %s", id, ada)
	}
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code, words              string
	}{
		{"no such account", "GET", accountRows + "/001000000000001AAA", "", 404, "NOT_FOUND", ""},
		{"a contact's id", "GET", accountRows + "/" + ada, "", 404, "NOT_FOUND", ""},
		{"an account's id", "GET", root + "/sobjects/Contact/" + id, "", 404, "NOT_FOUND", ""},
		{"an object of another case", "GET", root + "/sobjects/account/" + id, "", 404, "NOT_FOUND", ""},
		{"S: malformed id", "DELETE", accountRows + "/1234", "", 404, "MALFORMED_ID", "Account ID"},
		{"insert without name", "POST", accountRows, `{"Phone":"1"}`, 400, "REQUIRED_FIELD_MISSING", "Name"},
		{"a contact's field", "PATCH", accountRows + "/" + id, `{"LastName":"x"}`, 400, "INVALID_FIELD", "sobject of type Account"},
		{"S: too long", "PATCH", accountRows + "/" + id, `{"Name":"` + strings.Repeat("x", 256) + `"}`, 400, "STRING_TOO_LONG", "max length=255"},
		{"a fraction", "PATCH", accountRows + "/" + id, `{"NumberOfEmployees":1.5}`, 400, "", ""},
		{"another version", "PATCH", accountRows + "/" + id, `{"Sync_Base_Version__c":2}`, 400, codeVersionRule, "not the stored"},
		{"S: not an external id", "PATCH", accountRows + "/Website/x", `{}`, 404, "NOT_FOUND", ""},
		{"a contact's external id", "PATCH", accountRows + "/Genesys_Contact_Id__c/x", `{}`, 404, "NOT_FOUND", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			resp := w.send(c.method, c.path, "", c.body)
			if c.code != "" {
				contains(t, w.refused(resp, c.status, c.code), c.words)
			} else if resp.Status != c.status {
				t.Errorf("%d %s", resp.Status, resp.Body)
			}
		})
	}
	w.t = t
	w.m.Faults().Revoked = []string{"account.update"}
	w.refused(w.send("PATCH", accountRows+"/"+id, "", `{}`), 403, "INSUFFICIENT_ACCESS")
	if resp := w.send("PATCH", root+"/sobjects/Contact/"+ada, "", `{}`); resp.Status != http.StatusNoContent {
		t.Errorf("a right on accounts that is lost strikes contacts: %d %s", resp.Status, resp.Body)
	}
}

// Conditional requests count for accounts alone (S).
func TestETagsAreOfAccountsAlone(t *testing.T) {
	w := newWorld(t, withAccounts(""))
	id, ada := w.seedAccount("Engines", ""), w.seed("ada", 0, "", map[string]any{})
	at := accountRows + "/" + id
	tag := w.send("GET", at, "", "").Header.Get("ETag")
	if len(tag) != len(`"ddpAdaTHz+GcV35e7NLJ9iKD3XXVqAzXT1Sl2ykkP7g=--gzip"`) || !strings.HasSuffix(tag, `=--gzip"`) {
		t.Errorf("the ETag is %s", tag)
	}
	if resp := w.send("GET", root+"/sobjects/Contact/"+ada, "", "", "If-Match", `"x"`); resp.Status != 200 || resp.Header.Get("ETag") != "" {
		t.Errorf("of a contact: %d %v", resp.Status, resp.Header)
	}
	for _, c := range []struct {
		name, method, body, header, value string
		status                            int
	}{
		{"S: unchanged", "GET", "", "If-None-Match", tag, 304},
		{"S: a reading that rests on another", "GET", "", "If-Match", `"x"`, 412},
		{"S: no list of ETags", "PATCH", `{}`, "If-Match", "x", 400},
		{"S: another", "PATCH", `{"Phone":"1"}`, "If-Match", `"x"`, 412},
		{"S: none of these", "PATCH", `{"Phone":"1"}`, "If-None-Match", tag, 412},
		{"S: one of several", "PATCH", `{"Phone":"2"}`, "If-Match", `"x", ` + tag, 204},
		{"S: it has changed", "PATCH", `{"Phone":"3"}`, "If-Match", tag, 412},
		{"whatever is there", "PATCH", `{"Phone":"4"}`, "If-Match", "*", 204},
	} {
		resp := w.send(c.method, at, "", c.body, c.header, c.value)
		if resp.Status != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, resp.Status, resp.Body, c.status)
		}
		if told := resp.Header.Get("ETag") != ""; told != (c.status < 400) {
			t.Errorf("%s: the ETag is %q", c.name, resp.Header.Get("ETag"))
		}
	}
	if s, _ := w.m.Peek(id); s.Fields["Phone"] != "4" {
		t.Errorf("stored: %+v", s)
	}
	if resp := w.send("DELETE", at, "", "", "If-Match", `"x"`); resp.Status != http.StatusNoContent {
		t.Errorf("S: a DELETE supports no precondition: %d %s", resp.Status, resp.Body)
	}
}

func TestQueriesNameTheirObject(t *testing.T) {
	w := newWorld(t, withAccounts(""))
	id, ada := w.seedAccount("Engines", "g-1"), w.seed("ada", 0, "", map[string]any{})
	for q, want := range map[string]string{
		"SELECT Id, Website FROM Account WHERE Genesys_Organization_Id__c = 'g-1'": id,
		"SELECT Id FROM account ORDER BY SystemModstamp, Id":                       id,
		"SELECT Id, LastName FROM Contact":                                         ada,
	} {
		if _, rows := w.soql(q); len(rows) != 1 || rows[0] != want {
			t.Errorf("%s: %v, want %s", q, rows, want)
		}
	}
	resp, _ := w.soql("SELECT LastName FROM Account")
	contains(t, w.refused(resp, 400, "INVALID_FIELD"), "on entity 'Account'")
	resp, _ = w.soql("SELECT Id FROM Lead")
	w.refused(resp, 400, "INVALID_TYPE")
	w.now = w.now.Add(3 * time.Minute)
	span := "start=2026-01-31T11:55:00Z&end=2026-01-31T12:03:00Z"
	contains(t, string(w.send("GET", accountRows+"/updated", span, "").Body), id)
	body := string(w.send("GET", accountRows+"/describe", "", "").Body)
	contains(t, body, `"keyPrefix":"001"`)
	contains(t, body, `"name":"Website","label":"Website","type":"url"`)
}

// Records of both objects may stand in one collection, and each has its own
// rights.
func TestACollectionMayMixObjects(t *testing.T) {
	w := newWorld(t, withAccounts(""))
	w.m.Faults().Revoked = []string{"account.create"}
	record := func(kind, field string) string {
		return `{"attributes":{"type":"` + kind + `"},"` + field + `":"x"}`
	}
	body := `{"records":[` + record("Contact", "LastName") + "," + record("Account", "Name") + "," + record("Lead", "Name") + `]}`
	var results []struct {
		ID      string
		Success bool
		Errors  []struct{ StatusCode string }
	}
	w.decode(w.send("POST", root+"/composite/sobjects", "", body), &results)
	if len(results) != 3 || !results[0].Success || results[1].Errors[0].StatusCode != "INSUFFICIENT_ACCESS" || results[2].Errors[0].StatusCode != "INVALID_TYPE" {
		t.Fatalf("%+v", results)
	}
	w.m.Faults().Revoked = nil
	w.decode(w.send("POST", root+"/composite/sobjects", "", `{"allOrNone":true,"records":[`+record("Account", "Name")+`]}`), &results)
	if len(results) != 1 || !strings.HasPrefix(results[0].ID, prefixAccount) {
		t.Fatalf("%+v", results)
	}
	resp := w.send("DELETE", root+"/composite/sobjects", "ids="+results[0].ID, "")
	if s, _ := w.m.Peek(results[0].ID); !s.Deleted {
		t.Errorf("%d %s", resp.Status, resp.Body)
	}
}
