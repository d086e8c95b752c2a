package restcrm_test

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/restcrm"
	"github.com/syncproof/syncproof/engine/mapping"
)

const (
	v1     = "https://crm.test/v1"
	canary = "canary-secret-crm"
)

func config(mt *httpmock.MockTransport) adapter.Config {
	return adapter.Config{
		BaseURL: "https://crm.test", ClientID: "syncproof-engine", ClientSecret: canary,
		HTTP:         &http.Client{Transport: mt},
		Fields:       []string{"last_name", "do_not_call", "interests", "score", ""},
		VersionField: "sync_version",
		StatusField:  "sync_status",
	}
}

func contacts(t testing.TB, mt *httpmock.MockTransport, change ...func(*adapter.Config)) adapter.System {
	t.Helper()
	mt.RegisterResponder("POST", "https://crm.test/oauth/token", httpmock.NewStringResponder(200, `{"access_token":"T1","token_type":"Bearer","expires_in":3600,"scope":"contacts"}`))
	c := config(mt)
	for _, f := range change {
		f(&c)
	}
	s, err := restcrm.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const ada = `{"id":"k1","last_name":"Lovelace","do_not_call":null,"interests":["golf", "music"],"score":7,"sync_version":41,"sync_status":"IN_SYNC",
 "external_id":"c1","deleted":false,"created_at":"2026-01-01T00:00:00.000Z","updated_at":"2026-03-01T10:00:00.250Z","updated_by":"maria","extra":{"a":[]}}`

func str(s string) mapping.Native { return mapping.Native{Kind: mapping.String, Text: s} }

var null = mapping.Native{Kind: mapping.Null}

func adaRecord() adapter.Record {
	return adapter.Record{
		ID:       "k1",
		Fields:   []mapping.Native{str("Lovelace"), null, {Kind: mapping.List, Text: `["golf","music"]`}, {Kind: mapping.Number, Text: "7"}, {}},
		Version:  mapping.Native{Kind: mapping.Number, Text: "41"},
		Status:   str("IN_SYNC"),
		External: "c1",
		Modified: time.Date(2026, 3, 1, 10, 0, 0, 250e6, time.UTC),
		By:       "maria",
		Tag:      `"7"`,
	}
}

func tagged(status int, body string) httpmock.Responder {
	return httpmock.NewStringResponder(status, body).HeaderSet(http.Header{"Etag": {`"7"`}})
}

func noTags(c *adapter.Config) { c.NoTags = true }

func TestRead(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	for _, tc := range []struct {
		name, body string
		want       func(*adapter.Record)
	}{
		{"whole", ada, func(*adapter.Record) {}},
		{"the engine's own write", strings.Replace(ada, "maria", "syncproof-engine", 1), func(r *adapter.Record) { r.By, r.Own = "syncproof-engine", true }},
		{"a property that was not disclosed is absent", strings.Replace(ada, `"last_name":"Lovelace",`, "", 1), func(r *adapter.Record) { r.Fields[0] = mapping.Native{} }},
		{"not linked", strings.Replace(ada, `"c1"`, "null", 1), func(r *adapter.Record) { r.External = "" }},
	} {
		mt.RegisterResponder("GET", v1+"/contacts/k1", tagged(200, tc.body))
		want := adaRecord()
		tc.want(&want)
		if got, err := s.Read(t.Context(), "k1"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", tc.name, got, err, want)
		}
	}
}

func TestFindReadsWhatItFoundForItsTag(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("GET", v1+"/contacts", func(r *http.Request) (*http.Response, error) {
		if got := r.URL.Query().Get("external_id"); got != "c 1&x" {
			t.Errorf("asked for %q", got)
		}
		return httpmock.NewStringResponse(200, `{"data":[`+ada+`],"next_cursor":null}`), nil
	})
	mt.RegisterResponder("GET", v1+"/contacts/k1", tagged(200, ada).Then(httpmock.NewStringResponder(404, `{"code":"deleted"}`)))
	if found, err := s.Find(t.Context(), "c 1&x"); err != nil || !reflect.DeepEqual(found, []adapter.Record{adaRecord()}) {
		t.Errorf("%+v, %v", found, err)
	}
	if found, err := s.Find(t.Context(), "c 1&x"); err != nil || len(found) != 0 {
		t.Errorf("deleted meanwhile: %+v, %v", found, err)
	}
	plain := contacts(t, mt, noTags)
	mt.RegisterResponder("GET", v1+"/contacts/k1", httpmock.NewStringResponder(500, ``))
	if found, err := plain.Find(t.Context(), "c 1&x"); err != nil || len(found) != 1 || found[0].Tag != "" {
		t.Errorf("without tags: %+v, %v", found, err)
	}
	if found, err := s.Find(t.Context(), "c 1&x"); err != nil || len(found) != 1 || found[0].ID != "k1" || found[0].Tag != "" {
		t.Errorf("listed, and not to be read: %+v, %v", found, err)
	}
	mt.RegisterResponder("GET", v1+"/contacts", httpmock.NewStringResponder(500, ``))
	if _, err := s.Find(t.Context(), "c 1&x"); adapter.As(err).Kind != adapter.Unavailable || adapter.As(err).Indefinite {
		t.Errorf("%v", err)
	}
}

type request struct {
	body, match, contentType string
}

func sent(t *testing.T, mt *httpmock.MockTransport, method, url string, answer httpmock.Responder) *request {
	t.Helper()
	got := new(request)
	mt.RegisterResponder(method, url, func(r *http.Request) (*http.Response, error) {
		*got = request{match: r.Header.Get("If-Match"), contentType: r.Header.Get("Content-Type")}
		if r.Body != nil {
			b, _ := io.ReadAll(r.Body)
			if got.body = string(b); !json.Valid(b) {
				t.Errorf("%s %s sends what is no JSON: %s", method, url, b)
			}
		}
		return answer(r)
	})
	return got
}

func write(tag string, fields ...adapter.FieldValue) adapter.Write {
	return adapter.Write{Fields: fields, Version: 42, SetVersion: true, If: adapter.Precondition{Version: 41, Tag: tag}}
}

func TestCreate(t *testing.T) {
	w := write("", adapter.FieldValue{Index: 0, Value: str("Lovelace")}, adapter.FieldValue{Index: 2, Value: mapping.Native{Kind: mapping.List, Text: `["golf"]`}})
	const body = `{"last_name":"Lovelace","interests":["golf"],"sync_version":42}`
	for _, tc := range []struct{ external, method, path string }{
		{"c/1", "PUT", "/contacts/by-external-id/c%2F1"},
		{"", "POST", "/contacts"},
	} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt)
		got := sent(t, mt, tc.method, v1+tc.path, tagged(201, ada))
		w.External = tc.external
		rec, err := s.Create(t.Context(), w)
		if want := (request{body: body, contentType: "application/json"}); err != nil || !reflect.DeepEqual(rec, adaRecord()) || *got != want {
			t.Errorf("%+v, %v, sent %+v, expected %+v", rec, err, *got, want)
		}
	}
}

func TestEV10WritesCarryTheTagTheyRestOn(t *testing.T) {
	const merge = "application/merge-patch+json"
	for _, tc := range []struct {
		name  string
		tags  bool
		write adapter.Write
		want  request
	}{
		{"by tag", true, write(`"7"`, adapter.FieldValue{Index: 1, Value: null}), request{`{"do_not_call":null,"sync_version":42}`, `"7"`, merge}},
		{"no check asked for", true, write(""), request{`{"sync_version":42}`, "*", merge}},
		{"a tenant without tags", false, write(`"7"`), request{`{"sync_version":42}`, "", merge}},
		{"status and link alone", true, adapter.Write{Status: "FLAGGED", External: "c1", If: adapter.Precondition{Tag: `"7"`}}, request{`{"sync_status":"FLAGGED","external_id":"c1"}`, `"7"`, merge}},
	} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt, func(c *adapter.Config) { c.NoTags = !tc.tags })
		got := sent(t, mt, "PATCH", v1+"/contacts/k1", tagged(200, ada))
		rec, err := s.Update(t.Context(), "k1", tc.write)
		want := adaRecord()
		if !tc.tags {
			want.Tag = ""
		}
		if err != nil || !reflect.DeepEqual(rec, want) || *got != tc.want {
			t.Errorf("%s: %+v, %v\nsent %+v, expected %+v", tc.name, rec, err, *got, tc.want)
		}
		gone := sent(t, mt, "DELETE", v1+"/contacts/k1", httpmock.NewStringResponder(204, ""))
		if err := s.Delete(t.Context(), "k1", tc.write.If); err != nil || gone.match != tc.want.match {
			t.Errorf("%s: the delete says If-Match %q, %v", tc.name, gone.match, err)
		}
		if byTag := s.Capabilities().Conditional == adapter.ByTag; byTag != tc.tags {
			t.Errorf("%s: conditional by tag is %v", tc.name, byTag)
		}
	}
}

func TestRefusalsAreTyped(t *testing.T) {
	problem := func(code, field string) string {
		return `{"type":"https://crm.test/problems/` + code + `","title":"T","status":400,"detail":"words","code":"` + code + `","field":` + field + `}`
	}
	for _, tc := range []struct {
		status int
		body   string
		want   adapter.Error
	}{
		{400, problem("too_long", `"last_name"`), adapter.Error{Kind: adapter.Invalid, Code: "too_long", Field: "last_name", Message: "words"}},
		{400, problem("unknown_field", `"score"`), adapter.Error{Kind: adapter.Drift, Code: "unknown_field", Field: "score", Message: "words"}},
		{400, problem("read_only", `"score"`), adapter.Error{Kind: adapter.Invalid, Code: "read_only", Field: "score", Message: "words"}},
		{403, problem("forbidden", `null`), adapter.Error{Kind: adapter.Forbidden, Code: "forbidden", Message: "words", Permission: "update contact"}},
		{403, problem("field_forbidden", `"score"`), adapter.Error{Kind: adapter.Forbidden, Code: "field_forbidden", Field: "score", Message: "words", Permission: "update contact.score"}},
		{404, problem("deleted", `null`), adapter.Error{Kind: adapter.NotFound, Code: "deleted", Message: "words"}},
		{409, problem("external_id_taken", `"external_id"`), adapter.Error{Kind: adapter.Duplicate, Code: "external_id_taken", Field: "external_id", Message: "words"}},
		{412, problem("precondition_failed", `null`), adapter.Error{Kind: adapter.Conflict, Code: "precondition_failed", Message: "words"}},
		{413, problem("payload_too_large", `null`), adapter.Error{Kind: adapter.Invalid, Code: "payload_too_large", Message: "words"}},
		{428, problem("precondition_required", `null`), adapter.Error{Kind: adapter.Invalid, Code: "precondition_required", Message: "words"}},
		{429, problem("daily_limit", `null`), adapter.Error{Kind: adapter.Limited, Code: "daily_limit", Message: "words"}},
		{401, problem("token_expired", `null`), adapter.Error{Kind: adapter.Unauthorized, Code: "token_expired", Message: "words"}},
		{500, problem("server_error", `null`), adapter.Error{Kind: adapter.Unavailable, Indefinite: true, Code: "server_error", Message: "words"}},
		{400, `{"title":"only this"}`, adapter.Error{Kind: adapter.Invalid, Message: "only this"}},
		{502, `<html>`, adapter.Error{Kind: adapter.Unavailable, Indefinite: true}},
		{400, `{"code":7}`, adapter.Error{Kind: adapter.Invalid}},
	} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt)
		mt.RegisterResponder("PATCH", v1+"/contacts/k1", httpmock.NewStringResponder(tc.status, tc.body))
		_, err := s.Update(t.Context(), "k1", write(""))
		tc.want.Status = tc.status
		if got := *adapter.As(err); got != tc.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tc.body, got, tc.want)
		}
	}
}

func TestSE1NoErrorHoldsASecret(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("GET", v1+"/contacts/k1", httpmock.NewStringResponder(400, `{"code":"`+canary+`","detail":"Bearer T1 `+canary+`","field":"`+canary+`"}`))
	if _, err := s.Read(t.Context(), "k1"); err == nil || strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "Bearer T1") {
		t.Error(err)
	}
}

func TestAnUnreadableAnswerIsMalformed(t *testing.T) {
	for _, body := range []string{``, `{}`, `{"id":"k1","id":"k2"}`, `{"id":"k1","last_name":{"a":1}}`} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt)
		mt.RegisterResponder("GET", v1+"/contacts/k1", httpmock.NewStringResponder(200, body))
		mt.RegisterResponder("PATCH", v1+"/contacts/k1", httpmock.NewStringResponder(200, body))
		_, err := s.Read(t.Context(), "k1")
		if e := adapter.As(err); err == nil || e.Kind != adapter.Malformed || e.Indefinite {
			t.Errorf("read %q: %v", body, err)
		}
		_, err = s.Update(t.Context(), "k1", write(""))
		if e := adapter.As(err); err == nil || e.Kind != adapter.Malformed || !e.Indefinite {
			t.Errorf("write %q: %v", body, err)
		}
	}
}

func TestWhatIsNotMappedIsRefusedBeforeItIsSent(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt, func(c *adapter.Config) { c.StatusField, c.VersionField = "", "" })
	for _, w := range []adapter.Write{
		{Fields: []adapter.FieldValue{{Index: 4, Value: str("x")}}},
		{Fields: []adapter.FieldValue{{Index: -1, Value: str("x")}}},
		{Status: "FLAGGED"}, {SetVersion: true},
	} {
		if _, err := s.Update(t.Context(), "k1", w); err == nil || adapter.As(err).Kind != adapter.Invalid || adapter.As(err).Indefinite {
			t.Errorf("%+v: %v", w, err)
		}
	}
	if n := mt.GetTotalCallCount(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestConfigurationMistakesAreNamed(t *testing.T) {
	for want, change := range map[string]func(*adapter.Config){
		"mapped twice":   func(c *adapter.Config) { c.Fields[0] = "score" },
		"updated_by":     func(c *adapter.Config) { c.Fields[0] = "updated_by" },
		"external_id":    func(c *adapter.Config) { c.Fields[0] = "external_id" },
		"not supported":  func(c *adapter.Config) { c.Object = 9 },
		"HTTP client":    func(c *adapter.Config) { c.HTTP = nil },
		"not an http(s)": func(c *adapter.Config) { c.BaseURL = "crm.test" },
	} {
		c := config(nil)
		change(&c)
		if _, err := restcrm.New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected one with %q", err, want)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	mt := httpmock.NewMockTransport()
	s := contacts(b, mt)
	mt.RegisterResponder("GET", v1+"/contacts/k1", tagged(200, ada))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Read(b.Context(), "k1"); err != nil {
			b.Fatal(err)
		}
	}
}
