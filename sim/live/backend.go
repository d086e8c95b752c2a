package live

import (
	"io"
	"net/http"
	"strconv"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
)

// backend serves one mock.
type backend struct {
	w    *world
	side mapping.Side
}

// ServeHTTP implements http.Handler.
func (b *backend) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if wantsSocket(r) {
		b.w.serveSocket(out, r)
		return
	}
	// One byte more than the bound tells a full body from one too long.
	body, err := io.ReadAll(io.LimitReader(r.Body, mocks.MaxBody+1))
	if err != nil {
		panic(http.ErrAbortHandler) // the request was cut on its way
	}
	answer := b.handle(r, body)
	header := out.Header()
	for name, values := range answer.Header {
		header[name] = values
	}
	out.WriteHeader(answer.Status)
	// The client may be gone; there is nobody left to tell.
	_, _ = out.Write(answer.Body)
}

func (b *backend) handle(r *http.Request, body []byte) *mocks.Response {
	w := b.w
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.shows(b.side)
	if len(body) > mocks.MaxBody {
		return mocks.TooLarge(now)
	}
	call, _ := strconv.ParseUint(r.Header.Get(callHeader), 10, 64)
	r.Header.Del(callHeader)
	x := w.exchanges[call]
	request := &mocks.Request{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.Query(), Header: r.Header, Body: body, Call: call,
	}
	if x != nil {
		request.Cause = x.sent
	}
	mock := w.stage.Mock(b.side)
	mock.Advance(now)
	mock.Faults().InProgress = w.inUse[b.side]
	answer := mocks.Settled(mock, now, mock.Handle(now, request))
	w.stir(b.side)
	if x != nil {
		x.handled = true
		if x.answerDue {
			w.stalls(x)
		}
	}
	return answer
}
