package check

import (
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestFixedDateIsTheParsers: what is read without the general parser is what
// that one reads, and a date as servers write it never needs it.
func TestFixedDateIsTheParsers(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		at := time.Unix(rapid.Int64Range(-62_000_000_000, 250_000_000_000).Draw(r, "seconds"), 0).UTC()
		text := at.Format(http.TimeFormat)
		if got, ok := fixedDate(text); !ok || !got.Equal(at) {
			r.Fatalf("%q is read as %s, %t", text, got, ok)
		}
		damaged := []byte(text)
		damaged[rapid.IntRange(0, len(text)-1).Draw(r, "at")] = rapid.Byte().Draw(r, "byte")
		got, ok := fixedDate(string(damaged))
		if want, err := time.Parse(http.TimeFormat, string(damaged)); ok && (err != nil || !got.Equal(want)) {
			r.Fatalf("%q is read as %s, the parser says %s, %v", damaged, got, want, err)
		}
	})
	for _, text := range []string{"", "Mon, 30 Feb 2026 09:00:10 GMT", "Mon, 02 Mar 2026 24:00:10 GMT", "Mon, 02 anF 2026 09:00:10 GMT", "Tue, 02 Mar 2026 09:00:10 GMT"} {
		if at, ok := fixedDate(text); ok {
			t.Errorf("%q is read as %s", text, at)
		}
	}
}
