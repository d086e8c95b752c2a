package genesys

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

const (
	topicPrefix  = "v2.externalcontacts.contacts."
	contactsPath = apiPrefix + "contacts/"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 123_456_789, time.UTC)

// world is a mock with its journal and a client that holds a token.
type world struct {
	*Mock
	t     testing.TB
	log   *trace.Journal
	now   time.Time
	token string
	calls uint64
}

func config() mocks.Config {
	return mocks.Config{
		On: trace.CC, Seed: 7,
		ClientID: "syncproof-engine", ClientSecret: "the-secret",
		WebhookURL: "https://engine.test/webhooks/cc", WebhookSecret: "hook-secret",
		Fields: []mocks.Field{
			{Name: "notes", Type: "text", Length: 4000},
			{Name: "tier", Type: "picklist", Values: []string{"bronze", "silver", "gold"}},
			{Name: "do_not_call", Type: "boolean"},
			{Name: "birthday", Type: "date"},
			{Name: "interests", Type: "multipicklist", Values: []string{"golf", "sailing", "music", "chess"}},
			{Name: "score", Type: "integer"},
		},
		VersionField: "sync_version", ExternalField: "externalIds",
		Mapped: []string{"firstName", "lastName", "workPhone", "workEmail", "address.city", "notes", "tier", "score"},
	}
}

func newWorld(t testing.TB, change ...func(*mocks.Config)) *world {
	t.Helper()
	w := &world{t: t, now: start}
	w.log = trace.NewJournal(func() int64 { return w.now.Sub(start).Nanoseconds() })
	c := config()
	for _, f := range change {
		f(&c)
	}
	c.Journal = w.log
	w.Mock = New(c)
	w.token = w.login()
	return w
}

func (w *world) login() string {
	w.t.Helper()
	resp := w.do("POST", tokenPath, "grant_type=client_credentials", http.Header{
		"Content-Type":  {"application/x-www-form-urlencoded"},
		"Authorization": {basic("syncproof-engine", "the-secret")},
	})
	var out struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(resp.Body, &out); err != nil || out.Token == "" {
		w.t.Fatalf("no token: %d %s", resp.Status, resp.Body)
	}
	return out.Token
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

// do sends a request with exactly these headers.
func (w *world) do(method, target, body string, h http.Header) *mocks.Response {
	w.calls++
	path, query, _ := strings.Cut(target, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.Handle(w.now, &mocks.Request{
		Method: method, Path: path, Query: values, Header: h, Body: []byte(body), Call: w.calls,
	})
}

// call sends a well-formed request to the API; target is below apiPrefix.
func (w *world) call(method, target, body string) *mocks.Response {
	h := http.Header{"Authorization": {"Bearer " + w.token}}
	if body != "" {
		h.Set("Content-Type", "application/json")
	}
	return w.do(method, apiPrefix+target, body, h)
}

// must calls and decodes a 200.
func (w *world) must(method, target, body string) map[string]any {
	w.t.Helper()
	resp := w.call(method, target, body)
	if resp.Status != http.StatusOK {
		w.t.Fatalf("%s %s: %d %s", method, target, resp.Status, resp.Body)
	}
	return decode(w.t, resp.Body)
}

func decode(t testing.TB, body []byte) map[string]any {
	t.Helper()
	if err := mocks.ValidJSON(body); err != nil {
		t.Fatalf("the mock wrote bad JSON: %v\n%s", err, body)
	}
	var out map[string]any
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// at walks decoded JSON: names of members, and "0" and up for elements.
func at(v any, path ...string) any {
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			if i := int(p[0] - '0'); i < len(x) {
				v = x[i]
			} else {
				return nil
			}
		default:
			return nil
		}
	}
	return v
}

// seed lays a contact named ada with every kind of field.
func (w *world) seed() string {
	w.t.Helper()
	version := int64(41)
	id, err := w.Seed(mocks.Seed{
		Alias: "ada", External: "003000000000001AAA", Version: &version, Modified: start.Add(-time.Hour),
		Set: map[string]any{
			"firstName": "Ada", "lastName": "Lovelace", "workPhone": "+14155550123", "workEmail": "ada@example.com",
			"address.city": "London", "notes": "met at \"the\" club", "tier": "gold", "do_not_call": false,
			"birthday": "1815-12-10", "interests": []string{"music", "chess"}, "score": int64(7),
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// events are the journal's entries of some kinds since the n-th.
func (w *world) events(since int, kinds ...trace.Kind) []trace.Event {
	var out []trace.Event
	for _, e := range w.log.Events()[since:] {
		for _, k := range kinds {
			if e.Kind == k {
				out = append(out, e)
			}
		}
	}
	return out
}

// last is the last event of a kind.
func (w *world) last(kind trace.Kind) trace.Event {
	w.t.Helper()
	found := w.events(0, kind)
	if len(found) == 0 {
		w.t.Fatalf("no %v event", kind)
	}
	return found[len(found)-1]
}

func (w *world) schemaRefJSON() string {
	return `{"id":"` + w.schemaID + `","version":1}`
}
