package config

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// durationMax bounds every duration of a configuration.
const durationMax = 400 * 24 * time.Hour

var (
	errDuration = errors.New("not a duration")
	errTooLong  = errors.New("longer than 400 days")
)

// ParseDuration reads "30m", "1h30m", "250ms", "2d", "1d12h" or "off".
func ParseDuration(text string) (Duration, error) {
	if text == "off" {
		return Off, nil
	}
	rest, total := text, time.Duration(0)
	if days, after, ok := strings.Cut(rest, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, errDuration
		}
		total, rest = time.Duration(n)*24*time.Hour, after
	}
	if rest != "" || text == "" {
		d, err := time.ParseDuration(rest)
		if err != nil || strings.ContainsAny(rest, "+-") {
			return 0, errDuration
		}
		total += d
	}
	if total > durationMax {
		return 0, errTooLong
	}
	return Duration(total), nil
}

// String writes d as a configuration does: "1d12h", "250ms", "0s", "off".
func (d Duration) String() string {
	if d == Off {
		return "off"
	}
	days := time.Duration(d) / (24 * time.Hour)
	rest := time.Duration(d) % (24 * time.Hour)
	text := ""
	if days > 0 {
		text = strconv.Itoa(int(days)) + "d"
	}
	if rest == 0 && days > 0 {
		return text
	}
	clock := rest.String()
	if strings.HasSuffix(clock, "m0s") {
		clock = strings.TrimSuffix(clock, "0s")
	}
	if strings.HasSuffix(clock, "h0m") {
		clock = strings.TrimSuffix(clock, "0m")
	}
	return text + clock
}

// MarshalText is String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }
