package salesforce

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
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
	session string
	call    uint64
}

var testStart = time.Date(2026, 1, 31, 12, 0, 0, 250e6, time.UTC)

func testConfig() mocks.Config {
	return mocks.Config{
		On: trace.CRM, Seed: 7, ClientID: "syncproof-engine", ClientSecret: "s3cret", BaseURL: "https://crm.test",
		Fields: []mocks.Field{
			{Name: "Tier__c", Type: "picklist", Values: []string{"bronze", "silver", "gold"}},
			{Name: "Interests__c", Type: "multipicklist", Values: []string{"golf", "sailing", "music", "chess"}},
			{Name: "Score__c", Type: "integer"},
			{Name: "Rate__c", Type: "decimal"},
			{Name: "Seen__c", Type: "instant"},
			{Name: "Read_Only__c", Type: "string", ReadOnly: true},
		},
		VersionField: "Sync_Version__c", StatusField: "Sync_Status__c", ExternalField: "Genesys_Contact_Id__c",
		BaseVersionField: "Sync_Base_Version__c", Conditional: true, Trigger: true,
		Mapped: []string{"FirstName", "LastName", "Phone", "Description", "Tier__c", "Score__c"},
	}
}

func newWorld(t testing.TB, change func(*mocks.Config)) *world {
	w := &world{t: t, now: testStart}
	w.journal = trace.NewJournal(func() int64 { return int64(w.now.Sub(testStart)) })
	c := testConfig()
	c.Journal = w.journal
	if change != nil {
		change(&c)
	}
	w.m = New(c)
	w.login()
	return w
}

func (w *world) login() {
	resp := w.send("POST", "/services/oauth2/token", "",
		"grant_type=client_credentials&client_id=syncproof-engine&client_secret=s3cret", "Content-Type", "application/x-www-form-urlencoded")
	var token struct {
		AccessToken string `json:"access_token"`
	}
	w.decode(resp, &token)
	w.session = token.AccessToken
}

func (w *world) decode(resp *mocks.Response, into any) {
	w.t.Helper()
	if err := json.Unmarshal(resp.Body, into); err != nil {
		w.t.Fatalf("%s: %v", resp.Body, err)
	}
}

// send is one exchange; headers come in pairs.
func (w *world) send(method, path, query, body string, headers ...string) *mocks.Response {
	w.t.Helper()
	w.call++
	values, err := url.ParseQuery(query)
	if err != nil {
		w.t.Fatal(err)
	}
	h := http.Header{}
	if w.session != "" {
		h.Set("Authorization", "Bearer "+w.session)
	}
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if h.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			h.Del(headers[i])
		}
	}
	return w.m.Handle(w.now, &mocks.Request{Method: method, Path: path, Query: values, Header: h, Body: []byte(body), Call: w.call})
}

const root = "/services/data/v60.0"

func (w *world) soql(q string) (*mocks.Response, []string) {
	w.t.Helper()
	resp := w.send("GET", root+"/query", "q="+url.QueryEscape(q), "")
	return resp, w.rows(resp)
}

func (w *world) rows(resp *mocks.Response) []string {
	if resp.Status != 200 {
		return nil
	}
	var page struct {
		Records []struct{ Id string }
	}
	w.decode(resp, &page)
	ids := []string{}
	for _, r := range page.Records {
		ids = append(ids, r.Id)
	}
	return ids
}

// seed lays a contact.
func (w *world) seed(alias string, version int64, external string, set map[string]any) string {
	w.t.Helper()
	if set["LastName"] == nil {
		set["LastName"] = alias
	}
	id, err := w.m.Seed(mocks.Seed{
		Alias: alias, Set: set, Version: &version, External: external, Modified: w.now.Add(-time.Hour),
	})
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
		w.t.Fatalf("no record %s", id)
	}
	return s.Fields[name]
}

// events of a kind, in order.
func (w *world) events(kind trace.Kind) []trace.Event {
	var out []trace.Event
	for _, e := range w.journal.Events() {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

func (w *world) last(kind trace.Kind) trace.Event {
	w.t.Helper()
	list := w.events(kind)
	if len(list) == 0 {
		w.t.Fatalf("no %s event", kind)
	}
	return list[len(list)-1]
}

// refused checks a refusal's status and errorCode, and returns the message.
func (w *world) refused(resp *mocks.Response, status int, code string) string {
	w.t.Helper()
	var errs []struct{ Message, ErrorCode string }
	if resp.Status != status || json.Unmarshal(resp.Body, &errs) != nil || len(errs) != 1 || errs[0].ErrorCode != code {
		w.t.Fatalf("got %d %s, want %d %s", resp.Status, resp.Body, status, code)
	}
	if got := w.last(trace.Answer).Code; got != code {
		w.t.Fatalf("the journal's code is %q, want %q", got, code)
	}
	return errs[0].Message
}

func contains(t testing.TB, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("%q does not contain %q", text, want)
	}
}
