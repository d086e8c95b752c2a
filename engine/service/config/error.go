package config

import (
	"fmt"
	"strings"
)

// Error is one problem of a configuration file. It never shows what stands
// where a secret belongs.
type Error struct {
	Path         string
	Line, Column int    // from 1; 0 where the problem is the file's as a whole
	Message      string // what was found and what was expected
	Hint         string // what to do, "" if the message says it
	Err          error  // the cause below, if any
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Path != "" {
		b.WriteString(e.Path + ":")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", e.Line, e.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// suggestion is the known word nearest to an unknown one, or all of them while
// they are few.
func suggestion(word string, known []string) string {
	best, fewest := "", max(2, len([]rune(word))/3)+1
	for _, k := range known {
		if n := edits(strings.ToLower(word), strings.ToLower(k)); n < fewest && n < len(k) {
			best, fewest = k, n
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) <= 12:
		return "known are " + strings.Join(known, ", ")
	}
	return ""
}

// edits counts insertions, deletions and substitutions between two words.
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diagonal
			if x[i] != y[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(y)]
}

func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
