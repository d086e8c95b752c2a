package mapping

import (
	"strings"
	"time"
)

const instantLayout = "2006-01-02T15:04:05.000Z07:00"

// readInstant reads an instant with its zone (DM-7): RFC 3339, or
// Salesforce's 2013-05-07T22:07:19.000+0000. A time without a zone names no
// instant and is refused.
func readInstant(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		t = t.UTC()
		return t, t.Year() >= 1 && t.Year() <= 9999
	}
	return time.Time{}, false
}

func canonicalInstant(s string) (string, bool) {
	t, ok := readInstant(s)
	if !ok {
		return "", false
	}
	return t.Format(instantLayout), true
}

// canonicalDate reads a calendar date. Some systems answer a date as its own
// midnight; the date is then what is written, not what another zone makes of
// it. Any other time of day is no date.
func canonicalDate(s string) (string, bool) {
	s = strings.TrimSpace(s)
	date := s
	if len(s) > len(time.DateOnly) {
		if _, ok := readInstant(s); !ok {
			return "", false
		}
		date = s[:len(time.DateOnly)]
		clock := s[len(time.DateOnly)+1:]
		if !strings.HasPrefix(clock, "00:00:00") || strings.Trim(fractionOf(clock), "0") != "" {
			return "", false
		}
	}
	t, err := time.Parse(time.DateOnly, date)
	if err != nil || t.Year() < 1 {
		return "", false
	}
	return date, true
}

// fractionOf returns the fraction digits of a clock such as 00:00:00.250Z.
func fractionOf(clock string) string {
	rest, ok := strings.CutPrefix(clock[len("00:00:00"):], ".")
	if !ok {
		return ""
	}
	end := 0
	for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	return rest[:end]
}

// canonicalBoolean reads the spellings that systems give a check box.
func canonicalBoolean(s string) (string, bool) {
	switch {
	case s == "true", s == "1", strings.EqualFold(s, "true"):
		return "true", true
	case s == "false", s == "0", strings.EqualFold(s, "false"):
		return "false", true
	}
	return "", false
}
