package service

import (
	"net"
	"net/http"
	"sync/atomic"
	"testing"
)

// TestNoRequestIsRepeated: where a kept connection breaks before the answer,
// the request is not sent again behind the core's back.
func TestNoRequestIsRepeated(t *testing.T) {
	var asked atomic.Int32
	s := serveOnce(t, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 1 {
			panic(http.ErrAbortHandler)
		}
		if r.ContentLength != 0 || len(r.TransferEncoding) > 0 {
			t.Errorf("a GET without a body came with length %d and encoding %v", r.ContentLength, r.TransferEncoding)
		}
	})
	transport := newTransport(1)
	defer transport.CloseIdleConnections()
	for i := range 2 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := transport.RoundTrip(once(req))
		if (err != nil) != (i == 1) {
			t.Fatalf("exchange %d ended with %v", i+1, err)
		}
		if err == nil {
			res.Body.Close()
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("2 requests arrived as %d", n)
	}
}

func serveOnce(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return "http://" + l.Addr().String()
}
