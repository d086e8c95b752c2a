package mapping

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Shape describes a value without giving it away: its JSON type, its length
// in code points and its character classes. It is what errors, dead letters
// and notifications may say of a customer's data.
func Shape(n Native) string {
	switch n.Kind {
	case Absent:
		return "nothing"
	case Null:
		return "null"
	case Bool:
		return "a boolean"
	case Number:
		return "a number of " + characters(n.Text)
	case List:
		items, ok := listItems(n.Text)
		if !ok {
			return "a list that is not of texts"
		}
		return "a list of " + strconv.Itoa(len(items))
	}
	return "a text of " + characters(n.Text)
}

func characters(s string) string {
	var digits, letters, spaces, others int
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		case unicode.IsSpace(r):
			spaces++
		default:
			others++
		}
	}
	var b strings.Builder
	b.WriteString(strconv.Itoa(utf8.RuneCountInString(s)))
	b.WriteString(" characters")
	separator := " ("
	for _, class := range [...]struct {
		count int
		name  string
	}{{digits, "digits"}, {letters, "letters"}, {spaces, "spaces"}, {others, "other"}} {
		if class.count == 0 {
			continue
		}
		b.WriteString(separator + class.name + " " + strconv.Itoa(class.count))
		separator = ", "
	}
	if separator != " (" {
		b.WriteString(")")
	}
	return b.String()
}

// listItems reads the Text of a List: a JSON array of strings and nothing else.
func listItems(text string) ([]string, bool) {
	var items []*string
	if json.Unmarshal([]byte(text), &items) != nil {
		return nil, false
	}
	out := make([]string, len(items))
	for i, item := range items {
		if item == nil {
			return nil, false
		}
		out[i] = *item
	}
	return out, true
}
