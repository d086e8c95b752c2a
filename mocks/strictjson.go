package mocks

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// JSONDepthMax bounds how deep objects and arrays may nest in a request.
const JSONDepthMax = 32

// JSONFault says what is wrong with a JSON text.
type JSONFault uint8

// The faults, in the order in which they are looked for.
const (
	JSONTooLarge  JSONFault = iota // over MaxBody bytes
	JSONNotUTF8                    // not valid UTF-8
	JSONSyntax                     // not one JSON value
	JSONTooDeep                    // nests deeper than JSONDepthMax
	JSONDuplicate                  // an object names a key twice
)

// JSONError is a JSON text that a strict system refuses (SE-2).
type JSONError struct {
	Fault  JSONFault
	Offset int    // in bytes, where the fault was seen
	Key    string // the name used twice, for JSONDuplicate
}

func (e *JSONError) Error() string {
	at := " at byte " + strconv.Itoa(e.Offset)
	switch e.Fault {
	case JSONTooLarge:
		return "JSON text exceeds " + strconv.Itoa(MaxBody) + " bytes"
	case JSONNotUTF8:
		return "JSON text is not valid UTF-8" + at
	case JSONTooDeep:
		return "JSON nests deeper than " + strconv.Itoa(JSONDepthMax) + " levels" + at
	case JSONDuplicate:
		return "JSON object names " + strconv.Quote(e.Key) + " twice" + at
	}
	return "JSON syntax error" + at
}

// ValidJSON checks that body is one JSON value as a strict system takes it.
// The error, if any, is a *JSONError.
func ValidJSON(body []byte) error {
	// The view lives no longer than the call, and errors hold copies.
	s, err := newScanner(unsafe.String(unsafe.SliceData(body), len(body)))
	if err != nil {
		return err
	}
	s.space()
	if err := s.value(0); err != nil {
		return err
	}
	return s.end()
}

// newScanner checks what needs no structure: the size and the encoding.
func newScanner(text string) (jsonScanner, error) {
	if len(text) > MaxBody {
		return jsonScanner{}, &JSONError{Fault: JSONTooLarge, Offset: MaxBody}
	}
	if !utf8.ValidString(text) {
		return jsonScanner{}, &JSONError{Fault: JSONNotUTF8, Offset: invalidUTF8(text)}
	}
	return jsonScanner{text: text}, nil
}

func invalidUTF8(text string) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(text)
}

// jsonScanner is a recursive descent over one text; its depth is bounded.
type jsonScanner struct {
	text string
	at   int
	keys []string  // unescaped, of the objects that are open, innermost last
	room [8]string // where keys begins, so that most texts cost no allocation
}

func (s *jsonScanner) syntax() error { return &JSONError{Fault: JSONSyntax, Offset: s.at} }

func (s *jsonScanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *jsonScanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

func (s *jsonScanner) value(depth int) error {
	switch c := s.peek(); c {
	case '{', '[':
		if depth >= JSONDepthMax {
			return &JSONError{Fault: JSONTooDeep, Offset: s.at}
		}
		s.at++
		if c == '{' {
			return s.object(depth + 1)
		}
		return s.array(depth + 1)
	case '"':
		_, err := s.str()
		return err
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	}
	return s.number()
}

func (s *jsonScanner) literal(word string) error {
	if !strings.HasPrefix(s.text[s.at:], word) {
		return s.syntax()
	}
	s.at += len(word)
	return nil
}

func (s *jsonScanner) array(depth int) error {
	if s.space(); s.peek() == ']' {
		s.at++
		return nil
	}
	for {
		s.space()
		if err := s.value(depth); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.at++
		case ']':
			s.at++
			return nil
		default:
			return s.syntax()
		}
	}
}

func (s *jsonScanner) object(depth int) error {
	if s.space(); s.peek() == '}' {
		s.at++
		return nil
	}
	open := len(s.keys)
	defer func() { s.keys = s.keys[:open] }()
	var index map[string]bool
	for {
		s.space()
		start := s.at
		key, err := s.str()
		if err != nil {
			return err
		}
		if s.repeats(key, open, &index) {
			return &JSONError{Fault: JSONDuplicate, Offset: start, Key: strings.Clone(key)}
		}
		s.space()
		if s.peek() != ':' {
			return s.syntax()
		}
		s.at++
		s.space()
		if err := s.value(depth); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.at++
		case '}':
			s.at++
			return nil
		default:
			return s.syntax()
		}
	}
}

// keysLinear is up to how many keys of one object are compared one by one;
// beyond it they are indexed, so that a hostile object costs linear time.
const keysLinear = 24

// repeats adds a key to the innermost object, whose keys begin at open, and
// reports whether it was there.
func (s *jsonScanner) repeats(key string, open int, index *map[string]bool) bool {
	if s.keys == nil {
		s.keys = s.room[:0]
	}
	keys := s.keys[open:]
	if len(keys) < keysLinear {
		for _, k := range keys {
			if k == key {
				return true
			}
		}
		s.keys = append(s.keys, key)
		return false
	}
	if *index == nil {
		*index = make(map[string]bool, 2*keysLinear)
		for _, k := range keys {
			(*index)[k] = true
		}
	}
	if (*index)[key] {
		return true
	}
	(*index)[key] = true
	return false
}

// str scans a string and returns what it says.
func (s *jsonScanner) str() (string, error) {
	if s.peek() != '"' {
		return "", s.syntax()
	}
	start := s.at
	escaped := false
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			s.at++
			if !escaped {
				return s.text[start+1 : s.at-1], nil
			}
			var plain string
			if json.Unmarshal([]byte(s.text[start:s.at]), &plain) != nil {
				s.at = start
				return "", s.syntax()
			}
			return plain, nil
		case c == '\\':
			escaped = true
			s.at++
		case c < 0x20:
			return "", s.syntax()
		}
	}
	return "", s.syntax()
}

func (s *jsonScanner) number() error {
	if s.peek() == '-' {
		s.at++
	}
	if s.peek() == '0' {
		s.at++
	} else if !s.digits() {
		return s.syntax()
	}
	if s.peek() == '.' {
		s.at++
		if !s.digits() {
			return s.syntax()
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.at++
		if c := s.peek(); c == '+' || c == '-' {
			s.at++
		}
		if !s.digits() {
			return s.syntax()
		}
	}
	return nil
}

func (s *jsonScanner) digits() bool {
	start := s.at
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.at++
	}
	return s.at > start
}

// end refuses anything but white space.
func (s *jsonScanner) end() error {
	if s.space(); s.at != len(s.text) {
		return s.syntax()
	}
	return nil
}
