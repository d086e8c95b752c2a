package reports_test

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/syncproof/syncproof/reports"
)

func TestPlain(t *testing.T) {
	tests := map[string]string{
		"Zoë 山田 नमस्ते":         "Zoë 山田 नमस्ते",
		"a\x1b[31mb":            `a\x1b[31mb`,
		"two\nlines\tand\rmore": `two\nlines\tand\rmore`,
		"\u202egpj.exe":         `\u{202e}gpj.exe`,
		"bad \xff byte":         `bad \xff byte`,
		"\u009b31m":             `\u{9b}31m`,
		"می\u200cخواهم":         "می\u200cخواهم",
	}
	for in, want := range tests {
		if got := reports.Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	tests := []struct {
		in    string
		width int
		want  string
	}{
		{"short", 10, "short"},
		{"exactly ten", 11, "exactly ten"},
		{"a longer text", 8, "a lon..."},
		{"山田太郎さん", 8, "山田..."},
		{"e\u0301e\u0301e\u0301e\u0301e\u0301", 4, "e\u0301..."},
		{"anything", 2, ".."},
		{"no limit", 0, "no limit"},
	}
	for _, tt := range tests {
		got := reports.Fit(tt.in, tt.width)
		if got != tt.want {
			t.Errorf("Fit(%q, %d) = %q, want %q", tt.in, tt.width, got, tt.want)
		}
		if !utf8.ValidString(got) || tt.width > 0 && reports.Width(got) > tt.width {
			t.Errorf("Fit(%q, %d) = %q: %d cells", tt.in, tt.width, got, reports.Width(got))
		}
	}
}

func TestClock(t *testing.T) {
	tests := map[time.Duration]string{
		0:                          "00:00:00.000",
		12*time.Second + 5*1e6:     "00:00:12.005",
		26*time.Hour + time.Minute: "1d02:01:00.000",
		-time.Second:               "-00:00:01.000",
	}
	for in, want := range tests {
		if got := reports.Clock(in); got != want {
			t.Errorf("Clock(%d) = %q, want %q", in, got, want)
		}
	}
}
