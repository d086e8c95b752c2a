package mocks

import (
	"encoding/json"
	"strings"
)

// MemberKind is the JSON type of a member's value.
type MemberKind uint8

// The kinds of JSON value.
const (
	JSONNull MemberKind = iota
	JSONString
	JSONNumber
	JSONBool
	JSONArray
	JSONObject
)

var memberKindNames = [...]string{"null", "string", "number", "boolean", "array", "object"}

func (k MemberKind) String() string { return memberKindNames[k] }

// Member is one member of a JSON object. Text is the decoded text of a
// string, the literal of a number or boolean, the raw text of an array or
// object, and empty for null. At is the byte offset of the value.
type Member struct {
	Key  string
	Text string
	Kind MemberKind
	At   int
}

// Members appends the members of the JSON object in body to dst, in order. It
// refuses what ValidJSON refuses, and any value but an object. The error, if
// any, is a *JSONError.
func Members(dst []Member, body []byte) ([]Member, error) {
	have := len(dst)
	dst, err := MembersIn(dst, string(body))
	for i := range dst[have:] {
		m := &dst[have+i]
		m.Key, m.Text = strings.Clone(m.Key), strings.Clone(m.Text)
	}
	return dst, err
}

// MembersIn is Members without copies: each Key and Text is a part of text,
// so that who keeps one keeps text whole, unless it is cloned.
func MembersIn(dst []Member, text string) ([]Member, error) {
	s, err := newScanner(text)
	if err != nil {
		return dst, err
	}
	if s.space(); s.peek() != '{' {
		return dst, s.syntax()
	}
	s.at++
	if s.space(); s.peek() == '}' {
		s.at++
		return dst, s.end()
	}
	var index map[string]bool
	for {
		s.space()
		start := s.at
		key, err := s.str()
		if err != nil {
			return dst, err
		}
		if s.repeats(key, 0, &index) {
			return dst, &JSONError{Fault: JSONDuplicate, Offset: start, Key: strings.Clone(key)}
		}
		if s.space(); s.peek() != ':' {
			return dst, s.syntax()
		}
		s.at++
		s.space()
		m := Member{Key: key, At: s.at}
		if err := s.member(&m); err != nil {
			return dst, err
		}
		dst = append(dst, m)
		switch s.space(); s.peek() {
		case ',':
			s.at++
		case '}':
			s.at++
			return dst, s.end()
		default:
			return dst, s.syntax()
		}
	}
}

// ElementsIn appends the elements of the JSON array in text to dst, in order,
// as members without a Key. It refuses what ValidJSON refuses, and any value
// but an array. The error, if any, is a *JSONError. Each Text is a part of
// text, as in MembersIn.
func ElementsIn(dst []Member, text string) ([]Member, error) {
	s, err := newScanner(text)
	if err != nil {
		return dst, err
	}
	if s.space(); s.peek() != '[' {
		return dst, s.syntax()
	}
	s.at++
	if s.space(); s.peek() == ']' {
		s.at++
		return dst, s.end()
	}
	for {
		s.space()
		m := Member{At: s.at}
		if err := s.member(&m); err != nil {
			return dst, err
		}
		dst = append(dst, m)
		switch s.space(); s.peek() {
		case ',':
			s.at++
		case ']':
			s.at++
			return dst, s.end()
		default:
			return dst, s.syntax()
		}
	}
}

// member reads one value into m.
func (s *jsonScanner) member(m *Member) error {
	start := s.at
	switch s.peek() {
	case '"':
		text, err := s.str()
		m.Kind, m.Text = JSONString, text
		return err
	case 'n':
		m.Kind = JSONNull
		return s.value(1)
	case 't', 'f':
		m.Kind = JSONBool
	case '[':
		m.Kind = JSONArray
	case '{':
		m.Kind = JSONObject
	default:
		m.Kind = JSONNumber
	}
	// A text that ends within an escape leaves the scanner behind its end.
	if err := s.value(1); err != nil {
		return err
	}
	m.Text = s.text[start:s.at]
	return nil
}

// Strings decodes the raw text of a JSON array of strings; ok is false for
// anything else.
func Strings(raw string) (list []string, ok bool) {
	// Pointers tell a null element from an empty string.
	var elements []*string
	if json.Unmarshal([]byte(raw), &elements) != nil || elements == nil {
		return nil, false
	}
	list = make([]string, len(elements))
	for i, p := range elements {
		if p == nil {
			return nil, false
		}
		list[i] = *p
	}
	return list, true
}

// AppendString appends s as a JSON string. Only what RFC 8259 demands is
// escaped.
func AppendString(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(b, s[start:]...), '"')
}
