package tenant

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/dynamics"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
	"github.com/syncproof/syncproof/engine/adapter/restcrm"
	"github.com/syncproof/syncproof/engine/adapter/salesforce"
	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	dynmock "github.com/syncproof/syncproof/mocks/dynamics"
	gcmock "github.com/syncproof/syncproof/mocks/genesys"
	restmock "github.com/syncproof/syncproof/mocks/restcrm"
	sfmock "github.com/syncproof/syncproof/mocks/salesforce"
	"github.com/syncproof/syncproof/sim/trace"
)

// now is the clock of both the tests and the mocks.
var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// served is a mock on a real listener.
type served struct {
	mu     sync.Mutex
	mock   mocks.System
	server *httptest.Server
	hooks  sync.Mutex // guards what follows
	seen   []string   // requests by method and path
	// before, when set, says whether a request reaches the mock.
	before func(r *http.Request) bool
}

func serve(t testing.TB, mock mocks.System) *served {
	return serveAt(t, func(string) mocks.System { return mock })
}

// serveAt serves a mock that knows its own address.
func serveAt(t testing.TB, build func(url string) mocks.System) *served {
	s := &served{}
	var h http.Handler
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.admit(r) {
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.server.Close)
	s.mock = build(s.server.URL)
	h = mocks.HandlerLocked(s.mock, &s.mu, func() time.Time { return now })
	return s
}

// admit notes a request and asks the test's hook.
func (s *served) admit(r *http.Request) bool {
	s.hooks.Lock()
	defer s.hooks.Unlock()
	if s.before != nil && !s.before(r) {
		return false
	}
	s.seen = append(s.seen, r.Method+" "+r.URL.Path)
	return true
}

// hook installs what is asked before each request; nil admits all.
func (s *served) hook(before func(r *http.Request) bool) {
	s.hooks.Lock()
	defer s.hooks.Unlock()
	s.before = before
}

// writes are the requests that were no GET.
func (s *served) writes() int {
	s.hooks.Lock()
	defer s.hooks.Unlock()
	n := 0
	for _, line := range s.seen {
		if line[:4] != "GET " && !strings.HasSuffix(line, "/token") {
			n++
		}
	}
	return n
}

func salesforceConfig() mocks.Config {
	return mocks.Config{
		On: trace.CRM, Seed: 7, ClientID: "syncproof-engine", ClientSecret: "s3cret", BaseURL: "",
		Journal:      trace.NewJournal(func() int64 { return 0 }),
		VersionField: "Sync_Version__c", StatusField: "Sync_Status__c", ExternalField: "Genesys_Contact_Id__c",
		BaseVersionField: "Sync_Base_Version__c", Bare: true,
	}
}

// genesysTenant is an organisation without custom fields, unless change gives
// it some, and its side.
func genesysTenant(t testing.TB, change func(*mocks.Config)) (*served, tenant.Side) {
	c := mocks.Config{
		On: trace.CC, Seed: 7, ClientID: "syncproof-engine", ClientSecret: "s3cret",
		Journal:      trace.NewJournal(func() int64 { return 0 }),
		VersionField: "sync_version", StatusField: "sync_status", ExternalField: "crm", Bare: true,
	}
	if change != nil {
		change(&c)
	}
	fields := []string{"firstName", "lastName", "workPhone"}
	if len(c.Fields) > 0 {
		fields = append(fields, "tier")
	}
	s := serve(t, gcmock.New(c))
	return s, s.side(t, "cc", "genesys", genesys.New, genesys.Signals, adapter.Config{
		Fields: fields, VersionField: "sync_version", StatusField: "sync_status", ExternalField: "crm",
	})
}

// restTenant is a CRM without the engine's fields, and its side.
func restTenant(t testing.TB, change func(*mocks.Config)) (*served, tenant.Side) {
	c := mocks.Config{
		On: trace.CRM, Seed: 7, ClientID: "syncproof-engine", ClientSecret: "s3cret", Conditional: true,
		Journal:      trace.NewJournal(func() int64 { return 0 }),
		VersionField: "sync_version", StatusField: "sync_status", ExternalField: "external_id", Bare: true,
	}
	if change != nil {
		change(&c)
	}
	s := serve(t, restmock.New(c))
	return s, s.side(t, "crm", "rest", restcrm.New, restcrm.Signals, adapter.Config{
		Fields: []string{"first_name", "last_name", "phone", "tier"}, VersionField: "sync_version", StatusField: "sync_status", ExternalField: "external_id",
	})
}

// dynamicsTenant is an environment without the engine's columns, and its side.
func dynamicsTenant(t testing.TB, change func(*mocks.Config)) (*served, tenant.Side) {
	c := mocks.Config{
		On: trace.CRM, Seed: 7, ClientID: "syncproof-engine", ClientSecret: "s3cret", Conditional: true,
		Journal:      trace.NewJournal(func() int64 { return 0 }),
		VersionField: "new_syncversion", StatusField: "new_syncstatus", ExternalField: "new_genesyscontactid", Bare: true,
	}
	if change != nil {
		change(&c)
	}
	s := serveAt(t, func(url string) mocks.System {
		c.BaseURL = url // the token's scope names it
		return dynmock.New(c)
	})
	return s, s.side(t, "crm", "dynamics", dynamics.New, dynamics.Signals, adapter.Config{
		Fields: []string{"firstname", "lastname", "telephone1"}, VersionField: "new_syncversion", StatusField: "new_syncstatus", ExternalField: "new_genesyscontactid",
	})
}

// salesforceTenant is a bare organisation and its side.
func salesforceTenant(t testing.TB, change func(*mocks.Config)) (*served, tenant.Side) {
	c := salesforceConfig()
	if change != nil {
		change(&c)
	}
	s := serve(t, sfmock.New(c))
	return s, s.side(t, "crm", "salesforce", salesforce.New, salesforce.Signals, adapter.Config{
		Fields:       []string{"FirstName", "LastName", "Phone", "Tier__c"},
		VersionField: "Sync_Version__c", StatusField: "Sync_Status__c", ExternalField: "Genesys_Contact_Id__c", BaseVersionField: "Sync_Base_Version__c",
	})
}

func (s *served) side(t testing.TB, name, kind string, build func(adapter.Config) (adapter.System, error), signals adapter.Signals, c adapter.Config) tenant.Side {
	t.Helper()
	meter := tenant.NewMeter(s.server.Client().Transport, signals, func() time.Time { return now })
	c.BaseURL, c.ClientID, c.ClientSecret, c.HTTP = s.server.URL, "syncproof-engine", "s3cret", &http.Client{Transport: meter}
	system, err := build(c)
	if err != nil {
		t.Fatal(err)
	}
	at := mapping.CRM
	if name == "cc" {
		at = mapping.CC
	}
	return tenant.Side{
		Name: name, Kind: kind, System: system, Config: c, Meter: meter, Concurrency: 4, Poll: time.Minute,
		Mapping: mapped(t, kind), At: at,
	}
}

// mapped is the mapping of the tests, with the CRM's names of its kind.
func mapped(t testing.TB, crm string) *mapping.Mapping {
	t.Helper()
	names := [...]string{"FirstName", "LastName", "Phone", "Tier__c", "Sync_Version__c", "Sync_Status__c"}
	if crm == "rest" {
		names = [...]string{"first_name", "last_name", "phone", "tier", "sync_version", "sync_status"}
	}
	if crm == "dynamics" { // its choices are numbers: no tier
		names = [...]string{"firstname", "lastname", "telephone1", "", "new_syncversion", "new_syncstatus"}
	}
	fields := []mapping.FieldSpec{
		{CRMField: names[0], CCField: "firstName", Type: "String"},
		{CRMField: names[1], CCField: "lastName", Type: "String"},
		{CRMField: names[2], CCField: "workPhone", Type: "Phone"},
		{CRMField: names[3], CCField: "tier", Type: "Picklist", Values: []string{"gold", "silver"}},
		{CRMField: names[4], CCField: "sync_version", Type: "Integer", Purpose: "Version"},
		{CRMField: names[5], CCField: "sync_status", Type: "String", Purpose: "Status"},
	}
	fields = slices.DeleteFunc(fields, func(f mapping.FieldSpec) bool { return f.CRMField == "" })
	m, err := mapping.New(mapping.Spec{Object: "contact", Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func plan(t testing.TB, side tenant.Side) []tenant.Outcome {
	t.Helper()
	p, err := tenant.Plan(context.Background(), []tenant.Side{side})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func apply(side tenant.Side, p []tenant.Outcome) []tenant.Outcome {
	return tenant.Apply(context.Background(), []tenant.Side{side}, p, func(tenant.Outcome) {})
}

func contains(t testing.TB, text, want string) {
	t.Helper()
	if !strings.Contains(text, want) {
		t.Errorf("%q does not say %q", text, want)
	}
}

// member is a text of a JSON answer.
func member(t testing.TB, res *http.Response, name string) string {
	t.Helper()
	defer res.Body.Close()
	var got map[string]any
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	text, _ := got[name].(string)
	return text
}
