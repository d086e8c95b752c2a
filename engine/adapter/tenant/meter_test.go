package tenant

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestTheClockIsKnownToWithinTheRoundTrip(t *testing.T) {
	for name, c := range map[string]struct {
		date    string
		sent    time.Duration // after noon
		trip    time.Duration
		ahead   time.Duration
		err     time.Duration
		unknown bool
	}{
		"in step":         {date: "Mon, 02 Mar 2026 12:00:00 GMT", sent: 300 * time.Millisecond, trip: 400 * time.Millisecond, err: 700 * time.Millisecond},
		"an hour ahead":   {date: "Mon, 02 Mar 2026 13:00:00 GMT", sent: 500 * time.Millisecond, ahead: time.Hour, err: 500 * time.Millisecond},
		"behind":          {date: "Mon, 02 Mar 2026 11:59:00 GMT", sent: 500 * time.Millisecond, ahead: -time.Minute, err: 500 * time.Millisecond},
		"no date":         {date: "", unknown: true},
		"no such date":    {date: "yesterday", unknown: true},
		"our clock moved": {date: "Mon, 02 Mar 2026 12:00:00 GMT", trip: -time.Second, unknown: true},
	} {
		got := measure(c.date, noon.Add(c.sent), noon.Add(c.sent+c.trip))
		want := Offset{Ahead: c.ahead, Error: c.err, Known: true}
		if c.unknown {
			want = Offset{}
		}
		if got != want {
			t.Errorf("%s: %+v, expected %+v", name, got, want)
		}
	}
}

// metered is a meter that saw these answers; every exchange takes a second.
func metered(t *testing.T, dates ...string) *Meter {
	t.Helper()
	mt := httpmock.NewMockTransport()
	at := noon.Add(-500 * time.Millisecond)
	m := NewMeter(mt, func(*http.Response) adapter.Signal { return adapter.Signal{Allowed: 10, Remaining: 4} }, func() time.Time {
		at = at.Add(500 * time.Millisecond)
		return at
	})
	for _, date := range dates {
		mt.RegisterResponder("GET", "https://x.test/", func(*http.Request) (*http.Response, error) {
			res := httpmock.NewStringResponse(200, "")
			res.Header.Set("Date", date)
			return res, nil
		})
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://x.test/", nil)
		if _, err := m.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func TestTheTwoClocksAreComparedWithTheTolerance(t *testing.T) {
	here, ahead := metered(t, "Mon, 02 Mar 2026 12:00:00 GMT"), metered(t, "Mon, 02 Mar 2026 12:00:09 GMT")
	if f, known := apart(here, here, time.Second); !known || f.Level != adapter.OK {
		t.Errorf("equal clocks: %+v", f)
	}
	f, known := apart(here, ahead, time.Second)
	if !known || f.Level != adapter.Warn || !strings.Contains(f.Found, "differ by 9s, to within 1.5s") || !strings.Contains(f.Remedy, "raise tolerance above 9s") {
		t.Errorf("nine seconds: %+v", f)
	}
	if f, _ := apart(here, ahead, 10*time.Second); f.Level != adapter.OK {
		t.Errorf("within the tolerance: %+v", f)
	}
	if _, known := apart(here, metered(t), time.Second); known {
		t.Error("a clock that nobody saw is compared")
	}
}

func TestLimitsAgainstTheConfiguration(t *testing.T) {
	for name, c := range map[string]struct {
		kind        string
		allowed     int
		remaining   int
		concurrency int
		poll        time.Duration
		level       adapter.Level
		says        string
	}{
		"room":                 {"genesys", 300, 290, 4, time.Minute, adapter.OK, "290 of 300 requests in a minute"},
		"used up":              {"genesys", 300, 0, 4, time.Minute, adapter.Fail, "wait for the window"},
		"polls too often":      {"genesys", 300, 290, 4, 100 * time.Millisecond, adapter.Fail, "polling alone would need 600"},
		"polls often":          {"genesys", 300, 290, 4, 300 * time.Millisecond, adapter.Warn, "polling alone takes 200"},
		"polls by the day":     {"salesforce", 1000, 900, 4, time.Minute, adapter.Fail, "polling alone would need 1440"},
		"concurrency":          {"rest", 10, 9, 11, time.Minute, adapter.Warn, "concurrency 11"},
		"little left":          {"salesforce", 10000, 900, 4, time.Hour, adapter.Warn, "less than a tenth"},
		"no header":            {"genesys", -1, -1, 4, time.Minute, adapter.Warn, "no answer told"},
		"of an unknown window": {"other", 10, 10, 4, time.Minute, adapter.Warn, "no answer told"},
	} {
		m := &Meter{heard: true, last: adapter.Signal{Allowed: c.allowed, Remaining: c.remaining}}
		s := Side{Kind: c.kind, Concurrency: c.concurrency, Poll: c.poll, Meter: m}
		f := s.limits(1)
		if f.Level != c.level || !strings.Contains(f.Found+f.Remedy, c.says) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestAClockThatIsFarOffFails(t *testing.T) {
	s := Side{Meter: metered(t, "Mon, 02 Mar 2026 12:10:00 GMT")}
	if f := s.clock(); f.Level != adapter.Fail || !strings.Contains(f.Found, "10m0.25s ahead of this machine's, to within 750ms") {
		t.Errorf("%+v", f)
	}
}
