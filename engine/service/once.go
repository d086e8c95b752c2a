package service

import (
	"io"
	"net/http"
)

// once is a request that the standard transport sends no second time. By
// itself it repeats a GET whose kept connection broke before the answer, behind
// the back of the core: no gate was asked (RL-1), and no backoff waited for
// (EV-3). It does so only for a request that it takes to have no body.
func once(req *http.Request) *http.Request {
	if req.Body == nil || req.Body == http.NoBody {
		req.Body = empty{}
	}
	req.GetBody = nil
	return req
}

// empty is a body without content that is not http.NoBody. The transport finds
// out by reading, and sends no length and no encoding for it.
type empty struct{}

// Read implements io.Reader.
func (empty) Read([]byte) (int, error) { return 0, io.EOF }

// Close implements io.Closer.
func (empty) Close() error { return nil }
