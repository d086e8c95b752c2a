package host

import (
	"context"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// wait holds a request until the mock that took it has its answer; nil if the
// client has gone. When the host ends, every answer that waits is given.
func (h *Host) wait(ctx context.Context, by mocks.System, held uint64) *mocks.Response {
	if !h.sockets.begin() {
		h.abandon(by, held)
		return h.unavailable()
	}
	defer h.sockets.end()
	over := false
	for {
		res, moved := h.resume(by, held, over)
		if res != nil {
			return res
		}
		select {
		case <-moved:
		case <-h.sockets.ending:
			over = true
		case <-ctx.Done():
			h.abandon(by, held)
			return nil
		}
	}
}

// resume asks for the answer to a held request; moved is closed when it may
// have come. A mock that was reset or restored has no more to say to those who
// wait for it.
func (h *Host) resume(by mocks.System, held uint64, over bool) (res *mocks.Response, moved <-chan struct{}) {
	_ = h.see(func(now time.Time, s mocks.System) error {
		moved = h.moved
		holding, ok := by.(mocks.Holding)
		if !ok {
			res = h.unavailable()
			return nil
		}
		if res = holding.Resume(now, held, over || s != by); res != nil {
			h.dirty = true
		}
		return nil
	})
	return res, moved
}

func (h *Host) abandon(by mocks.System, held uint64) {
	_ = h.do(func(now time.Time, s mocks.System) error {
		if holding, ok := s.(mocks.Holding); ok && s == by {
			holding.Abandon(now, held)
		}
		return nil
	})
}

// unavailable is the answer where there is none to be had.
func (h *Host) unavailable() *mocks.Response {
	return &mocks.Response{
		Status: http.StatusServiceUnavailable, Header: http.Header{"Date": {mocks.HTTPDate(h.clock.Now())}},
	}
}
