package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const (
	fileBytesMax = 1 << 20
	// fileNodesMax bounds the tree that a file of the greatest size can make.
	fileNodesMax = 100_000
)

// Parse reads and compiles a mapping file: the guide's JSON, or the same in
// YAML (DM-4). name is what errors call the file. Every error is a
// *ParseError with line and column; where the file is well formed and its
// meaning is refused, it wraps the *SpecError.
func Parse(name string, data []byte) (*Mapping, Spec, error) {
	r := reader{name: name, at: map[place]position{}}
	root, err := r.tree(data)
	if err != nil {
		return nil, Spec{}, err
	}
	spec, err := r.spec(root)
	if err != nil {
		return nil, Spec{}, err
	}
	m, err := New(spec)
	var refused *SpecError
	if errors.As(err, &refused) {
		return nil, Spec{}, r.locate(refused)
	}
	return m, spec, nil
}

// reader turns nodes into a Spec and remembers where everything stood.
type reader struct {
	name string
	at   map[place]position
}

// place is a field and one of its keys as in SpecError; the key "" is the
// field itself, the field -1 the whole file.
type place struct {
	field int
	key   string
}

type position struct{ line, column int }

func (r *reader) fail(line, column int, message string) *ParseError {
	return &ParseError{Name: r.name, Line: max(line, 1), Column: max(column, 1), Message: message}
}

func (r *reader) failAt(n *yaml.Node, message string) error {
	return r.fail(n.Line, n.Column, message)
}

// locate gives a SpecError its place in the file.
func (r *reader) locate(refused *SpecError) error {
	p, ok := r.at[place{refused.Field, refused.Key}]
	message := refused.Message
	if !ok { // the key is not in the file
		p = r.at[place{refused.Field, ""}]
		if refused.Key != "" {
			message = refused.Key + ": " + message
		}
	}
	err := r.fail(p.line, p.column, message)
	err.Err = refused
	return err
}

// tree checks the bytes and parses them to the root mapping. The YAML parser
// reads JSON too, with line and column for both.
func (r *reader) tree(data []byte) (*yaml.Node, error) {
	if len(data) > fileBytesMax {
		return nil, r.fail(1, 1, "the file has "+strconv.Itoa(len(data))+" bytes, expected at most "+strconv.Itoa(fileBytesMax))
	}
	if !utf8.Valid(data) {
		line, column := invalidUTF8(data)
		return nil, r.fail(line, column, "not UTF-8; save the file in that encoding")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, r.fail(1, 1, "the file is empty; expected object and fields")
	}
	var doc yaml.Node
	if err := yaml.Load(joinSurrogates(data), &doc); err != nil {
		var at *yaml.LoadError
		if errors.As(err, &at) {
			return nil, r.fail(at.Mark.Line, at.Mark.Column, strings.TrimPrefix(at.Message, "yaml: "))
		}
		return nil, r.fail(1, 1, err.Error())
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, r.fail(1, 1, "expected object and fields")
	}
	nodes := 0
	if err := r.plain(doc.Content[0], &nodes); err != nil {
		return nil, err
	}
	return doc.Content[0], nil
}

// plain refuses what a mapping has no use for: aliases (with which a small
// file can mean a huge one), tags, and duplicate keys.
func (r *reader) plain(n *yaml.Node, nodes *int) error {
	if *nodes++; *nodes > fileNodesMax {
		return r.failAt(n, "the file holds more than "+strconv.Itoa(fileNodesMax)+" values")
	}
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return r.failAt(n, "anchors and aliases are not supported; write the value out")
	case n.Style&yaml.TaggedStyle != 0:
		return r.failAt(n, "tags are not supported; remove "+quoted(n.Tag))
	}
	if n.Kind == yaml.MappingNode {
		seen := make(map[string]bool, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if key.Kind != yaml.ScalarNode {
				return r.failAt(key, "expected a key, found a collection")
			}
			if seen[key.Value] {
				return r.failAt(key, "the key "+quoted(key.Value)+" stands twice; keep one")
			}
			seen[key.Value] = true
		}
	}
	for _, child := range n.Content {
		if err := r.plain(child, nodes); err != nil {
			return err
		}
	}
	return nil
}

func invalidUTF8(data []byte) (line, column int) {
	line, column = 1, 1
	for len(data) > 0 {
		char, size := utf8.DecodeRune(data)
		if char == utf8.RuneError && size == 1 {
			break
		}
		if column++; char == '\n' {
			line, column = line+1, 1
		}
		data = data[size:]
	}
	return line, column
}

// defaultOf reads a default in the types that FieldSpec.Default takes. Dates
// stay as they are written: YAML takes them for points in time.
func (r *reader) defaultOf(n *yaml.Node) (any, error) {
	if n.Kind == yaml.SequenceNode {
		return r.texts("default", n)
	}
	if n.Kind != yaml.ScalarNode {
		return nil, r.failAt(n, "default: expected a value, found "+describe(n))
	}
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!int", "!!float":
		return json.Number(n.Value), nil
	case "!!bool":
		return n.Value == "true" || n.Value == "True" || n.Value == "TRUE", nil
	}
	return n.Value, nil
}
