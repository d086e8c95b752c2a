package genesys_test

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
	"github.com/syncproof/syncproof/engine/adapter/genesys"
	"github.com/syncproof/syncproof/engine/mapping"
)

const (
	api        = "https://api.cc.test/api/v2/externalcontacts/"
	canary     = "canary-secret-cc"
	hookCanary = "canary-secret-webhook"
)

// Slots of the fields that the tests use.
const (
	first = iota
	phone
	city
	notes
	interests
	score
	elsewhere // a field that only the CRM has
)

func config(mt *httpmock.MockTransport) adapter.Config {
	return adapter.Config{
		BaseURL: "https://api.cc.test", LoginURL: "https://login.cc.test",
		ClientID: "syncproof-engine", ClientSecret: canary, WebhookSecret: hookCanary,
		HTTP:          &http.Client{Transport: mt},
		Fields:        []string{"firstName", "workPhone", "address.city", "notes", "interests", "score", ""},
		VersionField:  "sync_version",
		ExternalField: "crm",
	}
}

func contacts(t testing.TB, mt *httpmock.MockTransport) adapter.System {
	t.Helper()
	mt.RegisterResponder("POST", "https://login.cc.test/oauth/token", httpmock.NewStringResponder(200, `{"access_token":"T1","token_type":"bearer","expires_in":86400}`))
	mt.RegisterResponder("GET", api+"contacts/schemas", httpmock.NewStringResponder(200, schemas))
	s, err := genesys.New(config(mt))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const ada = `{
 "id":"c1","division":{"id":"d"},"firstName":"Ada",
 "workPhone":{"display":"+1 415-555-0123","userInput":"(415) 555-0123","e164":"+14155550123","extension":7,"countryCode":"US"},
 "address":{"city":"London","state":"X"},
 "externalIds":[{"externalSource":{"id":"other"},"value":"o1"},{"externalSource":{"id":"crm"},"value":"003A"}],
 "modifyDate":"2026-03-01T10:00:00.250Z","createDate":"2026-01-01T00:00:00Z",
 "schema":{"id":"s2","version":5},
 "customFields":{"interests":["golf","music"],"sync_version":41,"unmapped":{"x":[1]}},
 "selfUri":"/api/v2/externalcontacts/contacts/c1"}`

func str(s string) mapping.Native { return mapping.Native{Kind: mapping.String, Text: s} }
func num(s string) mapping.Native { return mapping.Native{Kind: mapping.Number, Text: s} }

var null = mapping.Native{Kind: mapping.Null}

func adaRecord() adapter.Record {
	return adapter.Record{
		ID: "c1",
		Fields: []mapping.Native{
			str("Ada"), str("+14155550123;ext=7"), str("London"), null,
			{Kind: mapping.List, Text: `["golf","music"]`}, null, {},
		},
		Version:  num("41"),
		External: "003A",
		Modified: time.Date(2026, 3, 1, 10, 0, 0, 250e6, time.UTC),
	}
}

func TestRead(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	for _, tc := range []struct {
		name, body string
		want       func(r *adapter.Record)
	}{
		{"whole", ada, func(*adapter.Record) {}},
		{"a standard attribute that is omitted is empty", `{"id":"c1","schema":{"id":"s2"},"customFields":{}}`, func(r *adapter.Record) {
			*r = adapter.Record{ID: "c1", Fields: []mapping.Native{null, null, null, null, null, null, {}}, Version: null}
		}},
		{"custom fields that cannot be seen are absent", `{"id":"c1","schema":{"id":"s"},"address":null,"externalIds":null}`, func(r *adapter.Record) {
			*r = adapter.Record{ID: "c1", Fields: []mapping.Native{null, null, null, {}, {}, {}, {}}}
		}},
		{"no schema yet", `{"id":"c1","customFields":{}}`, func(r *adapter.Record) {
			*r = adapter.Record{ID: "c1", Fields: []mapping.Native{null, null, null, null, null, null, {}}, Version: null, Tag: "no-schema"}
		}},
		{"a number that did not parse", strings.Replace(ada, `"e164":"+14155550123","extension":7,`, "", 1), func(r *adapter.Record) {
			r.Fields[phone] = str("+1 415-555-0123")
		}},
		{"a number of which only the input is known", strings.Replace(ada, `"display":"+1 415-555-0123","userInput":"(415) 555-0123","e164":"+14155550123","extension":7`, `"userInput":"call me"`, 1), func(r *adapter.Record) {
			r.Fields[phone] = str("call me")
		}},
		{"merged away", strings.Replace(ada, `"firstName"`, `"mergedTo":{"id":"c2"},"canonicalContact":{"id":"c9"},"firstName"`, 1), func(r *adapter.Record) {
			r.MergedInto = "c9"
		}},
		{"merged away, without a canonical contact", strings.Replace(ada, `"firstName"`, `"mergedTo":{"id":"c2"},"firstName"`, 1), func(r *adapter.Record) {
			r.MergedInto = "c2"
		}},
		{"the survivor is its own canonical contact", strings.Replace(ada, `"firstName"`, `"canonicalContact":{"id":"c1"},"firstName"`, 1), func(*adapter.Record) {}},
		{"the server followed the merge", strings.Replace(ada, `"id":"c1"`, `"id":"c9"`, 1), func(r *adapter.Record) {
			r.MergedInto = "c9"
		}},
		{"local time", strings.Replace(ada, "2026-03-01T10:00:00.250Z", "2026-03-01T05:00:00.250-05:00", 1), func(*adapter.Record) {}},
	} {
		mt.RegisterResponder("GET", api+"contacts/c1", httpmock.NewStringResponder(200, tc.body))
		want := adaRecord()
		tc.want(&want)
		got, err := s.Read(t.Context(), "c1")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", tc.name, got, err, want)
		}
	}
}

func TestAnUnreadableContactIsMalformed(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	for _, body := range []string{``, `[]`, `{}`, `{"id":"c1","id":"c2"}`, `{"id":"c1","firstName":{"a":1}}`, `<html>`} {
		mt.RegisterResponder("GET", api+"contacts/c1", httpmock.NewStringResponder(200, body))
		if _, err := s.Read(t.Context(), "c1"); err == nil || adapter.As(err).Kind != adapter.Malformed || adapter.As(err).Indefinite {
			t.Errorf("%q: %v", body, err)
		}
		mt.RegisterResponder("PATCH", api+"contacts/c1", httpmock.NewStringResponder(200, body))
		if _, err := s.Update(t.Context(), "c1", adapter.Write{SetVersion: true}); err == nil || !adapter.As(err).Indefinite {
			t.Errorf("%q after a write: %v, expected an indefinite error", body, err)
		}
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

func TestFind(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	body := sent(t, mt, "POST", api+"identifierlookup/contacts", httpmock.NewStringResponder(200, ada))
	found, err := s.Find(t.Context(), `00"3`)
	if err != nil || !reflect.DeepEqual(found, []adapter.Record{adaRecord()}) {
		t.Errorf("%+v, %v", found, err)
	}
	if want := `{"type":"ExternalId","value":"00\"3","externalSource":{"id":"crm"}}`; *body != want {
		t.Errorf("sent %s, expected %s", *body, want)
	}
	mt.RegisterResponder("POST", api+"identifierlookup/contacts", httpmock.NewStringResponder(404, `{"code":"not.found"}`))
	if found, err := s.Find(t.Context(), "x"); err != nil || len(found) != 0 {
		t.Errorf("none: %v, %v", found, err)
	}
	mt.RegisterResponder("POST", api+"identifierlookup/contacts", httpmock.NewStringResponder(503, ""))
	if _, err := s.Find(t.Context(), "x"); adapter.As(err).Kind != adapter.Unavailable || adapter.As(err).Indefinite {
		t.Errorf("503 on a lookup: %v, expected a definite failure", err)
	}
}

func write(fields ...adapter.FieldValue) adapter.Write {
	return adapter.Write{Fields: fields, Version: 42, SetVersion: true}
}

func TestCreate(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	body := sent(t, mt, "POST", api+"contacts", httpmock.NewStringResponder(201, ada))
	w := write(
		adapter.FieldValue{Index: first, Value: str("Ada")},
		adapter.FieldValue{Index: phone, Value: str("+14155550123;ext=7")},
		adapter.FieldValue{Index: city, Value: str("London")},
		adapter.FieldValue{Index: notes, Value: null},
		adapter.FieldValue{Index: interests, Value: mapping.Native{Kind: mapping.List, Text: `["golf"]`}},
	)
	w.External = "003A"
	for range 2 { // the second time the schema is known
		rec, err := s.Create(t.Context(), w)
		if err != nil || !reflect.DeepEqual(rec, adaRecord()) {
			t.Fatalf("%+v, %v", rec, err)
		}
	}
	want := `{"firstName":"Ada","workPhone":{"display":"+14155550123","extension":7},"address":{"city":"London"},` +
		`"externalIds":[{"externalSource":{"id":"crm"},"value":"003A"}],"schema":{"id":"s2","version":5},` +
		`"customFields":{"interests":["golf"],"sync_version":42}}`
	if *body != want {
		t.Errorf("sent\n%s, expected\n%s", *body, want)
	}
	if n := mt.GetCallCountInfo()["GET "+api+"contacts/schemas"]; n != 1 {
		t.Errorf("the schema was asked for %d times", n)
	}
}

func TestCreateIsDefiniteWhenItsSchemaCannotBeHad(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	for _, tc := range []struct {
		answer httpmock.Responder
		kind   adapter.Kind
	}{
		{httpmock.NewErrorResponder(errors.New("reset")), adapter.Unavailable},
		{httpmock.NewStringResponder(200, `{"entities":[{"id":"s0","version":1,"enabled":false,"jsonSchema":{}}]}`), adapter.Drift},
	} {
		mt.RegisterResponder("GET", api+"contacts/schemas", tc.answer)
		_, err := s.Create(t.Context(), write())
		if e := adapter.As(err); err == nil || e.Kind != tc.kind || e.Indefinite {
			t.Errorf("%v, indefinite %v, expected a definite %v", err, e.Indefinite, tc.kind)
		}
	}
}

func TestUpdateCarriesTheDecidedFieldsOnly(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	body := sent(t, mt, "PATCH", api+"contacts/c1", httpmock.NewStringResponder(200, ada))
	w := write(
		adapter.FieldValue{Index: phone, Value: str("+14155550123")},
		adapter.FieldValue{Index: city, Value: null},
		adapter.FieldValue{Index: notes, Value: str("call back")},
		adapter.FieldValue{Index: score, Value: num("7")},
	)
	rec, err := s.Update(t.Context(), "c1", w)
	if err != nil || !reflect.DeepEqual(rec, adaRecord()) {
		t.Fatalf("%+v, %v", rec, err)
	}
	want := `{"changes":[{"field":"$.workPhone","value":{"display":"+14155550123"},"action":"Update"},` +
		`{"field":"$.address.city","action":"Remove"},` +
		`{"field":"$.customFields.notes","value":"call back","action":"Update"},` +
		`{"field":"$.customFields.score","value":7,"action":"Update"},` +
		`{"field":"$.customFields.sync_version","value":42,"action":"Update"}]}`
	if *body != want {
		t.Errorf("sent\n%s, expected\n%s", *body, want)
	}

	link := adapter.Write{External: "003A", If: adapter.Precondition{Tag: "no-schema"}}
	if _, err := s.Update(t.Context(), "c1", link); err != nil {
		t.Fatal(err)
	}
	want = `{"changes":[{"field":"$.externalIds","value":[{"externalSource":{"id":"crm"},"value":"003A"}],"action":"AppendToCollection"}]}`
	if *body != want {
		t.Errorf("the link is sent as\n%s, expected\n%s", *body, want)
	}

	bare := write()
	bare.If.Tag = "no-schema"
	if _, err := s.Update(t.Context(), "c1", bare); err != nil {
		t.Fatal(err)
	}
	want = `{"changes":[{"field":"$.customFields.sync_version","value":42,"action":"Update"},` +
		`{"field":"$.schema","value":{"id":"s2","version":5},"action":"UpdateIfEmpty"}]}`
	if *body != want {
		t.Errorf("to a contact without a schema is sent\n%s, expected\n%s", *body, want)
	}
}

func TestWhatCannotBeStoredIsRefusedBeforeItIsSent(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	for name, w := range map[string]adapter.Write{
		"extension with a leading zero": write(adapter.FieldValue{Index: phone, Value: str("+14155550123;ext=07")}),
		"extension that is none":        write(adapter.FieldValue{Index: phone, Value: str("+14155550123;ext=a")}),
		"a field of the other system":   write(adapter.FieldValue{Index: elsewhere, Value: str("x")}),
		"a field out of range":          write(adapter.FieldValue{Index: 99, Value: str("x")}),
		"a status":                      {Status: "FLAGGED"},
		"a number that is none":         write(adapter.FieldValue{Index: score, Value: num("many")}),
	} {
		_, err := s.Update(t.Context(), "c1", w)
		if e := adapter.As(err); err == nil || e.Kind != adapter.Invalid || e.Indefinite {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := mt.GetTotalCallCount(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestDelete(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("DELETE", api+"contacts/c%2F1", httpmock.NewStringResponder(200, `{}`).
		Then(httpmock.NewStringResponder(404, `{"code":"not.found"}`)))
	if err := s.Delete(t.Context(), "c/1", adapter.Precondition{}); err != nil {
		t.Error(err)
	}
	if err := s.Delete(t.Context(), "c/1", adapter.Precondition{}); adapter.As(err).Kind != adapter.NotFound {
		t.Errorf("the second time: %v", err)
	}
}

func TestConfigurationMistakesAreNamed(t *testing.T) {
	for want, change := range map[string]func(*adapter.Config){
		"mapped twice":     func(c *adapter.Config) { c.Fields[0] = "workPhone" },
		"address.planet":   func(c *adapter.Config) { c.Fields[0] = "address.planet" },
		"not supported":    func(c *adapter.Config) { c.Object = 9 },
		"HTTP client":      func(c *adapter.Config) { c.HTTP = nil },
		"not an http(s)":   func(c *adapter.Config) { c.BaseURL = "api.cc.test" },
		"sync_version is ": func(c *adapter.Config) { c.Fields[0] = "sync_version" },
	} {
		c := config(nil)
		change(&c)
		if _, err := genesys.New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected one with %q", err, want)
		}
	}
}
