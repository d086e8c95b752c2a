package dynamics_test

import (
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/dynamics"
	"github.com/syncproof/syncproof/engine/mapping"
)

const (
	api    = "https://org.crm.test/api/data/v9.2/"
	adaID  = "00000000-0000-0000-0000-00000000000a"
	canary = "canary-secret-crm"
)

// Slots of the fields that the tests use.
const (
	last = iota
	noCalls
	tier
	interests
	score
	elsewhere // a field that only the contact center has
)

func config(mt *httpmock.MockTransport) adapter.Config {
	return adapter.Config{
		BaseURL: "https://org.crm.test", LoginURL: "https://login.test/tenant",
		ClientID: "11111111-2222-3333-4444-555555555555", ClientSecret: canary, WebhookSecret: "shared-canary-key",
		HTTP:          &http.Client{Transport: mt},
		Fields:        []string{"lastname", "donotphone", "new_tier", "new_interests", "new_score", ""},
		Types:         []mapping.Type{mapping.TypeString, mapping.TypeBoolean, mapping.TypePicklist, mapping.TypeMultiPicklist, mapping.TypeInteger, mapping.TypeString},
		VersionField:  "new_syncversion",
		StatusField:   "new_syncstatus",
		ExternalField: "new_genesyscontactid",
	}
}

func contacts(t testing.TB, mt *httpmock.MockTransport, change ...func(*adapter.Config)) adapter.System {
	t.Helper()
	mt.RegisterResponder("POST", "https://login.test/tenant/oauth2/v2.0/token", func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil || form.Get("scope") != "https://org.crm.test/.default" || form.Get("client_secret") != canary || form.Get("grant_type") != "client_credentials" {
			t.Errorf("asked for a token with %s", body)
		}
		return httpmock.NewStringResponse(200, `{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"eyJ0"}`), nil
	})
	c := config(mt)
	for _, f := range change {
		f(&c)
	}
	s, err := dynamics.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const adaMembers = `"@odata.etag":"W/\"468026\"","modifiedon":"2026-03-01T10:00:00Z","_masterid_value":null,"new_genesyscontactid":"c1",` +
	`"lastname":"Lovelace","donotphone":false,"new_tier":100000002,"new_interests":"100000000,100000003","new_score":7,` +
	`"new_syncversion":41,"new_syncstatus":null,"contactid":"` + adaID + `"`

const ada = `{"@odata.context":"https://org.crm.test/api/data/v9.2/$metadata#contacts/$entity",` + adaMembers +
	`,"modifiedby":{"fullname":"Sam Seller","applicationid":null,"systemuserid":"9","ownerid":"9"}}`

func str(s string) mapping.Native { return mapping.Native{Kind: mapping.String, Text: s} }
func num(s string) mapping.Native { return mapping.Native{Kind: mapping.Number, Text: s} }

var null = mapping.Native{Kind: mapping.Null}

func adaRecord() adapter.Record {
	return adapter.Record{
		ID: adaID,
		Fields: []mapping.Native{
			str("Lovelace"), {Kind: mapping.Bool, Text: "false"}, str("100000002"),
			{Kind: mapping.List, Text: `["100000000","100000003"]`}, num("7"), {},
		},
		Version: num("41"), Status: null, External: "c1",
		Modified: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), By: "Sam Seller", Tag: `W/"468026"`,
	}
}

const columns = "modifiedon,_masterid_value,new_genesyscontactid,lastname,donotphone,new_tier,new_interests,new_score,new_syncversion,new_syncstatus"

func TestRead(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	for _, tc := range []struct {
		name, body string
		want       func(r *adapter.Record)
	}{
		{"whole", ada, func(*adapter.Record) {}},
		{"the engine's own write", strings.Replace(ada, `"Sam Seller","applicationid":null`, `"# engine","applicationid":"11111111-2222-3333-4444-555555555555"`, 1), func(r *adapter.Record) {
			r.By, r.Own = "# engine", true
		}},
		{"another application's", strings.Replace(ada, `"applicationid":null`, `"applicationid":"9"`, 1), func(*adapter.Record) {}},
		{"nobody", "{" + adaMembers + `,"modifiedby":null}`, func(r *adapter.Record) { r.By = "" }},
		{"a column that was not disclosed is absent", strings.Replace(ada, `"lastname":"Lovelace",`, "", 1), func(r *adapter.Record) {
			r.Fields[last] = mapping.Native{}
		}},
		{"merged", strings.Replace(ada, `"_masterid_value":null`, `"_masterid_value":"b"`, 1), func(r *adapter.Record) { r.MergedInto = "b" }},
		{"empty choices", strings.Replace(strings.Replace(ada, `"100000000,100000003"`, "null", 1), "100000002", "null", 1), func(r *adapter.Record) {
			r.Fields[tier], r.Fields[interests] = null, null
		}},
	} {
		mt.RegisterResponder("GET", api+"contacts("+adaID+")", func(r *http.Request) (*http.Response, error) {
			if q := r.URL.Query(); q.Get("$select") != columns || q.Get("$expand") != "modifiedby($select=fullname,applicationid)" || r.Header.Get("OData-Version") != "4.0" {
				t.Errorf("query %s, headers %v", r.URL.RawQuery, r.Header)
			}
			return httpmock.NewStringResponse(200, tc.body), nil
		})
		want := adaRecord()
		tc.want(&want)
		got, err := s.Read(t.Context(), adaID)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", tc.name, got, err, want)
		}
	}
}

func TestFindQuotesTheExternalID(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	filter := ""
	mt.RegisterResponder("GET", api+"contacts", func(r *http.Request) (*http.Response, error) {
		filter = r.URL.Query().Get("$filter")
		return httpmock.NewStringResponse(200, `{"@odata.context":"x","value":[`+ada+`]}`), nil
	})
	found, err := s.Find(t.Context(), `c'1 or 1 eq 1`)
	if err != nil || len(found) != 1 || !reflect.DeepEqual(found[0], adaRecord()) {
		t.Errorf("%+v, %v", found, err)
	}
	if want := "new_genesyscontactid eq 'c''1 or 1 eq 1'"; filter != want {
		t.Errorf("asked for %s, expected %s", filter, want)
	}
	mt.RegisterResponder("GET", api+"contacts", httpmock.NewStringResponder(200, `{"value":[]}`))
	if found, err := s.Find(t.Context(), "x"); err != nil || len(found) != 0 {
		t.Errorf("none: %+v, %v", found, err)
	}
}

// written registers an answer to a method and returns what was sent.
func written(t *testing.T, mt *httpmock.MockTransport, method, address, answer string) *http.Request {
	t.Helper()
	sent := &http.Request{}
	mt.RegisterRegexpResponder(method, regexpOf(address), func(r *http.Request) (*http.Response, error) {
		var body []byte
		if r.Body != nil {
			var err error
			if body, err = io.ReadAll(r.Body); err != nil {
				return nil, err
			}
		}
		*sent = *r
		sent.Body = io.NopCloser(strings.NewReader(string(body)))
		return httpmock.NewStringResponse(200, answer), nil
	})
	return sent
}

func TestCreateIsAnUpsertByTheAlternateKey(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	sent := written(t, mt, "PATCH", api+"contacts(", "{"+adaMembers+"}")
	got, err := s.Create(t.Context(), adapter.Write{
		External: "c'1/2", Version: 41, SetVersion: true, Status: "IN_SYNC",
		Fields: []adapter.FieldValue{
			{Index: last, Value: str("Lovelace")}, {Index: tier, Value: str("100000002")},
			{Index: interests, Value: mapping.Native{Kind: mapping.List, Text: `["100000000","100000003"]`}}, {Index: score, Value: null},
		},
	})
	want := adaRecord()
	want.By, want.Own = "", true
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v, %v\nwant %+v", got, err, want)
	}
	if path := sent.URL.EscapedPath(); path != "/api/data/v9.2/contacts(new_genesyscontactid=%27c%27%271%2F2%27)" {
		t.Errorf("sent to %s", path)
	}
	body := textOf(t, sent)
	if body != `{"lastname":"Lovelace","new_tier":100000002,"new_interests":"100000000,100000003","new_score":null,"new_syncversion":41,"new_syncstatus":"IN_SYNC"}` {
		t.Errorf("sent %s", body)
	}
	if h := sent.Header; h.Get("Prefer") != "return=representation" || h.Get("If-Match") != "" || h.Get("If-None-Match") != "" {
		t.Errorf("headers %v", h)
	}
	sent = written(t, mt, "POST", api+"contacts", "{"+adaMembers+"}")
	if _, err := s.Create(t.Context(), adapter.Write{Version: 1, SetVersion: true}); err != nil || textOf(t, sent) != `{"new_syncversion":1}` {
		t.Errorf("without an external id: %v", err)
	}
}

// TestUpdateNeverCreates: without a precondition a PATCH would make a record
// that was deleted anew.
func TestUpdateNeverCreates(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*adapter.Config)
		tag    string
		want   string
	}{
		{"by a tag", func(*adapter.Config) {}, `W/"7"`, `W/"7"`},
		{"without one", func(*adapter.Config) {}, "", "*"},
		{"where the tenant has none", func(c *adapter.Config) { c.NoTags = true }, `W/"7"`, "*"},
	} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt, tc.change)
		sent := written(t, mt, "PATCH", api+"contacts("+adaID, "{"+adaMembers+"}")
		got, err := s.Update(t.Context(), adaID, adapter.Write{If: adapter.Precondition{Tag: tc.tag}, Fields: []adapter.FieldValue{{Index: last, Value: str("King")}}})
		if err != nil || !got.Own || got.By != "" || sent.Header.Get("If-Match") != tc.want {
			t.Errorf("%s: %+v, %v, headers %v", tc.name, got, err, sent.Header)
		}
	}
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	sent := written(t, mt, "DELETE", api+"contacts("+adaID, "")
	if err := s.Delete(t.Context(), adaID, adapter.Precondition{Tag: `W/"7"`}); err != nil || sent.Header.Get("If-Match") != `W/"7"` {
		t.Errorf("delete: %v, %v", err, sent.Header)
	}
	if err := s.Delete(t.Context(), adaID, adapter.Precondition{}); err != nil || sent.Header.Get("If-Match") != "" {
		t.Errorf("delete without a tag: %v, %v", err, sent.Header)
	}
}

// TestUnguardedWriteIsNotRepeated: If-Match: * guards nothing, so that a token
// that ended before the write makes the engine read again (EV-10).
func TestUnguardedWriteIsNotRepeated(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterRegexpResponder("PATCH", regexpOf(api+"contacts("), httpmock.NewStringResponder(401, ""))
	_, err := s.Update(t.Context(), adaID, adapter.Write{Status: "FLAGGED"})
	if e := adapter.As(err); e.Kind != adapter.Conflict || e.Indefinite {
		t.Errorf("got %v", err)
	}
	if n := mt.GetTotalCallCount(); n != 3 { // a token, the write, another token
		t.Errorf("%d requests", n)
	}
}

func TestRefusals(t *testing.T) {
	body := func(code, message string) string {
		return `{"error":{"code":"` + code + `","message":"` + message + `"}}`
	}
	for _, tc := range []struct {
		name   string
		status int
		body   string
		want   adapter.Error
	}{
		{"gone", 404, body("0x80040217", "contact With Id = x Does Not Exist"), adapter.Error{Kind: adapter.NotFound}},
		{"stale", 412, body("0x80060882", "The version of the existing record doesn't match the RowVersion property provided."), adapter.Error{Kind: adapter.Conflict}},
		{"taken", 412, body("0x80060892", "Entity Key x violated."), adapter.Error{Kind: adapter.Duplicate}},
		{"there already", 412, body("0x80040237", "A record with matching key values already exists."), adapter.Error{Kind: adapter.Duplicate}},
		{"found by detection", 412, body("0x80040333", "A record was not created or updated because a duplicate of the current record already exists."), adapter.Error{Kind: adapter.Duplicate}},
		{"no such column in a query", 400, body("0x80060888", "Could not find a property named 'new_tier' on type 'Microsoft.Dynamics.CRM.contact'."), adapter.Error{Kind: adapter.Drift, Field: "new_tier"}},
		{"no such column in a body", 400, body("0x80048d19", "Error identified in Payload provided by the user for Entity :'contacts', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293 ----> InnerException : Microsoft.OData.ODataException: The property 'new_tier' does not exist on type 'Microsoft.Dynamics.CRM.contact'. Make sure to only use property names that are defined by the type."), adapter.Error{Kind: adapter.Drift, Field: "new_tier"}},
		{"another table's column", 400, body("0x80060888", "Could not find a property named 'x' on type 'Microsoft.Dynamics.CRM.systemuser'."), adapter.Error{Kind: adapter.Invalid}},
		{"too long", 400, body("0x80044331", "A validation error occurred.  The length of the 'lastname' attribute of the 'contact' entity exceeded the maximum allowed length of '50'."), adapter.Error{Kind: adapter.Invalid, Field: "lastname"}},
		{"no such choice", 400, body("0x8004431A", "A validation error occurred. The value 7 of 'new_tier' on record of type 'contact' is outside the valid range. Accepted Values: 1,2"), adapter.Error{Kind: adapter.Invalid, Field: "new_tier"}},
		{"privilege", 403, body("0x80040220", "Principal user (Id=9, type=8, roleCount=1) is missing prvWriteContact privilege (Id=9) on OTC=2 for entity 'contact'."), adapter.Error{Kind: adapter.Forbidden, Permission: "prvWriteContact"}},
		{"secured column", 403, body("0x8004f507", "The user doesn't have AttributePrivilegeUpdate and not granted shared access for a secured attribute during update operation"), adapter.Error{Kind: adapter.Forbidden}},
		{"limit", 429, body("0x80072322", "Number of requests exceeded the limit of 6000 over time window of 300 seconds."), adapter.Error{Kind: adapter.Limited}},
		{"unavailable", 503, body("0x80040216", "An unexpected error occurred."), adapter.Error{Kind: adapter.Unavailable, Indefinite: true}},
		{"no JSON", 400, "Bad Request", adapter.Error{Kind: adapter.Invalid}},
		{"no object", 400, `{"error":"x"}`, adapter.Error{Kind: adapter.Invalid}},
	} {
		s := answering(t, tc.status, tc.body)
		_, err := s.Update(t.Context(), adaID, adapter.Write{Status: "x", If: adapter.Precondition{Tag: `W/"1"`}})
		e := adapter.As(err)
		if e.Kind != tc.want.Kind || e.Field != tc.want.Field || e.Permission != tc.want.Permission || e.Indefinite != tc.want.Indefinite || e.Status != tc.status {
			t.Errorf("%s: %+v", tc.name, e)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*adapter.Config){
		"an object":            func(c *adapter.Config) { c.Object = 9 },
		"no external field":    func(c *adapter.Config) { c.ExternalField = "" },
		"an external field":    func(c *adapter.Config) { c.ExternalField = "new id" },
		"a name":               func(c *adapter.Config) { c.Fields[0] = "last')name" },
		"a capital":            func(c *adapter.Config) { c.Fields[0] = "LastName" },
		"a reserved name":      func(c *adapter.Config) { c.Fields[0] = "modifiedon" },
		"one field twice":      func(c *adapter.Config) { c.Fields[0] = "donotphone" },
		"too few types":        func(c *adapter.Config) { c.Types = c.Types[:2] },
		"a login without host": func(c *adapter.Config) { c.LoginURL = "tenant" },
		"a base without host":  func(c *adapter.Config) { c.BaseURL = "org" },
	} {
		c := config(httpmock.NewMockTransport())
		change(&c)
		if s, err := dynamics.New(c); err == nil || s != nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestCapabilities(t *testing.T) {
	mt := httpmock.NewMockTransport()
	c := contacts(t, mt).Capabilities()
	if c.Conditional != adapter.ByTag || !c.CreateByExternal || c.Resolution != time.Second || !c.FeedHasDeletes {
		t.Errorf("%+v", c)
	}
	if c := contacts(t, mt, func(c *adapter.Config) { c.NoTags = true }).Capabilities(); c.Conditional != adapter.Unconditional {
		t.Errorf("without tags: %+v", c)
	}
}
