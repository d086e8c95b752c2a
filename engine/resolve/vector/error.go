package vector

import (
	"fmt"
	"strings"
)

// Error is a case that cannot be read: where, what was found, what was
// expected.
type Error struct {
	Line     int    // of the input to Run, from 1; 0 from Parse
	Path     string // the keys that lead there, "policy.tolerance_ms"; "" for the whole case
	Found    string
	Expected string
	Hint     string // "did you mean ...?", or what to do; may be empty
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString("found " + e.Found + ", expected " + e.Expected)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// didYouMean suggests the choice nearest to a word, if it is near enough.
func didYouMean(word string, choices []string) string {
	best, least := "", 3
	for _, c := range choices {
		if d := distance(word, c, least); d < least {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// distance counts the insertions, deletions and replacements between two
// words; limit is returned where it would be as many or more.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return min(row[len(b)], limit)
}

// oneOf lists choices for a message.
func oneOf(choices []string) string {
	return "one of " + strings.Join(choices, ", ")
}
