package dynamics

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// world is an organisation under test with its journal and a client that
// speaks plain HTTP requests.
type world struct {
	t       testing.TB
	m       *Mock
	journal *trace.Journal
	now     time.Time
	token   string
	call    uint64
}

var testStart = time.Date(2026, 1, 31, 12, 0, 0, 250_700_000, time.UTC)

const tokenForm = "grant_type=client_credentials&client_id=syncproof-engine&client_secret=s3cret&scope=https%3A%2F%2Fcrm.test%2F.default"

func newWorld(t testing.TB, change func(*mocks.Config)) *world {
	w := &world{t: t, now: testStart}
	w.journal = trace.NewJournal(func() int64 { return int64(w.now.Sub(testStart)) })
	c := mocks.Config{
		On: trace.CRM, Journal: w.journal, Seed: 7,
		ClientID: "syncproof-engine", ClientSecret: "s3cret", BaseURL: "https://crm.test",
		Fields: []mocks.Field{
			{Name: "new_tier", Type: "picklist", Values: []string{"100", "101", "102"}},
			{Name: "new_interests", Type: "multipicklist", Values: []string{"1", "2", "10"}},
			{Name: "new_score", Type: "integer"},
			{Name: "new_rate", Type: "decimal"},
			{Name: "new_joined", Type: "instant"},
		},
		VersionField: "new_syncversion", StatusField: "new_syncstatus", ExternalField: "new_externalid",
		Conditional: true, Trigger: true,
		Mapped: []string{"firstname", "lastname", "telephone1", "description", "new_interests"},
	}
	if change != nil {
		change(&c)
	}
	w.m = New(c)
	resp := w.send("POST", "/tenant/oauth2/v2.0/token", "", tokenForm, "Content-Type", "application/x-www-form-urlencoded")
	var token struct {
		AccessToken string `json:"access_token"`
	}
	w.decode(resp, &token)
	w.token = token.AccessToken
	return w
}

func (w *world) decode(resp *mocks.Response, into any) {
	w.t.Helper()
	if err := json.Unmarshal(resp.Body, into); err != nil {
		w.t.Fatalf("%d %s: %v", resp.Status, resp.Body, err)
	}
}

// send is one exchange; a path without a slash is the Web API's, and headers
// come in pairs.
func (w *world) send(method, path, query, body string, headers ...string) *mocks.Response {
	w.t.Helper()
	w.call++
	values, err := url.ParseQuery(query)
	if err != nil {
		w.t.Fatal(err)
	}
	h := http.Header{}
	if w.token != "" {
		h.Set("Authorization", "Bearer "+w.token)
	}
	if method == "POST" || method == "PATCH" {
		h.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	if path == "" || path[0] != '/' {
		path = version92 + path
	}
	return w.m.Handle(w.now, &mocks.Request{Method: method, Path: path, Query: values, Header: h, Body: []byte(body), Call: w.call})
}

func (w *world) seed(alias string, version int64, external string, set map[string]any) string {
	w.t.Helper()
	if set == nil {
		set = map[string]any{}
	}
	if set["lastname"] == nil {
		set["lastname"] = alias
	}
	id, err := w.m.Seed(mocks.Seed{Alias: alias, Set: set, Version: &version, External: external, Modified: w.now.Add(-time.Hour)})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) edit(id string, set map[string]any, change ...func(*mocks.Edit)) string {
	w.t.Helper()
	e := mocks.Edit{By: "maria", Origin: mocks.User, Record: id, Set: set}
	for _, f := range change {
		f(&e)
	}
	id, err := w.m.Edit(w.now, e)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *world) field(id, name string) string {
	w.t.Helper()
	s, ok := w.m.Peek(id)
	if !ok {
		w.t.Fatalf("no contact %s", id)
	}
	return s.Fields[name]
}

// refused checks an error's status and code, and returns its message.
func (w *world) refused(resp *mocks.Response, status int, code string) string {
	w.t.Helper()
	var p struct {
		Error struct{ Code, Message string }
	}
	w.decode(resp, &p)
	if resp.Status != status || p.Error.Code != code || p.Error.Message == "" {
		w.t.Fatalf("got %d %s, want %d %s", resp.Status, resp.Body, status, code)
	}
	return p.Error.Message
}

// row is a GET of one record.
func (w *world) row(id, selected string) map[string]any {
	w.t.Helper()
	query := ""
	if selected != "" {
		query = "$select=" + selected
	}
	resp := w.send("GET", "contacts("+id+")", query, "")
	if resp.Status != http.StatusOK {
		w.t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	var row map[string]any
	w.decode(resp, &row)
	return row
}
