package check

import (
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// limited says that an answer is a vendor's limit signal (RL-1).
func limited(e *trace.Event) bool {
	return e.Status == 429 || e.Code != "" && strings.Contains(e.Code, "REQUEST_LIMIT_EXCEEDED")
}

// retryAfter reads a Retry-After header as seconds or as an HTTP date, which
// counts from the response's own Date. ok is false where the header asks for
// nothing that can be obeyed.
func retryAfter(header, date string) (time.Duration, bool) {
	header = strings.TrimSpace(header)
	if header == "" {
		return 0, false
	}
	if n, err := strconv.ParseInt(header, 10, 64); err == nil {
		const most = int64(10 * 365 * 24 * 3600)
		if n < 0 {
			return 0, false
		}
		return time.Duration(min(n, most)) * time.Second, true
	}
	until, err := time.Parse(time.RFC1123, header)
	if err != nil {
		return 0, false
	}
	from, err := time.Parse(time.RFC1123, date)
	if err != nil || !until.After(from) {
		return 0, false
	}
	return until.Sub(from), true
}
