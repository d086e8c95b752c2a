package restcrm

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// world is a tenant under test with its journal and a client that speaks
// plain HTTP requests.
type world struct {
	t       testing.TB
	m       *Mock
	journal *trace.Journal
	now     time.Time
	token   string
	call    uint64
}

// rowsPrefix begins the path of a contact.
const rowsPrefix = "/v1/contacts/"

var testStart = time.Date(2026, 1, 31, 12, 0, 0, 250_700_000, time.UTC)

func newWorld(t testing.TB, change func(*mocks.Config)) *world {
	w := &world{t: t, now: testStart}
	w.journal = trace.NewJournal(func() int64 { return int64(w.now.Sub(testStart)) })
	c := mocks.Config{
		On: trace.CRM, Journal: w.journal, Seed: 7,
		ClientID: "syncproof-engine", ClientSecret: "s3cret", BaseURL: "https://crm.test",
		VersionField: "sync_version", StatusField: "sync_status", ExternalField: "external_id",
		Conditional: true, Trigger: true,
		Mapped: []string{"first_name", "last_name", "phone", "notes", "interests"},
	}
	if change != nil {
		change(&c)
	}
	w.m = New(c)
	resp := w.send("POST", "/oauth/token", "", "grant_type=client_credentials&client_id=syncproof-engine&client_secret=s3cret",
		"Content-Type", "application/x-www-form-urlencoded")
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

// send is one exchange; headers come in pairs.
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
	switch method {
	case "POST", "PUT":
		h.Set("Content-Type", typeJSON)
	case "PATCH":
		h.Set("Content-Type", typePatch)
	}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return w.m.Handle(w.now, &mocks.Request{Method: method, Path: path, Query: values, Header: h, Body: []byte(body), Call: w.call})
}

// patch is a PATCH that rests on whatever is there.
func (w *world) patch(id, body string) *mocks.Response {
	w.t.Helper()
	return w.send("PATCH", rowsPrefix+id, "", body, "If-Match", "*")
}

func (w *world) seed(alias string, version int64, external string, set map[string]any) string {
	w.t.Helper()
	if set["last_name"] == nil {
		set["last_name"] = alias
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

// refused checks a problem's status and code, and returns its field.
func (w *world) refused(resp *mocks.Response, status int, code string) string {
	w.t.Helper()
	var p struct {
		Type, Title, Detail, Code string
		Status                    int
		Field                     *string
	}
	w.decode(resp, &p)
	if resp.Status != status || p.Status != status || p.Code != code || p.Detail == "" || p.Type != problemBase+code {
		w.t.Fatalf("got %d %s, want %d %s", resp.Status, resp.Body, status, code)
	}
	if resp.Header.Get("Content-Type") != typeProblem || w.last(trace.Answer).Code != code {
		w.t.Fatalf("headers %v, journal %+v", resp.Header, w.last(trace.Answer))
	}
	if p.Field == nil {
		return ""
	}
	return *p.Field
}
