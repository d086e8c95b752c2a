package mocks

import (
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// MaxBody bounds the body of every request, in bytes (SE-2).
const MaxBody = 1 << 20

// Handler serves s over real HTTP: bodies are bounded, requests are taken one
// after the other, and each gets the next Call number. No answer is held back:
// a long poll ends at once. clock is the system's own clock.
func Handler(s System, clock func() time.Time) http.Handler {
	return HandlerLocked(s, &sync.Mutex{}, clock)
}

// HandlerLocked is Handler for a system that others use at the same time:
// they hold mu while they do.
func HandlerLocked(s System, mu sync.Locker, clock func() time.Time) http.Handler {
	return &handler{system: s, mu: mu, clock: clock}
}

type handler struct {
	system System
	mu     sync.Locker
	clock  func() time.Time
	calls  uint64
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// One byte more than the bound tells a full body from one too long.
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		http.Error(w, "the request body could not be read", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	resp := h.handle(r, body)
	h.mu.Unlock()

	header := w.Header()
	for name, values := range resp.Header {
		header[name] = values
	}
	w.WriteHeader(resp.Status)
	// The client may be gone; there is nobody left to tell.
	_, _ = w.Write(resp.Body)
}

func (h *handler) handle(r *http.Request, body []byte) *Response {
	now := h.clock()
	if len(body) > MaxBody {
		return TooLarge(now)
	}
	h.calls++
	return settled(h.system, now, h.system.Handle(now, &Request{
		Method: r.Method,
		Path:   r.URL.EscapedPath(),
		Query:  r.URL.Query(),
		Header: r.Header,
		Body:   body,
		Call:   h.calls,
	}))
}

// TooLarge is the answer to a body over MaxBody: it comes from the gateway in
// front of a vendor, and so has no vendor's form.
func TooLarge(now time.Time) *Response {
	return &Response{
		Status: http.StatusRequestEntityTooLarge,
		Header: http.Header{
			"Content-Type": {"text/plain; charset=utf-8"},
			"Date":         {HTTPDate(now)},
			"Connection":   {"close"},
		},
		Body: []byte("request body exceeds " + strconv.Itoa(MaxBody) + " bytes\n"),
	}
}

// HTTPDate is the instant in the form of the Date and Retry-After headers.
// Every answer has one, so that it is written without the general formatter.
func HTTPDate(now time.Time) string {
	now = now.UTC()
	year, month, day := now.Date()
	if year < 1000 || year > 9999 {
		return now.Format(http.TimeFormat)
	}
	hour, minute, second := now.Clock()
	b := make([]byte, 0, len(http.TimeFormat))
	b = append(b, now.Weekday().String()[:3]...)
	b = append(b, ", "...)
	b = append(twoDigits(b, day), ' ')
	b = append(b, month.String()[:3]...)
	b = append(b, ' ')
	b = twoDigits(twoDigits(b, year/100), year%100)
	b = append(twoDigits(append(b, ' '), hour), ':')
	b = append(twoDigits(b, minute), ':')
	return string(append(twoDigits(b, second), " GMT"...))
}

func twoDigits(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
