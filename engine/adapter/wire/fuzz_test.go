package wire_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// FuzzRetryAfter is RL-1: whatever the headers say, the wait is none, unknown
// or at most a century, and never depends on our own clock.
func FuzzRetryAfter(f *testing.F) {
	for _, c := range [][2]string{
		{"5", ""}, {"-1", ""}, {"99999999999999999999", ""}, {"Tue, 07 May 2013 22:02:30 GMT", "Tue, 07 May 2013 22:02:00 GMT"},
		{"Tuesday, 07-May-13 22:02:30 GMT", "Tue May  7 22:02:00 2013"}, {"Tue, 07 May 2013 22:02:30 GMT", "banana"}, {"1.5", ""}, {" 7 ", ""}, {"\u0667", ""},
	} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, retry, date string) {
		h := http.Header{"Retry-After": {retry}, "Date": {date}}
		const century = 100 * 365 * 24 * time.Hour
		if wait := wire.RetryAfter(h); wait < -1 || wait > century || wait != wire.RetryAfter(h) {
			t.Fatalf("Retry-After %q at %q is %v", retry, date, wait)
		}
		if n := wire.Count(h, "Retry-After"); n < -1 {
			t.Fatalf("%q counts %d", retry, n)
		}
	})
}

// FuzzInstant: what is read as an instant is written so that it reads back as
// the same millisecond.
func FuzzInstant(f *testing.F) {
	for _, text := range []string{
		"2026-03-01T10:00:00.250Z", "2026-03-01T10:00:00.000+0000", "2026-03-01T10:00:00+05:30", "2026-03-01T10:00:00-0930",
		"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999-2359", "2026-03-01", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := wire.Instant(text)
		if at.IsZero() {
			return
		}
		if back := wire.Instant(wire.Stamp(at)); !back.Equal(at.Truncate(time.Millisecond)) {
			t.Fatalf("%q is %v, which is written %s and reads back as %v", text, at, wire.Stamp(at), back)
		}
	})
}
