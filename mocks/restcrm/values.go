package restcrm

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

// instantForm is the document's date-time: RFC 3339 with milliseconds.
const instantForm = "2006-01-02T15:04:05.000Z07:00"

// decode turns a member of a request into the property's native text, "" for
// null, an empty string and an empty list, which are the same to this system.
func (p *property) decode(m *mocks.Member) (string, *problem) {
	if m.Kind == mocks.JSONNull {
		return p.check("")
	}
	if want := p.wanted(); m.Kind != want {
		return "", p.invalid("invalid_type", "expected "+want.String()+" or null, got "+m.Kind.String())
	}
	if p.kind == kindMultipicklist {
		list, ok := mocks.Strings(m.Text)
		if !ok {
			return "", p.invalid("invalid_type", "expected an array of strings")
		}
		return p.checkList(list)
	}
	return p.check(m.Text)
}

func (p *property) wanted() mocks.MemberKind {
	switch p.kind {
	case kindBoolean:
		return mocks.JSONBool
	case kindInteger, kindDecimal:
		return mocks.JSONNumber
	case kindMultipicklist:
		return mocks.JSONArray
	}
	return mocks.JSONString
}

func (p *property) invalid(code, detail string) *problem {
	return &problem{status: 400, code: code, detail: p.name + ": " + detail, field: p.name}
}

// check refuses native text that the document does not allow. Values are
// stored as they come: this system reformats nothing but instants.
func (p *property) check(text string) (string, *problem) {
	if text == "" {
		switch {
		case p.required:
			return "", p.invalid("required", "it is required")
		case p.filled:
			return "", p.invalid("invalid_type", "it cannot be null")
		}
		return "", nil
	}
	if n := utf8.RuneCountInString(text); p.length > 0 && n > p.length {
		return "", p.invalid("too_long", "it has "+strconv.Itoa(n)+" characters, at most "+strconv.Itoa(p.length)+" are allowed")
	}
	switch p.kind {
	case kindInteger:
		return p.checkInteger(text)
	case kindDecimal:
		if len(text) > 40 || !json.Valid([]byte(text)) || strings.ContainsAny(text, "eE") {
			return "", p.invalid("invalid_format", "expected a decimal number of at most 40 characters without exponent")
		}
	case kindBoolean:
		if text != "true" && text != "false" {
			return "", p.invalid("invalid_type", "expected a boolean")
		}
	case kindDate:
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return "", p.invalid("invalid_format", "expected a date such as 2026-01-31")
		}
	case kindInstant:
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return "", p.invalid("invalid_format", "expected an RFC 3339 date-time")
		}
		return at.UTC().Format(instantForm), nil
	case kindPicklist:
		if len(p.values) > 0 && !slices.Contains(p.values, text) {
			return "", p.invalid("not_in_picklist", "expected one of "+strings.Join(p.values, ", "))
		}
	}
	if p.pattern != nil && !p.pattern.MatchString(text) {
		return "", p.invalid("invalid_format", "it does not match "+p.pattern.String())
	}
	return text, nil
}

// checkInteger accepts a literal without fraction and exponent, in the range
// that every JSON reader keeps exact.
func (p *property) checkInteger(text string) (string, *problem) {
	n, err := strconv.ParseInt(text, 10, 64)
	const exact = 1<<53 - 1
	if err != nil || n > exact || n < -exact || p.filled && n < 0 {
		return "", p.invalid("invalid_format", "expected an integer in range, without fraction or exponent")
	}
	return strconv.FormatInt(n, 10), nil
}

// checkList stores a list as a compact JSON array, in the order given.
func (p *property) checkList(list []string) (string, *problem) {
	if len(list) == 0 {
		return p.check("")
	}
	b := []byte{'['}
	for i, v := range list {
		if len(p.values) > 0 && !slices.Contains(p.values, v) {
			return "", p.invalid("not_in_picklist", "expected elements of "+strings.Join(p.values, ", "))
		}
		if slices.Contains(list[:i], v) {
			return "", p.invalid("invalid_format", "its elements must differ")
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = mocks.AppendString(b, v)
	}
	return string(append(b, ']')), nil
}

// typed is the native text of a value that a user enters.
func (p *property) typed(value any) (string, error) {
	var text string
	var bad *problem
	switch v := value.(type) {
	case nil:
		text, bad = p.check("")
	case string:
		text, bad = p.check(v)
	case bool:
		text, bad = p.check(strconv.FormatBool(v))
	case int64:
		text, bad = p.check(strconv.FormatInt(v, 10))
	case json.Number:
		text, bad = p.check(v.String())
	case []string:
		text, bad = p.checkList(v)
	default:
		return "", fmt.Errorf("restcrm: field %s: a value of type %T cannot be entered", p.base, value)
	}
	if bad != nil {
		return "", fmt.Errorf("restcrm: field %s: %s", p.base, bad.detail)
	}
	return text, nil
}
