package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/mocks/genesys"
	"github.com/syncproof/syncproof/mocks/restcrm"
	"github.com/syncproof/syncproof/sim/trace"
)

type unheard struct{}

func (unheard) Emit(trace.Event) uint64 { return 1 }

// mockServer serves a mock on a port of this machine.
func mockServer(t *testing.T, make func(mocks.Config) mocks.System, c mocks.Config) (mocks.System, *sync.Mutex, string) {
	c.Journal, c.ClientID, c.ClientSecret, c.VersionField, c.Trigger = unheard{}, "engine", "canary", "sync_version", true
	c.Fields = append(c.Fields, mocks.Field{Name: "sync_version", Type: "integer"})
	mu := &sync.Mutex{}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	c.BaseURL = server.URL
	m := make(c)
	handler = mocks.HandlerLocked(m, mu, time.Now)
	return m, mu, server.URL
}

// lines is an output that a test reads while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// logged waits for a log line with this message and returns it.
func (l *lines) logged(t *testing.T, message string) map[string]any {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for time.Now().Before(deadline) {
		for line := range strings.Lines(l.String()) {
			var entry map[string]any
			if json.Unmarshal([]byte(line), &entry) == nil && entry["msg"] == message {
				return entry
			}
		}
		<-tick.C
	}
	t.Fatalf("no line %q in\n%s", message, l)
	return nil
}

const serveConfig = `systems:
  cc: {kind: genesys, base_url: %q, client_id: engine, client_secret: env:SERVE_TEST_SECRET, poll: %s}
  crm: {kind: rest, base_url: %q, client_id: engine, client_secret: env:SERVE_TEST_SECRET, poll: 1s}
mapping:
  object: Contact
  fields:
    - {crmField: last_name, ccField: lastName, type: String}
    - {crmField: title, ccField: title, type: String}
    - {crmField: sync_version, ccField: sync_version, type: Integer}
store: {path: %q}
listen: {webhooks: "127.0.0.1:0", admin: "127.0.0.1:0"}
console: {token: env:SERVE_TEST_TOKEN}
`

// TestServe: the whole life of a service, from --check over work and a reload
// to the end, and its recording.
func TestServe(t *testing.T) {
	t.Setenv("SERVE_TEST_SECRET", "canary")
	t.Setenv("SERVE_TEST_TOKEN", "canary-of-sixteen-bytes")
	folder := t.TempDir()
	cc, ccMu, ccURL := mockServer(t, func(c mocks.Config) mocks.System { return genesys.New(c) }, mocks.Config{On: trace.CC, ExternalField: "crm", Mapped: []string{"lastName", "title"}})
	crm, crmMu, crmURL := mockServer(t, func(c mocks.Config) mocks.System { return restcrm.New(c) }, mocks.Config{
		On: trace.CRM, ExternalField: "external_id", Mapped: []string{"last_name", "title"}, Conditional: true,
		Fields: []mocks.Field{{Name: "last_name", Type: "string"}, {Name: "title", Type: "string"}},
	})
	id := seed(t, cc, crm)
	path, record := filepath.Join(folder, "syncproof.yaml"), filepath.Join(folder, "recording")
	write := func(poll string) {
		text := fmt.Sprintf(serveConfig, ccURL, poll, crmURL, filepath.Join(folder, "data", "store.db"))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("1s")
	checked := &lines{}
	if code := run(t.Context(), []string{"serve", "-c", path, "--check"}, nil, checked, checked); code != exitPass {
		t.Fatalf("--check ends with %d:\n%s", code, checked)
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	log, ended := &lines{}, make(chan int, 1)
	go func() { ended <- run(ctx, []string{"serve", "-c", path, "--record", record}, nil, io.Discard, log) }()
	ready := log.logged(t, "ready")

	ccMu.Lock()
	_, err := cc.Edit(time.Now(), mocks.Edit{By: "maria", Origin: mocks.User, Record: id[0], Set: map[string]any{"title": "Countess"}})
	ccMu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	travelled := func() bool {
		crmMu.Lock()
		defer crmMu.Unlock()
		snap, _ := crm.Peek(id[1])
		return snap.Fields["title"] == "Countess"
	}
	deadline := time.Now().Add(20 * time.Second)
	for tick := time.NewTicker(5 * time.Millisecond); !travelled(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("the edit has not travelled:\n%s", log)
		}
	}

	second := &lines{}
	if code := run(t.Context(), []string{"serve", "-c", path}, nil, io.Discard, second); code != exitHarness || !strings.Contains(second.String(), "stop the other one") {
		t.Errorf("a second process ends with %d:\n%s", code, second)
	}
	if res, err := http.Get("http://" + ready["admin"].(string) + "/readyz"); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("readiness: %v, %v", res, err)
	} else {
		res.Body.Close()
	}

	t.Setenv("SYNCPROOF_TOKEN", "canary-of-sixteen-bytes")
	listed := &lines{}
	service := "http://" + ready["admin"].(string)
	if code := run(t.Context(), []string{"review", "--service", service, "list"}, nil, listed, listed); code != exitPass {
		t.Errorf("review ends with %d:\n%s", code, listed)
	}
	t.Setenv("SYNCPROOF_TOKEN", "another-of-sixteen-bytes")
	if code := run(t.Context(), []string{"review", "--service", service, "list"}, nil, listed, listed); code == exitPass {
		t.Errorf("review with a wrong token ends with %d:\n%s", code, listed)
	}

	write("1500ms")
	if changed := log.logged(t, "the configuration was loaded anew")["changed"]; changed != "systems.cc.poll" {
		t.Errorf("changed: %v", changed)
	}
	if self, err := os.FindProcess(os.Getpid()); err != nil || self.Signal(syscall.SIGHUP) != nil {
		t.Error("this process cannot be signalled")
	}
	log.logged(t, "the configuration was read again: nothing has changed")

	// Another token takes effect without a restart, and the one before is no
	// more; a console cannot go while the process lives.
	t.Setenv("SERVE_TEST_TOKEN", "canary-of-another-sixteen-bytes")
	write("1501ms")
	await(t, "the new token to be taken", func() bool {
		t.Setenv("SYNCPROOF_TOKEN", "canary-of-another-sixteen-bytes")
		return run(t.Context(), []string{"review", "--service", service, "list"}, nil, listed, listed) == exitPass
	})
	t.Setenv("SYNCPROOF_TOKEN", "canary-of-sixteen-bytes")
	if code := run(t.Context(), []string{"review", "--service", service, "list"}, nil, listed, listed); code == exitPass {
		t.Errorf("review with the token from before ends with %d:\n%s", code, listed)
	}
	config, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(config, []byte("console: {token: env:SERVE_TEST_TOKEN}"), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	log.logged(t, "the configuration was not loaded, the one before stays: a restart is needed for console.token")
	stop()
	if code := <-ended; code != exitPass {
		t.Errorf("it ends with %d:\n%s", code, log)
	}
	log.logged(t, "stopped")
	replayed := &lines{}
	if code := run(t.Context(), []string{"serve", "--replay", record}, nil, replayed, replayed); code != exitPass || !strings.Contains(replayed.String(), "in 3 lives of the core: the same effects") {
		t.Errorf("the replay ends with %d:\n%s", code, replayed)
	}
	if all := log.String() + checked.String() + replayed.String(); strings.Contains(all, "canary") || strings.Contains(all, "Countess") {
		t.Errorf("a secret or a value is in what was written:\n%s", all)
	}
}

// seed lays one record on both sides.
func seed(t *testing.T, cc, crm mocks.System) (id [2]string) {
	t.Helper()
	modified := time.Now().Add(-time.Hour)
	var err error
	if id[0], err = cc.Seed(mocks.Seed{Alias: "ada", Set: map[string]any{"lastName": "Lovelace"}, Modified: modified}); err == nil {
		id[1], err = crm.Seed(mocks.Seed{Alias: "ada", Set: map[string]any{"last_name": "Lovelace"}, External: id[0], Modified: modified})
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}
