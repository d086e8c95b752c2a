package salesforce_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/salesforce"
	"github.com/syncproof/syncproof/engine/mapping"
)

const (
	data   = "https://eu7.test/services/data/v62.0"
	rows   = data + "/sobjects/Contact"
	canary = "canary-secret-crm"
)

// Slots of the fields that the tests use.
const (
	last = iota
	doNotCall
	interests
	score
	elsewhere // a field that only the contact center has
)

func config(mt *httpmock.MockTransport) adapter.Config {
	return adapter.Config{
		BaseURL: "https://crm.test", ClientID: "syncproof-engine", ClientSecret: canary,
		HTTP:             &http.Client{Transport: mt},
		Fields:           []string{"LastName", "DoNotCall", "Interests__c", "Score__c", ""},
		VersionField:     "Sync_Version__c",
		StatusField:      "Sync_Status__c",
		ExternalField:    "Genesys_Contact_Id__c",
		BaseVersionField: "Sync_Base_Version__c",
	}
}

func contacts(t testing.TB, mt *httpmock.MockTransport, change ...func(*adapter.Config)) adapter.System {
	t.Helper()
	mt.RegisterResponder("POST", "https://crm.test/services/oauth2/token", httpmock.NewStringResponder(200,
		`{"access_token":"00D!T1","instance_url":"https://eu7.test","id":"https://login.salesforce.com/id/00Dx0000000BV7zEAG/005x00000012Q9PAAU","token_type":"Bearer","issued_at":"1","signature":"x"}`))
	c := config(mt)
	for _, f := range change {
		f(&c)
	}
	s, err := salesforce.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const ada = `{"attributes":{"type":"Contact","url":"/x"},"Id":"003A","LastModifiedDate":"2026-03-01T10:00:00.000+0000",
 "LastModifiedById":"005x0000009999ZAAQ","Genesys_Contact_Id__c":"c1","LastName":"Lovelace","DoNotCall":false,
 "Interests__c":"golf;music","Score__c":7.0,"Sync_Version__c":41,"Sync_Status__c":null}`

func str(s string) mapping.Native { return mapping.Native{Kind: mapping.String, Text: s} }
func num(s string) mapping.Native { return mapping.Native{Kind: mapping.Number, Text: s} }

var null = mapping.Native{Kind: mapping.Null}

func adaRecord() adapter.Record {
	return adapter.Record{
		ID:       "003A",
		Fields:   []mapping.Native{str("Lovelace"), {Kind: mapping.Bool, Text: "false"}, str("golf;music"), num("7.0"), {}},
		Version:  num("41"),
		Status:   null,
		External: "c1",
		Modified: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC),
		By:       "005x0000009999ZAAQ",
	}
}

const fieldsQuery = "fields=Id,LastModifiedDate,LastModifiedById,SystemModstamp,Genesys_Contact_Id__c,LastName,DoNotCall,Interests__c,Score__c,Sync_Version__c,Sync_Status__c"

func TestRead(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	for _, tc := range []struct {
		name, body string
		want       func(r *adapter.Record)
	}{
		{"whole", ada, func(*adapter.Record) {}},
		{"the engine's own write", strings.Replace(ada, "005x0000009999ZAAQ", "005x00000012Q9PAAU", 1), func(r *adapter.Record) {
			r.By, r.Own = "005x00000012Q9PAAU", true
		}},
		{"the engine's own write, short id", strings.Replace(ada, "005x0000009999ZAAQ", "005x00000012Q9P", 1), func(r *adapter.Record) {
			r.By, r.Own = "005x00000012Q9P", true
		}},
		{"nobody", strings.Replace(ada, `"005x0000009999ZAAQ"`, "null", 1), func(r *adapter.Record) { r.By = "" }},
		{"a field that was not disclosed is absent", strings.Replace(ada, `"LastName":"Lovelace",`, "", 1), func(r *adapter.Record) {
			r.Fields[last] = mapping.Native{}
		}},
		{"local time", strings.Replace(ada, "10:00:00.000+0000", "05:00:00.000-0500", 1), func(*adapter.Record) {}},
		{"no time", strings.Replace(ada, `"2026-03-01T10:00:00.000+0000"`, "null", 1), func(r *adapter.Record) { r.Modified = time.Time{} }},
	} {
		mt.RegisterResponder("GET", rows+"/003A", func(r *http.Request) (*http.Response, error) {
			if r.URL.RawQuery != fieldsQuery || r.Header.Get("Sforce-Call-Options") != "client=syncproof" {
				t.Errorf("query %s, headers %v", r.URL.RawQuery, r.Header)
			}
			return httpmock.NewStringResponse(200, tc.body), nil
		})
		want := adaRecord()
		tc.want(&want)
		got, err := s.Read(t.Context(), "003A")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", tc.name, got, err, want)
		}
	}
}

func TestFindQuotesTheExternalID(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	var soql string
	mt.RegisterResponder("GET", data+"/query", func(r *http.Request) (*http.Response, error) {
		soql = r.URL.Query().Get("q")
		return httpmock.NewStringResponse(200, `{"totalSize":2,"done":true,"records":[`+ada+`,`+strings.Replace(ada, "003A", "003B", 1)+`]}`), nil
	})
	found, err := s.Find(t.Context(), `c'1\ OR "x`)
	if err != nil || len(found) != 2 || !reflect.DeepEqual(found[0], adaRecord()) || found[1].ID != "003B" {
		t.Errorf("%+v, %v", found, err)
	}
	want := `SELECT Id, LastModifiedDate, LastModifiedById, SystemModstamp, Genesys_Contact_Id__c, LastName, DoNotCall, Interests__c, Score__c, Sync_Version__c, Sync_Status__c` +
		` FROM Contact WHERE Genesys_Contact_Id__c = 'c\'1\\ OR \"x' ORDER BY Id LIMIT 10`
	if soql != want {
		t.Errorf("asked\n%s, expected\n%s", soql, want)
	}
	mt.RegisterResponder("GET", data+"/query", httpmock.NewStringResponder(200, `{"totalSize":0,"done":true,"records":[]}`))
	if found, err := s.Find(t.Context(), "x"); err != nil || len(found) != 0 {
		t.Errorf("none: %v, %v", found, err)
	}
}

func sent(t *testing.T, mt *httpmock.MockTransport, method, url string, answer httpmock.Responder) *string {
	t.Helper()
	got := new(string)
	mt.RegisterResponder(method, url, func(r *http.Request) (*http.Response, error) {
		b, _ := io.ReadAll(r.Body)
		if *got = string(b); !json.Valid(b) {
			t.Errorf("%s %s sends what is no JSON: %s", method, url, b)
		}
		return answer(r)
	})
	return got
}

func write(fields ...adapter.FieldValue) adapter.Write {
	return adapter.Write{Fields: fields, Version: 42, SetVersion: true, If: adapter.Precondition{Version: 41}}
}

func TestCreateIsAnUpsertByExternalID(t *testing.T) {
	for _, answer := range []struct {
		status int
		body   string
	}{{201, `{"id":"003A","success":true,"errors":[],"created":true}`}, {200, `{"id":"003A","success":true,"errors":[],"created":false}`}} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt)
		body := sent(t, mt, "PATCH", rows+"/Genesys_Contact_Id__c/c%2F1", httpmock.NewStringResponder(answer.status, answer.body))
		mt.RegisterResponder("GET", rows+"/003A", httpmock.NewStringResponder(200, ada))
		w := write(
			adapter.FieldValue{Index: last, Value: str("Lovelace")},
			adapter.FieldValue{Index: doNotCall, Value: mapping.Native{Kind: mapping.Bool, Text: "true"}},
			adapter.FieldValue{Index: interests, Value: null},
		)
		w.External, w.Status = "c/1", "IN_SYNC"
		rec, err := s.Create(t.Context(), w)
		if err != nil || !reflect.DeepEqual(rec, adaRecord()) {
			t.Fatalf("%+v, %v", rec, err)
		}
		if want := `{"LastName":"Lovelace","DoNotCall":true,"Interests__c":null,"Sync_Version__c":42,"Sync_Status__c":"IN_SYNC"}`; *body != want {
			t.Errorf("sent %s, expected %s", *body, want)
		}
	}
}

func TestCreateWithoutExternalID(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("POST", rows+"/", httpmock.NewStringResponder(201, `{"id":"003A","success":true,"errors":[]}`))
	mt.RegisterResponder("GET", rows+"/003A", httpmock.NewStringResponder(503, ``))
	rec, err := s.Create(t.Context(), write())
	if err != nil || rec.ID != "003A" || !rec.Modified.IsZero() || len(rec.Fields) != 5 {
		t.Errorf("%+v, %v: what was created is known by its id", rec, err)
	}
}

func TestCreateFailures(t *testing.T) {
	for _, tc := range []struct {
		name       string
		answer     httpmock.Responder
		kind       adapter.Kind
		indefinite bool
	}{
		{"several match", httpmock.NewStringResponder(300, `["/services/data/v62.0/sobjects/Contact/003A","/services/data/v62.0/sobjects/Contact/003B"]`), adapter.Duplicate, false},
		{"no id", httpmock.NewStringResponder(201, `{"success":true}`), adapter.Malformed, true},
		{"cut", httpmock.NewStringResponder(201, `{"id":"003A"`), adapter.Malformed, true},
		{"lost", httpmock.NewErrorResponder(errors.New("reset")), adapter.Unavailable, true},
		{"no such field", httpmock.NewStringResponder(404, `[{"errorCode":"NOT_FOUND","message":"Provided external ID field does not exist or is not accessible: Genesys_Contact_Id__c"}]`), adapter.Drift, false},
	} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt)
		mt.RegisterResponder("PATCH", rows+"/Genesys_Contact_Id__c/c1", tc.answer)
		_, err := s.Create(t.Context(), adapter.Write{External: "c1"})
		if e := adapter.As(err); err == nil || e.Kind != tc.kind || e.Indefinite != tc.indefinite {
			t.Errorf("%s: %v, indefinite %v", tc.name, err, e.Indefinite)
		}
	}
}

func TestEV10UpdateCarriesTheVersionItRestsOn(t *testing.T) {
	for _, tc := range []struct {
		base  string
		write adapter.Write
		want  string
	}{
		{"Sync_Base_Version__c", write(adapter.FieldValue{Index: score, Value: num("8")}), `{"Score__c":8,"Sync_Version__c":42,"Sync_Base_Version__c":41}`},
		{"", write(adapter.FieldValue{Index: score, Value: num("8")}), `{"Score__c":8,"Sync_Version__c":42}`},
		{"", adapter.Write{Status: "FLAGGED", External: "c1"}, `{"Sync_Status__c":"FLAGGED","Genesys_Contact_Id__c":"c1"}`},
	} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt, func(c *adapter.Config) { c.BaseVersionField = tc.base })
		body := sent(t, mt, "PATCH", rows+"/003A", httpmock.NewStringResponder(204, ""))
		rec, err := s.Update(t.Context(), "003A", tc.write)
		if err != nil || rec.ID != "003A" || !rec.Modified.IsZero() || *body != tc.want {
			t.Errorf("sent %s, expected %s; %+v, %v", *body, tc.want, rec, err)
		}
		conditional := adapter.Unconditional
		if tc.base != "" {
			conditional = adapter.ByVersion
		}
		if got := s.Capabilities().Conditional; got != conditional {
			t.Errorf("with base field %q conditional is %v", tc.base, got)
		}
		if n := mt.GetTotalCallCount(); n != 2 { // the token and the write
			t.Errorf("%d requests", n)
		}
	}
}

func TestWhatIsNotMappedIsRefusedBeforeItIsSent(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt, func(c *adapter.Config) { c.StatusField, c.VersionField = "", "" })
	for _, w := range []adapter.Write{
		{Fields: []adapter.FieldValue{{Index: elsewhere, Value: str("x")}}},
		{Fields: []adapter.FieldValue{{Index: 99, Value: str("x")}}},
		{Fields: []adapter.FieldValue{{Index: score, Value: num("x")}}},
		{Status: "FLAGGED"}, {SetVersion: true},
	} {
		_, err := s.Update(t.Context(), "003A", w)
		if e := adapter.As(err); err == nil || e.Kind != adapter.Invalid || e.Indefinite {
			t.Errorf("%+v: %v", w, err)
		}
	}
	if n := mt.GetTotalCallCount(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestDelete(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("DELETE", rows+"/003A", httpmock.NewStringResponder(204, "").
		Then(httpmock.NewStringResponder(404, `[{"errorCode":"ENTITY_IS_DELETED","message":"entity is deleted","fields":[]}]`)))
	if err := s.Delete(t.Context(), "003A", adapter.Precondition{}); err != nil {
		t.Error(err)
	}
	if err := s.Delete(t.Context(), "003A", adapter.Precondition{}); adapter.As(err).Kind != adapter.NotFound {
		t.Errorf("the second time: %v", err)
	}
}

func TestConfigurationMistakesAreNamed(t *testing.T) {
	for want, change := range map[string]func(*adapter.Config){
		"mapped twice":   func(c *adapter.Config) { c.Fields[0] = "Score__c" },
		"Last Name":      func(c *adapter.Config) { c.Fields[0] = "Last Name" },
		"ExternalField":  func(c *adapter.Config) { c.ExternalField = "" },
		"not supported":  func(c *adapter.Config) { c.Object = 9 },
		"x'--":           func(c *adapter.Config) { c.BaseVersionField = "x'--" },
		"HTTP client":    func(c *adapter.Config) { c.HTTP = nil },
		"not an http(s)": func(c *adapter.Config) { c.LoginURL = "login" },
	} {
		c := config(nil)
		change(&c)
		if _, err := salesforce.New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected one with %q", err, want)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	mt := httpmock.NewMockTransport()
	s := contacts(b, mt)
	mt.RegisterResponder("GET", rows+"/003A", httpmock.NewStringResponder(200, ada))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Read(b.Context(), "003A"); err != nil {
			b.Fatal(err)
		}
	}
}
