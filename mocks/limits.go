package mocks

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limiter decides whether a request meets a limit. Each key (a token, a
// tenant, a user) has a window of its own. The zero value is ready.
type Limiter struct {
	windows []keyed // by first use: who comes is nearly always the last
}

type keyed struct {
	key string
	Window
}

// limiterKeysMax bounds the windows kept; the oldest key starts afresh.
const limiterKeysMax = 4096

// Limit is the outcome of one request.
type Limit struct {
	Refused    bool
	Throttled  bool   // refused by Faults.Throttle, whatever the quota
	RetryAfter string // the header's text; "" sends none
	Usage      Usage  // of the quota's window; Allowed is 0 where there is no quota
	Headers    bool   // the quota sends remaining-quota headers
}

// Check counts a request of key against the quota in force (see
// Faults.QuotaInForce) and against the throttle.
func (l *Limiter) Check(now time.Time, key string, f *Faults, q Quota) Limit {
	usage, fits := l.window(key).Take(now, q)
	out := Limit{Usage: usage, Headers: q.Headers && usage.Allowed > 0}
	switch {
	case f.Throttle.Hit():
		out.Refused, out.Throttled = true, true
		out.RetryAfter = RetryAfter(f.Throttle.RetryAfter, now, usage.Reset)
	case !fits:
		out.Refused = true
		out.RetryAfter = RetryAfter(q.RetryAfter, now, usage.Reset)
	}
	return out
}

// Clone is an independent copy.
func (l *Limiter) Clone() Limiter { return Limiter{windows: slices.Clone(l.windows)} }

// Print appends the windows that still run under the quota in force. One that
// has ended is as good as none, unless a longer quota comes to life later.
func (l *Limiter) Print(p *Print, q Quota) {
	for i := range l.windows {
		if w := &l.windows[i]; w.runs(p.Now, q) {
			p.Text(w.key)
			p.Int(int64(w.used))
			p.Age(w.start)
		}
	}
	p.Int(-1)
}

func (l *Limiter) window(key string) *Window {
	for i := len(l.windows) - 1; i >= 0; i-- {
		if l.windows[i].key == key {
			return &l.windows[i].Window
		}
	}
	if len(l.windows) >= limiterKeysMax {
		l.windows = l.windows[1:]
	}
	l.windows = append(l.windows, keyed{key: key})
	return &l.windows[len(l.windows)-1].Window
}

// QuotaInForce is the fault's quota, else the configured one, else the vendor's.
func (f *Faults) QuotaInForce(configured, vendor Quota) Quota {
	switch {
	case f.Quota != nil:
		return *f.Quota
	case configured.Requests > 0:
		return configured
	}
	return vendor
}

// RetryAfter renders what Throttle.RetryAfter and Quota.RetryAfter ask for as
// the header's text, "" for no header. reset is the time to the window's end.
//
//	"" or "none"  no header
//	"reset"       whole seconds to the window's end, rounded up
//	"date"        that instant as an HTTP date
//	"date+N"      the HTTP date N seconds after now, which is the response's Date
//	other text    as it stands
func RetryAfter(spec string, now time.Time, reset time.Duration) string {
	switch {
	case spec == "" || spec == "none":
		return ""
	case spec == "reset":
		return strconv.Itoa(Usage{Reset: reset}.ResetSeconds())
	case spec == "date":
		return HTTPDate(now.Add(reset + time.Second - 1))
	case strings.HasPrefix(spec, "date+"):
		if n, err := strconv.Atoi(spec[len("date+"):]); err == nil {
			return HTTPDate(now.Add(time.Duration(n) * time.Second))
		}
	}
	return spec
}

// Hit reports whether a request of this method is answered with the error,
// and counts it.
func (e *ServerError) Hit(method string) bool {
	if e == nil || e.Left < 0 || len(e.Methods) > 0 && !slices.Contains(e.Methods, method) {
		return false
	}
	if e.Left > 0 {
		e.Left--
		if e.Left == 0 {
			e.Left = -1
		}
	}
	return true
}

// StatusOr is the error's status, 503 where none was given.
func (e *ServerError) StatusOr() int {
	if e.Status == 0 {
		return http.StatusServiceUnavailable
	}
	return e.Status
}

// TooMany reports whether the request exceeds the limit of requests in
// progress: the fault's, else the vendor's own (0 for none).
func (f *Faults) TooMany(vendor int) bool {
	limit := f.MaxConcurrent
	if limit == 0 {
		limit = vendor
	}
	return limit > 0 && f.InProgress > limit
}

// Lost reports whether the engine's account has lost a permission.
func (f *Faults) Lost(permission string) bool { return slices.Contains(f.Revoked, permission) }

// DriftOf returns the change that the schema made to a field, the last one if
// there are several.
func (f *Faults) DriftOf(field string) (Drift, bool) {
	for i := len(f.Drift) - 1; i >= 0; i-- {
		if f.Drift[i].Field == field {
			return f.Drift[i], true
		}
	}
	return Drift{}, false
}
