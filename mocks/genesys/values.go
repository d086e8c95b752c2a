package genesys

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/syncproof/syncproof/mocks"
)

// parse reads a value that a client wrote for a slot. A null and, for text,
// an empty string clear it (the cell's text is then empty).
func (m *Mock) parse(x *slot, index uint8, v mocks.Member) (cell, *refusal) {
	out := cell{slot: index}
	if x.readOnly {
		return out, invalid(x.base, ruleReadOnly, "it cannot be written")
	}
	if v.Kind == mocks.JSONNull {
		return out, x.vacated()
	}
	if want := wanted(x.kind); v.Kind != want {
		return out, invalid(x.base, ruleType, "expected "+want.String()+", got "+v.Kind.String())
	}
	var bad *refusal
	switch x.kind {
	case kindPhone:
		out.phone, bad = m.parsePhone(x, v)
		if out.phone != nil {
			out.text = out.phone.native
		}
	case kindTags:
		out.text, bad = parseTags(x, v.Text)
	case kindInteger:
		out.text, bad = parseInteger(x, v.Text)
	case kindObject, kindBoolean, kindNumber:
		out.text = strings.Clone(v.Text)
	default:
		out.text, bad = parseText(x, v.Text)
		out.text = strings.Clone(out.text) // and let go of the request
	}
	return out, bad
}

// vacated refuses to clear what is required.
func (x *slot) vacated() *refusal {
	if x.required {
		return invalid(x.base, ruleRequired, "it is required")
	}
	return nil
}

func wanted(k kind) mocks.MemberKind {
	switch k {
	case kindPhone, kindObject:
		return mocks.JSONObject
	case kindBoolean:
		return mocks.JSONBool
	case kindInteger, kindNumber:
		return mocks.JSONNumber
	case kindTags:
		return mocks.JSONArray
	}
	return mocks.JSONString
}

// parseText checks the kinds that are written as a string. White space around
// the vendor's own attributes is trimmed (S).
func parseText(x *slot, text string) (string, *refusal) {
	if x.group != groupCustom {
		text = strings.TrimSpace(text)
	}
	if text == "" {
		if x.required {
			return "", invalid(x.base, ruleRequired, "it is required")
		}
		return "", nil
	}
	if x.max > 0 && utf8.RuneCountInString(text) > x.max {
		return "", invalid(x.base, ruleLength, "it has "+strconv.Itoa(utf8.RuneCountInString(text))+
			" characters, at most "+strconv.Itoa(x.max)+" are allowed")
	}
	ok := true
	rule := ruleFormat
	switch x.kind {
	case kindEmail:
		ok = validEmail(text)
	case kindURL:
		ok = strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
	case kindDate:
		_, err := time.Parse(time.DateOnly, text)
		ok = err == nil
	case kindInstant:
		_, err := time.Parse(time.RFC3339, text)
		ok = err == nil && strings.HasSuffix(text, "Z")
	case kindEnum:
		ok, rule = x.values == nil || slices.Contains(x.values, text), ruleChoice
	}
	if !ok {
		return "", invalid(x.base, rule, "it does not have the form of the field's type")
	}
	return text, nil
}

// validEmail accepts one local part and one domain name with a dot (the
// vendor says valid email format, S; how strict it is, M).
func validEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || strings.ContainsAny(s, " \t\r\n,;<>()[]\\\"") || strings.Count(s, "@") != 1 {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if local[0] == '.' || local[at-1] == '.' || strings.Contains(s, "..") {
		return false
	}
	dot := strings.LastIndexByte(domain, '.')
	return dot > 0 && dot < len(domain)-1 && domain[0] != '-' && domain[0] != '.'
}

func parseInteger(x *slot, literal string) (string, *refusal) {
	n, err := strconv.ParseInt(literal, 10, 64)
	if err != nil {
		return "", invalid(x.base, ruleType, "expected an integer")
	}
	if x.bounds != nil && (n < x.bounds[0] || n > x.bounds[1]) {
		return "", invalid(x.base, ruleLimit, "expected "+strconv.FormatInt(x.bounds[0], 10)+" to "+strconv.FormatInt(x.bounds[1], 10))
	}
	return strconv.FormatInt(n, 10), nil
}

func parseTags(x *slot, raw string) (string, *refusal) {
	list, ok := mocks.Strings(raw)
	if !ok {
		return "", invalid(x.base, ruleType, "expected a list of strings")
	}
	if len(list) > tagsMax {
		return "", invalid(x.base, ruleLimit, "it has "+strconv.Itoa(len(list))+" elements, at most "+strconv.Itoa(tagsMax)+" are allowed")
	}
	for i, tag := range list {
		switch {
		case tag == "" || utf8.RuneCountInString(tag) > x.max:
			return "", invalid(x.base, ruleLength, "an element has to have 1 to "+strconv.Itoa(x.max)+" characters")
		case x.values != nil && !slices.Contains(x.values, tag):
			return "", invalid(x.base, ruleChoice, "an element is not among the options")
		case slices.Contains(list[:i], tag):
			return "", invalid(x.base, ruleFormat, "its elements have to be unique")
		}
	}
	return tagsText(list), nil
}

// tagsText is the native text of a list: a compact JSON array, or "" for an
// empty one.
func tagsText(list []string) string {
	if len(list) == 0 {
		return ""
	}
	b := []byte{'['}
	for i, tag := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = mocks.AppendString(b, tag)
	}
	return string(append(b, ']'))
}

// phoneDisplayMax bounds what is taken for a phone number (M).
const phoneDisplayMax = 256

func (m *Mock) parsePhone(x *slot, v mocks.Member) (*phone, *refusal) {
	var buffer [8]mocks.Member
	members, err := mocks.MembersIn(buffer[:0], v.Text)
	if err != nil {
		return nil, badJSON(err)
	}
	var in phoneInput
	for _, f := range members {
		want := mocks.JSONString
		switch f.Key {
		case "display":
			in.display = strings.TrimSpace(f.Text)
		case "extension":
			want = mocks.JSONNumber
			in.extension = f.Text
		case "acceptsSMS":
			want = mocks.JSONBool
			in.sms = f.Text
		case "normalizationCountryCode":
			in.normalization = f.Text
		case "userInput", "e164", "countryCode": // set by the system, ignored on write (S)
		default:
			return nil, unknownField(x.base + "." + f.Key)
		}
		if f.Kind != want && f.Kind != mocks.JSONNull {
			return nil, invalid(x.base+"."+f.Key, ruleType, "expected "+want.String()+", got "+f.Kind.String())
		}
	}
	if n, err := strconv.ParseInt(in.extension, 10, 64); in.extension != "" && (err != nil || n < 0) {
		return nil, invalid(x.base+".extension", ruleType, "expected a whole number")
	}
	return m.checkPhone(x, in)
}

// checkPhone rewrites what a client wrote, nil for no number.
func (m *Mock) checkPhone(x *slot, in phoneInput) (*phone, *refusal) {
	switch {
	case len(in.display) > phoneDisplayMax:
		return nil, invalid(x.base+".display", ruleLength, "at most "+strconv.Itoa(phoneDisplayMax)+" bytes are allowed")
	case in.display == "" && in.extension != "":
		return nil, invalid(x.base+".display", ruleRequired, "an extension needs a number")
	case in.display == "":
		return nil, nil
	}
	return m.phones.rewrite(in), nil
}
