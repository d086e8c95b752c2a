package genesys

import (
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

const extensionMark = ";ext="

// readPhone reads a PhoneNumber as text.
func readPhone(r *jsonread.Reader) mapping.Native {
	var e164, display, input, extension string
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "e164":
			e164 = r.Str()
		case "display":
			display = r.Str()
		case "userInput":
			input = r.Str()
		case "extension":
			if r.Kind() == '0' {
				extension = r.Number()
			} else {
				extension = r.Str()
			}
		default:
			r.Skip()
		}
	}
	text := e164
	if text == "" {
		text = display
	}
	if text == "" {
		text = input
	}
	if text == "" {
		return mapping.Native{Kind: mapping.Null}
	}
	if extension != "" {
		text += extensionMark + extension
	}
	return mapping.Native{Kind: mapping.String, Text: text}
}

// appendPhone writes text as a PhoneNumber.
func appendPhone(dst []byte, field, text string) ([]byte, error) {
	display, extension, extended := strings.Cut(text, extensionMark)
	dst = wire.AppendString(append(dst, `{"display":`...), display)
	if extended {
		n, err := strconv.ParseInt(extension, 10, 32)
		if err != nil || strconv.FormatInt(n, 10) != extension {
			return dst, &adapter.Error{
				Kind: adapter.Invalid, Field: field,
				Message: "Genesys stores an extension as a whole number: leading zeros and signs cannot be kept",
			}
		}
		dst = append(append(dst, `,"extension":`...), extension...)
	}
	return append(dst, '}'), nil
}
