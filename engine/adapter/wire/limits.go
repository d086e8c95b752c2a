package wire

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longest is where absurd waits saturate, far from any overflow; what is
// sensible is for the gate to say.
const longest = 100 * 365 * 24 * time.Hour

// RetryAfter reads the header as seconds or as an HTTP date, which counts
// from the response's own Date; -1 if it is absent or unreadable. A date in
// the past is 0, a number too large for a century is a century.
func RetryAfter(h http.Header) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return -1
	}
	if digits(v) {
		return seconds(v)
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return -1
	}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return -1
	}
	return min(max(at.Sub(date), 0), longest)
}

// Seconds reads a header of whole seconds as a duration, -1 if it is absent
// or unreadable.
func Seconds(h http.Header, name string) time.Duration {
	v := strings.TrimSpace(h.Get(name))
	if !digits(v) {
		return -1
	}
	return seconds(v)
}

// Count reads a header that counts requests, -1 if it is absent or unreadable.
func Count(h http.Header, name string) int {
	return ParseCount(h.Get(name))
}

// ParseCount reads a number of requests, -1 if it is none.
func ParseCount(s string) int {
	s = strings.TrimSpace(s)
	if !digits(s) {
		return -1
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return -1
	}
	return int(n)
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

func seconds(s string) time.Duration {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > int64(longest/time.Second) {
		return longest
	}
	return time.Duration(n) * time.Second
}
