package docs

import (
	"regexp"
	"strings"
	"testing"
)

// mask takes out of a line what is not compared.
type mask []struct {
	pattern *regexp.Regexp
	with    string
}

// volatile is what changes with every change of the engine or the machine.
var volatile = mask{
	{regexp.MustCompile(`\b[0-9a-f]{32}\b`), "HASH"},
	{regexp.MustCompile(`\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`), "ID"},
	{regexp.MustCompile(`\b003[0-9A-Za-z]{15}\b`), "ID"},
	{regexp.MustCompile(`#\d+\b`), "#OP"},
	{regexp.MustCompile(`\((op|call) \d+\)`), "($1 N)"},
	{regexp.MustCompile(`\d+ of \d+ events`), "N of N events"},
	{regexp.MustCompile(`"(wall|virtual)_seconds": [0-9.e-]+`), `"$1_seconds": N`},
	{regexp.MustCompile(`"(events|exchanges)": \d+`), `"$1": N`},
	{regexp.MustCompile(`\d+ (scenario|passed|requirement|covered)`), "N $1"},
	{regexp.MustCompile(`(\d+\s+)?(\d+d)?\d\d:\d\d:\d\d\.\d+`), "TIME"},
	{regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)?(ns|µs|ms|s)\b`), "TIME"},
	{regexp.MustCompile(`go1\.\d+(\.\d+)?, \w+/\w+`), "GO"},
	{regexp.MustCompile(`\s+`), " "},
}

// digits is what -update may refresh in a line.
var digits = append(append(mask{}, volatile[:3]...), mask{
	{regexp.MustCompile(`[0-9]+`), "N"},
	{regexp.MustCompile(`(N[.:hms]*)+`), "N"},
	{regexp.MustCompile(`\s+`), " "},
}...)

func (m mask) of(line string) string {
	for _, r := range m {
		line = r.pattern.ReplaceAllString(line, r.with)
	}
	return strings.TrimRight(line, " ")
}

// same reports whether a shown line is the actual one; "..." in it stands for
// any text.
func (m mask) same(shown, actual string) bool {
	shown, actual = m.of(shown), m.of(actual)
	if !strings.Contains(shown, "...") {
		return shown == actual
	}
	parts := strings.Split(shown, "...")
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(actual, first) || !strings.HasSuffix(actual, last) || len(actual) < len(first)+len(last) {
		return false
	}
	rest := actual[len(first) : len(actual)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return true
}

// align finds for each shown line the actual line that it stands for, -1 for a
// line "..."; ok is false if the output is another.
func (m mask) align(shown, actual []string) (at []int, ok bool) {
	var try func(i, j int) bool
	at = make([]int, len(shown))
	try = func(i, j int) bool {
		switch {
		case i == len(shown):
			return j == len(actual)
		case strings.TrimSpace(shown[i]) == "...":
			at[i] = -1
			for k := j; k <= len(actual); k++ {
				if try(i+1, k) {
					return true
				}
			}
			return false
		case j == len(actual) || !m.same(shown[i], actual[j]):
			return false
		}
		at[i] = j
		return try(i+1, j+1)
	}
	return at, try(0, 0)
}

func TestAlign(t *testing.T) {
	tests := []struct {
		name          string
		shown, actual string
		want          bool
	}{
		{"the same", "a\nb", "a\nb", true},
		{"another word", "a\nb", "a\nc", false},
		{"a line too few", "a\nb", "a", false},
		{"a line too many", "a", "a\nb", false},
		{"lines left out", "a\n...\nd", "a\nb\nc\nd", true},
		{"nothing left out", "a\n...\nd", "a\nd", true},
		{"a wildcard that ends wrongly", "a\n...\nd", "a\nb\nc", false},
		{"text left out", "pass ... in", "pass all of it in", true},
		{"text left out, wrong end", "pass ... in", "pass all of it out", false},
		{"durations", "pass in 24ms", "pass in 1.5s", true},
		{"virtual times", "at 4d05:29:26.380", "at 00:00:01.000", true},
		{"operations", "#219  (op 7)", "#3 (op 12)", true},
		{"versions are compared", "version 43", "version 44", false},
		{"verdicts are compared", "1 scenario, 1 passed", "1 scenario, 1 failed", false},
		{"counts of the library are not", "99 scenarios, 99 passed", "120 scenarios, 120 passed", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, got := volatile.align(strings.Split(tt.shown, "\n"), strings.Split(tt.actual, "\n"))
			if got != tt.want {
				t.Errorf("align(%q, %q) = %v", tt.shown, tt.actual, got)
			}
		})
	}
}
