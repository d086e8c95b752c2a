package wire

import (
	"errors"
	"unicode/utf8"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Native reads a scalar or an array of strings. Anything else is refused: a
// mapped field cannot hold it.
func Native(r *jsonread.Reader) mapping.Native {
	switch r.Kind() {
	case 'n':
		r.Null()
		return mapping.Native{Kind: mapping.Null}
	case '"':
		return mapping.Native{Kind: mapping.String, Text: r.Str()}
	case '0':
		return mapping.Native{Kind: mapping.Number, Text: r.Number()}
	case 't', 'f':
		if r.Bool() {
			return mapping.Native{Kind: mapping.Bool, Text: "true"}
		}
		return mapping.Native{Kind: mapping.Bool, Text: "false"}
	case '[':
		return list(r)
	}
	r.Refuse("a mapped field holds neither a scalar nor a list of strings")
	return mapping.Native{}
}

// list reads an array of strings into its compact form, so that equal lists
// are equal Natives.
func list(r *jsonread.Reader) mapping.Native {
	text := []byte{'['}
	for ok := r.Elements(); ok; ok = r.Element() {
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = AppendString(text, string(r.Bytes()))
	}
	return mapping.Native{Kind: mapping.List, Text: string(append(text, ']'))}
}

var (
	errAbsent = errors.New("an absent value cannot be written")
	errNumber = errors.New("not a number")
	errBool   = errors.New("neither true nor false")
	errList   = errors.New("not a list of strings")
)

// AppendNative appends the value as JSON. A value that is not what its kind
// says is a definite Invalid error for the named field: nothing was sent.
func AppendNative(dst []byte, field string, n mapping.Native) ([]byte, error) {
	var err error
	switch n.Kind {
	case mapping.Null:
		return append(dst, "null"...), nil
	case mapping.String:
		return AppendString(dst, n.Text), nil
	case mapping.Number:
		if !jsonread.IsNumber(n.Text) {
			err = errNumber
		}
	case mapping.Bool:
		if n.Text != "true" && n.Text != "false" {
			err = errBool
		}
	case mapping.List:
		r := jsonread.New([]byte(n.Text), jsonread.Limits{})
		list(r)
		if r.End() != nil {
			err = errList
		}
	default:
		err = errAbsent
	}
	if err != nil {
		return dst, &adapter.Error{Kind: adapter.Invalid, Field: field, Err: err}
	}
	return append(dst, n.Text...), nil
}

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}

// AppendKey appends a member's name and colon, after a comma where the object
// has members already.
func AppendKey(dst []byte, name string) []byte {
	if last := dst[len(dst)-1]; last != '{' {
		dst = append(dst, ',')
	}
	return append(AppendString(dst, name), ':')
}
