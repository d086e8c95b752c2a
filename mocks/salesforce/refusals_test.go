package salesforce

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// Marks as in the project's notes on vendors: S vendor's documentation or
// source, R seen with a real client, 2 second-hand. A row without a mark is
// this model's stricter reading.

func TestTokenEndpoint(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, body, content string
		status              int
		code                string
	}{
		{"S: unknown client", "grant_type=client_credentials&client_id=x&client_secret=s3cret", form, 400, "invalid_client_id"},
		{"2: wrong secret", "grant_type=client_credentials&client_id=syncproof-engine&client_secret=x", form, 400, "invalid_client"},
		{"2: other grant", "grant_type=implicit&client_id=syncproof-engine&client_secret=s3cret", form, 400, "unsupported_grant_type"},
		{"json body", `{"grant_type":"client_credentials"}`, "application/json", 400, "invalid_request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			resp := w.send("POST", pathToken, "", c.body, "Content-Type", c.content)
			var got struct{ Error string }
			w.decode(resp, &got)
			if resp.Status != c.status || got.Error != c.code {
				t.Errorf("got %d %s, want %d %s", resp.Status, resp.Body, c.status, c.code)
			}
			if actor := w.last(trace.Arrive).Actor; c.code != "unsupported_grant_type" && actor != mocks.Unknown {
				t.Errorf("the actor is %q", actor)
			}
		})
	}
}

func TestTokenAnswerNamesInstanceAndIdentity(t *testing.T) { // S, R
	w := newWorld(t, nil)
	resp := w.send("POST", pathToken, "", "grant_type=client_credentials", "Content-Type", "application/x-www-form-urlencoded",
		"Authorization", "Basic c3luY3Byb29mLWVuZ2luZTpzM2NyZXQ=")
	var got map[string]string
	w.decode(resp, &got)
	for _, name := range []string{"access_token", "signature", "scope", "issued_at"} {
		if got[name] == "" {
			t.Errorf("no %s in %s", name, resp.Body)
		}
	}
	if got["instance_url"] != "https://crm.test" || got["token_type"] != "Bearer" {
		t.Errorf("got %s", resp.Body)
	}
	if !strings.HasPrefix(got["id"], "https://crm.test/id/00D") || !strings.HasSuffix(got["id"], "/"+UserID("syncproof-engine")) {
		t.Errorf("id is %s", got["id"])
	}
}

func TestSessions(t *testing.T) {
	expire := func(w *world) { w.now = w.now.Add(vendorTokenLife) }
	for name, spoil := range map[string]func(*world){
		"none":    func(w *world) { w.session = "" },
		"foreign": func(w *world) { w.session = "00Dxx!abc" },
		"expired": expire,
		"revoked": func(w *world) { w.m.Faults().Revocations++ },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			spoil(w)
			w.refused(w.send("GET", root+"/limits", "", ""), 401, "INVALID_SESSION_ID") // S
		})
	}
	w := newWorld(t, nil)
	w.m.Faults().AuthDown = true
	if resp := w.send("POST", pathToken, "", "grant_type=client_credentials", "Content-Type", "application/x-www-form-urlencoded"); resp.Status != 503 {
		t.Errorf("a token endpoint that is down answered %d", resp.Status)
	}
}

func TestWriteRefusals(t *testing.T) {
	long := strings.Repeat("x", 41)
	for _, c := range []struct {
		name, body string
		code       string
		message    string
	}{
		{"not json", `{"LastName":`, "JSON_PARSER_ERROR", ""},
		{"array", `[]`, "JSON_PARSER_ERROR", ""},
		{"duplicate key", `{"LastName":"a","LastName":"b"}`, "JSON_PARSER_ERROR", ""},
		{"not utf-8", "{\"LastName\":\"\xff\"}", "JSON_PARSER_ERROR", ""},
		{"S: unknown column", `{"Nickname":"x"}`, "INVALID_FIELD", "No such column 'Nickname' on sobject of type Contact"},
		{"S: system field", `{"LastModifiedDate":"2026-01-01T00:00:00Z"}`, "INVALID_FIELD_FOR_INSERT_UPDATE", "LastModifiedDate"},
		{"S: compound name", `{"Name":"x"}`, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: Name."},
		{"read-only field", `{"Read_Only__c":"x"}`, "INVALID_FIELD_FOR_INSERT_UPDATE", "Read_Only__c"},
		{"id in body", `{"Id":"003000000000001AAA"}`, "INVALID_FIELD", "Id"},
		{"S: too long", `{"FirstName":"` + long + `"}`, "STRING_TOO_LONG", "max length=40"},
		{"S: required", `{"LastName":null}`, "REQUIRED_FIELD_MISSING", "[LastName]"},
		{"blank is null", `{"LastName":"  "}`, "REQUIRED_FIELD_MISSING", "[LastName]"},
		{"S: picklist", `{"Tier__c":"platinum"}`, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "platinum"},
		{"multi picklist", `{"Interests__c":"golf;poker"}`, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "poker"},
		{"2: list for multipicklist", `{"Interests__c":["golf"]}`, "JSON_PARSER_ERROR", "multipicklist from START_ARRAY"},
		{"S: email", `{"Email":"nobody"}`, "INVALID_EMAIL_ADDRESS", "nobody"},
		{"2: boolean as text", `{"DoNotCall":"1"}`, "JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from VALUE_STRING value 1"},
		{"null checkbox", `{"DoNotCall":null}`, "INVALID_TYPE_ON_FIELD_IN_RECORD", ""},
		{"2: double as text", `{"Score__c":"many"}`, "JSON_PARSER_ERROR", "Cannot deserialize instance of double from VALUE_STRING value many"},
		{"fraction", `{"Score__c":1.5}`, "NUMBER_OUTSIDE_VALID_RANGE", ""},
		{"19 digits", `{"Score__c":1234567890123456789}`, "NUMBER_OUTSIDE_VALID_RANGE", ""},
		{"text as number", `{"Title":7}`, "JSON_PARSER_ERROR", "string from VALUE_NUMBER_INT"},
		{"date", `{"Birthdate":"31.01.2026"}`, "JSON_PARSER_ERROR", "date from VALUE_STRING"},
		{"no such day", `{"Birthdate":"2026-02-30"}`, "JSON_PARSER_ERROR", "date from VALUE_STRING"},
		{"2: datetime", `{"Seen__c":"2017-10-17 00:00:00"}`, "JSON_PARSER_ERROR", "Cannot deserialize instance of datetime from VALUE_STRING value 2017-10-17 00:00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			id := w.seed("ada", 3, "", map[string]any{"FirstName": "Ada"})
			before := len(w.events(trace.Commit))
			contains(t, w.refused(w.send("PATCH", root+"/sobjects/Contact/"+id, "", c.body), 400, c.code), c.message)
			if len(w.events(trace.Commit)) != before {
				t.Error("a refused write was committed")
			}
		})
	}
}

func TestRouteRefusals(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{})
	gone := w.seed("bob", 0, "", map[string]any{})
	if err := w.m.Remove(w.now, "maria", mocks.User, gone, 0); err != nil {
		t.Fatal(err)
	}
	const contact = root + "/sobjects/Contact"
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code                     string
	}{
		{"S: no such record", "GET", contact + "/003000000000001AAA", "", 404, "NOT_FOUND"},
		{"S: deleted", "GET", contact + "/" + gone, "", 404, "ENTITY_IS_DELETED"},
		{"S: patch of deleted", "PATCH", contact + "/" + gone, `{"Title":"x"}`, 404, "ENTITY_IS_DELETED"},
		{"delete of deleted", "DELETE", contact + "/" + gone, "", 404, "ENTITY_IS_DELETED"},
		{"S: malformed id", "DELETE", contact + "/1234", "", 404, "MALFORMED_ID"},
		{"broken checksum", "PATCH", contact + "/" + id[:17] + "!", `{}`, 404, "MALFORMED_ID"},
		{"other object", "GET", root + "/sobjects/Account/" + id, "", 404, "NOT_FOUND"},
		{"unknown resource", "GET", root + "/nothing", "", 404, "NOT_FOUND"},
		{"version out of range", "GET", "/services/data/v20.0/limits", "", 404, "NOT_FOUND"},
		{"no version", "GET", "/services/data/latest/limits", "", 404, "NOT_FOUND"},
		{"PUT", "PUT", contact + "/" + id, `{}`, 405, "METHOD_NOT_ALLOWED"},
		{"GET of the collection", "GET", contact, "", 405, "METHOD_NOT_ALLOWED"},
		{"POST to query", "POST", root + "/query", "", 405, "METHOD_NOT_ALLOWED"},
		{"no query", "GET", root + "/query", "", 400, "MALFORMED_QUERY"},
		{"unknown locator", "GET", root + "/query/01g000000000001AAA-2000", "", 400, "INVALID_QUERY_LOCATOR"},
		{"S: not an external id", "PATCH", contact + "/Title/x", `{}`, 404, "NOT_FOUND"},
		{"no such external id", "GET", contact + "/Genesys_Contact_Id__c/none", "", 404, "NOT_FOUND"},
		{"S: key in the body", "PATCH", contact + "/Genesys_Contact_Id__c/x", `{"Genesys_Contact_Id__c":"x","LastName":"x"}`, 400, "INVALID_FIELD"},
		{"insert without name", "POST", contact, `{"FirstName":"x"}`, 400, "REQUIRED_FIELD_MISSING"},
		{"no instants", "GET", contact + "/deleted", "", 400, "MALFORMED_QUERY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			w.refused(w.send(c.method, c.path, "", c.body), c.status, c.code)
		})
	}
	w.t = t
	w.refused(w.send("PATCH", contact+"/"+id, "", "x", "Content-Type", "text/plain"), 415, "UNSUPPORTED_MEDIA_TYPE")
	w.refused(w.send("GET", contact+"/"+id, "fields=Id,Nope", ""), 400, "INVALID_FIELD")
}

// The header speaks of the daily limit: a shorter window is not announced.
func TestShorterWindowsAreNotAnnounced(t *testing.T) {
	w := newWorld(t, func(c *mocks.Config) { c.Quota = mocks.Quota{Requests: 3, Per: time.Minute, Headers: true} })
	if got := w.send("GET", root+"/limits", "", "").Header.Get("Sforce-Limit-Info"); got != "" {
		t.Errorf("Sforce-Limit-Info is %q", got)
	}
}

func TestLimitSignals(t *testing.T) {
	w := newWorld(t, func(c *mocks.Config) {
		c.Quota, c.TokenLife = mocks.Quota{Requests: 3, Per: 24 * time.Hour, Headers: true}, 72*time.Hour
	})
	path := root + "/limits"
	if got := w.send("GET", path, "", "").Header.Get("Sforce-Limit-Info"); got != "api-usage=1/3" { // S
		t.Errorf("Sforce-Limit-Info is %q", got)
	}
	w.send("GET", path, "", "")
	w.send("GET", path, "", "")
	over := w.send("GET", path, "", "")
	if msg := w.refused(over, 403, "REQUEST_LIMIT_EXCEEDED"); msg != "TotalRequests Limit exceeded." { // S, 2
		t.Errorf("message %q", msg)
	}
	if over.Header.Get("Retry-After") != "" || over.Header.Get("Sforce-Limit-Info") != "api-usage=3/3" {
		t.Errorf("headers %v", over.Header)
	}
	w.now = w.now.Add(24 * time.Hour)
	if resp := w.send("GET", path, "", ""); resp.Status != 200 {
		t.Errorf("a new window answered %d", resp.Status)
	}

	f := w.m.Faults()
	f.Throttle = &mocks.Throttle{Every: 1, Left: 1, RetryAfter: "30"}
	if resp := w.send("GET", path, "", ""); resp.Header.Get("Retry-After") != "30" || w.last(trace.Answer).RetryAfter != "30" {
		t.Errorf("the fault's Retry-After is missing: %v", resp.Header)
	}
	f.Throttle = nil
	f.MaxConcurrent, f.InProgress = 2, 3
	contains(t, w.refused(w.send("GET", path, "", ""), 403, "REQUEST_LIMIT_EXCEEDED"), "ConcurrentRequests")
	f.MaxConcurrent = 0
	w.now = w.now.Add(24 * time.Hour)
	f.LongRunning = longRunningMax - 1
	if resp := w.send("GET", path, "", ""); resp.Status != 200 {
		t.Errorf("with %d long requests: %d %s", f.LongRunning, resp.Status, resp.Body)
	}
	f.LongRunning = longRunningMax // S, R
	if msg := w.refused(w.send("GET", path, "", ""), 403, "REQUEST_LIMIT_EXCEEDED"); msg != "ConcurrentPerOrgLongTxn Limit exceeded." {
		t.Errorf("too many long requests: %q", msg)
	}
	f.LongRunning = 0
	left := 1
	f.DailyRemaining = &left
	if resp := w.send("GET", path, "", ""); resp.Status != 200 || left != 0 {
		t.Errorf("the last daily request: %d, %d left", resp.Status, left)
	}
	w.refused(w.send("GET", path, "", ""), 403, "REQUEST_LIMIT_EXCEEDED")
}

func TestServerErrors(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{})
	path := root + "/sobjects/Contact/" + id
	f := w.m.Faults()
	f.Error = &mocks.ServerError{Status: 500}
	w.refused(w.send("PATCH", path, "", `{"Title":"a"}`), 500, "UNKNOWN_EXCEPTION")
	if w.field(id, "Title") != "" {
		t.Error("an error before the commit changed the record")
	}
	f.Error = &mocks.ServerError{Status: 503, AfterCommit: true, Methods: []string{"PATCH"}}
	w.refused(w.send("PATCH", path, "", `{"Title":"b"}`), 503, "SERVER_UNAVAILABLE")
	if w.field(id, "Title") != "b" {
		t.Error("an error after the commit lost the write")
	}
	if resp := w.send("GET", path, "", ""); resp.Status != http.StatusOK {
		t.Errorf("another method answered %d", resp.Status)
	}
}

func TestRevokedAccess(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "g-1", map[string]any{"Title": "x"})
	path := root + "/sobjects/Contact/" + id
	f := w.m.Faults()
	f.Revoked = []string{"update"}
	w.refused(w.send("PATCH", path, "", `{"Title":"a"}`), 403, "INSUFFICIENT_ACCESS")
	if resp := w.send("GET", path, "", ""); resp.Status != 200 {
		t.Errorf("reading answered %d", resp.Status)
	}
	f.Revoked = []string{"read"}
	w.refused(w.send("GET", path, "", ""), 403, "INSUFFICIENT_ACCESS")
	w.refused(w.send("GET", root+"/query", "q=SELECT+Id+FROM+Contact", ""), 403, "INSUFFICIENT_ACCESS")
	f.Revoked = []string{"Title"}
	w.refused(w.send("PATCH", path, "", `{"Title":"a"}`), 400, "INVALID_FIELD")
	if body := string(w.send("GET", path, "", "").Body); strings.Contains(body, `"Title"`) {
		t.Errorf("a field without access is disclosed: %s", body)
	}
	f.Revoked = nil
	if body := string(w.send("GET", path, "", "").Body); !strings.Contains(body, `"Title":"x"`) {
		t.Errorf("access did not come back: %s", body)
	}
}
