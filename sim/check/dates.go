package check

import (
	"strings"
	"time"
)

// fixedDate reads a date in the one form that HTTP asks for, such as "Mon, 02
// Mar 2026 09:00:10 GMT". Each answer has one, so that it is read without the
// general parser, which takes what this one does not.
func fixedDate(text string) (time.Time, bool) {
	const form = "ddd, 00 mmm 0000 00:00:00 GMT"
	if len(text) != len(form) {
		return time.Time{}, false
	}
	for i := range len(form) {
		switch f, c := form[i], text[i]; f {
		case '0':
			if c < '0' || c > '9' {
				return time.Time{}, false
			}
		case 'd', 'm':
		default:
			if c != f {
				return time.Time{}, false
			}
		}
	}
	month := strings.Index("JanFebMarAprMayJunJulAugSepOctNovDec", text[8:11])
	number := func(from, to int) (n int) {
		for _, c := range []byte(text[from:to]) {
			n = 10*n + int(c-'0')
		}
		return n
	}
	day, hour, minute, second := number(5, 7), number(17, 19), number(20, 22), number(23, 25)
	at := time.Date(number(12, 16), time.Month(month/3+1), day, hour, minute, second, 0, time.UTC)
	// What time.Date would carry over is no date, and nor is another day's name.
	sane := month >= 0 && month%3 == 0 && at.Day() == day && hour < 24 && minute < 60 && second < 60
	return at, sane && at.Weekday().String()[:3] == text[:3]
}
