package scenarios

import (
	"fmt"
	"strings"
)

// Error is one problem in a scenario, mapping or requirements file. It is the
// only type of error that the parser returns for a file's content.
type Error struct {
	Path string
	// Line and Column count from 1; both are 0 where a problem belongs to the
	// file as a whole (its size, its encoding).
	Line, Column int
	// Message says what was found and what was expected.
	Message string
	// Hint is the remedy, "" if there is none better than the message.
	Hint string
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Path != "" {
		b.WriteString(e.Path)
		b.WriteByte(':')
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", e.Line, e.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString("; ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// didYouMean is the hint for a misspelt word: the nearest known one, or all of
// them while they are few.
func didYouMean(word string, known []string) string {
	if hint := ifNear(word, known); hint != "" {
		return hint
	}
	if len(known) > 0 && len(known) <= 12 {
		return "known are " + strings.Join(known, ", ")
	}
	return ""
}

// ifNear is didYouMean where the message already lists what is known.
func ifNear(word string, known []string) string {
	if best := nearest(word, known); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return ""
}

// nearest is the known word with the fewest edits to word, "" if none is near.
// Of equals the first in order wins.
func nearest(word string, known []string) string {
	lower := strings.ToLower(word)
	best, bestEdits := "", max(2, len([]rune(word))/3)+1
	for _, k := range known {
		if n := edits(lower, strings.ToLower(k)); n < bestEdits && n < len([]rune(k)) {
			best, bestEdits = k, n
		}
	}
	return best
}

// edits counts insertions, deletions, substitutions and swaps of neighbours
// between two words.
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			n := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				n = min(n, rows[i-2][j-2]+1)
			}
			rows[i][j] = n
		}
	}
	return rows[len(x)][len(y)]
}
