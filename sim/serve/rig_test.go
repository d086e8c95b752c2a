package serve

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/service/config"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/memory"
	"github.com/syncproof/syncproof/mocks"
	mockdynamics "github.com/syncproof/syncproof/mocks/dynamics"
	mockgenesys "github.com/syncproof/syncproof/mocks/genesys"
	mockrest "github.com/syncproof/syncproof/mocks/restcrm"
	mocksalesforce "github.com/syncproof/syncproof/mocks/salesforce"
	"github.com/syncproof/syncproof/sim/trace"
)

const (
	ccSecret   = "canary-secret-cc"
	crmSecret  = "canary-secret-crm"
	hookSecret = "canary-secret-webhook"
	clientID   = "syncproof-engine"
)

// side is one mock behind a real listener.
type side struct {
	mu     sync.Mutex
	mock   mocks.System
	server *httptest.Server
	now    func() time.Time
	hits   int
}

// do changes the mock as its users do.
func (s *side) do(f func(now time.Time, m mocks.System)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.now(), s.mock)
}

func (s *side) peek(id string) mocks.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	snap, _ := s.mock.Peek(id)
	return snap
}

func (s *side) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits
}

// rig is a pair of mocks, a store and a service between them.
type rig struct {
	t       testing.TB
	cc, crm *side
	store   store.Store
	config  *config.Config
	service *service.Service
	door    atomic.Pointer[string] // where its webhooks go
	stop    chan struct{}
	pump    sync.WaitGroup
	statuses
}

// statuses are the answers that the service gave to webhooks.
type statuses struct {
	mu  sync.Mutex
	all []int
}

type setup struct {
	kind  string // of the crm, default rest
	extra string // of the configuration
	poll  string // of both sides, default 1s
	store store.Store
	vary  func(*service.Options)
	quiet bool          // no webhooks
	front string        // of the contact center, default its server's address
	feed  string        // of the contact center, in the configuration
	sides string        // further keys of both sides, each with its comma
	clock service.Clock // of the mocks and the service, default the wall's
}

func newRig(t testing.TB, s setup) *rig {
	t.Helper()
	r := &rig{t: t, store: s.store, stop: make(chan struct{})}
	if r.store == nil {
		r.store = memory.Open()
	}
	if s.kind == "" {
		s.kind = "rest"
	}
	if s.clock == nil {
		s.clock = service.Wall()
	}
	m, spec, err := mapping.Parse("mapping", mappingOf(t, s.kind))
	if err != nil {
		t.Fatal(err)
	}
	r.cc, r.crm = newSide(t, "genesys", mapping.CC, m, spec, !s.quiet), newSide(t, s.kind, mapping.CRM, m, spec, false)
	for _, one := range []*side{r.cc, r.crm} {
		one.now = s.clock.Now
	}
	r.config = r.configure(s)
	r.start(func(o *service.Options) {
		o.Clock = s.clock
		if s.vary != nil {
			s.vary(o)
		}
	})
	r.pump.Go(r.deliver)
	t.Cleanup(r.end)
	return r
}

func mappingOf(t testing.TB, kind string) []byte {
	data, err := os.ReadFile(filepath.Join("..", "..", "scenarios", "mappings", "genesys-"+kind+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func newSide(t testing.TB, kind string, on mapping.Side, m *mapping.Mapping, spec mapping.Spec, hooks bool) *side {
	c := mockConfig(on, m, spec)
	if hooks {
		c.WebhookURL, c.WebhookSecret = "http://engine.test/webhooks/cc", hookSecret
	}
	s := &side{}
	// The handler locks once the mock is made: its base URL is the server's.
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		s.mu.Lock()
		s.hits++
		s.mu.Unlock()
		mocks.HandlerLocked(s.mock, &s.mu, s.now).ServeHTTP(w, q)
	}))
	t.Cleanup(s.server.Close)
	c.BaseURL = s.server.URL
	switch kind {
	case "rest":
		c.On, c.ClientSecret, c.ExternalField, c.Conditional = trace.CRM, crmSecret, "external_id", true
		s.mock = mockrest.New(c)
	case "salesforce":
		c.On, c.ClientSecret, c.ExternalField, c.Conditional = trace.CRM, crmSecret, "Genesys_Contact_Id__c", true
		c.BaseVersionField = "Sync_Base_Version__c"
		s.mock = mocksalesforce.New(c)
	case "dynamics":
		c.On, c.ClientSecret, c.ExternalField, c.Conditional = trace.CRM, crmSecret, "new_genesyscontactid", true
		s.mock = mockdynamics.New(c)
	default:
		s.mock = mockgenesys.New(c)
	}
	return s
}

// mockConfig is what a mock of the mapping's tenant is made from.
func mockConfig(on mapping.Side, m *mapping.Mapping, spec mapping.Spec) mocks.Config {
	c := mocks.Config{
		On: trace.CC, Journal: discard{}, Seed: 7, ClientID: clientID, ClientSecret: ccSecret,
		VersionField: m.VersionName[on], StatusField: m.StatusName[on], ExternalField: "crm", Trigger: true, Mapped: m.Names(on),
		Quota: mocks.Quota{Requests: 1 << 30, Per: time.Hour, RetryAfter: "reset"}, Region: "US",
	}
	for _, f := range spec.Fields {
		name := f.CCField
		if on == mapping.CRM {
			name = f.CRMField
		}
		if name != "" {
			c.Fields = append(c.Fields, mocks.Field{Name: name, Type: strings.ToLower(f.Type), Values: f.Values})
		}
	}
	return c
}

type discard struct{}

func (discard) Emit(trace.Event) uint64 { return 1 }

// configure writes a configuration file and loads it, as the command does.
func (r *rig) configure(s setup) *config.Config {
	r.t.Helper()
	folder := r.t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "mapping.yaml"), mappingOf(r.t, s.kind), 0o600); err != nil {
		r.t.Fatal(err)
	}
	hook := "webhook_secret: env:HOOK, "
	if s.quiet {
		hook = ""
	}
	if s.feed != "" {
		hook = "feed: " + s.feed + ", "
	}
	if s.front == "" {
		s.front = r.cc.server.URL
	}
	if s.poll == "" {
		s.poll = "1s"
	}
	text := fmt.Sprintf(`systems:
  cc: {kind: genesys, base_url: %q, client_id: %s, client_secret: env:CC, %s%spoll: %s}
  crm: {kind: %s, base_url: %q, client_id: %s, client_secret: env:CRM, %spoll: %s}
mapping: mapping.yaml
listen: {webhooks: "127.0.0.1:0", admin: "127.0.0.1:0"}
%s`, s.front, clientID, hook, s.sides, s.poll, s.kind, r.crm.server.URL, clientID, s.sides, s.poll, s.extra)
	path := filepath.Join(folder, "syncproof.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	secrets := map[string]string{"CC": ccSecret, "CRM": crmSecret, "HOOK": hookSecret, "HOME": folder}
	c, err := config.Load(path, config.Environment{Lookup: func(name string) (string, bool) { v, ok := secrets[name]; return v, ok }})
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

func (r *rig) start(vary func(*service.Options)) {
	r.t.Helper()
	o := service.Options{Config: r.config, Store: r.store}
	if vary != nil {
		vary(&o)
	}
	s, err := service.New(o)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := s.Start(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	door := "http://" + s.Addrs().Webhooks + "/webhooks/cc"
	r.service = s
	r.door.Store(&door)
}

func (r *rig) end() {
	close(r.stop)
	r.pump.Wait()
	r.service.Abort()
	_ = r.store.Close()
}

// deliver carries the contact center's webhooks to the service, as the vendor
// does: with its retries.
func (r *rig) deliver() {
	client := &http.Client{Timeout: 10 * time.Second}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.stop:
			return
		case <-tick.C:
		}
		var due []mocks.Delivery
		r.cc.do(func(now time.Time, m mocks.System) {
			m.Advance(now)
			due = m.Deliveries(now)
		})
		for _, d := range due {
			status := r.post(client, d.Header, d.Body)
			r.statuses.mu.Lock()
			r.statuses.all = append(r.statuses.all, status)
			r.statuses.mu.Unlock()
			r.cc.do(func(now time.Time, m mocks.System) { m.Answered(now, d, status) })
		}
		r.crm.do(func(now time.Time, m mocks.System) { m.Advance(now) })
	}
}

// post sends one webhook; 0 is no answer.
func (r *rig) post(client *http.Client, header http.Header, body []byte) int {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, *r.door.Load(), bytes.NewReader(body))
	if err != nil {
		r.t.Error(err)
		return 0
	}
	req.Header = header
	res, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// crash kills the service and starts another on the same store.
func (r *rig) crash() {
	r.t.Helper()
	r.service.Abort()
	if m, ok := r.store.(*memory.Store); ok {
		again := m.Again()
		_ = m.Close()
		r.store = again
	}
	r.start(nil)
}

// seen are the answers to the webhooks so far.
func (s *statuses) seen() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

func (s *statuses) acknowledged() (n int) {
	for _, status := range s.seen() {
		if status == http.StatusOK {
			n++
		}
	}
	return n
}

// until waits for a condition, and fails with what is the case instead.
func (r *rig) until(what string, holds func() bool) {
	r.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			r.t.Fatalf("not in time: %s; the service: %+v", what, r.service.Status())
		}
		<-tick.C
	}
}

// pair lays a record on both sides, linked, before the service sees it.
func (r *rig) pair(name string) (cc, crm string) {
	r.t.Helper()
	seed := func(s *side, set map[string]any, external string) (id string) {
		s.do(func(now time.Time, m mocks.System) {
			var err error
			if id, err = m.Seed(mocks.Seed{Alias: name, Set: set, External: external, Modified: now.Add(-time.Hour)}); err != nil {
				r.t.Fatal(err)
			}
		})
		return id
	}
	last := "last_name"
	switch r.crm.mock.(type) {
	case *mocksalesforce.Mock:
		last = "LastName"
	case *mockdynamics.Mock:
		last = "lastname"
	}
	cc = seed(r.cc, map[string]any{"lastName": name}, "")
	crm = seed(r.crm, map[string]any{last: name}, cc)
	return cc, crm
}

func (r *rig) edit(s *side, id string, set map[string]any) {
	r.t.Helper()
	s.do(func(now time.Time, m mocks.System) {
		if _, err := m.Edit(now, mocks.Edit{By: "maria", Origin: mocks.User, Record: id, Set: set}); err != nil {
			r.t.Error(err)
		}
	})
}
