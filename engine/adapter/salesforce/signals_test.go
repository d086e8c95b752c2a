package salesforce_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/salesforce"
)

const limitBody = `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`

func TestSignals(t *testing.T) {
	unknown := adapter.Signal{RetryAfter: -1, Allowed: -1, Remaining: -1, Reset: -1}
	with := func(f func(*adapter.Signal)) adapter.Signal {
		s := unknown
		f(&s)
		return s
	}
	for _, tc := range []struct {
		name        string
		status      int
		usage, wait string
		body        string
		want        adapter.Signal
	}{
		{"nothing", 200, "", "", "{}", unknown},
		{"usage", 200, "api-usage=18/5000", "", "", with(func(s *adapter.Signal) { s.Allowed, s.Remaining = 5000, 4982 })},
		{"usage of the application too", 200, "per-app-api-usage=17/250(appName=x); api-usage=18/5000", "", "", with(func(s *adapter.Signal) { s.Allowed, s.Remaining = 5000, 4982 })},
		{"overused", 200, "api-usage=5010/5000", "", "", with(func(s *adapter.Signal) { s.Allowed, s.Remaining = 5000, 0 })},
		{"unreadable usage", 200, "api-usage=many", "", "", unknown},
		{"the limit", 403, "", "", limitBody, with(func(s *adapter.Signal) { s.Limited = true })},
		{"another 403", 403, "", "", `[{"errorCode":"INSUFFICIENT_ACCESS","message":"REQUEST_LIMIT_EXCEEDED"}]`, unknown},
		{"a 403 without JSON", 403, "", "", `REQUEST_LIMIT_EXCEEDED`, unknown},
		{"429", 429, "", "9", ``, with(func(s *adapter.Signal) { s.Limited, s.RetryAfter = true, 9*time.Second })},
		{"503", 503, "", "9", ``, with(func(s *adapter.Signal) { s.RetryAfter = 9 * time.Second })},
	} {
		res := &http.Response{StatusCode: tc.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(tc.body))}
		res.Header.Set("Sforce-Limit-Info", tc.usage)
		res.Header.Set("Retry-After", tc.wait)
		if got := salesforce.Signals(res); got != tc.want {
			t.Errorf("%s: %+v, expected %+v", tc.name, got, tc.want)
		}
		if left, err := io.ReadAll(res.Body); err != nil || string(left) != tc.body {
			t.Errorf("%s: the body that is left is %q, %v", tc.name, left, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestSignalsLeaveTheBodyAsItWas(t *testing.T) {
	reset := errors.New("reset")
	long := strings.Repeat("x", 10_000)
	for text, end := range map[string]error{limitBody: reset, long: nil, long + "y": reset} {
		under := io.Reader(strings.NewReader(text))
		if end != nil {
			under = io.MultiReader(under, failing{end})
		}
		body := &closing{Reader: under}
		res := &http.Response{StatusCode: 403, Header: http.Header{}, Body: body}
		salesforce.Signals(res)
		left, err := io.ReadAll(res.Body)
		res.Body.Close()
		if string(left) != text || !errors.Is(err, end) || !body.closed {
			t.Errorf("%d bytes of %d are left, error %v, closed %v", len(left), len(text), err, body.closed)
		}
	}
}

func FuzzSignals(f *testing.F) {
	f.Add(403, "api-usage=18/5000", "5", limitBody)
	f.Add(200, "api-usage=/", "-1", "")
	f.Fuzz(func(t *testing.T, status int, usage, retry, body string) {
		res := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
		res.Header.Set("Sforce-Limit-Info", usage)
		res.Header.Set("Retry-After", retry)
		s := salesforce.Signals(res)
		if s.RetryAfter < -1 || s.Allowed < -1 || s.Remaining < -1 || s.Remaining > max(s.Allowed, -1) {
			t.Fatalf("%+v", s)
		}
		if left, err := io.ReadAll(res.Body); err != nil || string(left) != body {
			t.Fatalf("the body that is left is %q, %v", left, err)
		}
	})
}
