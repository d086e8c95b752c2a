package dynamics

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// TestRefusals sends what is malformed, unknown or not allowed.
func TestRefusals(t *testing.T) {
	const patch, id = "PATCH", "contacts({id})"
	long := strings.Repeat("x", 51)
	for _, tc := range []struct {
		name, method, path, query, body string
		headers                         []string
		status                          int
		code                            string
	}{
		{"another version", "GET", "/api/data/v8.2/contacts", "", "", nil, 404, codeNoSegment},
		{"no version", "GET", "/api/data/contacts", "", "", nil, 404, codeNoSegment},
		{"another table", "GET", "accounts", "", "", nil, 404, codeNoSegment},
		{"something behind", "GET", id + "/lastname", "", "", nil, 404, codeNoSegment},
		{"no id", "GET", "contacts()", "", "", nil, 400, codeQuery},
		{"half an id", "GET", "contacts(0000)", "", "", nil, 400, codeQuery},
		{"a column that is no key", "GET", "contacts(lastname='x')", "", "", nil, 400, codeQuery},
		{"a key without quotes", "GET", "contacts(new_externalid=x)", "", "", nil, 400, codeQuery},
		{"a key with a lone quote", "GET", "contacts(new_externalid='a'b')", "", "", nil, 400, codeQuery},
		{"an empty key", "GET", "contacts(new_externalid='')", "", "", nil, 400, codeQuery},
		{"bad escape", "GET", "contacts(%zz)", "", "", nil, 400, codeQuery},
		{"PUT", "PUT", id, "", "{}", nil, 405, codeQuery},
		{"DELETE of the list", "DELETE", "contacts", "", "", nil, 405, codeQuery},
		{"PATCH of the list", patch, "contacts", "", "{}", nil, 405, codeQuery},
		{"POST to a record", "POST", id, "", "{}", nil, 405, codeQuery},
		{"GET of a batch", "GET", "$batch", "", "", nil, 405, codeQuery},
		{"$select of nothing", "GET", id, "$select=", "", nil, 400, codeQuery},
		{"$select of another column", "GET", id, "$select=shoe", "", nil, 400, codeQuery},
		{"$select of a lookup by its name", "GET", id, "$select=modifiedby", "", nil, 400, codeQuery},
		{"$expand of another", "GET", id, "$expand=createdby", "", nil, 400, codeQuery},
		{"$expand with another column", "GET", id, "$expand=modifiedby($select=shoe)", "", nil, 400, codeQuery},
		{"$expand without end", "GET", id, "$expand=modifiedby($select=fullname", "", nil, 400, codeQuery},
		{"an unknown option", "GET", id, "$skip=1", "", nil, 400, codeQuery},
		{"another parameter", "GET", "contacts", "page=1", "", nil, 400, codeQuery},
		{"an option twice", "GET", "contacts", "$top=1&$top=2", "", nil, 400, codeQuery},
		{"a negative $top", "GET", "contacts", "$top=-1", "", nil, 400, codeQuery},
		{"$count of a word", "GET", "contacts", "$count=yes", "", nil, 400, codeQuery},
		{"a page that is none", "GET", "contacts", "$skiptoken=7", "", nil, 400, codeQuery},
		{"a filter on a delete", "DELETE", id, "$filter=x", "", nil, 400, codeQuery},
		{"no JSON", patch, id, "", "lastname=x", nil, 400, codePayload},
		{"a list", patch, id, "", "[]", nil, 400, codePayload},
		{"a key twice", patch, id, "", `{"lastname":"a","lastname":"b"}`, nil, 400, codePayload},
		{"not UTF-8", patch, id, "", "{\"lastname\":\"\xff\"}", nil, 400, codePayload},
		{"another media type", patch, id, "", `{"lastname":"a"}`, []string{"Content-Type", "text/plain"}, 415, codePayload},
		{"no media type", patch, id, "", `{"lastname":"a"}`, []string{"Content-Type", ""}, 415, codePayload},
		{"an unknown column", patch, id, "", `{"shoe":"a"}`, nil, 400, codePayload},
		{"a column by another case", patch, id, "", `{"LastName":"a"}`, nil, 400, codePayload},
		{"a column that is kept by the system", patch, id, "", `{"modifiedon":"2026-01-31T12:00:00Z"}`, nil, 400, codePayload},
		{"another id", patch, id, "", `{"contactid":"00000000-0000-0000-0000-000000000001"}`, nil, 400, codePayload},
		{"an id that is none", "POST", "contacts", "", `{"contactid":"1"}`, nil, 400, codePayload},
		{"a number for a text", patch, id, "", `{"lastname":1}`, nil, 400, codePayload},
		{"a text for a choice", patch, id, "", `{"new_tier":"101"}`, nil, 400, codePayload},
		{"half a choice", patch, id, "", `{"new_tier":1.5}`, nil, 400, codePayload},
		{"another choice", patch, id, "", `{"new_tier":7}`, nil, 400, codeOutOfRange},
		{"another of several", patch, id, "", `{"new_interests":"1,3"}`, nil, 400, codeOutOfRange},
		{"several as a list", patch, id, "", `{"new_interests":[1]}`, nil, 400, codePayload},
		{"several as words", patch, id, "", `{"new_interests":"golf"}`, nil, 400, codeOutOfRange},
		{"a text for a truth", patch, id, "", `{"donotphone":"true"}`, nil, 400, codePayload},
		{"no date", patch, id, "", `{"birthdate":"1900-02-29"}`, nil, 400, codePayload},
		{"a time for a date", patch, id, "", `{"birthdate":"1900-02-28T00:00:00Z"}`, nil, 400, codePayload},
		{"no time", patch, id, "", `{"new_joined":"yesterday"}`, nil, 400, codePayload},
		{"a fraction", patch, id, "", `{"new_score":1.5}`, nil, 400, codePayload},
		{"a number too large", patch, id, "", `{"new_score":2147483648}`, nil, 400, codeNumberRange},
		{"an exponent", patch, id, "", `{"new_rate":1e3}`, nil, 400, codePayload},
		{"too many digits", patch, id, "", `{"new_rate":1.12345678901}`, nil, 400, codeNumberRange},
		{"a text too long", patch, id, "", `{"lastname":"` + long + `"}`, nil, 400, codeTooLong},
		{"too long beyond the basic plane", patch, id, "", `{"lastname":"` + strings.Repeat("𝒳", 26) + `"}`, nil, 400, codeTooLong},
		{"a bad page size", "GET", "contacts", "", "", []string{"Prefer", "odata.maxpagesize=many"}, 400, codeQuery},
		{"a bad media type of a batch", "POST", "$batch", "", "", []string{"Content-Type", "application/json"}, 400, codeQuery},
		{"a query for another table's definition", "GET", "RetrieveMetadataChanges(Query=@p1)", "@p1=" + strings.Replace(definitionQuery, "contact", "account", 1), "", nil, 400, codeQuery},
		{"a definition without a query", "GET", "RetrieveMetadataChanges(Query=@p1)", "", "", nil, 400, codeQuery},
		{"another table's definition", "GET", "EntityDefinitions(LogicalName='account')", "", "", nil, 404, codeNoRecord},
		{"another column's definition", "GET", "EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='shoe')", "", "", nil, 404, codeNoRecord},
		{"columns of no type", "GET", "EntityDefinitions(LogicalName='contact')/Attributes/Microsoft.Dynamics.CRM.Shoe", "", "", nil, 404, codeNoSegment},
		{"another part of a definition", "GET", "EntityDefinitions(LogicalName='contact')/Shoes", "", "", nil, 404, codeNoSegment},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, nil)
			own := w.seed("ada", 4, "c1", nil)
			resp := w.send(tc.method, strings.ReplaceAll(tc.path, "{id}", own), tc.query, tc.body, tc.headers...)
			w.refused(resp, tc.status, tc.code)
			if s, _ := w.m.Peek(own); s.Version != 4 || w.m.store.version != 1 {
				t.Errorf("it changed something: %+v", s)
			}
		})
	}
}

func TestTokenEndpoint(t *testing.T) {
	w := newWorld(t, nil)
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	w.token = ""
	for _, tc := range []struct {
		name, method, body string
		headers            []string
		status             int
		code               string
	}{
		{"GET", "GET", "", nil, 405, "invalid_request"},
		{"JSON", "POST", `{"grant_type":"client_credentials"}`, []string{"Content-Type", "application/json"}, 400, "invalid_request"},
		{"empty", "POST", "", form, 400, "invalid_request"},
		{"another grant", "POST", strings.Replace(tokenForm, "client_credentials", "password", 1), form, 400, "unsupported_grant_type"},
		{"another client", "POST", strings.Replace(tokenForm, "syncproof-engine", "x", 1), form, 400, "unauthorized_client"},
		{"a wrong secret", "POST", strings.Replace(tokenForm, "s3cret", "S3cret", 1), form, 401, "invalid_client"},
		{"no scope", "POST", strings.Replace(tokenForm, "&scope=", "&other=", 1), form, 400, "invalid_request"},
		{"another scope", "POST", strings.Replace(tokenForm, "crm.test", "evil.test", 1), form, 400, "invalid_scope"},
	} {
		resp := w.send(tc.method, "/tenant/oauth2/v2.0/token", "", tc.body, tc.headers...)
		var e struct{ Error, Error_description string }
		w.decode(resp, &e)
		if resp.Status != tc.status || e.Error != tc.code || strings.Contains(string(resp.Body), "3cret") {
			t.Errorf("%s: %d %s", tc.name, resp.Status, resp.Body)
		}
	}
}

func TestTokensEnd(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 4, "", nil)
	refused := func(name string) {
		t.Helper()
		resp := w.send("GET", "contacts("+id+")", "", "")
		w.refused(resp, 401, codeUnauthorized)
		if !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: %v", name, resp.Header)
		}
	}
	token := w.token
	for _, bad := range []string{"", "x", token + "x"} {
		w.token = bad
		refused("the token " + bad)
	}
	w.token = token
	w.m.Faults().Revocations++
	refused("revoked")
	w.m.Faults().Revocations--
	w.row(id, "")
	w.now = w.now.Add(time.Hour)
	refused("expired")
}

func TestPrivileges(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 4, "", map[string]any{"firstname": "Ada"})
	for verb, try := range map[string][]string{
		"read": {"GET", "contacts(" + id + ")", "", "Read"}, "update": {"PATCH", "contacts(" + id + ")", "{}", "Write"},
		"create": {"POST", "contacts", "{}", "Create"}, "delete": {"DELETE", "contacts(" + id + ")", "", "Delete"},
	} {
		w.m.Faults().Revoked = []string{verb}
		if message := w.refused(w.send(try[0], try[1], "", try[2]), 403, codePrivilege); !strings.Contains(message, "is missing prv"+try[3]+"Contact privilege") {
			t.Errorf("%s: %s", verb, message)
		}
	}
	// A column that is secured from the account shows nothing, and takes nothing.
	w.m.Faults().Revoked = []string{"firstname"}
	if row := w.row(id, "firstname"); row["firstname"] != nil {
		t.Errorf("secured: %v", row)
	}
	w.refused(w.send("PATCH", "contacts("+id+")", "", `{"firstname":"x"}`), 403, codeSecuredUpdate)
	w.refused(w.send("POST", "contacts", "", `{"firstname":"x"}`), 403, codeSecuredCreate)
}

// TestServiceProtection: three limits, one status, three codes.
func TestServiceProtection(t *testing.T) {
	for _, tc := range []struct {
		name, code, retry string
		set               func(w *world)
	}{
		{"requests", codeRequests, "60", func(w *world) {
			w.m.Faults().Quota = &mocks.Quota{Requests: 1, Per: time.Minute, RetryAfter: "reset", Headers: true}
			w.send("GET", "WhoAmI", "", "")
		}},
		{"execution time", codeExecution, "300", func(w *world) {
			w.m.execution.allowed = 2 * costRead
			w.send("GET", "WhoAmI", "", "")
			w.send("GET", "WhoAmI", "", "")
		}},
		{"at once", codeConcurrent, "1", func(w *world) { w.m.Faults().InProgress = vendorConcurrent + 1 }},
	} {
		w := newWorld(t, nil)
		tc.set(w)
		resp := w.send("GET", "WhoAmI", "", "")
		w.refused(resp, http.StatusTooManyRequests, tc.code)
		if resp.Header.Get("Retry-After") != tc.retry {
			t.Errorf("%s: Retry-After is %q", tc.name, resp.Header.Get("Retry-After"))
		}
		w.m.Faults().InProgress, w.m.Faults().Quota = 1, nil
		w.now = w.now.Add(301 * time.Second)
		if resp := w.send("GET", "WhoAmI", "", ""); resp.Status != 200 {
			t.Errorf("%s: in the next window %d %s", tc.name, resp.Status, resp.Body)
		}
	}
	w := newWorld(t, nil)
	resp := w.send("GET", "WhoAmI", "", "")
	if left, spare := resp.Header.Get("x-ms-ratelimit-burst-remaining-xrm-requests"), resp.Header.Get("x-ms-ratelimit-time-remaining-xrm-requests"); left != "5999" || spare != "1,199.95" {
		t.Errorf("the headers say %q and %q", left, spare)
	}
}
