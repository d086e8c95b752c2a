package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// ReadError is a file that is no report: where, what was found there, and what
// was expected.
type ReadError struct {
	Path            string
	Line, Column    int
	Found, Expected string
}

func (e *ReadError) Error() string {
	return fmt.Sprintf("%s:%d:%d: found %s; expected %s", e.Path, e.Line, e.Column, e.Found, e.Expected)
}

// refuse makes the error for a value of a document, by the keys and indexes
// that lead to it; of a way that ends early, the last value that there is.
func refuse(s Part, found, expected string, way ...any) *ReadError {
	return refuseAt(s, found, expected, offsetOf(s.Data, way))
}

func refuseAt(s Part, found, expected string, offset int64) *ReadError {
	before := s.Data[:min(max(int(offset), 0), len(s.Data))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return &ReadError{Path: s.Path, Line: line, Column: column, Found: found, Expected: expected}
}

// decodeError says where the JSON is broken or of another type.
func decodeError(s Part, err error) *ReadError {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return refuseAt(s, "broken JSON ("+syntax.Error()+")", "a JSON report", syntax.Offset-1)
	case errors.As(err, &kind):
		what := "a report"
		if kind.Field != "" {
			what = kind.Type.String() + " as " + kind.Field
		}
		return refuseAt(s, "a JSON "+kind.Value, what, kind.Offset-1)
	}
	return refuse(s, err.Error(), "a JSON report")
}

// offsetOf is where a value begins: way holds keys and indexes.
func offsetOf(data []byte, way []any) int64 {
	dec := json.NewDecoder(bytes.NewReader(data))
	at := begins(data, 0)
	for _, step := range way {
		if t, err := dec.Token(); err != nil || t != json.Delim('{') && t != json.Delim('[') {
			return at
		}
		if !enter(dec, step) {
			return at
		}
		at = begins(data, dec.InputOffset())
	}
	return at
}

// enter moves behind the key, or the values before the index, of the object
// or array that dec stands in.
func enter(dec *json.Decoder, step any) bool {
	for i := 0; dec.More(); i++ {
		switch step := step.(type) {
		case int:
			if i == step {
				return true
			}
		default:
			if key, err := dec.Token(); err != nil || key == step {
				return err == nil
			}
		}
		var skipped json.RawMessage
		if dec.Decode(&skipped) != nil {
			return false
		}
	}
	return false
}

// begins skips what stands between two values.
func begins(data []byte, at int64) int64 {
	for int(at) < len(data) && bytes.IndexByte([]byte(" \t\r\n:,"), data[at]) >= 0 {
		at++
	}
	return at
}
