package wire_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// world runs calls as coroutines, one at a time, and lets each exchange wait
// until all others wait as well: a cooperative scheduler like the simulator's.
type world struct {
	yield   func(struct{}) bool // of the running coroutine
	rt      http.RoundTripper
	flights map[string]*flight
	keys    []string
}

type flight struct {
	done  bool
	value string
	err   error
}

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	w.pause()
	return w.rt.RoundTrip(r)
}

func (w *world) pause() {
	yield := w.yield
	yield(struct{}{})
	w.yield = yield
}

// Do implements adapter.Flight.
func (w *world) Do(key string, fn func() (string, error)) (string, error) {
	if f := w.flights[key]; f != nil {
		for !f.done {
			w.pause()
		}
		return f.value, f.err
	}
	w.keys = append(w.keys, key)
	f := &flight{}
	w.flights[key] = f
	f.value, f.err = fn()
	f.done = true
	delete(w.flights, key)
	return f.value, f.err
}

// run runs all tasks to their end, a turn each in order.
func (w *world) run(tasks ...func()) {
	var turns []func() (struct{}, bool)
	for _, task := range tasks {
		next, _ := iter.Pull(func(yield func(struct{}) bool) {
			w.yield = yield
			task()
		})
		turns = append(turns, next)
	}
	for len(turns) > 0 {
		var left []func() (struct{}, bool)
		for _, next := range turns {
			if _, ok := next(); ok {
				left = append(left, next)
			}
		}
		turns = left
	}
}

func newWorld(mt *httpmock.MockTransport) *world {
	return &world{rt: mt, flights: map[string]*flight{}}
}

func accepting(token string) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			return httpmock.NewStringResponse(401, "expired"), nil
		}
		body := ""
		if r.Body != nil {
			b, _ := io.ReadAll(r.Body)
			body = string(b)
		}
		return httpmock.NewStringResponse(200, body), nil
	}
}

func TestRL5OverlappingCallsShareOneRefresh(t *testing.T) {
	mt := httpmock.NewMockTransport()
	tokens(mt, "T1", "T2")
	mt.RegisterResponder("POST", apiURL, accepting("T1"))
	w := newWorld(mt)
	cl := client(t, mt, func(c *adapter.Config, _ *wire.TokenRequest) {
		c.HTTP, c.Flight = &http.Client{Transport: w}, w
	})
	failed := 0
	call := func() {
		res, err := cl.Do(context.Background(), &wire.Call{Method: "POST", Path: "/record", Body: []byte("kept"), Write: true})
		if err != nil || string(res.Body) != "kept" {
			failed++
		}
	}
	w.run(call, call, call, call)
	if n := mt.GetCallCountInfo()["POST "+tokenURL]; n != 1 || failed > 0 {
		t.Fatalf("the first token took %d requests, %d calls failed", n, failed)
	}
	mt.RegisterResponder("POST", apiURL, accepting("T2")) // T1 ends now
	w.run(call, call, call, call)
	if n := mt.GetCallCountInfo()["POST "+tokenURL]; n != 2 || failed > 0 {
		t.Fatalf("after the expiry %d token requests in all, expected 2; %d calls failed", n, failed)
	}
	for _, key := range w.keys {
		if strings.Contains(key, "T1") || strings.Contains(key, secret) {
			t.Errorf("the key discloses a secret: %q", key)
		}
	}
	if len(w.keys) != 2 || w.keys[0] == w.keys[1] {
		t.Errorf("keys %q, expected two different ones", w.keys)
	}
}

func TestASecond401IsUnauthorized(t *testing.T) {
	mt := httpmock.NewMockTransport()
	tokens(mt, "T1", "T2")
	mt.RegisterResponder("POST", apiURL, httpmock.NewStringResponder(401, "no"))
	_, err := client(t, mt).Do(t.Context(), &wire.Call{Method: "POST", Path: "/record", Write: true})
	if e := adapter.As(err); e.Kind != adapter.Unauthorized || e.Indefinite {
		t.Errorf("%v, indefinite %v", e, e.Indefinite)
	}
	if n := mt.GetCallCountInfo()["POST "+apiURL]; n != 2 {
		t.Errorf("the call was sent %d times, expected 2", n)
	}
}

func TestEV10AnUnguardedChangeIsNotSentAgain(t *testing.T) {
	for _, call := range []struct {
		wire.Call
		sent int
	}{
		{wire.Call{Method: "PATCH", Write: true}, 1},
		{wire.Call{Method: "DELETE", Write: true}, 1},
		{wire.Call{Method: "PATCH", Write: true, IfMatch: `"7"`}, 2},
		{wire.Call{Method: "POST", Write: true}, 2},
		{wire.Call{Method: "GET"}, 2},
	} {
		mt := httpmock.NewMockTransport()
		tokens(mt, "T1", "T2")
		mt.RegisterResponder(call.Method, apiURL, accepting("T2"))
		call.Path = "/record"
		_, err := client(t, mt).Do(t.Context(), &call.Call)
		if n := mt.GetCallCountInfo()[call.Method+" "+apiURL]; n != call.sent {
			t.Errorf("%s with If-Match %q was sent %d times, expected %d", call.Method, call.IfMatch, n, call.sent)
		}
		if call.sent == 1 && (err == nil || adapter.As(err).Kind != adapter.Conflict) {
			t.Errorf("%s: %v, expected a conflict", call.Method, err)
		}
	}
}

func TestTokenRequests(t *testing.T) {
	for _, basic := range []bool{false, true} {
		mt := httpmock.NewMockTransport()
		mt.RegisterResponder("POST", tokenURL, func(r *http.Request) (*http.Response, error) {
			if err := r.ParseForm(); err != nil {
				t.Fatal(err)
			}
			id, pass, ok := r.BasicAuth()
			if !basic {
				id, pass, ok = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret"), !ok
			} else if r.PostForm.Has("client_secret") {
				t.Error("the secret is sent twice")
			}
			if !ok || id != "engine" || pass != secret || r.PostForm.Get("grant_type") != "client_credentials" {
				t.Errorf("basic %v: %q, %q, form %v", basic, id, pass, r.PostForm)
			}
			return httpmock.NewStringResponse(200, `{"access_token":"T1","instance_url":"https://eu7.test/","id":"https://login.test/id/00D/005"}`), nil
		})
		mt.RegisterResponder("GET", "https://eu7.test/record", status200("there"))
		cl := client(t, mt, func(_ *adapter.Config, r *wire.TokenRequest) { r.Basic, r.FollowInstance = basic, true })
		if _, err := cl.Do(t.Context(), &wire.Call{Method: "GET", Path: "/record"}); err != nil {
			t.Fatal(err)
		}
		if cl.Identity() != "https://login.test/id/00D/005" {
			t.Errorf("identity %q", cl.Identity())
		}
	}
}

func TestTokenEndpointErrorsAreTypedAndDefinite(t *testing.T) {
	for _, tc := range []struct {
		name   string
		answer httpmock.Responder
		kind   adapter.Kind
	}{
		{"400", httpmock.NewStringResponder(400, `{"error":"invalid_client","error_description":"no `+secret+`"}`), adapter.Unauthorized},
		{"401", httpmock.NewStringResponder(401, ""), adapter.Unauthorized},
		{"403", httpmock.NewStringResponder(403, "<html>"), adapter.Unauthorized},
		{"429", httpmock.NewStringResponder(429, ""), adapter.Limited},
		{"503", httpmock.NewStringResponder(503, ""), adapter.Unavailable},
		{"lost", httpmock.NewErrorResponder(errors.New("reset")), adapter.Unavailable},
		{"not JSON", status200("<html>"), adapter.Malformed},
		{"no token", status200(`{"access_token":""}`), adapter.Malformed},
		{"token that breaks a header", status200(`{"access_token":"a\nb"}`), adapter.Malformed},
		{"cut", cut(200, `{"access_`), adapter.Unavailable},
	} {
		mt := httpmock.NewMockTransport()
		mt.RegisterResponder("POST", tokenURL, tc.answer)
		_, err := client(t, mt).Do(t.Context(), &wire.Call{Method: "POST", Path: "/record", Write: true})
		e := adapter.As(err)
		if err == nil || e.Kind != tc.kind || e.Indefinite {
			t.Errorf("%s: %v, indefinite %v, expected %v", tc.name, err, e.Indefinite, tc.kind)
		}
		if strings.Contains(e.Error(), secret) {
			t.Errorf("%s: the error holds the secret: %v", tc.name, e)
		}
		if tc.name == "400" && e.Code != "invalid_client" {
			t.Errorf("code %q", e.Code)
		}
	}
}

// gaveUp is a Flight whose leader was cancelled.
type gaveUp struct{ calls int }

func (g *gaveUp) Do(_ string, fn func() (string, error)) (string, error) {
	if g.calls++; g.calls == 1 {
		return "", &adapter.Error{Kind: adapter.Unavailable, Err: context.Canceled}
	}
	return fn()
}

func TestWhoWaitedForACancelledRefreshAsksForItself(t *testing.T) {
	mt := httpmock.NewMockTransport()
	tokens(mt, "T1")
	mt.RegisterResponder("GET", apiURL, status200("fine"))
	cl := client(t, mt, func(c *adapter.Config, _ *wire.TokenRequest) { c.Flight = &gaveUp{} })
	if _, err := cl.Do(t.Context(), &wire.Call{Method: "GET", Path: "/record"}); err != nil {
		t.Error(err)
	}
}

// landing is a Flight that lets another call begin when the first refresh has
// landed, and before its callers have heard of it.
type landing struct{ then func() }

func (l *landing) Do(_ string, fn func() (string, error)) (string, error) {
	text, err := fn()
	if then := l.then; then != nil {
		l.then = nil
		then()
	}
	return text, err
}

// TestRL5WhoComesAsARefreshLandsAsksForNoOther: the token is there for it.
func TestRL5WhoComesAsARefreshLandsAsksForNoOther(t *testing.T) {
	mt := httpmock.NewMockTransport()
	tokens(mt, "T1", "T2")
	mt.RegisterResponder("GET", apiURL, status200("fine"))
	l := &landing{}
	cl := client(t, mt, func(c *adapter.Config, _ *wire.TokenRequest) { c.Flight = l })
	read := func() {
		if _, err := cl.Do(t.Context(), &wire.Call{Method: "GET", Path: "/record"}); err != nil {
			t.Error(err)
		}
	}
	l.then = read
	read()
	if n := mt.GetCallCountInfo()["POST "+tokenURL]; n != 1 {
		t.Errorf("two calls asked for %d tokens", n)
	}
}

// late is a Flight that one joins when the refresh before has landed.
type late struct{ before func() }

func (l *late) Do(_ string, fn func() (string, error)) (string, error) {
	if before := l.before; before != nil {
		l.before = nil
		before()
	}
	return fn()
}

// TestRL5WhoMissedAFlightTakesWhatItBrought: no second token is asked for.
func TestRL5WhoMissedAFlightTakesWhatItBrought(t *testing.T) {
	mt := httpmock.NewMockTransport()
	tokens(mt, "T1", "T2")
	mt.RegisterResponder("GET", apiURL, status200("fine"))
	l := &late{}
	cl := client(t, mt, func(c *adapter.Config, _ *wire.TokenRequest) { c.Flight = l })
	read := func() {
		if _, err := cl.Do(t.Context(), &wire.Call{Method: "GET", Path: "/record"}); err != nil {
			t.Error(err)
		}
	}
	l.before = read
	read()
	if n := mt.GetCallCountInfo()["POST "+tokenURL]; n != 1 {
		t.Errorf("two calls asked for %d tokens", n)
	}
}
