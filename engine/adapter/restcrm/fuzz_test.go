package restcrm_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
)

// FuzzAnswers: whatever the system answers, each call ends in a value that can
// be worked with or in an *adapter.Error, and no error repeats our secret.
func FuzzAnswers(f *testing.F) {
	for _, status := range []int{200, 400, 404, 429, 500} {
		for _, body := range []string{ada, `{"changes":[{"sequence":4,"id":"k1","deleted":false,"updated_by":"sam"}],"next_cursor":"4","more":true}`, `{"code":"validation_failed","field":"last_name","detail":"no"}`, `{"contacts":[{"id":"k1"}]}`, "", "null", `{"id":`} {
			f.Add(status, body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		s := answering(t, status, body)
		r, err := s.Read(t.Context(), "x1")
		typed(t, err)
		if err == nil && r.ID == "" {
			t.Fatalf("a record without an id was read from %q", body)
		}
		found, err := s.Find(t.Context(), "o1")
		typed(t, err)
		if len(found) > 10 {
			t.Fatalf("found %d records, of at most 10", len(found))
		}
		_, err = s.Describe(t.Context())
		typed(t, err)
		page, err := s.(adapter.Feed).Changes(t.Context(), "", 10)
		typed(t, err)
		for _, c := range page.Changed {
			if c.ID == "" {
				t.Fatalf("a change without an id from %q", body)
			}
		}
		_, err = s.Update(t.Context(), "x1", adapter.Write{Version: 2, SetVersion: true, Fields: []adapter.FieldValue{{Index: 0, Value: str("x")}}})
		typed(t, err)
		steps, err := s.(adapter.Provisioner).Plan(t.Context())
		typed(t, err)
		for _, step := range steps {
			if step.Manual == "" && step.Blocked == "" {
				typed(t, s.(adapter.Provisioner).Apply(t.Context(), step))
			}
		}
		_, err = s.(adapter.Inspector).Inspect(t.Context(), true)
		typed(t, err)
		typed(t, s.Delete(t.Context(), "x1", adapter.Precondition{}))
	})
}

// FuzzCursor: a cursor that is not the feed's own is refused before anything
// is asked with it, or handed to the system that knows; one that was accepted
// leads to another that is accepted.
func FuzzCursor(f *testing.F) {
	for _, c := range []string{"", "4", "n 9&limit=0", "\x00"} {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := answering(t, 200, page)
		c := adapter.Cursor(text)
		if r, ok := s.(adapter.Rewinder); ok {
			c = r.Rewind(c, time.Minute)
		}
		p, err := s.(adapter.Feed).Changes(t.Context(), c, 10)
		if err != nil {
			if typed(t, err); adapter.As(err).Kind != adapter.Malformed {
				t.Fatalf("cursor %q: %v", text, err)
			}
			return
		}
		if _, err := s.(adapter.Feed).Changes(t.Context(), p.Next, 10); err != nil {
			t.Fatalf("after cursor %q comes %q, which is refused: %v", text, p.Next, err)
		}
	})
}

const page = `{"changes":[{"sequence":4,"id":"k1","deleted":false,"updated_by":"sam"}],"next_cursor":"4","more":true}`

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
