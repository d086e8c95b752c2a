package sim_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/adaptertest"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// TestAdapters holds every adapter to its contract, through its mock: over
// real connections, and over exchanges within the process, which is the
// simulator's way.
func TestAdapters(t *testing.T) {
	for _, v := range vendors {
		for name, conditional := range map[string]bool{"conditional": true, "unconditional": false} {
			t.Run(v.name+" "+name+" over TCP", func(t *testing.T) {
				t.Parallel()
				adaptertest.Run(t, v.opener(overTCP, conditional))
			})
			t.Run(v.name+" "+name+" within the process", func(t *testing.T) {
				t.Parallel()
				adaptertest.Run(t, v.opener(withinProcess, conditional))
			})
		}
	}
}

// rights are what the account needs to change a contact: the mock's word for
// it, and the vendor's.
var rights = map[string][2]string{
	"genesys":    {"externalContacts:contact:edit", "externalContacts:contact:edit"},
	"salesforce": {"update", "edit Contact"},
	"dynamics":   {"update", "prvWriteContact"},
	"rest":       {"update", "update contact"},

	"genesys organizations":       {"externalContacts:externalOrganization:edit", "externalContacts:externalOrganization:edit"},
	"rest accounts":               {"account.update", "update account"},
	"salesforce accounts":         {"account.update", "edit Account"},
	"dynamics accounts":           {"account.update", "prvWriteAccount"},
	"salesforce accounts by ETag": {"account.update", "edit Account"},
}

// tenant is a mock, and the people of its system.
type tenant struct {
	t   adaptertest.T
	v   *vendor
	mu  sync.Mutex
	now time.Time
	m   mocks.Direct
}

// surface is a place where a handler can be reached.
type surface func(t adaptertest.T) (url string, serve func(http.Handler) http.RoundTripper)

func overTCP(t adaptertest.T) (string, func(http.Handler) http.RoundTripper) {
	s := httptest.NewUnstartedServer(nil)
	return "http://" + s.Listener.Addr().String(), func(h http.Handler) http.RoundTripper {
		s.Config.Handler = h
		s.Start()
		t.Cleanup(s.Close)
		return s.Client().Transport
	}
}

func withinProcess(adaptertest.T) (string, func(http.Handler) http.RoundTripper) {
	return "https://system.test", func(h http.Handler) http.RoundTripper { return direct{h} }
}

// direct answers an exchange in its caller's goroutine.
type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if r.Body == nil {
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	d.h.ServeHTTP(rec, r)
	return rec.Result(), nil
}

func (v *vendor) opener(at surface, conditional bool) adaptertest.Open {
	return func(t adaptertest.T) *adaptertest.Tenant { return v.open(t, at, conditional) }
}

func (v *vendor) open(t adaptertest.T, at surface, conditional bool) *adaptertest.Tenant {
	url, serve := at(t)
	w := &tenant{t: t, v: v, now: fidelityStart}
	config := mocks.Config{
		On: trace.CRM, Seed: 11, ClientID: "syncproof-engine", ClientSecret: "s3cret-of-the-client",
		BaseURL: url, WebhookURL: "https://engine.test/hook", WebhookSecret: "s3cret-of-the-hook",
		VersionField: v.version, StatusField: v.status, ExternalField: v.mockField,
		Trigger: true, Conditional: conditional, Region: "US", PageSize: 10,
		Journal: trace.NewJournal(func() int64 { return 0 }),
	}
	if conditional {
		config.BaseVersionField = v.base
	}
	out := &adaptertest.Tenant{
		New: v.adapter, Signals: v.signals, SignsBody: v.kind == "genesys", DropIndex: len(v.fields) - 1,
		Config: adapter.Config{
			BaseURL: url, LoginURL: url + v.tenant, ClientID: config.ClientID, ClientSecret: config.ClientSecret,
			VersionField: v.version, StatusField: v.status, ExternalField: v.external,
			BaseVersionField: config.BaseVersionField, NoTags: !conditional, WebhookSecret: config.WebhookSecret,
		},
		Make: func(values []adapter.FieldValue) (string, error) { return w.edit("", values) },
		Edit: func(id string, values []adapter.FieldValue) error { _, err := w.edit(id, values); return err },
		Remove: func(id string) error {
			return w.do(func() error { return w.m.Remove(w.now, "maria", mocks.User, id, 0) })
		},
		Peek: w.peek, Advance: w.advance, Limit: w.limit, Expire: w.expire, Forbid: w.forbid, Delivery: w.delivery, Drop: w.drop,
	}
	for _, f := range v.fields {
		out.Config.Fields = append(out.Config.Fields, f.config.Name)
		out.Config.Types = append(out.Config.Types, typeOf[f.config.Type])
		out.Samples = append(out.Samples, adaptertest.Sample{Good: f.good, Other: f.other, Required: slices.Contains(f.bad, null)})
		config.Mapped = append(config.Mapped, f.config.Name)
		if !f.builtin {
			config.Fields = append(config.Fields, f.config)
		}
	}
	v.about(&config)
	out.Config.Object = v.adapterObject()
	w.m = v.mock(config)
	if err := v.strange(w.m); err != nil {
		t.Fatalf("%v", err)
	}
	out.Transport = serve(mocks.HandlerLocked(w.m, &w.mu, func() time.Time { return w.now }))
	return out
}

// do is something that happens in the system.
func (w *tenant) do(f func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return f()
}

func (w *tenant) edit(id string, values []adapter.FieldValue) (made string, err error) {
	e := mocks.Edit{Object: w.v.object, By: "maria", Origin: mocks.User, Record: id, Set: map[string]any{}}
	for _, f := range values {
		e.Set[w.v.fields[f.Index].config.Name] = entered(f.Value)
	}
	err = w.do(func() error {
		made, err = w.m.Edit(w.now, e)
		return err
	})
	return made, err
}

// entered is a value as a person enters it.
func entered(v mapping.Native) any {
	switch v.Kind {
	case mapping.Number:
		return json.Number(v.Text)
	case mapping.Bool:
		return v.Text == "true"
	case mapping.List:
		var items []string
		if err := json.Unmarshal([]byte(v.Text), &items); err != nil {
			panic(fmt.Sprintf("a sample's list is no JSON: %v", err))
		}
		return items
	case mapping.String:
		return v.Text
	}
	return nil
}

func (w *tenant) peek(id string) (map[string]string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := w.m.Peek(id)
	if !ok || s.Deleted {
		return nil, false
	}
	stored := maps.Clone(s.Fields)
	stored[w.v.version], stored["external id"] = strconv.FormatInt(s.Version, 10), s.External
	return stored, true
}

func (w *tenant) advance(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(by)
}

// switches lets f change the faults.
func (w *tenant) switches(f func(*mocks.Faults)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(w.m.Faults())
}

func (w *tenant) limit() time.Duration {
	w.switches(func(f *mocks.Faults) { f.Throttle = &mocks.Throttle{Every: 1, RetryAfter: "7"} })
	return 7 * time.Second
}

func (w *tenant) expire() { w.switches(func(f *mocks.Faults) { f.Revocations++ }) }

func (w *tenant) drop() {
	name := w.v.fields[len(w.v.fields)-1].config.Name
	w.switches(func(f *mocks.Faults) {
		f.Drift = append(f.Drift, mocks.Drift{Object: w.v.object, Field: name, Remove: true})
	})
}

func (w *tenant) forbid() string {
	right := rights[w.v.name]
	w.switches(func(f *mocks.Faults) { f.Revoked = append(f.Revoked, right[0]) })
	return right[1]
}

// delivery is the last notice about a record that waits to be delivered.
func (w *tenant) delivery(id string) (http.Header, []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found *mocks.Delivery
	for _, d := range w.m.Deliveries(w.now.Add(time.Minute)) {
		if d.Record == id {
			found = &d
		}
	}
	if found == nil {
		w.t.Fatalf("the mock sends no notice of record %s", id)
	}
	return found.Header, found.Body
}
