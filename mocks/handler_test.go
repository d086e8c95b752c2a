package mocks

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// echo is a System that only handles.
type echo struct {
	System
	calls []uint64
}

func (e *echo) Handle(now time.Time, r *Request) *Response {
	e.calls = append(e.calls, r.Call)
	return &Response{
		Status: http.StatusTeapot,
		Header: http.Header{"X-Seen": {r.Method + " " + r.Path + " " + r.Query.Get("q") + " " + string(r.Body)}, "Date": {HTTPDate(now)}},
		Body:   []byte("short and stout"),
	}
}

func TestHTTPDateIsThatOfTheStandardLibrary(t *testing.T) {
	at := time.Date(2024, 2, 28, 23, 59, 59, 5, time.FixedZone("", 3600))
	for range 5000 {
		if got, want := HTTPDate(at), at.UTC().Format(http.TimeFormat); got != want {
			t.Fatalf("%s, expected %s", got, want)
		}
		at = at.Add(17*time.Hour + 61*time.Second)
	}
	if early := time.Date(7, 1, 2, 3, 4, 5, 6, time.UTC); HTTPDate(early) != early.Format(http.TimeFormat) {
		t.Error("a year of one digit")
	}
}

func TestHandlerPassesTheRequestOn(t *testing.T) {
	e := &echo{}
	h := Handler(e, func() time.Time { return noon })
	for range 2 {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest("PUT", "/a%2Fb?q=1", strings.NewReader("body")))
		if rec.Code != http.StatusTeapot || rec.Body.String() != "short and stout" {
			t.Errorf("answer %d %q", rec.Code, rec.Body)
		}
		if got := rec.Header().Get("X-Seen"); got != "PUT /a%2Fb 1 body" {
			t.Errorf("the system saw %q", got)
		}
		if got := rec.Header().Get("Date"); got != "Mon, 02 Mar 2026 12:00:00 GMT" {
			t.Errorf("Date is %q", got)
		}
	}
	if len(e.calls) != 2 || e.calls[0] != 1 || e.calls[1] != 2 {
		t.Errorf("call numbers %v", e.calls)
	}
}

func TestHandlerBoundsBodies(t *testing.T) {
	e := &echo{}
	h := Handler(e, func() time.Time { return noon })
	for size, want := range map[int]int{MaxBody: http.StatusTeapot, MaxBody + 1: http.StatusRequestEntityTooLarge} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", size))))
		if rec.Code != want {
			t.Errorf("a body of %d bytes got %d, want %d", size, rec.Code, want)
		}
	}
	if len(e.calls) != 1 {
		t.Errorf("the system saw %d requests, want only the one that fits", len(e.calls))
	}
}
