package salesforce

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/syncproof/syncproof/mocks"
)

// emailForm is what the vendor accepts as an address (M), as far as it is
// published: a local part of the characters that RFC 5322 allows unquoted,
// and a domain with at least one dot.
var emailForm = regexp.MustCompile("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*\\.[A-Za-z0-9-]{2,}$")

// decode turns a member of a request body into the column's native text.
func (c *column) decode(m *mocks.Member) (string, *apiError) {
	switch {
	case m.Kind == mocks.JSONNull:
		return c.check("")
	case m.Kind == mocks.JSONBool && c.kind == kindBoolean:
		return m.Text, nil
	case m.Kind == mocks.JSONNumber && c.kind.numeric():
		return c.check(m.Text)
	case m.Kind != mocks.JSONString || c.kind == kindBoolean || c.kind.numeric():
		return "", errDeserialize(c, m)
	case c.kind == kindDate || c.kind == kindDatetime:
		text, err := c.check(m.Text)
		if err != nil {
			return "", errDeserialize(c, m)
		}
		return text, nil
	}
	return c.check(m.Text)
}

// check normalises native text as the vendor does (trims it, lower-cases
// addresses, orders multi-select values: M) and refuses what it refuses, with
// its codes (S).
func (c *column) check(text string) (string, *apiError) {
	text = strings.TrimSpace(text)
	if text == "" {
		return c.checkNull()
	}
	switch c.kind {
	case kindBoolean:
		if text != "true" && text != "false" {
			return "", c.wrongType(text)
		}
	case kindInt, kindDouble:
		return c.checkNumber(text)
	case kindDate:
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return "", c.wrongType(text)
		}
	case kindDatetime:
		t, ok := parseInstant(text)
		if !ok {
			return "", c.wrongType(text)
		}
		return t.UTC().Format("2006-01-02T15:04:05Z"), nil
	case kindEmail:
		if !emailForm.MatchString(text) {
			return "", refuse("INVALID_EMAIL_ADDRESS", c.label+": invalid email address: "+text, c.name)
		}
		text = strings.ToLower(text)
	case kindPicklist:
		if c.forbids(text) {
			return "", c.badPick(text)
		}
	case kindMultipicklist:
		return c.checkMulti(text)
	}
	return text, c.checkLength(text)
}

func (c *column) checkNull() (string, *apiError) {
	switch {
	case c.required:
		return "", errRequired(c.name)
	case c.kind == kindBoolean:
		return "", c.wrongType("") // a checkbox is never null
	}
	return "", nil
}

func (c *column) wrongType(text string) *apiError {
	return refuse("INVALID_TYPE_ON_FIELD_IN_RECORD", c.label+": value not of required type: "+text, c.name)
}

// forbids: the picklist is restricted, and this is none of its values (S).
func (c *column) forbids(value string) bool {
	return len(c.values) > 0 && !c.open && !slices.Contains(c.values, value)
}

func (c *column) badPick(text string) *apiError {
	return refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", c.label+": bad value for restricted picklist field: "+text, c.name)
}

func (c *column) checkLength(text string) *apiError {
	if c.length == 0 || utf16Length(text) <= c.length {
		return nil
	}
	return refuse("STRING_TOO_LONG", c.label+": data value too large: "+text+" (max length="+strconv.Itoa(c.length)+")", c.name)
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

func (c *column) checkMulti(text string) (string, *apiError) {
	var picked []string
	for _, v := range strings.Split(text, ";") {
		if v = strings.TrimSpace(v); v == "" || slices.Contains(picked, v) {
			continue
		}
		if c.forbids(v) {
			return "", c.badPick(v)
		}
		picked = append(picked, v)
	}
	// Stored in the order of the picklist's definition.
	slices.SortStableFunc(picked, func(a, b string) int {
		return slices.Index(c.values, a) - slices.Index(c.values, b)
	})
	text = strings.Join(picked, ";")
	return text, c.checkLength(text)
}

// checkNumber reduces a JSON number to plain decimal text within 18 digits in
// all and the column's scale (M).
func (c *column) checkNumber(text string) (string, *apiError) {
	plain, ok := plainDecimal(text)
	if !ok {
		return "", c.wrongType(text)
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(plain, "-"), ".")
	if len(whole) > 18-c.scale || len(fraction) > c.scale {
		return "", refuse("NUMBER_OUTSIDE_VALID_RANGE", c.label+": value outside of valid range on numeric field: "+text, c.name)
	}
	return plain, nil
}

// plainDecimal writes a JSON number without exponent, leading zeros, trailing
// fraction zeros or a negative zero; ok is false for what is no number or has
// an exponent beyond any column's range.
func plainDecimal(text string) (_ string, ok bool) {
	mantissa, exponent := text, 0
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		var err error
		mantissa = text[:i]
		if exponent, err = strconv.Atoi(text[i+1:]); err != nil || exponent > 40 || exponent < -40 {
			return "", false
		}
	}
	digits, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return "", false
	}
	point := len(whole) + exponent
	digits = whole + fraction
	if point < 0 {
		digits, point = strings.Repeat("0", -point)+digits, 0
	}
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	whole, fraction = strings.TrimLeft(digits[:point], "0"), strings.TrimRight(digits[point:], "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative && whole != "0" {
		whole = "-" + whole
	}
	return whole, true
}

// instantForms are the dateTime forms of the API (S) and of SOQL (M); a fraction
// of a second is accepted by the parser in all of them.
var instantForms = [...]string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700"}

func parseInstant(text string) (t time.Time, ok bool) {
	for _, form := range instantForms {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	return t, false
}

// typed is the native text of what a user enters in the vendor's own pages,
// which format a phone number.
func (c *column) typed(value any) (string, error) {
	if text, ok := value.(string); ok && c.kind == kindPhone {
		value = formatPhone(text)
	}
	return c.laid(value)
}

// laid is the native text of a Go value, normalised and checked.
func (c *column) laid(value any) (string, error) {
	var text string
	switch v := value.(type) {
	case nil:
		if c.kind == kindBoolean && !c.retyped {
			text = "false" // an unticked box
		}
	case string:
		text = v
	case bool:
		text = strconv.FormatBool(v)
	case int64:
		text = strconv.FormatInt(v, 10)
	case json.Number:
		text = v.String()
	case []string:
		text = strings.Join(v, ";")
	default:
		return "", fmt.Errorf("salesforce: field %s: a value of type %T cannot be entered", c.base, value)
	}
	text, err := c.check(text)
	if err != nil {
		return "", fmt.Errorf("salesforce: field %s: %s: %s", c.base, err.code, err.message)
	}
	return text, nil
}

// formatPhone is what the vendor's pages make of a number that a user with a
// North American locale types: ten digits, or eleven that start with 1,
// become (415) 555-0123. Anything else, and whatever comes through the API,
// stays as typed (M).
func formatPhone(text string) string {
	var digits []byte
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		case !strings.ContainsRune(" ()-.", rune(c)):
			return text
		}
	}
	if len(digits) == 11 && digits[0] == '1' {
		digits = digits[1:]
	}
	if len(digits) != 10 {
		return text
	}
	return "(" + string(digits[:3]) + ") " + string(digits[3:6]) + "-" + string(digits[6:])
}
