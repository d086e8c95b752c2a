package jsonread

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Str reads a string; null is "".
func (r *Reader) Str() string {
	if r.Kind() == 'n' {
		r.word("null")
		return ""
	}
	b := r.Bytes()
	if len(r.data) > sharedMax || r.at < len(b)+1 || len(b) == 0 || &b[0] != &r.data[r.at-1-len(b)] {
		return string(b) // unescaped, or of a page that no value should keep alive
	}
	if r.text == "" {
		r.text = string(r.data)
	}
	return r.text[r.at-1-len(b) : r.at-1]
}

// sharedMax is the size of a document up to which its strings share one copy of
// it: a record's values live and die together.
const sharedMax = 2 << 10

// Bytes reads a string without copying it where it holds no escape.
func (r *Reader) Bytes() []byte {
	if r.Kind() != '"' {
		r.fail("expected a string")
		return nil
	}
	r.at++
	text := r.data[r.at:]
	for i, c := range text {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		r.at += i
		switch c {
		case '"':
			r.at++
			return text[:i]
		case '\\':
			return r.unescape(append(make([]byte, 0, i+32), text[:i]...))
		default:
			r.fail("control character in a string")
			return nil
		}
	}
	r.at = len(r.data)
	r.fail("string without an end")
	return nil
}

// unescape reads on from the first backslash of a string.
func (r *Reader) unescape(out []byte) []byte {
	for r.at < len(r.data) {
		c := r.data[r.at]
		switch {
		case c == '"':
			r.at++
			return out
		case c < ' ':
			r.fail("control character in a string")
			return nil
		case c != '\\':
			out = append(out, c)
			r.at++
			continue
		}
		if r.at+1 == len(r.data) {
			break
		}
		e := r.data[r.at+1]
		r.at += 2
		switch e {
		case '"', '\\', '/':
			out = append(out, e)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			c, ok := r.codePoint()
			if !ok {
				return nil
			}
			out = utf8.AppendRune(out, c)
		default:
			r.fail("unknown escape")
			return nil
		}
	}
	r.fail("string without an end")
	return nil
}

// codePoint reads what follows \u. Half a surrogate pair is refused: it is no
// character, and to replace it would change the record silently.
func (r *Reader) codePoint() (rune, bool) {
	c, ok := r.hex4()
	if !ok || !utf16.IsSurrogate(c) {
		return c, ok
	}
	if r.at+1 < len(r.data) && r.data[r.at] == '\\' && r.data[r.at+1] == 'u' {
		r.at += 2
		low, ok := r.hex4()
		if !ok {
			return 0, false
		}
		if pair := utf16.DecodeRune(c, low); pair != utf8.RuneError {
			return pair, true
		}
	}
	r.fail("half a surrogate pair")
	return 0, false
}

func (r *Reader) hex4() (rune, bool) {
	if r.at+4 > len(r.data) {
		r.fail("short escape")
		return 0, false
	}
	var c rune
	for _, h := range r.data[r.at : r.at+4] {
		switch {
		case h >= '0' && h <= '9':
			c = c<<4 | rune(h-'0')
		case h|0x20 >= 'a' && h|0x20 <= 'f':
			c = c<<4 | rune(h|0x20-'a'+10)
		default:
			r.fail("escape is not hexadecimal")
			return 0, false
		}
	}
	r.at += 4
	return c, true
}

// Number reads a number and returns its literal.
func (r *Reader) Number() string {
	return string(r.number())
}

// number is Number without a copy.
func (r *Reader) number() []byte {
	if r.Kind() != '0' {
		r.fail("expected a number")
		return nil
	}
	n := numberLength(r.data[r.at:])
	if n == 0 {
		r.fail("not a number")
		return nil
	}
	r.at += n
	return r.data[r.at-n : r.at]
}

// Int reads a whole number; null is 0.
func (r *Reader) Int() int64 {
	if r.Kind() == 'n' {
		r.word("null")
		return 0
	}
	text := r.Number()
	if r.err != nil {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		r.fail("not a whole number of 64 bits")
	}
	return n
}

// Bool reads true or false; null is false.
func (r *Reader) Bool() bool {
	switch r.Kind() {
	case 't':
		r.word("true")
		return r.err == nil
	case 'f':
		r.word("false")
	case 'n':
		r.word("null")
	default:
		r.fail("expected true or false")
	}
	return false
}

func (r *Reader) word(w string) {
	if len(r.data)-r.at < len(w) || string(r.data[r.at:r.at+len(w)]) != w {
		r.fail("not a value")
		return
	}
	r.at += len(w)
}

// Skip reads over one value, whatever it is, with all checks.
func (r *Reader) Skip() {
	switch r.Kind() {
	case '{':
		for _, ok := r.Members(); ok; _, ok = r.Member() {
			r.Skip()
		}
	case '[':
		for ok := r.Elements(); ok; ok = r.Element() {
			r.Skip()
		}
	case '"':
		r.Bytes()
	case '0':
		r.number()
	case 'n':
		r.word("null")
	case 't', 'f':
		r.Bool()
	default:
		r.fail("expected a value")
	}
}

// Null reads a null.
func (r *Reader) Null() {
	if r.Kind() != 'n' {
		r.fail("expected null")
		return
	}
	r.word("null")
}

// IsNumber says whether s is a number as JSON writes it.
func IsNumber(s string) bool { return s != "" && numberLength(s) == len(s) }

// numberLength is how many bytes of s are a JSON number, 0 if it does not
// begin with one.
func numberLength[T string | []byte](s T) int {
	at, n := 0, 0
	digits := func() int {
		from := at
		for at < len(s) && s[at] >= '0' && s[at] <= '9' {
			at++
		}
		return at - from
	}
	if at < len(s) && s[at] == '-' {
		at++
	}
	if at < len(s) && s[at] == '0' {
		at++
	} else if digits() == 0 {
		return 0
	}
	n = at
	if at < len(s) && s[at] == '.' {
		at++
		if digits() == 0 {
			return 0
		}
		n = at
	}
	if at < len(s) && s[at]|0x20 == 'e' {
		at++
		if at < len(s) && (s[at] == '+' || s[at] == '-') {
			at++
		}
		if digits() == 0 {
			return 0
		}
		n = at
	}
	return n
}
