package genesys

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/sim/trace"
)

// refusalCase is one row of the table of what the mock refuses and how. ID
// stands for a contact that exists, SCHEMA for the reference that custom
// fields need, SCHEMA9 for one to a version that does not exist.
type refusalCase struct {
	name, method, target, body string
	status                     int
	code, rule, field          string
}

var long = strings.Repeat("x", 1001)

// externals is a body with n external ids.
func externals(n int, value string) string {
	var list []string
	for i := range n {
		list = append(list, `{"externalSource":{"id":"crm"},"value":"`+value+string(rune('a'+i))+`"}`)
	}
	return `{"externalIds":[` + strings.Join(list, ",") + `]}`
}

func patch(changes string) string { return `{"changes":[` + changes + `]}` }

// postRefusals are the refusals of POST contacts.
var postRefusals = []refusalCase{
	{"no body", "POST", "contacts", " ", 400, codeBadRequest, "", ""},
	{"not JSON", "POST", "contacts", `{"firstName":`, 400, codeBadRequest, "", ""},
	{"not an object", "POST", "contacts", `["firstName"]`, 400, codeBadRequest, "", ""},
	{"duplicate key", "POST", "contacts", `{"firstName":"a","firstName":"b"}`, 400, codeBadRequest, "", ""},
	{"not UTF-8", "POST", "contacts", "{\"firstName\":\"\xff\"}", 400, codeBadRequest, "", ""},
	{"too deep", "POST", "contacts", `{"twitterId":` + strings.Repeat(`{"a":`, 32) + `1` + strings.Repeat(`}`, 33), 400, codeBadRequest, "", ""},
	{"unknown attribute", "POST", "contacts", `{"nickname":"a"}`, 400, ruleUnknown, ruleUnknown, "nickname"},
	{"unknown attribute of an address", "POST", "contacts", `{"address":{"town":"a"}}`, 400, ruleUnknown, ruleUnknown, "address.town"},
	{"unknown attribute of a phone", "POST", "contacts", `{"workPhone":{"number":"1"}}`, 400, ruleUnknown, ruleUnknown, "workPhone.number"},
	{"a number for a text", "POST", "contacts", `{"firstName":7}`, 400, codeInvalid, ruleType, "firstName"},
	{"a text for a phone", "POST", "contacts", `{"workPhone":"+14155550123"}`, 400, codeInvalid, ruleType, "workPhone"},
	{"a text for an extension", "POST", "contacts", `{"workPhone":{"display":"+14155550123","extension":"5"}}`, 400, codeInvalid, ruleType, "workPhone.extension"},
	{"a fraction for an extension", "POST", "contacts", `{"workPhone":{"display":"+14155550123","extension":5.5}}`, 400, codeInvalid, ruleType, "workPhone.extension"},
	{"an extension without a number", "POST", "contacts", `{"workPhone":{"extension":5}}`, 400, codeInvalid, ruleRequired, "workPhone.display"},
	{"a text for an address", "POST", "contacts", `{"address":"London"}`, 400, codeInvalid, ruleType, "address"},
	{"a text for a boolean", "POST", "contacts", `{"surveyOptOut":"true"}`, 400, codeInvalid, ruleType, "surveyOptOut"},
	{"too long a name", "POST", "contacts", `{"lastName":"` + long + `"}`, 400, codeInvalid, ruleLength, "lastName"},
	{"too long a city", "POST", "contacts", `{"address":{"city":"` + long[:101] + `"}}`, 400, codeInvalid, ruleLength, "address.city"},
	{"too long an email", "POST", "contacts", `{"workEmail":"a@` + long[:251] + `.com"}`, 400, codeInvalid, ruleLength, "workEmail"},
	{"an email without @", "POST", "contacts", `{"workEmail":"ada.example.com"}`, 400, codeInvalid, ruleFormat, "workEmail"},
	{"an email without a domain", "POST", "contacts", `{"workEmail":"ada@"}`, 400, codeInvalid, ruleFormat, "workEmail"},
	{"an email with a space", "POST", "contacts", `{"workEmail":"a da@example.com"}`, 400, codeInvalid, ruleFormat, "workEmail"},
	{"a URL without a protocol", "POST", "contacts", `{"externalSystemUrl":"example.com"}`, 400, codeInvalid, ruleFormat, "externalSystemUrl"},
	{"an id", "POST", "contacts", `{"id":"x"}`, 400, codeInvalid, ruleReadOnly, "id"},
	{"eleven external ids", "POST", "contacts", externals(11, "v"), 400, codeInvalid, ruleLimit, "externalIds"},
	{"the same external id twice", "POST", "contacts", strings.Replace(externals(2, "v"), "vb", "va", 1), 400, codeInvalid, ruleFormat, "externalIds"},
	{"too long an external id", "POST", "contacts", externals(1, long[:255]), 400, codeInvalid, ruleLength, "externalIds.value"},
	{"an external id without source", "POST", "contacts", `{"externalIds":[{"value":"x"}]}`, 400, codeInvalid, ruleRequired, "externalIds.externalSource"},
	{"an external id without value", "POST", "contacts", `{"externalIds":[{"externalSource":{"id":"crm"}}]}`, 400, codeInvalid, ruleRequired, "externalIds.value"},
	{"a text for external ids", "POST", "contacts", `{"externalIds":"x"}`, 400, codeInvalid, ruleType, "externalIds"},
}

// customRefusals are the refusals of custom fields.
var customRefusals = []refusalCase{
	{"custom fields without schema", "POST", "contacts", `{"customFields":{"notes":"x"}}`, 400, ruleSchema, ruleSchema, "schema"},
	{"another schema", "POST", "contacts", `{"schema":{"id":"x","version":1},"customFields":{}}`, 400, ruleSchema, ruleSchema, "schema.id"},
	{"a later schema", "POST", "contacts", `{"schema":SCHEMA9,"customFields":{}}`, 400, ruleSchema, ruleSchema, "schema.version"},
	{"unknown custom field", "POST", "contacts", `{"schema":SCHEMA,"customFields":{"shoe":"x"}}`, 400, ruleUnknown, ruleUnknown, "customFields.shoe"},
	{"too long a note", "POST", "contacts", `{"schema":SCHEMA,"customFields":{"notes":"` + strings.Repeat("x", 4001) + `"}}`, 400, codeInvalid, ruleLength, "notes"},
	{"no such tier", "POST", "contacts", `{"schema":SCHEMA,"customFields":{"tier":"lead"}}`, 400, codeInvalid, ruleChoice, "tier"},
	{"no such interest", "POST", "contacts", `{"schema":SCHEMA,"customFields":{"interests":["golf","war"]}}`, 400, codeInvalid, ruleChoice, "interests"},
	{"the same interest twice", "POST", "contacts", `{"schema":SCHEMA,"customFields":{"interests":["golf","golf"]}}`, 400, codeInvalid, ruleFormat, "interests"},
	{"interests joined", "POST", "contacts", `{"schema":SCHEMA,"customFields":{"interests":"golf;music"}}`, 400, codeInvalid, ruleType, "interests"},
	{"a score with a fraction", "POST", "contacts", `{"schema":SCHEMA,"customFields":{"score":1.5}}`, 400, codeInvalid, ruleType, "score"},
	{"a version as text", "POST", "contacts", `{"schema":SCHEMA,"customFields":{"sync_version":"3"}}`, 400, codeInvalid, ruleType, "sync_version"},
	{"no such day", "POST", "contacts", `{"schema":SCHEMA,"customFields":{"birthday":"2025-02-30"}}`, 400, codeInvalid, ruleFormat, "birthday"},
}

// putRefusals are the refusals of PUT contacts/{id}.
var putRefusals = []refusalCase{
	{"PUT of nothing known", "PUT", "contacts/nobody", `{}`, 404, codeNotFound, "", ""},
	{"PUT of another id", "PUT", "contacts/ID", `{"id":"other"}`, 400, codeInvalid, ruleReadOnly, "id"},
	{"PUT of an unknown attribute", "PUT", "contacts/ID", `{"nickname":"a"}`, 400, ruleUnknown, ruleUnknown, "nickname"},
	{"PUT of no JSON", "PUT", "contacts/ID", `x`, 400, codeBadRequest, "", ""},
}

// patchRefusals are the refusals of PATCH contacts/{id}.
var patchRefusals = []refusalCase{
	{"PATCH of nothing known", "PATCH", "contacts/nobody", set("title", `"x"`), 404, codeNotFound, "", ""},
	{"PATCH of no JSON", "PATCH", "contacts/ID", `[`, 400, codeBadRequest, "", ""},
	{"PATCH as a merge patch", "PATCH", "contacts/ID", `{"title":"x"}`, 400, ruleUnknown, ruleUnknown, "title"},
	{"PATCH without changes", "PATCH", "contacts/ID", `{}`, 400, codeInvalid, ruleRequired, "changes"},
	{"PATCH with no change", "PATCH", "contacts/ID", `{"changes":[]}`, 400, codeInvalid, ruleRequired, "changes"},
	{"PATCH without $", "PATCH", "contacts/ID", patch(`{"field":"title","value":"x","action":"Update"}`), 400, codeInvalid, ruleFormat, "changes.field"},
	{"PATCH without action", "PATCH", "contacts/ID", patch(`{"field":"$.title","value":"x"}`), 400, codeInvalid, ruleChoice, "changes.action"},
	{"PATCH with an unknown action", "PATCH", "contacts/ID", patch(`{"field":"$.title","value":"x","action":"append"}`), 400, codeInvalid, ruleChoice, "changes.action"},
	{"PATCH that sets nothing", "PATCH", "contacts/ID", patch(`{"field":"$.title","action":"Update"}`), 400, codeInvalid, ruleRequired, "changes.value"},
	{"PATCH in another case", "PATCH", "contacts/ID", patch(`{"field":"$.title","value":"x","action":"update"}`), 400, codeInvalid, ruleChoice, "changes.action"},
	{"PATCH to nothing", "PATCH", "contacts/ID", set("title", `null`), 400, codeInvalid, ruleRequired, "changes.value"},
	{"PATCH of a field and its parent", "PATCH", "contacts/ID", patch(`{"field":"$.address.city","value":"x","action":"Update"},{"field":"$.address","value":{},"action":"Update"}`), 409, codeConflict, "", ""},
	{"PATCH of a field twice", "PATCH", "contacts/ID", patch(`{"field":"$.title","value":"x","action":"Update"},{"field":"$.title","action":"Remove"}`), 409, codeConflict, "", ""},
	{"PATCH within a phone", "PATCH", "contacts/ID", set("workPhone.display", `"1"`), 400, ruleUnknown, ruleUnknown, "workPhone.display"},
	{"PATCH that appends to a text", "PATCH", "contacts/ID", patch(`{"field":"$.title","value":["x"],"action":"AppendToCollection"}`), 400, codeInvalid, ruleType, "title"},
	{"PATCH that appends no list", "PATCH", "contacts/ID", patch(`{"field":"$.externalIds","value":"x","action":"AppendToCollection"}`), 400, codeInvalid, ruleType, "externalIds"},
	{"PATCH beyond ten external ids", "PATCH", "contacts/ID", strings.Replace(strings.Replace(externals(10, "v"), `{"externalIds":`, `{"changes":[{"field":"$.externalIds","action":"AppendToCollection","value":`, 1), "]}", "]}]}", 1), 400, codeInvalid, ruleLimit, "externalIds"},
	{"PATCH with an unknown key", "PATCH", "contacts/ID", patch(`{"path":"$.title","value":"x","action":"Update"}`), 400, ruleUnknown, ruleUnknown, "changes.path"},
	{"PATCH of an unknown field", "PATCH", "contacts/ID", set("nickname", `"x"`), 400, ruleUnknown, ruleUnknown, "nickname"},
	{"PATCH of an unknown custom field", "PATCH", "contacts/ID", set("customFields.shoe", `"x"`), 400, ruleUnknown, ruleUnknown, "customFields.shoe"},
	{"PATCH of modifyDate", "PATCH", "contacts/ID", set("modifyDate", `"2026-01-01T00:00:00Z"`), 400, codeInvalid, ruleReadOnly, "modifyDate"},
	{"PATCH of a wrong type", "PATCH", "contacts/ID", set("customFields.score", `"7"`), 400, codeInvalid, ruleType, "score"},
}

// otherRefusals are the refusals of the other endpoints.
var otherRefusals = []refusalCase{
	{"GET of nobody", "GET", "contacts/nobody", "", 404, codeNotFound, "", ""},
	{"DELETE of nobody", "DELETE", "contacts/nobody", "", 404, codeNotFound, "", ""},
	{"look-up of nobody", "POST", "identifierlookup/contacts", `{"type":"ExternalId","value":"x","externalSource":{"id":"crm"}}`, 404, codeNotFound, "", ""},
	{"look-up without type", "POST", "identifierlookup/contacts", `{"value":"x","externalSource":{"id":"crm"}}`, 400, codeInvalid, ruleRequired, "type"},
	{"look-up by another type", "POST", "identifierlookup/contacts", `{"type":"Shoe","value":"x"}`, 400, codeInvalid, ruleChoice, "type"},
	{"look-up without source", "POST", "identifierlookup/contacts", `{"type":"ExternalId","value":"x"}`, 400, codeInvalid, ruleRequired, "identifier.externalSource"},
	{"look-up of no JSON", "POST", "identifierlookup/contacts", `x`, 400, codeBadRequest, "", ""},
	{"a page too large", "GET", "contacts?pageSize=101", "", 400, codeInvalid, ruleLimit, "pageSize"},
	{"page nought", "GET", "contacts?pageNumber=0", "", 400, codeInvalid, ruleLimit, "pageNumber"},
	{"beyond the first thousand", "GET", "contacts?pageSize=100&pageNumber=11", "", 400, codeInvalid, ruleLimit, "pageNumber"},
	{"order by anything", "GET", "contacts?sortOrder=modifyDate:asc", "", 400, codeInvalid, ruleChoice, "sortOrder"},
	{"order sideways", "GET", "contacts?sortOrder=lastName:up", "", 400, codeInvalid, ruleChoice, "sortOrder"},
	{"too short a scan", "GET", "scan/contacts?limit=9", "", 400, codeInvalid, ruleLimit, "limit"},
	{"too long a scan", "GET", "scan/contacts?limit=201", "", 400, codeInvalid, ruleLimit, "limit"},
	{"a made-up cursor", "GET", "scan/contacts?cursor=abc", "", 400, codeInvalid, ruleFormat, "cursor"},
	{"no such schema", "GET", "contacts/schemas/x", "", 404, codeNotFound, "", ""},
	{"versions of no such schema", "GET", "contacts/schemas/x/versions", "", 404, codeNotFound, "", ""},
	{"no such path", "GET", "organizations", "", 404, codeNotFound, "", ""},
	{"no such method", "PUT", "contacts", `{}`, 404, codeNotFound, "", ""},
	{"a path below a contact", "GET", "contacts/ID/notes", "", 404, codeNotFound, "", ""},
	{"a path with braces", "GET", "contacts/schemas/{}", "", 404, codeNotFound, "", ""},
}

func TestRefusals(t *testing.T) {
	cases := slices.Concat(postRefusals, customRefusals, putRefusals, patchRefusals, otherRefusals)
	w := newWorld(t)
	id := w.seed()
	before, _ := w.Peek(id)
	fill := strings.NewReplacer("contacts/ID", "contacts/"+id, "SCHEMA9", strings.Replace(w.schemaRefJSON(), `:1}`, `:9}`, 1), "SCHEMA", w.schemaRefJSON())
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w.t = t
			since := w.log.Len()
			resp := w.call(c.method, fill.Replace(c.target), fill.Replace(c.body))
			body := decode(t, resp.Body)
			if resp.Status != c.status || body["code"] != c.code {
				t.Fatalf("answer %d %s", resp.Status, resp.Body)
			}
			if at(body, "status") != float64(c.status) || at(body, "contextId") != resp.Header.Get("ININ-Correlation-Id") {
				t.Errorf("the error body lacks its status or contextId: %s", resp.Body)
			}
			rule, _ := at(body, "details", "0", "errorCode").(string)
			field, _ := at(body, "details", "0", "fieldName").(string)
			if rule != c.rule || field != c.field {
				t.Errorf("detail %s of %s, want %s of %s", rule, field, c.rule, c.field)
			}
			if e := w.last(trace.Answer); e.Code != c.code || int(e.Status) != c.status {
				t.Errorf("the journal says %d %s", e.Status, e.Code)
			}
			if got := w.events(since, trace.Commit, trace.Read, trace.Notify); len(got) != 0 {
				t.Errorf("a refused request left %+v", got)
			}
		})
	}
	after, _ := w.Peek(id)
	if !before.Modified.Equal(after.Modified) || before.Version != after.Version {
		t.Error("a refused request changed the contact")
	}
}

// Every endpoint refuses a request without credentials, with wrong ones, and
// without its permission.
func TestEveryEndpointIsGuarded(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	endpoints := []struct{ method, target, body, permission string }{
		{"GET", "contacts", "", permissionView},
		{"POST", "contacts", `{"firstName":"x"}`, permissionAdd},
		{"GET", "contacts/" + id, "", permissionView},
		{"PUT", "contacts/" + id, `{"firstName":"x"}`, permissionEdit},
		{"PATCH", "contacts/" + id, `{"changes":[{"field":"$.title","value":"x","action":"Update"}]}`, permissionEdit},
		{"DELETE", "contacts/" + id, "", permissionDelete},
		{"POST", "identifierlookup/contacts", `{"type":"ExternalId","value":"x","externalSource":{"id":"crm"}}`, permissionView},
		{"GET", "scan/contacts", "", permissionView},
		{"GET", "contacts/schemas", "", permissionSchemas},
		{"GET", "contacts/schemas/" + w.schemaID, "", permissionSchemas},
		{"GET", "contacts/schemas/" + w.schemaID + "/versions", "", permissionSchemas},
		{"GET", "contacts/schemas/" + w.schemaID + "/versions/1", "", permissionSchemas},
	}
	for _, e := range endpoints {
		t.Run(e.method+" "+e.target, func(t *testing.T) {
			w.t = t
			for auth, code := range map[string]string{
				"":                        codeUnauthenticated,
				"Basic eDp5":              codeUnauthenticated,
				"Bearer nonsense":         codeBadCredentials,
				"Bearer " + w.token + "x": codeBadCredentials,
			} {
				h := http.Header{"Content-Type": {"application/json"}}
				if auth != "" {
					h.Set("Authorization", auth)
				}
				resp := w.do(e.method, apiPrefix+e.target, e.body, h)
				if got := decode(t, resp.Body)["code"]; resp.Status != 401 || got != code {
					t.Errorf("%q: %d %v, want 401 %s", auth, resp.Status, got, code)
				}
				if got := w.last(trace.Arrive).Actor; got != "?" {
					t.Errorf("%q: the journal takes it for %s", auth, got)
				}
			}
			w.Faults().Revoked = []string{e.permission}
			resp := w.call(e.method, e.target, e.body)
			w.Faults().Revoked = nil
			body := decode(t, resp.Body)
			if resp.Status != 403 || body["code"] != codeMissing || at(body, "messageParams", "permissions") != e.permission {
				t.Errorf("without %s: %d %s", e.permission, resp.Status, resp.Body)
			}
			if e.body != "" {
				resp := w.do(e.method, apiPrefix+e.target, e.body, http.Header{
					"Authorization": {"Bearer " + w.token}, "Content-Type": {"text/plain"},
				})
				if resp.Status != 415 {
					t.Errorf("as text/plain: %d %s", resp.Status, resp.Body)
				}
			}
		})
	}
	if got := w.events(0, trace.Commit); len(got) != 1 {
		t.Errorf("%d commits, want the setup alone", len(got))
	}
}

func TestTokenEndpointIsStrict(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	right := basic("syncproof-engine", "the-secret")
	for _, c := range []struct {
		name, method, auth, media, body string
		status                          int
		code                            string
	}{
		{"no credentials", "POST", "", form, "grant_type=client_credentials", 401, "invalid_client"},
		{"wrong secret", "POST", basic("syncproof-engine", "x"), form, "grant_type=client_credentials", 401, "invalid_client"},
		{"wrong client", "POST", basic("x", "the-secret"), form, "grant_type=client_credentials", 401, "invalid_client"},
		{"not base64", "POST", "Basic ???", form, "grant_type=client_credentials", 401, "invalid_client"},
		{"JSON", "POST", right, "application/json", `{"grant_type":"client_credentials"}`, 400, "invalid_request"},
		{"no grant", "POST", right, form, "", 400, "invalid_request"},
		{"another grant", "POST", right, form, "grant_type=password", 400, "unsupported_grant_type"},
		{"GET", "GET", right, form, "", 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			h := http.Header{"Content-Type": {c.media}}
			if c.auth != "" {
				h.Set("Authorization", c.auth)
			}
			resp := w.do(c.method, tokenPath, c.body, h)
			body := decode(t, resp.Body)
			if resp.Status != c.status || c.code != "" && (body["error"] != c.code || body["error_description"] == nil) {
				t.Errorf("answer %d %s", resp.Status, resp.Body)
			}
		})
	}
}

func TestBodyTooLarge(t *testing.T) {
	w := newWorld(t)
	resp := w.call("POST", "contacts", strings.Repeat(" ", 1<<20+1))
	if resp.Status != 413 || w.last(trace.Answer).Status != 413 {
		t.Errorf("answer %d %s", resp.Status, resp.Body)
	}
}
