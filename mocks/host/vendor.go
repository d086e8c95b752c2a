package host

import (
	"io"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// Vendor is the system's own surface. Bodies are bounded; the mock takes one
// request after the other, and knows how many are in progress. A mock that
// pushes does so over websockets.
func (h *Host) Vendor() http.Handler { return http.HandlerFunc(h.serveVendor) }

func (h *Host) serveVendor(w http.ResponseWriter, r *http.Request) {
	if h.wantsSocket(r) {
		h.serveSocket(w, r)
		return
	}
	flight := h.flights.begin()
	defer h.flights.end(flight)
	// One byte more than the bound tells a full body from one too long.
	body, err := io.ReadAll(io.LimitReader(r.Body, mocks.MaxBody+1))
	if err != nil {
		http.Error(w, "the request body could not be read", http.StatusBadRequest)
		return
	}
	res, system, latency := h.handle(r, body)
	if res.Held != 0 {
		h.flights.end(flight) // a poll that waits is no request in progress
		if res = h.wait(r.Context(), system, res.Held); res == nil {
			return
		}
	}
	if latency > 0 {
		timer := time.NewTimer(latency)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return
		}
	}
	send(w, res)
}

func send(w http.ResponseWriter, res *mocks.Response) {
	header := w.Header()
	for name, values := range res.Header {
		header[name] = values
	}
	w.WriteHeader(res.Status)
	// The client may be gone; there is nobody left to tell.
	_, _ = w.Write(res.Body)
}

func (h *Host) handle(r *http.Request, body []byte) (res *mocks.Response, by mocks.System, latency time.Duration) {
	_ = h.do(func(now time.Time, s mocks.System) error {
		latency, by = h.latency, s
		if len(body) > mocks.MaxBody {
			res = mocks.TooLarge(now)
			return nil
		}
		h.calls++
		s.Faults().InProgress, s.Faults().LongRunning = h.flights.count()
		res = s.Handle(now, &mocks.Request{
			Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.Query(), Header: r.Header, Body: body, Call: h.calls,
		})
		return nil
	})
	return res, by, latency
}
