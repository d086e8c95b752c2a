package tenant

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/salesforce"
	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/mocks"
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
	// seen counts requests by method and path, the token's left out.
	seen []string
	// before, when set, says whether a request reaches the mock.
	before func(r *http.Request) bool
}

func serve(t testing.TB, mock mocks.System) *served {
	s := &served{mock: mock}
	h := mocks.HandlerLocked(mock, &s.mu, func() time.Time { return now })
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.before != nil && !s.before(r) {
			panic(http.ErrAbortHandler)
		}
		s.seen = append(s.seen, r.Method+" "+r.URL.Path)
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.server.Close)
	return s
}

// writes are the requests that were no GET.
func (s *served) writes() int {
	n := 0
	for _, line := range s.seen {
		if line[:4] != "GET " && line != "POST /oauth/token" && line != "POST /services/oauth2/token" {
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

// salesforceTenant is a bare organisation and its side.
func salesforceTenant(t testing.TB, change func(*mocks.Config)) (*served, tenant.Side) {
	c := salesforceConfig()
	if change != nil {
		change(&c)
	}
	s := serve(t, sfmock.New(c))
	return s, s.side(t, "crm", "salesforce", salesforce.New, salesforce.Signals, adapter.Config{
		Fields:       []string{"FirstName", "LastName", "Phone"},
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
	return tenant.Side{Name: name, Kind: kind, System: system, Config: c, Meter: meter, Concurrency: 4, Poll: time.Minute}
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
