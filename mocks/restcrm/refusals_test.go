package restcrm

import (
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

func TestWriteRefusals(t *testing.T) {
	for _, c := range []struct{ name, body, code, field string }{
		{"not json", `{"title":`, "malformed_json", ""},
		{"array", `[]`, "malformed_json", ""},
		{"not utf-8", "{\"title\":\"\xff\"}", "malformed_json", ""},
		{"too deep", `{"title":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, "malformed_json", ""},
		{"duplicate key", `{"title":"a","title":"b"}`, "duplicate_key", ""},
		{"unknown property", `{"nickname":"x"}`, "unknown_field", "nickname"},
		{"other case", `{"Title":"x"}`, "unknown_field", "Title"},
		{"id", `{"id":"x"}`, "read_only", "id"},
		{"updated_at", `{"updated_at":"2026-01-01T00:00:00.000Z"}`, "read_only", "updated_at"},
		{"deleted", `{"deleted":true}`, "read_only", "deleted"},
		{"required", `{"last_name":null}`, "required", "last_name"},
		{"required, empty", `{"last_name":""}`, "required", "last_name"},
		{"number for text", `{"title":7}`, "invalid_type", "title"},
		{"text for boolean", `{"do_not_call":"true"}`, "invalid_type", "do_not_call"},
		{"text for integer", `{"score":"5"}`, "invalid_type", "score"},
		{"fraction", `{"score":5.0}`, "invalid_format", "score"},
		{"exponent", `{"score":1e2}`, "invalid_format", "score"},
		{"inexact integer", `{"score":9007199254740992}`, "invalid_format", "score"},
		{"negative version", `{"sync_version":-1}`, "invalid_format", "sync_version"},
		{"null version", `{"sync_version":null}`, "invalid_type", "sync_version"},
		{"too long", `{"city":"` + strings.Repeat("ä", 101) + `"}`, "too_long", "city"},
		{"picklist", `{"tier":"tin"}`, "not_in_picklist", "tier"},
		{"text for list", `{"interests":"golf;music"}`, "invalid_type", "interests"},
		{"list element", `{"interests":["poker"]}`, "not_in_picklist", "interests"},
		{"list of null", `{"interests":[null]}`, "invalid_type", "interests"},
		{"list twice the same", `{"interests":["golf","golf"]}`, "invalid_format", "interests"},
		{"phone", `{"phone":"call me"}`, "invalid_format", "phone"},
		{"email", `{"email":"nobody"}`, "invalid_format", "email"},
		{"date", `{"birthday":"2026-02-30"}`, "invalid_format", "birthday"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			id := w.seed("ada", 3, "", map[string]any{"title": "Dr"})
			commits := len(w.events(trace.Commit))
			if field := w.refused(w.patch(id, c.body), 400, c.code); field != c.field {
				t.Errorf("the field is %q, want %q", field, c.field)
			}
			if len(w.events(trace.Commit)) != commits {
				t.Error("a refused write was committed")
			}
		})
	}
}

func TestWhatIsAccepted(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 3, "", map[string]any{})
	for _, body := range []string{
		`{"city":"` + strings.Repeat("ä", 100) + `"}`, // code points, not bytes
		`{"phone":"+1 (415) 555-0123;ext=42","mobile":"+14155550123"}`,
		`{"score":-9007199254740991,"sync_version":0}`,
		`{"interests":["music","golf"],"birthday":"2024-02-29","do_not_call":false}`,
		`{"interests":[],"birthday":null,"notes":""}`,
		`{}`,
	} {
		if resp := w.patch(id, body); resp.Status != 200 {
			t.Errorf("%s: %d %s", body, resp.Status, resp.Body)
		}
	}
	if got := w.field(id, "interests"); got != "" {
		t.Errorf("an empty list is stored as %q", got)
	}
}

func TestRouteRefusals(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "g-1", map[string]any{})
	gone := w.seed("bob", 0, "g-2", map[string]any{})
	if err := w.m.Remove(w.now, "maria", mocks.User, gone, 0); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, method, path, query, body string
		status                          int
		code                            string
	}{
		{"unknown path", "GET", "/v2/contacts", "", "", 404, "not_found"},
		{"trailing slash", "GET", "/v1/contacts/", "", "", 404, "not_found"},
		{"no such contact", "GET", "/v1/contacts/none", "", "", 404, "not_found"},
		{"deleted", "GET", "/v1/contacts/" + gone, "", "", 404, "deleted"},
		{"patch of deleted", "PATCH", "/v1/contacts/" + gone, "", `{}`, 404, "deleted"},
		{"delete of deleted", "DELETE", "/v1/contacts/" + gone, "", "", 404, "deleted"},
		{"unknown action", "POST", "/v1/contacts/" + id + "/archive", "", "", 404, "not_found"},
		{"restore of a live one", "POST", "/v1/contacts/" + id + "/restore", "", "", 409, "not_deleted"},
		{"GET restore", "GET", "/v1/contacts/" + id + "/restore", "", "", 405, "method_not_allowed"},
		{"PUT of a contact", "PUT", "/v1/contacts/" + id, "", `{}`, 405, "method_not_allowed"},
		{"PATCH of the list", "PATCH", "/v1/contacts", "", `{}`, 405, "method_not_allowed"},
		{"GET by external id", "GET", "/v1/contacts/by-external-id/x", "", "", 405, "method_not_allowed"},
		{"POST to changes", "POST", "/v1/changes", "", `{}`, 405, "method_not_allowed"},
		{"create without name", "POST", "/v1/contacts", "", `{"first_name":"x"}`, 400, "required"},
		{"taken external id", "POST", "/v1/contacts", "", `{"last_name":"x","external_id":"g-1"}`, 409, "external_id_taken"},
		{"contradicting body", "PUT", "/v1/contacts/by-external-id/g-1", "", `{"external_id":"g-9"}`, 400, "invalid_format"},
		{"unknown parameter", "GET", "/v1/contacts", "sort=name", "", 400, "invalid_parameter"},
		{"repeated parameter", "GET", "/v1/contacts", "limit=1&limit=2", "", 400, "invalid_parameter"},
		{"limit too high", "GET", "/v1/contacts", "limit=201", "", 400, "invalid_parameter"},
		{"limit zero", "GET", "/v1/changes", "limit=0", "", 400, "invalid_parameter"},
		{"garbage cursor", "GET", "/v1/changes", "after=12", "", 400, "invalid_cursor"},
		{"foreign cursor", "GET", "/v1/changes", "after=" + cursorText("contacts", 1), "", 400, "invalid_cursor"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			resp := w.send(c.method, c.path, c.query, c.body, "If-Match", "*")
			w.refused(resp, c.status, c.code)
			if (c.status == 405) != (resp.Header.Get("Allow") != "") {
				t.Errorf("headers %v", resp.Header)
			}
		})
	}
	w.t = t
	w.refused(w.send("PATCH", rowsPrefix+id, "", `{}`, "Content-Type", typeJSON), 415, "unsupported_media_type")
	w.refused(w.send("POST", "/v1/contacts", "", `{}`, "Content-Type", "text/plain"), 415, "unsupported_media_type")
	w.refused(w.patch(id, `{"notes":"`+strings.Repeat("x", mocks.MaxBody)+`"}`), 413, "payload_too_large")
}

func TestTokens(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		body   string
		status int
		code   string
	}{
		{"grant_type=client_credentials&client_id=syncproof-engine&client_secret=x", 401, "invalid_client"},
		{"grant_type=password", 400, "unsupported_grant_type"},
	} {
		resp := w.send("POST", "/oauth/token", "", c.body, "Content-Type", "application/x-www-form-urlencoded", "Authorization", "")
		var got struct{ Error string }
		if w.decode(resp, &got); resp.Status != c.status || got.Error != c.code {
			t.Errorf("got %d %s", resp.Status, resp.Body)
		}
	}
	good := w.token
	w.token = "forged"
	w.refused(w.send("GET", "/v1/contacts", "", ""), 401, "unauthorized")
	if actor := w.last(trace.Arrive).Actor; actor != mocks.Unknown {
		t.Errorf("the actor is %q", actor)
	}
	w.token = good
	w.now = w.now.Add(vendorTokenLife)
	w.refused(w.send("GET", "/v1/contacts", "", ""), 401, "token_expired")
	w.now = testStart
	w.m.Faults().Revocations++
	w.refused(w.send("GET", "/v1/contacts", "", ""), 401, "unauthorized")
	w.m.Faults().AuthDown = true
	w.refused(w.send("POST", "/oauth/token", "", "", "Content-Type", "application/x-www-form-urlencoded"), 503, "server_error")
}

func TestLimits(t *testing.T) {
	w := newWorld(t, func(c *mocks.Config) {
		c.Quota = mocks.Quota{Requests: 2, Per: time.Minute, RetryAfter: "reset", Headers: true}
	})
	first := w.send("GET", "/v1/contacts", "", "")
	if h := first.Header; h.Get("X-RateLimit-Limit") != "2" || h.Get("X-RateLimit-Remaining") != "1" || h.Get("X-RateLimit-Reset") != "60" {
		t.Errorf("headers %v", h)
	}
	w.send("GET", "/v1/contacts", "", "")
	w.now = w.now.Add(10 * time.Second)
	over := w.send("GET", "/v1/contacts", "", "")
	w.refused(over, 429, "rate_limited")
	if over.Header.Get("Retry-After") != "50" || w.last(trace.Answer).RetryAfter != "50" {
		t.Errorf("headers %v", over.Header)
	}
	w.now = w.now.Add(50 * time.Second)
	f := w.m.Faults()
	f.Throttle = &mocks.Throttle{Every: 1, RetryAfter: "date+30"}
	date := w.send("GET", "/v1/contacts", "", "").Header
	if date.Get("Retry-After") != mocks.HTTPDate(w.now.Add(30*time.Second)) || date.Get("Date") != mocks.HTTPDate(w.now) {
		t.Errorf("headers %v", date)
	}
	f.Throttle = nil
	f.Quota = &mocks.Quota{Requests: 100, Per: time.Minute}
	f.MaxConcurrent, f.InProgress = 1, 2
	w.refused(w.send("GET", "/v1/contacts", "", ""), 429, "too_many_concurrent")
	f.MaxConcurrent = 0
	left := 0
	f.DailyRemaining = &left
	daily := w.send("GET", "/v1/contacts", "", "")
	w.refused(daily, 429, "daily_limit")
	if daily.Header.Get("Retry-After") == "" || daily.Header.Get("X-RateLimit-Limit") != "" {
		t.Errorf("headers %v", daily.Header)
	}
}

func TestServerErrors(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{})
	f := w.m.Faults()
	f.Error = &mocks.ServerError{Status: 502}
	w.refused(w.patch(id, `{"title":"a"}`), 502, "server_error")
	if w.field(id, "title") != "" {
		t.Error("an error before the commit changed the contact")
	}
	f.Error = &mocks.ServerError{Status: 500, AfterCommit: true}
	w.refused(w.patch(id, `{"title":"b"}`), 500, "server_error")
	if w.field(id, "title") != "b" || len(w.events(trace.Read)) != 0 {
		t.Error("an error after the commit must keep the write and disclose nothing")
	}
}

func TestRevokedAccess(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{"title": "x"})
	f := w.m.Faults()
	for verb, send := range map[string]func() *mocks.Response{
		"read":   func() *mocks.Response { return w.send("GET", rowsPrefix+id, "", "") },
		"update": func() *mocks.Response { return w.patch(id, `{}`) },
		"create": func() *mocks.Response { return w.send("POST", "/v1/contacts", "", `{"last_name":"x"}`) },
		"delete": func() *mocks.Response { return w.send("DELETE", rowsPrefix+id, "", "", "If-Match", "*") },
	} {
		f.Revoked = []string{verb}
		w.refused(send(), 403, "forbidden")
	}
	f.Revoked = []string{"title"}
	if field := w.refused(w.patch(id, `{"title":"y"}`), 403, "field_forbidden"); field != "title" {
		t.Errorf("the field is %q", field)
	}
	if body := string(w.send("GET", rowsPrefix+id, "", "").Body); strings.Contains(body, `"title"`) {
		t.Errorf("a lost field is disclosed: %s", body)
	}
}
