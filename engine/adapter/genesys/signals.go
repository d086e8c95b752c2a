package genesys

import (
	"net/http"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// Signals implements adapter.Signals: 429 with Retry-After in seconds, and
// inin-ratelimit-count, -allowed and -reset (seconds) on every answer.
func Signals(res *http.Response) adapter.Signal {
	s := adapter.Signal{
		Limited:    res.StatusCode == http.StatusTooManyRequests,
		RetryAfter: wire.RetryAfter(res.Header),
		Allowed:    wire.Count(res.Header, "Inin-Ratelimit-Allowed"),
		Remaining:  -1,
		Reset:      wire.Seconds(res.Header, "Inin-Ratelimit-Reset"),
	}
	if used := wire.Count(res.Header, "Inin-Ratelimit-Count"); used >= 0 && s.Allowed >= 0 {
		s.Remaining = max(s.Allowed-used, 0)
	}
	return s
}
