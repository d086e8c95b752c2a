package salesforce

import "strings"

var soqlEscapes = strings.NewReplacer(
	`\`, `\\`, `'`, `\'`, `"`, `\"`,
	"\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`,
)

// quote writes s as a SOQL string literal.
func quote(s string) string { return "'" + soqlEscapes.Replace(s) + "'" }

// isName says whether s can be the API name of an object or field. Nothing
// else ever becomes part of a path or a query.
func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}
