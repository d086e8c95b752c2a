package genesys_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
)

func TestSignals(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status int
		header map[string]string
		want   adapter.Signal
	}{
		{"nothing", 200, nil, adapter.Signal{RetryAfter: -1, Allowed: -1, Remaining: -1, Reset: -1}},
		{"quota", 200, map[string]string{"inin-ratelimit-count": "299", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "17"},
			adapter.Signal{RetryAfter: -1, Allowed: 300, Remaining: 1, Reset: 17 * time.Second}},
		{"over the quota", 429, map[string]string{"inin-ratelimit-count": "305", "inin-ratelimit-allowed": "300", "Retry-After": "17"},
			adapter.Signal{Limited: true, RetryAfter: 17 * time.Second, Allowed: 300, Remaining: 0, Reset: -1}},
		{"limit without a word", 429, nil, adapter.Signal{Limited: true, RetryAfter: -1, Allowed: -1, Remaining: -1, Reset: -1}},
		{"nonsense", 429, map[string]string{"inin-ratelimit-count": "-1", "inin-ratelimit-allowed": "all", "inin-ratelimit-reset": "-3", "Retry-After": "-1"},
			adapter.Signal{Limited: true, RetryAfter: -1, Allowed: -1, Remaining: -1, Reset: -1}},
		{"a 503 is no limit", 503, map[string]string{"Retry-After": "5"}, adapter.Signal{RetryAfter: 5 * time.Second, Allowed: -1, Remaining: -1, Reset: -1}},
	} {
		res := &http.Response{StatusCode: tc.status, Header: http.Header{}, Body: http.NoBody}
		for k, v := range tc.header {
			res.Header.Set(k, v)
		}
		if got := genesys.Signals(res); got != tc.want {
			t.Errorf("%s: %+v, expected %+v", tc.name, got, tc.want)
		}
	}
}

func FuzzSignals(f *testing.F) {
	f.Add(429, "5", "300", "299", "1", "Tue, 07 May 2013 22:02:00 GMT")
	f.Fuzz(func(t *testing.T, status int, retry, allowed, count, reset, date string) {
		h := http.Header{}
		for k, v := range map[string]string{"Retry-After": retry, "inin-ratelimit-allowed": allowed, "inin-ratelimit-count": count, "inin-ratelimit-reset": reset, "Date": date} {
			h.Set(k, v)
		}
		s := genesys.Signals(&http.Response{StatusCode: status, Header: h, Body: http.NoBody})
		const century = 100 * 365 * 24 * time.Hour
		if s.RetryAfter < -1 || s.RetryAfter > century || s.Reset < -1 || s.Reset > century || s.Allowed < -1 || s.Remaining < -1 || s.Remaining > max(s.Allowed, -1) {
			t.Fatalf("%+v", s)
		}
	})
}
