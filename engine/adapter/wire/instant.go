package wire

import "time"

// stampLayout is the form of all stamps that adapters report.
const stampLayout = "2006-01-02T15:04:05.000Z"

// Instant reads a vendor's timestamp with its zone (DM-7), RFC 3339 or the
// offset without a colon that Salesforce writes. A text without a zone or of
// another form is the zero time, which is unknown; and so is one whose offset
// carries it out of the years that a Stamp can write.
func Instant(s string) time.Time {
	if len(s) < len("2006-01-02T15:04:05Z") {
		return time.Time{}
	}
	layout := time.RFC3339
	if c := s[len(s)-len("+0000")]; c == '+' || c == '-' {
		layout = "2006-01-02T15:04:05-0700"
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return time.Time{}
	}
	if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}

// Stamp writes an instant in UTC with milliseconds, so that the stamps of one
// state are equal wherever they come from; "" for the zero time.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(stampLayout)
}
