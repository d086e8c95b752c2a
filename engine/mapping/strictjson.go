package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

const jsonDepthMax = 32

// checkJSON refuses what an honest sender never sends and lenient readers
// disagree on (SE-2): bodies that are too large, not UTF-8, nested absurdly
// deep, with duplicate keys or with trailing data. Keys that differ in case
// only count as duplicates, because encoding/json takes them for one. It runs
// before anything is decoded and allocates in proportion to the body.
func checkJSON(name string, data []byte, bytesMax int) error {
	fail := func(offset int64, message string) error {
		line, column := lineColumn(data, offset)
		return &ParseError{Name: name, Line: line, Column: column, Message: message}
	}
	if len(data) > bytesMax {
		return &ParseError{Name: name, Line: 1, Column: 1,
			Message: "found " + strconv.Itoa(len(data)) + " bytes, expected at most " + strconv.Itoa(bytesMax)}
	}
	if !utf8.Valid(data) {
		line, column := invalidUTF8(data)
		return &ParseError{Name: name, Line: line, Column: column, Message: "not UTF-8"}
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var levels []jsonLevel
	for {
		token, err := decoder.Token()
		offset := decoder.InputOffset()
		if errors.Is(err, io.EOF) && len(levels) == 0 && offset > 0 {
			return nil
		}
		if err != nil {
			return fail(syntaxOffset(err, offset), "not JSON: "+jsonReason(err))
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if len(levels) > 0 {
				levels[len(levels)-1].value()
			}
			if len(levels) == jsonDepthMax {
				return fail(offset-1, "nested deeper than "+strconv.Itoa(jsonDepthMax)+" levels")
			}
			levels = append(levels, newJSONLevel(token))
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
		default:
			if len(levels) > 0 {
				if key, duplicate := levels[len(levels)-1].scalar(token); duplicate {
					return fail(offset-int64(len(key)+len(`""`)), "the key "+quoted(key)+" stands twice")
				}
			}
		}
		if len(levels) == 0 && decoder.More() {
			return fail(decoder.InputOffset(), "not JSON: something follows the document")
		}
	}
}

// jsonLevel is one open object or array.
type jsonLevel struct {
	keys      map[string]bool // nil in an array
	wantValue bool            // a key was read, its value comes
}

func newJSONLevel(open json.Token) jsonLevel {
	if open == json.Delim('{') {
		return jsonLevel{keys: map[string]bool{}}
	}
	return jsonLevel{}
}

func (l *jsonLevel) value() { l.wantValue = false }

// scalar takes a key or value and reports a key that was there before.
func (l *jsonLevel) scalar(token json.Token) (key string, duplicate bool) {
	if l.keys == nil || l.wantValue {
		l.wantValue = false
		return "", false
	}
	l.wantValue = true
	key, _ = token.(string)
	folded := strings.ToLower(strings.ToUpper(key)) // the long s and the Kelvin sign too
	if l.keys[folded] {
		return key, true
	}
	l.keys[folded] = true
	return key, false
}

// syntaxOffset is where the offending byte stands. A SyntaxError counts the
// bytes read including that byte, except where the decoder itself found a
// token out of place: then it holds the decoder's own offset.
func syntaxOffset(err error, offset int64) int64 {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset != offset {
		return syntax.Offset - 1
	}
	return offset
}

func jsonReason(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends too early"
	}
	return err.Error()
}

func lineColumn(data []byte, offset int64) (line, column int) {
	before := data[:min(max(int(offset), 0), len(data))]
	line = 1 + bytes.Count(before, []byte("\n"))
	column = 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return line, column
}
