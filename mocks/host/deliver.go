package host

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// answerMax bounds what is read of a webhook's answer: its status says all.
const answerMax = 64 << 10

// deliver sends one webhook and tells the mock how it went.
func (h *Host) deliver(ctx context.Context, d mocks.Delivery) {
	status := h.post(ctx, d)
	if ctx.Err() != nil && status == 0 {
		return // the host ends, and not the vendor's patience
	}
	// The answer belongs to the mock that sent the webhook: one that was reset
	// or restored meanwhile has no such delivery, and its retry does no harm.
	_ = h.do(func(now time.Time, s mocks.System) error {
		s.Answered(now, d, status)
		return nil
	})
}

// post returns the HTTP status, 0 for none.
func (h *Host) post(ctx context.Context, d mocks.Delivery) int {
	e := trace.Event{On: h.options.On, Record: d.Record, Notice: d.Notice, Attempt: int32(d.Attempt), Cause: d.Cause}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return h.missed(e, err)
	}
	req.Header = d.Header.Clone()
	e.Kind = trace.Deliver
	e.Cause = h.log.Emit(e)
	res, err := h.options.Client.Do(req)
	if err != nil {
		return h.missed(e, err)
	}
	defer func() { _ = res.Body.Close() }()
	// The connection is used again if the answer is read; what it says is of no interest.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, answerMax))
	e.Kind, e.Status = trace.Ack, int16(res.StatusCode)
	h.log.Emit(e)
	return res.StatusCode
}

func (h *Host) missed(e trace.Event, err error) int {
	e.Kind, e.Text = trace.Missed, err.Error()
	h.log.Emit(e)
	return 0
}
