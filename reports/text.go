package reports

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Plain makes text safe for a terminal and for a line: control characters,
// bidirectional overrides, other invisible runes and invalid UTF-8 are
// written as escapes. Printable text in any script stays as it is.
func Plain(s string) string {
	clean := true
	for _, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case joins(r), unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
		s = s[n:]
	}
	return b.String()
}

// joins reports a rune that is invisible but part of how names are written:
// the zero-width joiners of Indic and Persian text.
func joins(r rune) bool { return r == '\u200c' || r == '\u200d' }

// Width is the number of terminal cells that s takes. Runes of ambiguous
// width count as narrow; columns that must line up hold none of them.
func Width(s string) int { return uniseg.StringWidth(s) }

// Fit cuts s to at most width cells, "..." included, at the border of a
// user-perceived character. A width of 0 or less does not cut.
func Fit(s string, width int) string {
	if width <= 0 || Width(s) <= width {
		return s
	}
	const more = "..."
	if width <= len(more) {
		return more[:width]
	}
	var b strings.Builder
	used, state := 0, -1
	for rest := s; rest != ""; {
		var cluster string
		var cells int
		cluster, rest, cells, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used += cells; used > width-len(more) {
			break
		}
		b.WriteString(cluster)
	}
	return b.String() + more
}

// pad fills s with blanks up to width cells.
func pad(s string, width int) string {
	if n := width - Width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// xmlSafe keeps what XML 1.0 allows; anything else becomes U+FFFD. Line
// breaks and tabs stay.
func xmlSafe(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r >= 0x20 && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000:
			return r
		}
		return utf8.RuneError
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// plural is "1 word" or "n words".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
