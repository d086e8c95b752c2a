package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/engine/service/console/consoletest"
)

const consoleToken = "a-token-for-the-scripts"

// worldKey is where a script keeps its world.
type worldKey struct{}

// serveConsole gives each script console_* a review console over a small world.
func serveConsole(env *testscript.Env) error {
	if !strings.HasPrefix(filepath.Base(env.WorkDir), "script-console_") {
		return nil
	}
	w := consoletest.Example()
	c, err := console.New(console.Config{Store: w.Store, Decider: w, Mapping: consoletest.Mapping, Token: consoleToken, Now: w.Now})
	if err != nil {
		return err
	}
	server := httptest.NewServer(c)
	env.Defer(server.Close)
	env.Values[worldKey{}] = w
	env.Setenv(serviceVariable, server.URL)
	env.Setenv(tokenVariable, consoleToken)
	return nil
}

// worldly lets something happen in a script's world: world edit crm ada score=7,
// world notice cc ada, world delete cc ada, world widen.
func worldly(ts *testscript.TestScript, neg bool, args []string) {
	w, ok := ts.Value(worldKey{}).(*consoletest.World)
	if neg || !ok || len(args) == 0 {
		ts.Fatalf("usage: world VERB [SIDE NAME [FIELD=VALUE...]], in a script called console_*")
	}
	if args[0] == "widen" {
		w.WidenNotes()
		return
	}
	side := map[string]mapping.Side{"cc": mapping.CC, "crm": mapping.CRM}[args[1]]
	switch args[0] {
	case "edit":
		values := map[string]string{}
		for _, text := range args[3:] {
			field, value, _ := strings.Cut(text, "=")
			values[field] = value
		}
		w.Edit(side, args[2], values)
	case "notice":
		w.Notice(side, args[2])
	case "delete":
		w.Delete(side, args[2])
	case "massdelete": // of more records than may be deleted without a person
		for i := range 22 {
			name := fmt.Sprintf("old%02d", i)
			w.Link(name, map[string]string{"name": name})
			w.Delete(side, name)
			w.Notice(side, name)
		}
	default:
		ts.Fatalf("unknown verb %q", args[0])
	}
}

// TestTokensStayAtHome: a token is sent neither in the clear to another machine
// nor to whom the service redirects.
func TestTokensStayAtHome(t *testing.T) {
	t.Setenv(tokenVariable, consoleToken)
	for address, want := range map[string]bool{
		"http://127.0.0.1:9090": true, "http://[::1]:9090": true, "http://localhost": true, "https://sync.example": true,
		"http://sync.example": false, "http://10.0.0.1:9090": false, "http://127.0.0.1.sync.example": false,
		"127.0.0.1:9090": false, "ftp://127.0.0.1": false, "http://user:secret@127.0.0.1": false, "": false,
	} {
		d := &desk{service: address}
		if _, err := d.base(); (err == nil) != want {
			t.Errorf("%q: %v", address, err)
		}
	}
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer other.Close()
	moved := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer moved.Close()
	d := &desk{service: moved.URL}
	var into console.Status
	if err := d.get(t.Context(), "/status", nil, &into); err == nil || !strings.Contains(err.Error(), "307") {
		t.Errorf("%v", err)
	}
}
