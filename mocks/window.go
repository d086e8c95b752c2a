package mocks

import "time"

// Window counts requests in fixed windows: one begins with the first request
// after the last has ended.
type Window struct {
	start time.Time
	used  int
}

// Usage is what a window held after a request was counted.
type Usage struct {
	Allowed int
	Used    int           // this request included, refused ones too
	Reset   time.Duration // to the window's end, never negative
}

// Remaining is how many more requests fit.
func (u Usage) Remaining() int { return max(0, u.Allowed-u.Used) }

// ResetSeconds is Reset in whole seconds, rounded up: a client that waits so
// long finds a new window.
func (u Usage) ResetSeconds() int {
	return int((u.Reset + time.Second - 1) / time.Second)
}

// Take counts one request and reports whether it fits. A quota without
// requests or length refuses nothing. The quota may change between calls: the
// running window keeps its beginning and its count.
func (w *Window) Take(now time.Time, q Quota) (Usage, bool) {
	if q.Requests <= 0 || q.Per <= 0 {
		return Usage{}, true
	}
	if !w.runs(now, q) {
		w.start, w.used = now, 0
	}
	w.used++
	return Usage{Allowed: q.Requests, Used: w.used, Reset: w.start.Add(q.Per).Sub(now)}, w.used <= q.Requests
}

// runs reports whether the window has begun and not ended. A clock that was
// set back begins a new one: a vendor's counter would be keyed by a time that
// has not come yet.
func (w *Window) runs(now time.Time, q Quota) bool {
	return !w.start.IsZero() && !now.Before(w.start) && now.Sub(w.start) < q.Per
}
