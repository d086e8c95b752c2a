package mocks

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 250_000_000, time.UTC)

func TestWindowRefusesOnlyBeyondTheQuota(t *testing.T) {
	q := Quota{Requests: 2, Per: time.Minute}
	steps := []struct {
		after     time.Duration
		fits      bool
		remaining int
		reset     int // seconds
	}{
		{0, true, 1, 60},
		{time.Second, true, 0, 59},
		{59*time.Second + 999*time.Millisecond, false, 0, 1},
		{time.Minute, true, 1, 60}, // a new window
		{-time.Hour, true, 1, 60},  // the clock was set back
	}
	var w Window
	for i, s := range steps {
		u, fits := w.Take(noon.Add(s.after), q)
		if fits != s.fits || u.Remaining() != s.remaining || u.ResetSeconds() != s.reset {
			t.Errorf("step %d: fits %v, remaining %d, reset %d; want %v, %d, %d",
				i, fits, u.Remaining(), u.ResetSeconds(), s.fits, s.remaining, s.reset)
		}
	}
}

func TestWindowFollowsAQuotaThatChanges(t *testing.T) {
	var w Window
	for range 5 {
		w.Take(noon, Quota{Requests: 10, Per: time.Minute})
	}
	if _, fits := w.Take(noon, Quota{Requests: 3, Per: time.Minute}); fits {
		t.Error("a lower quota forgot the requests already counted")
	}
	if _, fits := w.Take(noon, Quota{}); !fits {
		t.Error("the empty quota refused")
	}
}

func TestRetryAfter(t *testing.T) {
	for spec, want := range map[string]string{
		"":        "",
		"none":    "",
		"30":      "30",
		"reset":   "12",
		"date":    "Mon, 02 Mar 2026 12:00:12 GMT",
		"date+90": "Mon, 02 Mar 2026 12:01:30 GMT",
		"date+x":  "date+x",
		"-5":      "-5",
		"soon":    "soon",
	} {
		if got := RetryAfter(spec, noon, 11*time.Second+time.Millisecond); got != want {
			t.Errorf("RetryAfter(%q) = %q, want %q", spec, got, want)
		}
	}
}

func TestLimiterPrefersTheThrottle(t *testing.T) {
	var l Limiter
	f := &Faults{Throttle: &Throttle{Every: 2, Left: 1, RetryAfter: "7"}}
	q := Quota{Requests: 3, Per: time.Minute, RetryAfter: "reset", Headers: true}
	want := []struct {
		refused    bool
		retryAfter string
	}{{false, ""}, {true, "7"}, {false, ""}, {true, "60"}}
	for i, s := range want {
		got := l.Check(noon, "token", f, q)
		if got.Refused != s.refused || got.RetryAfter != s.retryAfter {
			t.Errorf("request %d: refused %v after %q, want %v after %q", i+1, got.Refused, got.RetryAfter, s.refused, s.retryAfter)
		}
	}
	if l.Check(noon, "other", f, q).Refused {
		t.Error("one key's window counted for another")
	}
}

func TestServerErrorCountsDown(t *testing.T) {
	e := &ServerError{Left: 2, Methods: []string{"PATCH"}}
	var got []bool
	for _, method := range []string{"GET", "PATCH", "PATCH", "PATCH"} {
		got = append(got, e.Hit(method))
	}
	if want := [...]bool{false, true, true, false}; [4]bool(got) != want {
		t.Errorf("hits %v, want %v", got, want)
	}
}

func TestTokens(t *testing.T) {
	var table Tokens
	table.Issue(noon, "first", "engine", time.Hour, 0)
	table.Issue(noon.Add(-time.Minute), "second", "engine", time.Hour, 1) // the clock was set back
	check := func(at time.Duration, value string, revocations int, want Validity) {
		t.Helper()
		if _, got := table.Check(noon.Add(at), value, revocations); got != want {
			t.Errorf("%s after %v: validity %d, want %d", value, at, got, want)
		}
	}
	check(0, "first", 0, TokenValid)
	check(0, "third", 0, TokenUnknown)
	check(0, "", 0, TokenUnknown)
	check(time.Hour-1, "first", 0, TokenValid)
	check(time.Hour, "first", 0, TokenExpired)
	check(2*time.Minute, "first", 1, TokenRevoked)
	check(2*time.Minute, "second", 1, TokenValid)
	table.Revoke("second")
	check(2*time.Minute, "second", 1, TokenRevoked)
}

func TestTokensAreBounded(t *testing.T) {
	var table Tokens
	ids := NewIDs(1)
	for range tokensMax {
		table.Issue(noon, ids.Secret(""), "engine", time.Hour, 0)
	}
	first := table.order[0].Value
	table.Issue(noon, "last", "engine", time.Hour, 0)
	if _, got := table.Check(noon, first, 0); got != TokenUnknown {
		t.Error("the oldest token was kept")
	}
	if len(table.order) != tokensMax {
		t.Errorf("%d tokens kept, want %d", len(table.order), tokensMax)
	}
}

func TestSameSecret(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"x", "x", true}, {"x", "y", false}, {"x", "xx", false}, {"", "", true}, {"", "x", false}} {
		if SameSecret(c.a, c.b) != c.want {
			t.Errorf("SameSecret(%q, %q) is not %v", c.a, c.b, c.want)
		}
	}
}

func TestDueKeepsOrder(t *testing.T) {
	var d Due[int]
	// Equal instants come out as they went in, whatever the heap's shape.
	for i := range 50 {
		d.Put(noon.Add(time.Duration(i%5)*time.Second), i)
	}
	var got []int
	for at, ok := d.Next(); ok; at, ok = d.Next() {
		if _, early := d.Take(at.Add(-1)); early {
			t.Fatal("an item came before it was due")
		}
		v, _ := d.Take(at)
		got = append(got, v)
	}
	for i, v := range got {
		if want := i%10*5 + i/10; v != want {
			t.Fatalf("item %d is %d, want %d (%v)", i, v, want, got)
		}
	}
	if len(got) != 50 {
		t.Fatalf("%d items came out", len(got))
	}
}

func TestDueWaitsOnWhenTheClockIsSet(t *testing.T) {
	var d Due[string]
	d.Put(noon.Add(time.Minute), "retry")
	d.Shift(-time.Hour)
	if at, _ := d.Next(); !at.Equal(noon.Add(time.Minute - time.Hour)) {
		t.Errorf("a minute before the clock was set back, it is due at %v", at)
	}
}

func TestDriftOfTakesTheLast(t *testing.T) {
	f := &Faults{Drift: []Drift{{Field: "a", Length: 1}, {Field: "b", Remove: true}, {Field: "a", Length: 2}}}
	if d, ok := f.DriftOf("a"); !ok || d.Length != 2 {
		t.Errorf("DriftOf(a) = %+v, %v", d, ok)
	}
	if _, ok := f.DriftOf("c"); ok {
		t.Error("a field that did not drift has a drift")
	}
}
