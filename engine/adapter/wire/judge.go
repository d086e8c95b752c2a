package wire

import (
	"errors"
	"net/http"

	"github.com/syncproof/syncproof/engine/adapter"
)

// judge says what an answer means, nil for success. What is Indefinite
// follows EV-7: of a write only an answer below 500, or the certainty that
// nothing was sent, tells that it did not happen.
func (c *Client) judge(call *Call, a answer, g Grant) error {
	e := classify(call.Write, a)
	if e == nil {
		return nil
	}
	if a.err == nil && a.cut == nil && c.refine != nil {
		c.refine(e, call, a.body)
	}
	if e.Kind == adapter.Limited || e.Kind == adapter.Unavailable {
		e.RetryAfter = max(RetryAfter(a.header), 0)
	}
	c.redact.clean(e, g.Access)
	return e
}

func classify(write bool, a answer) *adapter.Error {
	if a.err != nil {
		var unsent *adapter.NotSent
		return &adapter.Error{
			Kind:       adapter.Unavailable,
			Indefinite: write && !errors.As(a.err, &unsent),
			Err:        a.err,
		}
	}
	e := &adapter.Error{Status: a.status, Kind: kindOf(a.status)}
	switch {
	case a.status >= 500:
		e.Indefinite = write
	case a.status == http.StatusRequestTimeout:
		e.Indefinite = write
	case a.status >= 300:
		// A refusal, whether or not its body arrived.
	case a.cut == nil:
		return nil
	case errors.Is(a.cut, errTooLarge):
		e.Kind, e.Indefinite, e.Err = adapter.Malformed, write, a.cut
	default:
		e.Kind, e.Indefinite, e.Err = adapter.Unavailable, write, a.cut
	}
	return e
}

func kindOf(status int) adapter.Kind {
	switch {
	case status >= 500, status == http.StatusRequestTimeout:
		return adapter.Unavailable
	case status < 400:
		return adapter.Malformed
	}
	switch status {
	case http.StatusUnauthorized:
		return adapter.Unauthorized
	case http.StatusForbidden:
		return adapter.Forbidden
	case http.StatusNotFound, http.StatusGone:
		return adapter.NotFound
	case http.StatusConflict, http.StatusPreconditionFailed:
		return adapter.Conflict
	case http.StatusTooManyRequests:
		return adapter.Limited
	case http.StatusLocked, http.StatusTooEarly:
		return adapter.Unavailable
	}
	return adapter.Invalid
}

// Misread is the error for an answer below 300 that could not be understood.
// After a write it is indefinite: the write did happen, but nobody knows what
// the record is now.
func Misread(call *Call, res *Response, cause error) error {
	return &adapter.Error{Kind: adapter.Malformed, Indefinite: call.Write, Status: res.Status, Err: cause}
}
