package restcrm

import (
	"net/http"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// Signals implements adapter.Signals: 429 with Retry-After, and
// X-RateLimit-Limit, -Remaining and -Reset (seconds) on every answer.
func Signals(res *http.Response) adapter.Signal {
	return adapter.Signal{
		Limited:    res.StatusCode == http.StatusTooManyRequests,
		RetryAfter: wire.RetryAfter(res.Header),
		Allowed:    wire.Count(res.Header, "X-Ratelimit-Limit"),
		Remaining:  wire.Count(res.Header, "X-Ratelimit-Remaining"),
		Reset:      wire.Seconds(res.Header, "X-Ratelimit-Reset"),
	}
}
