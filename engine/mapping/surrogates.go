package mapping

import (
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// joinSurrogates replaces the pairs of \u escapes, with which JSON writes a
// character beyond the basic plane, by the character: YAML has no such pairs,
// and many JSON writers escape whatever is not ASCII. Data that is not JSON is
// returned as it is, and so is a surrogate without its other half, which the
// YAML parser refuses.
func joinSurrogates(data []byte) []byte {
	if !json.Valid(data) {
		return data
	}
	var joined []byte
	from := 0
	for i := 0; i+1 < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		char := utf16.DecodeRune(unitAt(data, i), unitAt(data, i+len(`\uD83D`)))
		if char == utf8.RuneError {
			i++ // whatever is escaped, a backslash too, escapes nothing
			continue
		}
		joined = utf8.AppendRune(append(joined, data[from:i]...), char)
		from = i + len(`\uD83D\uDE00`)
		i = from - 1
	}
	if from == 0 {
		return data
	}
	return append(joined, data[from:]...)
}

// unitAt reads a \u escape, or returns what is no surrogate.
func unitAt(data []byte, i int) rune {
	if i+len(`\uD83D`) > len(data) || data[i] != '\\' || data[i+1] != 'u' {
		return 0
	}
	unit, err := strconv.ParseUint(string(data[i+2:i+6]), 16, 16)
	if err != nil {
		return 0
	}
	return rune(unit)
}
