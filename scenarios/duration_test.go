package scenarios

import (
	"testing"
	"time"
)

func TestDurations(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
		form string
	}{
		{"0s", 0, "0s"},
		{"250ms", 250 * time.Millisecond, "250ms"},
		{"90s", 90 * time.Second, "1m30s"},
		{"1h30m", 90 * time.Minute, "1h30m"},
		{"1.5s", 1500 * time.Millisecond, "1s500ms"},
		{"2d", 48 * time.Hour, "2d"},
		{"1d12h", 36 * time.Hour, "1d12h"},
		{"36h", 36 * time.Hour, "1d12h"},
		{"400d", 400 * 24 * time.Hour, "400d"},
		{"-2s", -2 * time.Second, "-2s"},
		{"off", -1, "off"},
	} {
		d, err := ParseDuration(c.text)
		if err != nil || d.Std() != c.want || d.String() != c.form {
			t.Errorf("%q is %v (%v), prints %q; want %v, %q", c.text, d.Std(), err, d, c.want, c.form)
		}
		if again, err := ParseDuration(d.String()); err != nil || again != d {
			t.Errorf("%q does not read back: %v, %v", d, again, err)
		}
	}
	for _, text := range []string{"", "-", "30", "s", "1 h", "1h-30m", "--2s", "1d-2h", "d", "1w", "401d", "9601h", "-401d", "-1ns", "half"} {
		if d, err := ParseDuration(text); err == nil {
			t.Errorf("%q is %v; want an error", text, d)
		}
	}
}

func TestPPM(t *testing.T) {
	for _, text := range []string{"0ppm", "50ppm", "-200ppm"} {
		if p, err := ParsePPM(text); err != nil || p.String() != text {
			t.Errorf("%q is %v, %v", text, p, err)
		}
	}
	for _, text := range []string{"", "ppm", "50", "5.5ppm", "1000001ppm"} {
		if p, err := ParsePPM(text); err == nil {
			t.Errorf("%q is %v; want an error", text, p)
		}
	}
}
