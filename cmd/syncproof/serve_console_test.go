package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/mocks/genesys"
	"github.com/syncproof/syncproof/mocks/restcrm"
	"github.com/syncproof/syncproof/sim/trace"
)

// TestServedConsole: a record that a served engine flags is found, decided and
// restored from the command line, on a store on disk.
func TestServedConsole(t *testing.T) {
	t.Setenv("SERVE_TEST_SECRET", "canary")
	t.Setenv("SERVE_TEST_TOKEN", "canary-of-the-console")
	t.Setenv(tokenVariable, "canary-of-the-console")
	cc, ccMu, ccURL := mockServer(t, func(c mocks.Config) mocks.System { return genesys.New(c) }, mocks.Config{On: trace.CC, ExternalField: "crm", Mapped: []string{"lastName", "title"}})
	crm, crmMu, crmURL := mockServer(t, func(c mocks.Config) mocks.System { return restcrm.New(c) }, mocks.Config{
		On: trace.CRM, ExternalField: "external_id", Mapped: []string{"last_name", "title"}, Conditional: true,
		Fields: []mocks.Field{{Name: "last_name", Type: "string"}, {Name: "title", Type: "string"}},
	})
	ids := seedConflict(t, cc, crm)
	folder := t.TempDir()
	path := filepath.Join(folder, "syncproof.yaml")
	text := fmt.Sprintf(serveConfig, ccURL, "1s", crmURL, filepath.Join(folder, "data", "store.db"))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	log, ended := &lines{}, make(chan int, 1)
	go func() { ended <- run(ctx, []string{"serve", "-c", path}, nil, io.Discard, log) }()
	service := "http://" + log.logged(t, "ready")["admin"].(string)
	ask := func(into any, args ...string) {
		t.Helper()
		var out, problems bytes.Buffer
		if code := run(t.Context(), append(args, "--json", "--service", service), nil, &out, &problems); code != exitPass {
			t.Fatalf("%v ends with %d: %s\n%s", args, code, &problems, log)
		}
		if err := json.Unmarshal(out.Bytes(), into); err != nil {
			t.Fatalf("%v: %v in %s", args, err, &out)
		}
	}
	var page console.Page
	await(t, "a flagged record", func() bool { ask(&page, "review", "list", "--status", "flagged"); return len(page.Records) == 1 })
	flagged := page.Records[0]
	var done console.Accepted
	ask(&done, "review", "resolve", flagged.Key, "--state", flagged.State, "--choose", "crm", "--by", "Grace Hopper")
	title := func(want string) func() bool {
		return func() bool {
			return peekTitle(ccMu, cc, ids[0]) == want && peekTitle(crmMu, crm, ids[1]) == want
		}
	}
	await(t, "the CRM's title on both sides", title("Analyst"))
	var rec console.Record
	await(t, "a decided record", func() bool { ask(&rec, "review", "show", flagged.Key); return rec.Status == "OVERWRITTEN" })
	if last := rec.Ledger[len(rec.Ledger)-1]; last.Why != "Grace Hopper chose crm" || len(last.Lost) != 1 || last.Lost[0].Value != "Countess" {
		t.Errorf("the ledger ends with %+v", last)
	}
	ask(&done, "review", "restore", flagged.Key, "--by", "Grace Hopper")
	await(t, "the contact center's title on both sides", title("Countess"))

	if res, err := http.Get(service + console.Root + "/records"); err != nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token: %v, %v", res, err)
	} else {
		res.Body.Close()
	}
	stop()
	if code := <-ended; code != exitPass {
		t.Errorf("it ends with %d:\n%s", code, log)
	}
	if all := log.String(); strings.Contains(all, "canary") || strings.Contains(all, "Countess") || !strings.Contains(all, `"by":"Grace Hopper"`) {
		t.Errorf("a secret or a value is in the log, or who decided is not:\n%s", all)
	}
}

// seedConflict lays one record on both sides, with titles that were written at
// nearly the same time: without a base a person has to decide (CR-6, CR-12).
func seedConflict(t *testing.T, cc, crm mocks.System) (id [2]string) {
	t.Helper()
	modified := time.Now().Add(-time.Hour)
	var err error
	if id[0], err = cc.Seed(mocks.Seed{Alias: "ada", Set: map[string]any{"lastName": "Lovelace", "title": "Countess"}, Modified: modified}); err == nil {
		id[1], err = crm.Seed(mocks.Seed{
			Alias: "ada", Set: map[string]any{"last_name": "Lovelace", "title": "Analyst"}, External: id[0], Modified: modified.Add(300 * time.Millisecond),
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func peekTitle(mu sync.Locker, m mocks.System, id string) any {
	mu.Lock()
	defer mu.Unlock()
	snap, _ := m.Peek(id)
	return snap.Fields["title"]
}

// await waits for a condition.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
		<-tick.C
	}
}

func TestServeRefusesAShortToken(t *testing.T) {
	t.Setenv("SERVE_TEST_SECRET", "canary")
	t.Setenv("SERVE_TEST_TOKEN", "short")
	path := filepath.Join(t.TempDir(), "syncproof.yaml")
	text := fmt.Sprintf(serveConfig, "http://127.0.0.1:1", "1s", "http://127.0.0.1:1", path+".db")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := &lines{}
	code := run(t.Context(), []string{"serve", "-c", path}, nil, out, out)
	if code != exitUsage || !strings.Contains(out.String(), "syncproof.yaml:12:18: found a short token at env:SERVE_TEST_TOKEN for console.token; expected at least 16 bytes") {
		t.Errorf("it ends with %d: %s", code, out)
	}
}
