package wire_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

const (
	tokenURL = "https://login.test/token"
	apiURL   = "https://api.test/record"
	secret   = "s3cret/of+the client"
)

func client(t *testing.T, mt *httpmock.MockTransport, change ...func(*adapter.Config, *wire.TokenRequest)) *wire.Client {
	t.Helper()
	c := adapter.Config{
		BaseURL: "https://api.test/", ClientID: "engine", ClientSecret: secret,
		WebhookSecret: "hook-secret", HTTP: &http.Client{Transport: mt}, MaxBody: 1000,
	}
	tr := wire.TokenRequest{URL: tokenURL, ClientID: c.ClientID, Secret: c.ClientSecret}
	for _, f := range change {
		f(&c, &tr)
	}
	refine := func(e *adapter.Error, _ *wire.Call, body []byte) { e.Code, e.Message = "vendor", string(body) }
	cl, err := wire.NewClient(c, tr, refine, http.Header{"X-Fixed": {"yes"}})
	if err != nil {
		t.Fatal(err)
	}
	return cl
}

func tokens(mt *httpmock.MockTransport, names ...string) {
	var r httpmock.Responder
	for _, name := range names {
		next := httpmock.NewStringResponder(200, `{"access_token":"`+name+`","token_type":"bearer","expires_in":1}`)
		if r == nil {
			r = next
		} else {
			r = r.Then(next)
		}
	}
	mt.RegisterResponder("POST", tokenURL, r)
}

func TestTheCallCarriesItsHeadersAndToken(t *testing.T) {
	mt := httpmock.NewMockTransport()
	tokens(mt, "T1")
	mt.RegisterResponder("PATCH", apiURL, func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		for name, want := range map[string]string{
			"Authorization": "Bearer T1", "X-Fixed": "yes", "If-Match": `"7"`, "Content-Type": "application/merge-patch+json",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s is %q, expected %q", name, got, want)
			}
		}
		if string(body) != "{}" {
			t.Errorf("body %q", body)
		}
		return httpmock.NewStringResponse(200, `{"ok":1}`), nil
	})
	cl := client(t, mt)
	res, err := cl.Do(t.Context(), &wire.Call{
		Method: "PATCH", Path: "/record", Body: []byte("{}"),
		ContentType: "application/merge-patch+json", IfMatch: `"7"`, Write: true,
	})
	if err != nil || string(res.Body) != `{"ok":1}` {
		t.Fatalf("%v, %v", res, err)
	}
}

// brokenBody ends with an error after a part of its content.
type brokenBody struct{ io.Reader }

func (brokenBody) Close() error { return nil }

func cut(status int, text string) httpmock.Responder {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Header: http.Header{}, ContentLength: -1,
			Body: brokenBody{io.MultiReader(strings.NewReader(text), failing{})},
		}, nil
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestEV7FailuresAreDefiniteOrIndefinite(t *testing.T) {
	status := func(s int) httpmock.Responder { return httpmock.NewStringResponder(s, "words") }
	for _, tc := range []struct {
		name   string
		answer httpmock.Responder
		kind   adapter.Kind
		write  bool // a write is left indefinite
	}{
		{"never sent", httpmock.NewErrorResponder(&adapter.NotSent{Err: errors.New("refused")}), adapter.Unavailable, false},
		{"answer lost", httpmock.NewErrorResponder(errors.New("reset")), adapter.Unavailable, true},
		{"deadline", httpmock.NewErrorResponder(context.DeadlineExceeded), adapter.Unavailable, true},
		{"500", status(500), adapter.Unavailable, true},
		{"503", status(503), adapter.Unavailable, true},
		{"408", status(408), adapter.Unavailable, true},
		{"429", status(429), adapter.Limited, false},
		{"400", status(400), adapter.Invalid, false},
		{"422", status(422), adapter.Invalid, false},
		{"403", status(403), adapter.Forbidden, false},
		{"404", status(404), adapter.NotFound, false},
		{"410", status(410), adapter.NotFound, false},
		{"409", status(409), adapter.Conflict, false},
		{"412", status(412), adapter.Conflict, false},
		{"423", status(423), adapter.Unavailable, false},
		{"redirect", status(307), adapter.Malformed, false},
		{"success cut short", cut(200, `{"id":`), adapter.Unavailable, true},
		{"refusal cut short", cut(404, `{"id":`), adapter.NotFound, false},
		{"limit cut short", cut(429, `{"id":`), adapter.Limited, false},
		{"success too large", status200(strings.Repeat("x", 1001)), adapter.Malformed, true},
	} {
		for _, write := range []bool{false, true} {
			mt := httpmock.NewMockTransport()
			tokens(mt, "T1")
			mt.RegisterResponder("POST", apiURL, tc.answer)
			_, err := client(t, mt).Do(t.Context(), &wire.Call{Method: "POST", Path: "/record", Write: write})
			e := adapter.As(err)
			if err == nil || e.Kind != tc.kind || e.Indefinite != (write && tc.write) {
				t.Errorf("%s, write %v: kind %v, indefinite %v, expected %v, %v", tc.name, write, e.Kind, e.Indefinite, tc.kind, write && tc.write)
			}
		}
	}
}

func status200(body string) httpmock.Responder { return httpmock.NewStringResponder(200, body) }

func TestABodyOfExactlyTheLimitIsRead(t *testing.T) {
	mt := httpmock.NewMockTransport()
	tokens(mt, "T1")
	mt.RegisterResponder("GET", apiURL, status200(strings.Repeat("x", 1000)))
	res, err := client(t, mt).Do(t.Context(), &wire.Call{Method: "GET", Path: "/record"})
	if err != nil || len(res.Body) != 1000 {
		t.Fatalf("%d bytes, %v", len(res.Body), err)
	}
}

func TestRetryAfterReachesTheError(t *testing.T) {
	mt := httpmock.NewMockTransport()
	tokens(mt, "T1")
	mt.RegisterResponder("GET", apiURL, httpmock.NewStringResponder(429, "").HeaderSet(http.Header{"Retry-After": {"7"}}))
	_, err := client(t, mt).Do(t.Context(), &wire.Call{Method: "GET", Path: "/record"})
	if e := adapter.As(err); e.RetryAfter != 7*time.Second {
		t.Errorf("RetryAfter is %v", e.RetryAfter)
	}
}

func TestSE1ErrorsHoldNoSecretAndAreShort(t *testing.T) {
	mt := httpmock.NewMockTransport()
	tokens(mt, "the-token")
	leak := "line one\nBearer the-token\t" + secret + " ZW5naW5lOnMzY3JldC9vZit0aGUgY2xpZW50 s3cret%2Fof%2Bthe+client hook-secret\x00" + strings.Repeat("é", 300)
	mt.RegisterResponder("GET", apiURL, httpmock.NewStringResponder(400, leak))
	_, err := client(t, mt).Do(t.Context(), &wire.Call{Method: "GET", Path: "/record"})
	e := adapter.As(err)
	for _, word := range []string{"the-token", "s3cret", "hook-secret", "ZW5naW5l", "\n", "\t", "\x00"} {
		if strings.Contains(e.Error(), word) {
			t.Errorf("the error holds %q: %q", word, e.Error())
		}
	}
	if len(e.Message) > wire.MaxMessage || !strings.HasPrefix(e.Message, "line one Bearer [redacted]") {
		t.Errorf("message of %d bytes: %q", len(e.Message), e.Message)
	}
}

func TestTheConfigurationIsChecked(t *testing.T) {
	good := adapter.Config{BaseURL: "https://api.test", HTTP: http.DefaultClient}
	for name, change := range map[string]func(*adapter.Config, *wire.TokenRequest){
		"no client":   func(c *adapter.Config, _ *wire.TokenRequest) { c.HTTP = nil },
		"no base":     func(c *adapter.Config, _ *wire.TokenRequest) { c.BaseURL = "" },
		"not http":    func(c *adapter.Config, _ *wire.TokenRequest) { c.BaseURL = "ftp://api.test" },
		"no token":    func(_ *adapter.Config, r *wire.TokenRequest) { r.URL = "/token" },
		"unparseable": func(c *adapter.Config, _ *wire.TokenRequest) { c.BaseURL = "https://a b" },
	} {
		c, r := good, wire.TokenRequest{URL: tokenURL}
		change(&c, &r)
		if _, err := wire.NewClient(c, r, nil, nil); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
