package service

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/config"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/memory"
)

const hookSecret = "canary-secret-webhook"

// testConfig is a complete configuration; more is added to its limits.
func testConfig(t testing.TB, limits string) *config.Config {
	t.Helper()
	text := `systems:
  cc: {kind: genesys, base_url: "http://127.0.0.1:1", client_id: me, client_secret: env:S, webhook_secret: env:HOOK, poll: off}
  crm: {kind: rest, base_url: "http://127.0.0.1:1", client_id: me, client_secret: env:S, poll: 1h}
mapping:
  object: Contact
  fields:
    - {crmField: last_name, ccField: lastName, type: String}
    - {crmField: sync_version, ccField: sync_version, type: Integer}
limits: {` + limits + `}
listen: {webhooks: "127.0.0.1:0", admin: "127.0.0.1:0"}
store: {path: unused}
`
	c, err := config.Parse("test.yaml", []byte(text), nil)
	if err == nil {
		err = c.Resolve(config.Environment{Lookup: func(name string) (string, bool) {
			return map[string]string{"S": "canary-secret", "HOOK": hookSecret}[name], true
		}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// nowhere is a network that refuses every connection.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
}

func startService(t testing.TB, o Options) *Service {
	t.Helper()
	if o.Store == nil {
		o.Store = memory.Open()
	}
	if o.Transport == nil {
		o.Transport = func(mapping.Side, http.RoundTripper) http.RoundTripper { return nowhere{} }
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Abort)
	return s
}

func notice(id string) string {
	return `{"topicName":"v2.externalcontacts.contacts.` + id + `","eventBody":{"id":"` + id + `"}}`
}

func sign(body string) string {
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(body))
	return "sha256=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// post sends a webhook to a side; the answer is its status and text.
func post(t testing.TB, s *Service, side, signature string, body io.Reader) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.Addrs().Webhooks+"/webhooks/"+side, body)
	if err != nil {
		t.Fatal(err)
	}
	if signature != "" {
		req.Header.Set("X-Hub-Signature-256", signature)
	}
	return answer(t, req)
}

func get(t testing.TB, address string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return answer(t, req)
}

func answer(t testing.TB, req *http.Request) (int, string) {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func genuine(t testing.TB, s *Service, id string) int {
	t.Helper()
	status, _ := post(t, s, "cc", sign(notice(id)), strings.NewReader(notice(id)))
	return status
}

// until waits for a condition.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
		<-tick.C
	}
}

// queued counts the queue's entries.
func queued(t testing.TB, s *Service) int {
	t.Helper()
	d, err := s.opts.Store.(store.Console).Depths(t.Context(), engine.Instant(time.Now().UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	return d.Fresh + d.Backlog + d.Delayed + d.Leased
}

// TestEV1: what is not authentic, or no notice, changes nothing (SE-2).
func TestEV1Refusals(t *testing.T) {
	s := startService(t, Options{Config: testConfig(t, "webhook_bytes: 4096, webhook_rate: 100000, webhook_burst: 100000")})
	big := `{"topicName":"` + strings.Repeat("x", 5000) + `"}`
	tests := []struct {
		name, side, signature, body string
		want                        int
	}{
		{"no signature", "cc", "", notice("a"), 401},
		{"a forged signature", "cc", "sha256=iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcQ=", notice("a"), 401},
		{"the signature of another body", "cc", sign(notice("b")), notice("a"), 401},
		{"an empty body", "cc", sign(""), "", 400},
		{"no JSON", "cc", sign("hello"), "hello", 400},
		{"a key twice", "cc", sign(`{"topicName":"a","topicName":"b"}`), `{"topicName":"a","topicName":"b"}`, 400},
		{"not UTF-8", "cc", sign("{\"topicName\":\"\xff\"}"), "{\"topicName\":\"\xff\"}", 400},
		{"deeply nested", "cc", sign(strings.Repeat("[", 1000)), strings.Repeat("[", 1000), 400},
		{"oversized", "cc", sign(big), big, 413},
		{"oversized and forged", "cc", "", big, 413},
		{"a side without webhooks", "crm", sign(notice("a")), notice("a"), 404},
		{"no side", "erp", sign(notice("a")), notice("a"), 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, text := post(t, s, tt.side, tt.signature, strings.NewReader(tt.body))
			if status != tt.want {
				t.Errorf("answered %d %q, want %d", status, text, tt.want)
			}
		})
	}
	t.Run("oversized, of unknown length", func(t *testing.T) {
		if status, _ := post(t, s, "cc", sign(big), io.MultiReader(strings.NewReader(big))); status != 413 {
			t.Errorf("answered %d", status)
		}
	})
	t.Run("another method", func(t *testing.T) {
		if status, _ := get(t, s.Addrs().Webhooks+"/webhooks/cc"); status != 405 {
			t.Errorf("answered %d", status)
		}
	})
	t.Run("another topic", func(t *testing.T) {
		body := `{"topicName":"v2.users.1.presence"}`
		if status, _ := post(t, s, "cc", sign(body), strings.NewReader(body)); status != 200 {
			t.Errorf("answered %d", status)
		}
	})
	if n := queued(t, s); n != 0 {
		t.Errorf("%d entries are queued", n)
	}
	for range 3 {
		if status := genuine(t, s, "a"); status != 200 {
			t.Errorf("a genuine one is answered %d", status)
		}
	}
	if n := queued(t, s); n != 1 {
		t.Errorf("one notice three times makes %d entries", n)
	}
}

func TestMoreThanTheRateIsTurnedAway(t *testing.T) {
	s := startService(t, Options{Config: testConfig(t, "webhook_rate: 1, webhook_burst: 2")})
	var statuses []int
	for range 4 {
		statuses = append(statuses, genuine(t, s, "a"))
	}
	if fmt.Sprint(statuses[:2]) != "[200 200]" || statuses[3] != 429 {
		t.Errorf("answered %d", statuses)
	}
}

// failing is a store whose writes fail as long as it is told to.
type failing struct {
	store.Store
	mu  sync.Mutex
	err error
}

func (f *failing) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *failing) Apply(ctx context.Context, now engine.Instant, batches ...engine.Batch) error {
	f.mu.Lock()
	err := f.err
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return f.Store.Apply(ctx, now, batches...)
}

// TestEV2: what is not durable is not acknowledged, and work goes on when the
// store does.
func TestEV2AStoreThatFails(t *testing.T) {
	f := &failing{Store: memory.Open()}
	s := startService(t, Options{Config: testConfig(t, "ack_timeout: 100ms"), Store: f})
	until(t, "ready", func() bool { status, _ := get(t, s.Addrs().Admin+"/readyz"); return status == 200 })
	f.fail(store.ErrFull)
	if status := genuine(t, s, "a"); status != 503 {
		t.Errorf("answered %d with a full disk", status)
	}
	status, text := get(t, s.Addrs().Admin+"/readyz")
	if status != 503 || !strings.Contains(text, "disk is full") {
		t.Errorf("readiness: %d %s", status, text)
	}
	f.fail(nil)
	until(t, "a webhook is acknowledged again", func() bool { return genuine(t, s, "a") == 200 })
	if status, text := get(t, s.Addrs().Admin+"/readyz"); status != 200 {
		t.Errorf("readiness: %d %s", status, text)
	}
}

func TestADamagedStoreEndsTheService(t *testing.T) {
	f := &failing{Store: memory.Open()}
	s := startService(t, Options{Config: testConfig(t, "ack_timeout: 5s"), Store: f})
	f.fail(&store.DamagedError{Path: "x.db", What: "a page"})
	if status := genuine(t, s, "a"); status != 503 {
		t.Errorf("answered %d", status)
	}
	<-s.Done()
	var damaged *store.DamagedError
	if !errors.As(s.Err(), &damaged) {
		t.Errorf("ended with %v", s.Err())
	}
}

func TestAPortInUse(t *testing.T) {
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	for key, set := range map[string]func(*config.Listen){
		"listen.webhooks": func(l *config.Listen) { l.Webhooks = held.Addr().String() },
		"listen.admin":    func(l *config.Listen) { l.Admin = held.Addr().String() },
	} {
		c := testConfig(t, "")
		set(&c.Listen)
		s, err := New(Options{Config: c, Store: memory.Open()})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Start(t.Context())
		if err == nil || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "address already in use") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// system is a fake of one side.
type system struct {
	adapter.System
	read func(ctx context.Context, id string) (adapter.Record, error)
}

func (system) Capabilities() adapter.Capabilities {
	return adapter.Capabilities{Resolution: time.Millisecond}
}

func (s system) Read(ctx context.Context, id string) (adapter.Record, error) { return s.read(ctx, id) }

func (system) Describe(context.Context) (adapter.Schema, error) {
	text := func(name string) mapping.Constraint { return mapping.Constraint{Name: name, Type: mapping.TypeString} }
	version := mapping.Constraint{Name: "sync_version", Type: mapping.TypeInteger}
	return adapter.Schema{Fields: []mapping.Constraint{text("lastName"), text("last_name"), version}}, nil
}

func (system) Verify(_ http.Header, body []byte) ([]adapter.Notice, error) {
	return []adapter.Notice{{ID: string(body)}}, nil
}

func fakes(read func(ctx context.Context, id string) (adapter.Record, error)) func(mapping.Side, adapter.Config) (adapter.System, adapter.Signals, error) {
	return func(mapping.Side, adapter.Config) (adapter.System, adapter.Signals, error) {
		return system{read: read}, func(*http.Response) adapter.Signal { return adapter.Signal{} }, nil
	}
}

// TestEV5: a record whose reading makes the adapter panic blocks no other, and
// does not end the process.
func TestEV5APoisonedRecordBlocksNoOther(t *testing.T) {
	var mu sync.Mutex
	reads := map[string]int{}
	read := func(_ context.Context, id string) (adapter.Record, error) {
		mu.Lock()
		reads[id]++
		mu.Unlock()
		if id == "poison" {
			panic("poison")
		}
		return adapter.Record{}, &adapter.Error{Kind: adapter.NotFound}
	}
	s := startService(t, Options{Config: testConfig(t, "working_set: 4"), Adapter: fakes(read)})
	for _, id := range []string{"poison", "a", "b", "c", "d"} {
		if status, _ := post(t, s, "cc", "", strings.NewReader(id)); status != 200 {
			t.Fatalf("answered %d", status)
		}
	}
	until(t, "all others are read, and the poisoned one twice", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return reads["a"] > 0 && reads["b"] > 0 && reads["c"] > 0 && reads["d"] > 0 && reads["poison"] > 1
	})
}

// TestEV3: the answer to a webhook waits for no system.
func TestEV3TheAnswerWaitsForNoSystem(t *testing.T) {
	stuck := func(ctx context.Context, _ string) (adapter.Record, error) {
		<-ctx.Done()
		return adapter.Record{}, ctx.Err()
	}
	s := startService(t, Options{Config: testConfig(t, "working_set: 4, shutdown_grace: 50ms"), Adapter: fakes(stuck)})
	for i := range 20 {
		if status, _ := post(t, s, "cc", "", strings.NewReader(fmt.Sprint("r", i))); status != 200 {
			t.Fatalf("answered %d", status)
		}
	}
	until(t, "four are under way", func() bool { return s.Status().Calls == 4 })
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := queued(t, s); n != 20 {
		t.Errorf("%d entries of 20 are left for the next process", n)
	}
}

func TestAStoppedServiceTakesNothing(t *testing.T) {
	s := startService(t, Options{Config: testConfig(t, "")})
	s.Abort()
	s.Abort()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := s.Decide(t.Context(), engine.Reviewed{}); !errors.Is(err, errNotRunning) {
		t.Errorf("Decide: %v", err)
	}
	if _, err := s.Reload(t.Context(), s.opts.Config); !errors.Is(err, errNotRunning) {
		t.Errorf("Reload: %v", err)
	}
	if s.Status().Ready || s.Err() != nil {
		t.Errorf("status %+v, error %v", s.Status(), s.Err())
	}
	if err := s.Start(t.Context()); err == nil {
		t.Error("it started a second time")
	}
}

// TestEV11: messages reach the sink though it fails at first, signed and with
// their identifier.
func TestEV11TheOutboundWebhook(t *testing.T) {
	type got struct{ body, signature, key string }
	arrived := make(chan got, 10)
	fails := 1
	sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if fails > 0 {
			fails--
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		arrived <- got{string(body), r.Header.Get(SignatureHeader), r.Header.Get("Idempotency-Key")}
	}))
	defer sink.Close()
	c := testConfig(t, "")
	c.Notify = config.Notify{URL: sink.URL, Secret: config.NewSecret("k")}
	s := startService(t, Options{Config: c})
	s.teller.tell(engine.Message{ID: "outage/cc/1", Topic: "outage", Text: "cc is away", Do: "look"})
	g := <-arrived
	if g.key != "outage/cc/1" || !strings.Contains(g.body, `"topic":"outage"`) || !strings.HasPrefix(g.signature, "sha256=") {
		t.Errorf("got %+v", g)
	}
	until(t, "the sink is quiet", s.teller.quiet)
}

func TestMetricsAndHealth(t *testing.T) {
	s := startService(t, Options{Config: testConfig(t, ""), Version: "v1"})
	genuine(t, s, "a")
	post(t, s, "cc", "", strings.NewReader("x"))
	until(t, "exchanges were tried", func() bool {
		_, text := get(t, s.Addrs().Admin+"/metrics")
		return strings.Contains(text, `syncproof_exchanges_total{side="crm",status="0"}`)
	})
	if status, text := get(t, s.Addrs().Admin+"/healthz"); status != 200 {
		t.Errorf("healthz: %d %s", status, text)
	}
	_, text := get(t, s.Addrs().Admin+"/metrics")
	for _, want := range []string{
		`syncproof_webhook_deliveries_total{side="cc",status="200"} 1`, `syncproof_webhook_deliveries_total{side="cc",status="401"} 1`,
		`syncproof_webhook_ack_seconds_count{side="cc"} 1`, `syncproof_build_info{version="v1"} 1`, `syncproof_store_up 1`,
		`syncproof_exchanges_total{side="crm",status="0"}`, `go_goroutines`,
		`syncproof_queue_entries{state="fresh"}`, `syncproof_records_waiting{status="FLAGGED"} 0`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
