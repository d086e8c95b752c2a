package mapping

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// canonicalText normalises free text: valid UTF-8 in NFC, line ends as \n,
// no white space at either end. Systems do all of this on their own
// (Genesys trims, browsers send \r\n, macOS decomposes), so none of it may
// count as a change (DM-5).
func canonicalText(s string) string {
	if isPlain(s) {
		return s
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(s, "\r\n", "\n")
		s = strings.ReplaceAll(s, "\r", "\n")
	}
	return strings.TrimSpace(norm.NFC.String(s))
}

// isPlain reports whether s is ASCII that is canonical already, which is
// nearly every value in practice.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf || s[i] == '\r' {
			return false
		}
	}
	return s == "" || s[0] > ' ' && s[len(s)-1] > ' '
}

// canonicalEmail is the lower-cased whole address. The local part is case
// sensitive on paper, but Salesforce stores every address in lower case: kept
// apart by case, each write would come back as a change.
func canonicalEmail(s string) string {
	s = canonicalText(s)
	lower := strings.ToLower(s)
	if lower == s {
		return s
	}
	return canonicalText(lower)
}

// isEmailForm reports whether s could be an address: what systems that check
// at all agree on. It is a gate against certain refusals, not a validator.
func isEmailForm(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || strings.ContainsAny(s, " \t\n,;<>") {
		return false
	}
	if strings.Contains(domain, "@") || !strings.Contains(domain, ".") {
		return false
	}
	for _, part := range strings.Split(domain, ".") {
		if part == "" {
			return false
		}
	}
	return true
}
