package dynamics

import (
	"net/http"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// remainingHeader counts down the requests of a user's window.
const remainingHeader = "X-Ms-Ratelimit-Burst-Remaining-Xrm-Requests"

// Signals implements adapter.Signals: a 429 in any of its three forms, with
// Retry-After in seconds, and what the header says is left. Of how many it is
// left no header tells, and Allowed and Reset stay unknown.
func Signals(res *http.Response) adapter.Signal {
	return adapter.Signal{
		Limited:    res.StatusCode == http.StatusTooManyRequests,
		RetryAfter: wire.RetryAfter(res.Header),
		Allowed:    -1,
		Remaining:  wire.Count(res.Header, remainingHeader),
		Reset:      -1,
	}
}
