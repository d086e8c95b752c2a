package main

import "strings"

// nearest is the known word that begins with the given one or is fewest edits
// away, "" if none is near enough to be meant. Of equals the first wins.
func nearest(word string, known []string) string {
	best, limit := "", max(2, len(word)/3)+1
	for _, k := range known {
		if len(word) >= 3 && strings.HasPrefix(k, word) {
			return k
		}
		if n := distance(strings.ToLower(word), strings.ToLower(k)); n < limit {
			best, limit = k, n
		}
	}
	return best
}

// distance is the number of insertions, deletions and substitutions between
// two words.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
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
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
