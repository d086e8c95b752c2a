package restcrm_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/restcrm"
)

func TestSignals(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status int
		header map[string]string
		want   adapter.Signal
	}{
		{"nothing", 200, nil, adapter.Signal{RetryAfter: -1, Allowed: -1, Remaining: -1, Reset: -1}},
		{"quota", 200, map[string]string{"X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "17"},
			adapter.Signal{RetryAfter: -1, Allowed: 100, Remaining: 3, Reset: 17 * time.Second}},
		{"limit with a date", 429, map[string]string{"Retry-After": "Tue, 07 May 2013 22:02:00 GMT", "Date": "Tue, 07 May 2013 22:00:00 GMT"},
			adapter.Signal{Limited: true, RetryAfter: 2 * time.Minute, Allowed: -1, Remaining: -1, Reset: -1}},
		{"nonsense", 429, map[string]string{"Retry-After": "-5", "X-RateLimit-Limit": "-1", "X-RateLimit-Remaining": "x", "X-RateLimit-Reset": "1.5"},
			adapter.Signal{Limited: true, RetryAfter: -1, Allowed: -1, Remaining: -1, Reset: -1}},
	} {
		res := &http.Response{StatusCode: tc.status, Header: http.Header{}, Body: http.NoBody}
		for k, v := range tc.header {
			res.Header.Set(k, v)
		}
		if got := restcrm.Signals(res); got != tc.want {
			t.Errorf("%s: %+v, expected %+v", tc.name, got, tc.want)
		}
	}
}

func FuzzSignals(f *testing.F) {
	f.Add(429, "5", "300", "299", "1", "Tue, 07 May 2013 22:02:00 GMT")
	f.Fuzz(func(t *testing.T, status int, retry, limit, remaining, reset, date string) {
		h := http.Header{}
		h.Set("Retry-After", retry)
		h.Set("X-RateLimit-Limit", limit)
		h.Set("X-RateLimit-Remaining", remaining)
		h.Set("X-RateLimit-Reset", reset)
		h.Set("Date", date)
		s := restcrm.Signals(&http.Response{StatusCode: status, Header: h, Body: http.NoBody})
		const century = 100 * 365 * 24 * time.Hour
		if s.RetryAfter < -1 || s.RetryAfter > century || s.Reset < -1 || s.Reset > century || s.Allowed < -1 || s.Remaining < -1 {
			t.Fatalf("%+v", s)
		}
	})
}
