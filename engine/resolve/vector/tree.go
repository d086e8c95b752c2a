package vector

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a case; the deepest value sits at 5.
const maxDepth = 8

// kind of a JSON value, worded for error messages.
type kind string

const (
	object  kind = "an object"
	array   kind = "an array"
	text    kind = "text"
	numeral kind = "a number"
	boolean kind = "true or false"
	null    kind = "null"
)

// node is one JSON value with the path of keys that leads to it. Members of
// an object are in the order of the text, and no key occurs twice.
type node struct {
	path   string
	kind   kind
	text   string // a string's value, a number's literal, "true" or "false"
	keys   []string
	values []*node
}

// find returns the member, nil if there is none.
func (n *node) find(key string) *node {
	for i, k := range n.keys {
		if k == key {
			return n.values[i]
		}
	}
	return nil
}

// found describes the value in an error message.
func (n *node) found() string {
	switch n.kind {
	case text:
		return fmt.Sprintf("the text %q", clip(n.text))
	case numeral:
		return "the number " + clip(n.text)
	case boolean:
		return n.text
	}
	return string(n.kind)
}

// clip keeps messages short whatever the input.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	end := most
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "..."
}

// parseTree reads exactly one JSON value.
func parseTree(line []byte) (*node, error) {
	if !utf8.Valid(line) {
		return nil, &Error{Found: "bytes that are not UTF-8", Expected: "JSON in UTF-8"}
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	n, err := readValue(dec, "", 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, &Error{Found: "more text after the object", Expected: "one JSON object"}
	}
	return n, nil
}

func readValue(dec *json.Decoder, path string, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, &Error{Path: path, Found: "values nested too deeply", Expected: fmt.Sprintf("at most %d levels", maxDepth)}
	}
	token, err := dec.Token()
	if err != nil {
		return nil, syntaxError(path, err)
	}
	n := &node{path: path}
	switch v := token.(type) {
	case json.Delim:
		if v == '[' {
			n.kind = array
			return n, readElements(dec, n, depth)
		}
		n.kind = object
		return n, readMembers(dec, n, depth)
	case string:
		n.kind, n.text = text, v
	case json.Number:
		n.kind, n.text = numeral, v.String()
	case bool:
		n.kind, n.text = boolean, fmt.Sprint(v)
	default:
		n.kind = null
	}
	return n, nil
}

func readMembers(dec *json.Decoder, n *node, depth int) error {
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return syntaxError(n.path, err)
		}
		key, ok := token.(string)
		if !ok {
			return syntaxError(n.path, errors.New("a key is not text"))
		}
		path := join(n.path, key)
		if seen[key] {
			return &Error{Path: path, Found: "the key twice", Expected: "each key once"}
		}
		seen[key] = true
		value, err := readValue(dec, path, depth+1)
		if err != nil {
			return err
		}
		n.keys, n.values = append(n.keys, key), append(n.values, value)
	}
	return readEnd(dec, n.path)
}

func readElements(dec *json.Decoder, n *node, depth int) error {
	for dec.More() {
		value, err := readValue(dec, fmt.Sprintf("%s[%d]", n.path, len(n.values)), depth+1)
		if err != nil {
			return err
		}
		n.values = append(n.values, value)
	}
	return readEnd(dec, n.path)
}

func readEnd(dec *json.Decoder, path string) error {
	if _, err := dec.Token(); err != nil {
		return syntaxError(path, err)
	}
	return nil
}

func syntaxError(path string, err error) error {
	found := "a mistake: " + err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		found = "the end of the text"
	}
	return &Error{Path: path, Found: found, Expected: "JSON"}
}

func join(path, key string) string {
	if path == "" {
		return clip(key)
	}
	return path + "." + clip(key)
}
