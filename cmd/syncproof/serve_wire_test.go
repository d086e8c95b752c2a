package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/mocks/genesys"
	"github.com/syncproof/syncproof/mocks/restcrm"
	"github.com/syncproof/syncproof/sim/trace"
)

const wireConfig = `systems:
  cc: {kind: genesys, base_url: %q, client_id: engine, client_secret: env:SERVE_TEST_SECRET, webhook_secret: env:SERVE_TEST_SECRET, poll: 1h}
  crm: {kind: rest, base_url: %q, client_id: engine, client_secret: env:SERVE_TEST_SECRET, poll: 1h}
mapping:
  object: Contact
  fields:
    - {crmField: last_name, ccField: lastName, type: String}
    - {crmField: title, ccField: title, type: String}
    - {crmField: sync_version, ccField: sync_version, type: Integer}
store: {path: %q}
listen: {webhooks: "127.0.0.1:0", admin: "127.0.0.1:0", tls_cert: %q, tls_key: %q}
tracing: {endpoint: %q}
`

// certified writes a certificate for this machine, with its key, and returns who
// trusts it.
func certified(t *testing.T, folder string) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(cert, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600); err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	return cert, key, pool
}

// collected is an OpenTelemetry collector that keeps the names of spans.
type collected struct {
	mu     sync.Mutex
	spans  map[string]int
	names  map[string]bool // of the services
	bodies bytes.Buffer
	broken error
}

// ServeHTTP implements http.Handler.
func (c *collected) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
	var sent collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(body, &sent)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || r.URL.Path != "/v1/traces" {
		c.broken = fmt.Errorf("%s: %w", r.URL.Path, err)
	}
	c.bodies.Write(body)
	for _, resource := range sent.ResourceSpans {
		for _, a := range resource.Resource.Attributes {
			if a.Key == "service.name" {
				c.names[a.Value.GetStringValue()] = true
			}
		}
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				c.spans[span.Name]++
			}
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func (c *collected) has(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spans[name] > 0
}

// TestServeOnTheWire: webhooks come in over TLS, and what they led to goes out to
// a collector, by the program as a whole.
func TestServeOnTheWire(t *testing.T) {
	t.Setenv("SERVE_TEST_SECRET", "canary")
	folder := t.TempDir()
	cert, key, pool := certified(t, folder)
	traces := &collected{spans: map[string]int{}, names: map[string]bool{}}
	otlp := httptest.NewServer(traces)
	t.Cleanup(otlp.Close)
	cc, ccMu, ccURL := mockServer(t, func(c mocks.Config) mocks.System { return genesys.New(c) }, mocks.Config{
		On: trace.CC, ExternalField: "crm", Mapped: []string{"lastName", "title"}, WebhookURL: "https://127.0.0.1/webhooks/cc", WebhookSecret: "canary",
	})
	crm, crmMu, crmURL := mockServer(t, func(c mocks.Config) mocks.System { return restcrm.New(c) }, mocks.Config{
		On: trace.CRM, ExternalField: "external_id", Mapped: []string{"last_name", "title"}, Conditional: true,
		Fields: []mocks.Field{{Name: "last_name", Type: "string"}, {Name: "title", Type: "string"}},
	})
	id := seed(t, cc, crm)
	path := filepath.Join(folder, "syncproof.yaml")
	text := fmt.Sprintf(wireConfig, ccURL, crmURL, filepath.Join(folder, "data", "store.db"), cert, key, otlp.URL)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	log, ended := &lines{}, make(chan int, 1)
	go func() { ended <- run(ctx, []string{"serve", "-c", path}, nil, io.Discard, log) }()
	endpoint := "https://" + log.logged(t, "ready")["webhooks"].(string) + "/webhooks/cc"

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	deliver := func(d mocks.Delivery) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, bytes.NewReader(d.Body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = d.Header.Clone()
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	ccMu.Lock()
	_, err := cc.Edit(time.Now(), mocks.Edit{By: "maria", Origin: mocks.User, Record: id[0], Set: map[string]any{"title": "Countess"}})
	due := cc.Deliveries(time.Now())
	ccMu.Unlock()
	if err != nil || len(due) != 1 {
		t.Fatalf("%d webhooks, %v", len(due), err)
	}
	forged := due[0]
	forged.Header = http.Header{"Content-Type": forged.Header["Content-Type"]}
	if status := deliver(forged); status != http.StatusUnauthorized {
		t.Errorf("an unsigned webhook is answered %d", status)
	}
	if status := deliver(due[0]); status != http.StatusOK {
		t.Errorf("a webhook is answered %d", status)
	}
	await(t, "the edit in the CRM", func() bool { return peekTitle(crmMu, crm, id[1]) == "Countess" })
	if res, err := http.Post(strings.Replace(endpoint, "https", "http", 1), "application/json", nil); err != nil || res.StatusCode != http.StatusBadRequest {
		t.Errorf("without TLS: %v, %v", res, err)
	} else {
		res.Body.Close()
	}
	stop()
	if code := <-ended; code != exitPass {
		t.Fatalf("it ends with %d:\n%s", code, log)
	}
	for _, name := range []string{"webhook", "queue", "work", "read cc", "update crm"} {
		if !traces.has(name) {
			t.Errorf("the collector has no span %q: %v", name, traces.spans)
		}
	}
	if traces.broken != nil || !traces.names["syncproof"] {
		t.Errorf("the collector could not read what it got: %v, of %v", traces.broken, traces.names)
	}
	if all := traces.bodies.String() + log.String(); strings.Contains(all, "canary") || strings.Contains(all, "Countess") {
		t.Error("a secret or a value went to the collector, or into the log")
	}
}
