package mapping

import (
	"strconv"
	"strings"
)

// didYouMean is `; did you mean "x"?` for the known word that is nearest to
// what was found, or "" if none is near.
func didYouMean(found string, known []string) string {
	const distanceMax = 3
	best, bestDistance := "", distanceMax+1
	for _, word := range known {
		if word == "" {
			continue
		}
		d := distance(strings.ToLower(found), strings.ToLower(word))
		if d < bestDistance && d*2 <= len(word) {
			best, bestDistance = word, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + strconv.Quote(best) + "?"
}

// quoted shows in a message what was found.
func quoted(found string) string { return strconv.Quote(cut(found)) }

// cut shortens what is absurdly long for a message.
func cut(found string) string {
	const shownMax = 80 // bytes
	if len(found) > shownMax {
		return strings.ToValidUTF8(found[:shownMax], "") + "..."
	}
	return found
}

// oneOf lists words for a message: `"a", "b" or "c"`.
func oneOf(words []string) string {
	var b strings.Builder
	for i, word := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(word)
	}
	return b.String()
}

// distance is the Levenshtein distance in bytes, of words short enough to be
// a misspelling.
func distance(a, b string) int {
	const lengthMax = 64
	if len(a) > lengthMax || len(b) > lengthMax {
		return lengthMax
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
