package dynamics

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/syncproof/syncproof/mocks"
)

// edm is the column's type as errors name it.
func (c *column) edm() string {
	switch c.kind {
	case kindPicklist, kindInteger:
		return "Edm.Int32"
	case kindBigInt:
		return "Edm.Int64"
	case kindDecimal:
		return "Edm.Decimal"
	case kindBoolean:
		return "Edm.Boolean"
	case kindDate:
		return "Edm.Date"
	case kindInstant:
		return "Edm.DateTimeOffset"
	case kindID, kindLookup:
		return "Edm.Guid"
	}
	return "Edm.String"
}

// wanted is the JSON type in which the column's values come.
func (c *column) wanted() mocks.MemberKind {
	switch c.kind {
	case kindPicklist, kindInteger, kindBigInt, kindDecimal:
		return mocks.JSONNumber
	case kindBoolean:
		return mocks.JSONBool
	}
	return mocks.JSONString
}

// decode turns a member of a body into the column's native text, "" for null
// and for an empty text, which are the same to the vendor (2).
func (c *column) decode(m *mocks.Member) (string, *apiError) {
	switch {
	case m.Kind == mocks.JSONNull:
		return "", nil
	case m.Kind != c.wanted():
		return "", unconvertible(m.Text, c.edm())
	}
	return c.check(m.Text)
}

// check refuses native text that the vendor refuses. The API checks neither
// the form of an address nor that of a number to call (2).
func (c *column) check(text string) (string, *apiError) {
	if text == "" {
		return "", nil
	}
	switch c.kind {
	case kindString, kindMemo:
		if c.length > 0 && utf16Length(text) > c.length {
			return "", c.tooLong()
		}
	case kindPicklist:
		return c.checkChoice(text)
	case kindMultiSelect:
		return c.checkChoices(strings.Split(text, ","))
	case kindBoolean:
		if text != "true" && text != "false" {
			return "", unconvertible(text, c.edm())
		}
	case kindInteger:
		return c.checkInteger(text)
	case kindDecimal:
		return c.checkDecimal(text)
	case kindDate:
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return "", unconvertible(text, c.edm())
		}
	case kindInstant:
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return "", unconvertible(text, c.edm())
		}
		return at.UTC().Format(instantForm), nil
	}
	return text, nil
}

// utf16Length counts as the vendor's platform does: a character beyond the
// basic plane is two (M).
func utf16Length(text string) int {
	n := utf8.RuneCountInString(text)
	for i := range len(text) {
		if text[i] >= 0xf0 {
			n++
		}
	}
	return n
}

func (c *column) checkInteger(text string) (string, *apiError) {
	n, err := strconv.ParseInt(text, 10, 32)
	switch {
	case err == nil:
		return strconv.FormatInt(n, 10), nil
	case strings.ContainsAny(text, ".eE"):
		return "", unconvertible(text, c.edm())
	}
	return "", c.outOfRange(codeNumberRange, text)
}

func (c *column) checkChoice(text string) (string, *apiError) {
	if _, err := strconv.ParseInt(text, 10, 32); err != nil {
		return "", unconvertible(text, c.edm())
	}
	if !slices.Contains(c.options, text) {
		return "", c.outOfRange(codeOutOfRange, text)
	}
	return text, nil
}

// checkChoices stores choices as a JSON array, each once, in the order of
// their numbers (M).
func (c *column) checkChoices(picked []string) (string, *apiError) {
	kept := make([]string, 0, len(picked))
	for _, v := range picked {
		v = strings.TrimSpace(v)
		if _, err := strconv.ParseInt(v, 10, 32); err != nil || !slices.Contains(c.options, v) {
			return "", c.outOfRange(codeOutOfRange, v)
		}
		if !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	slices.SortFunc(kept, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return listed(kept), nil
}

// listed writes values as a JSON array.
func listed(values []string) string {
	b := []byte{'['}
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = mocks.AppendString(b, v)
	}
	return string(append(b, ']'))
}

// joined is a stored list of choices as the wire has it: numbers behind commas
// (S).
func joined(list string) string {
	items, _ := mocks.Strings(list)
	return strings.Join(items, ",")
}

// decimals is how many digits a decimal column keeps behind the point: the
// most that a maker can choose (S). More are refused here; the vendor rounds
// (M), and nobody should rest on either.
const decimals = 10

func (c *column) checkDecimal(text string) (string, *apiError) {
	if strings.ContainsAny(text, "eE") || !json.Valid([]byte(text)) {
		return "", unconvertible(text, c.edm())
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if len(whole) > 12 || len(fraction) > decimals {
		return "", c.outOfRange(codeNumberRange, text)
	}
	return text, nil
}

// typed is the native text of a value that a user enters.
func (c *column) typed(value any) (string, error) {
	var text string
	var bad *apiError
	switch v := value.(type) {
	case nil:
	case string:
		text, bad = c.check(v)
	case bool:
		text, bad = c.check(strconv.FormatBool(v))
	case int64:
		text, bad = c.check(strconv.FormatInt(v, 10))
	case json.Number:
		text, bad = c.check(v.String())
	case []string:
		if len(v) > 0 {
			text, bad = c.checkChoices(v)
		}
	default:
		return "", fmt.Errorf("dynamics: field %s: a value of type %T cannot be entered", c.base, value)
	}
	switch {
	case bad != nil:
		return "", fmt.Errorf("dynamics: field %s: %s", c.base, bad.message)
	case text == "" && c.level != levelNone:
		return "", fmt.Errorf("dynamics: field %s: the form demands it", c.base)
	}
	return text, nil
}
