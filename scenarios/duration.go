package scenarios

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxDuration bounds every duration and instant of a scenario.
const maxDuration = 400 * 24 * time.Hour

// Std is d as the standard library's type; Off is -1ns.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// units from the largest, as Duration prints them.
var units = [...]struct {
	name string
	size time.Duration
}{
	{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second},
	{"ms", time.Millisecond}, {"us", time.Microsecond}, {"ns", 1},
}

// String writes d as a scenario does: "1d", "1h30m", "250ms", "0s", "off".
func (d Duration) String() string {
	switch d {
	case Off:
		return "off"
	case 0:
		return "0s"
	}
	var b strings.Builder
	rest := time.Duration(d)
	if rest < 0 {
		b.WriteByte('-')
		rest = -rest
	}
	for _, u := range units {
		if n := rest / u.size; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10))
			b.WriteString(u.name)
			rest -= n * u.size
		}
	}
	return b.String()
}

// MarshalText is String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDuration.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

// ParseDuration reads "30m", "1h30m", "250ms", "2d", "1d12h", "-2s" or "off".
func ParseDuration(text string) (Duration, error) {
	if text == "off" {
		return Off, nil
	}
	rest, sign := text, time.Duration(1)
	if strings.HasPrefix(rest, "-") {
		rest, sign = rest[1:], -1
	}
	var total time.Duration
	if days, after, ok := strings.Cut(rest, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, errDuration
		}
		total, rest = time.Duration(n)*24*time.Hour, after
	}
	if rest != "" || total == 0 {
		if rest == "" || strings.ContainsAny(rest, "+-") {
			return 0, errDuration
		}
		d, err := time.ParseDuration(rest)
		if err != nil {
			return 0, errDuration
		}
		total += d
	}
	total *= sign
	if total > maxDuration || total < -maxDuration {
		return 0, errTooLong
	}
	if total == time.Duration(Off) {
		return 0, errDuration
	}
	return Duration(total), nil
}

var (
	errDuration = errors.New("not a duration")
	errTooLong  = errors.New("longer than 400 days")
)

// String writes p as a scenario does: "50ppm".
func (p PPM) String() string { return strconv.FormatInt(int64(p), 10) + "ppm" }

// MarshalText is String.
func (p PPM) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText is ParsePPM.
func (p *PPM) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePPM(string(text))
	return err
}

// maxPPM is a clock that runs at double speed or stands still.
const maxPPM = 1_000_000

// ParsePPM reads "50ppm" or "-50ppm".
func ParsePPM(text string) (PPM, error) {
	digits, ok := strings.CutSuffix(text, "ppm")
	n, err := strconv.ParseInt(digits, 10, 32)
	if !ok || err != nil || n > maxPPM || n < -maxPPM {
		return 0, fmt.Errorf("%q is not of the form 50ppm", text)
	}
	return PPM(n), nil
}
