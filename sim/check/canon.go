package check

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// canon brings the native text of a field to the form in which contents are
// compared (DM-5). It is this package's own reading of the mapping: an engine
// that normalises differently is to be found out, not agreed with.
func (f *field) canon(side int, text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return f.empty()
	}
	switch f.kind {
	case kindInteger, kindDecimal:
		return canonNumber(text)
	case kindBoolean:
		return canonBoolean(text)
	case kindDate:
		if len(text) >= 10 {
			return text[:10]
		}
	case kindInstant:
		return canonInstant(text)
	case kindPhone:
		return f.canonPhone(text)
	case kindEmail:
		return strings.ToLower(norm.NFC.String(text))
	case kindPicklist:
		return f.canonChoice(side, text)
	case kindMultiPicklist:
		return f.canonChoices(side, text)
	default:
		return canonText(text)
	}
	return text
}

// empty is the canonical form of no value. A checkbox that was never set and
// one that was cleared are the same thing: some systems cannot tell them apart.
func (f *field) empty() string {
	if f.kind == kindBoolean {
		return "false"
	}
	return ""
}

func canonText(text string) string {
	if strings.IndexByte(text, '\r') >= 0 {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	return norm.NFC.String(text)
}

func canonNumber(text string) string {
	if len(text) > 64 {
		return text
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(r.FloatString(20), "0")
}

func canonBoolean(text string) string {
	switch strings.ToLower(text) {
	case "true", "1", "yes":
		return "true"
	case "false", "0", "no":
		return "false"
	}
	return text
}

var instantForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05.000-0700", "2006-01-02T15:04:05-0700"}

func canonInstant(text string) string {
	for _, form := range instantForms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC().Format("2006-01-02T15:04:05.000Z")
		}
	}
	return text
}

func (f *field) canonChoice(side int, text string) string {
	text = canonText(text)
	if c, ok := f.alias[side][text]; ok {
		return c
	}
	return text
}

func (f *field) canonChoices(side int, text string) string {
	var items []string
	if text[0] != '[' || json.Unmarshal([]byte(text), &items) != nil {
		items = strings.Split(text, ";")
	}
	kept := items[:0]
	for _, item := range items {
		if item = strings.TrimSpace(item); item != "" {
			kept = append(kept, f.canonChoice(side, item))
		}
	}
	slices.Sort(kept)
	return strings.Join(slices.Compact(kept), ";")
}

// canonPhone is E.164 with the extension; text that no numbering plan knows
// stays as it is. Parsing is the dearest step of a run's judgement: the memo
// makes it once for each number.
func (f *field) canonPhone(text string) string {
	if c, ok := f.phones[text]; ok {
		return c
	}
	c := parsePhone(text, f.region)
	f.phones[text] = c
	return c
}

func parsePhone(text, region string) string {
	// Mexico dropped the mobile prefix 1 in 2019; both spellings are one number.
	num, err := phonenumbers.Parse(text, region)
	if err != nil {
		return canonText(text)
	}
	e164 := phonenumbers.Format(num, phonenumbers.E164)
	if strings.HasPrefix(e164, "+521") && len(e164) == len("+5215512345678") {
		e164 = "+52" + e164[len("+521"):]
	} else if !phonenumbers.IsPossibleNumber(num) {
		return canonText(text)
	}
	if ext := num.GetExtension(); ext != "" {
		return e164 + ";ext=" + ext
	}
	return e164
}
