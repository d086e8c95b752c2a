package console_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/engine/service/console/consoletest"
)

const token = "a token for the tests"

// desk is a console over a world, with the log that it writes.
type desk struct {
	t     *testing.T
	world *consoletest.World
	http  http.Handler
	log   *bytes.Buffer
}

func newDesk(t *testing.T, w *consoletest.World) *desk { return patientDesk(t, w, time.Minute) }

// patientDesk waits that long for the engine's answer: the world answers at
// once, or not at all while a system is down.
func patientDesk(t *testing.T, w *consoletest.World, wait time.Duration) *desk {
	t.Helper()
	d := &desk{t: t, world: w, log: &bytes.Buffer{}}
	d.http = handler(t, console.Config{
		Store: w.Store, Decider: w, Mapping: consoletest.Mapping, Token: token, Now: w.Now,
		Log: slog.New(slog.NewTextHandler(d.log, nil)), Wait: wait,
	})
	return d
}

func handler(t testing.TB, cfg console.Config) http.Handler {
	t.Helper()
	c, err := console.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, console.Root+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func (d *desk) send(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	d.http.ServeHTTP(w, r)
	return w.Result()
}

// ask sends a request that must be answered with a status, and decodes the answer.
func (d *desk) ask(method, path, body string, status int, into any) {
	d.t.Helper()
	resp := d.send(request(method, path, body))
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if resp.StatusCode != status {
		d.t.Fatalf("%s %s: %d, want %d: %s", method, path, resp.StatusCode, status, text)
	}
	if err := json.Unmarshal(text, into); err != nil {
		d.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}

func (d *desk) record(name string) (rec console.Record) {
	d.t.Helper()
	d.ask("GET", "/records/cc:"+name, "", 200, &rec)
	return rec
}

func (d *desk) list(query string) (keys []string) {
	d.t.Helper()
	var page console.Page
	d.ask("GET", "/records"+query, "", 200, &page)
	for _, s := range page.Records {
		keys = append(keys, s.Key)
	}
	return keys
}

func (d *desk) problem(method, path, body string, status int) (p console.Problem) {
	d.t.Helper()
	d.ask(method, path, body, status, &p)
	return p
}
