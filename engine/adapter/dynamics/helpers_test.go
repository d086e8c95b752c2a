package dynamics_test

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
)

// regexpOf matches every address that begins with one.
func regexpOf(address string) *regexp.Regexp {
	return regexp.MustCompile("^" + regexp.QuoteMeta(address))
}

func textOf(t *testing.T, r *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// answering is an adapter whose system has one answer to everything.
func answering(t testing.TB, status int, body string) adapter.System {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterNoResponder(httpmock.NewStringResponder(status, body).HeaderSet(http.Header{"Content-Type": {"application/json"}}))
	return s
}

// typed fails unless an error is an *adapter.Error without our secret.
func typed(t *testing.T, err error) {
	t.Helper()
	var e *adapter.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%T is not an *adapter.Error: %v", err, err)
	}
	if err != nil && strings.Contains(err.Error(), canary) {
		t.Fatalf("the error holds a secret: %v", err)
	}
}
