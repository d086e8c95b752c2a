package scenarios

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxFileBytes bounds a file before it is parsed.
const maxFileBytes = 1 << 20

// decoder walks the nodes of one file. Every method stops at the first problem.
type decoder struct {
	path string
	// mapping gives names and types to the fields of records and steps. It is
	// set before any of them is read.
	mapping *Mapping
	// mappings are those of all objects, and accounts the records that are no
	// contacts, by id.
	mappings map[string]*Mapping
	accounts map[string]bool
	// steps and records remember where each key stood, for the checks that
	// compare one part of the file with another.
	steps   []place
	records []place
	systems map[string]place
}

// place is where an object and its keys stand in the file.
type place struct {
	node *yaml.Node
	keys map[string]*yaml.Node
}

// at is the node of a key's value, or of the whole object where it is absent.
func (p place) at(key string) *yaml.Node {
	if n := p.keys[key]; n != nil {
		return n
	}
	return p.node
}

// pair is one key of a mapping node and its value.
type pair struct{ key, value *yaml.Node }

// fail is an *Error at a node; the hint may be empty.
func (d *decoder) fail(n *yaml.Node, hint, format string, args ...any) error {
	return &Error{Path: d.path, Line: n.Line, Column: n.Column, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// root parses data into the one document's top node. An empty file has none.
func (d *decoder) root(data []byte) (*yaml.Node, error) {
	if len(data) > maxFileBytes {
		return nil, &Error{Path: d.path, Message: fmt.Sprintf("found a file of %d bytes; expected at most %d", len(data), maxFileBytes), Hint: "declare load with records: N, every and times"}
	}
	if !utf8.Valid(data) {
		line, column := invalidAt(data)
		return nil, &Error{Path: d.path, Line: line, Column: column, Message: "found bytes that are not UTF-8; expected UTF-8 text", Hint: "save the file as UTF-8"}
	}
	loader, err := yaml.NewLoader(strings.NewReader(string(data)), yaml.WithUniqueKeys(false))
	if err != nil {
		return nil, d.syntax(err)
	}
	var doc, second yaml.Node
	if err := loader.Load(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, d.syntax(err)
	}
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		return nil, d.syntax(err)
	default:
		return nil, d.fail(&second, "put it in a file of its own", "found a second document; expected one scenario a file")
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	return doc.Content[0], d.plain(doc.Content[0])
}

// syntax turns the YAML library's error into ours.
func (d *decoder) syntax(err error) error {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return &Error{Path: d.path, Message: "found text that is not YAML: " + err.Error()}
	}
	e := &Error{Path: d.path, Line: load.Mark.Line, Column: load.Mark.Column, Message: "found text that is not YAML: " + load.Message}
	switch {
	case strings.Contains(load.Message, "mapping values are not allowed"):
		e.Hint = `quote a value that holds ": "`
	case strings.Contains(load.Message, "cannot start any token"):
		e.Hint = "indent with spaces, not tabs, and quote a value that starts with @, ` or %"
	}
	return e
}

// plain refuses what makes a file hard to read or dear to load: anchors,
// aliases and tags.
func (d *decoder) plain(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.AliasNode:
		return d.fail(n, "write the value out", "found the alias *%s; expected a value, as scenario files have no aliases", n.Value)
	case n.Anchor != "":
		return d.fail(n, "remove it", "found the anchor &%s; expected a value, as scenario files have no anchors", n.Anchor)
	case n.Style&yaml.TaggedStyle != 0:
		return d.fail(n, "remove the tag", "found the tag %s; expected a plain value", n.Tag)
	}
	for _, c := range n.Content {
		if err := d.plain(c); err != nil {
			return err
		}
	}
	return nil
}

// object takes a mapping node apart; keys must be text and appear once.
func (d *decoder) object(n *yaml.Node, what string) ([]pair, place, error) {
	if n.Kind != yaml.MappingNode {
		return nil, place{}, d.fail(n, "", "found %s; expected %s as keys and values", describe(n), what)
	}
	pairs := make([]pair, 0, len(n.Content)/2)
	at := place{node: n, keys: make(map[string]*yaml.Node, len(n.Content)/2)}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || k.ShortTag() == "!!merge" || k.ShortTag() == "!!null" {
			return nil, place{}, d.fail(k, "write each key out", "found %s as a key; expected a word", describe(k))
		}
		if _, twice := at.keys[k.Value]; twice {
			return nil, place{}, d.fail(k, "remove one of them", "found the key %q twice; expected it once", k.Value)
		}
		at.keys[k.Value] = v
		pairs = append(pairs, pair{k, v})
	}
	return pairs, at, nil
}

// structure fills a Go struct by its yaml tags.
func (d *decoder) structure(n *yaml.Node, v reflect.Value, what string) (place, error) {
	pairs, at, err := d.object(n, what)
	if err != nil {
		return at, err
	}
	t := v.Type()
	names := keysOf(t)
	for _, p := range pairs {
		i := fieldByKey(t, p.key.Value)
		if i < 0 {
			return at, d.fail(p.key, didYouMean(p.key.Value, names), "found the unknown key %q; expected a key of %s", p.key.Value, what)
		}
		name := t.Name() + "." + p.key.Value
		if err := d.value(p.value, v.Field(i), p.key.Value, facts[name]); err != nil {
			return at, err
		}
	}
	for _, name := range names {
		if facts[t.Name()+"."+name].required && at.keys[name] == nil {
			return at, d.fail(n, "", "found no %s; expected %s to have one", name, what)
		}
	}
	return at, nil
}

// keysOf lists the yaml keys of a struct type in their order.
func keysOf(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name != "-" && name != "" {
			names = append(names, name)
		}
	}
	return names
}

func fieldByKey(t reflect.Type, key string) int {
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name == key && name != "-" {
			return i
		}
	}
	return -1
}

// value fills v, called key, from a node.
func (d *decoder) value(n *yaml.Node, v reflect.Value, key string, f fact) error {
	switch p := v.Addr().Interface().(type) {
	case *Duration:
		return d.duration(n, p, key, f)
	case *PPM:
		return d.ppm(n, p, key)
	case *time.Time:
		return d.instant(n, p, key)
	case *Pair[int]:
		return d.both(n, reflect.ValueOf(&p.CC).Elem(), reflect.ValueOf(&p.CRM).Elem(), key, f)
	case *Pair[Duration]:
		return d.both(n, reflect.ValueOf(&p.CC).Elem(), reflect.ValueOf(&p.CRM).Elem(), key, f)
	case *Systems:
		return d.systemsOf(n, p)
	case *any:
		return d.anything(n, p, key)
	case *[]MappingField:
		return d.mappingFields(n, p)
	case *map[string]string:
		return d.words(n, p, key)
	}
	switch v.Kind() {
	case reflect.Pointer:
		fresh := reflect.New(v.Type().Elem())
		if err := d.value(n, fresh.Elem(), key, f); err != nil {
			return err
		}
		v.Set(fresh)
		return nil
	case reflect.Struct:
		_, err := d.structure(n, v, "the "+key)
		return err
	case reflect.Slice:
		return d.list(n, v, key, f)
	}
	return d.scalar(n, v, key, f)
}

// scalar fills a string, bool or integer.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, key string, f fact) error {
	switch v.Kind() {
	case reflect.String:
		text, err := d.text(n, key, f)
		if err != nil {
			return err
		}
		v.SetString(text)
	case reflect.Bool:
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
			return d.fail(n, "", "found %s for %s; expected true or false", describe(n), key)
		}
		v.SetBool(n.Value == "true" || n.Value == "True" || n.Value == "TRUE")
	case reflect.Int, reflect.Int64:
		i, err := d.integer(n, key, f)
		if err != nil {
			return err
		}
		v.SetInt(i)
	case reflect.Uint64:
		u, err := strconv.ParseUint(n.Value, 0, 64)
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil {
			return d.fail(n, "", "found %s for %s; expected a whole number from 0 to 18446744073709551615", describe(n), key)
		}
		v.SetUint(u)
	default:
		panic("scenarios: no decoder for the type of " + key)
	}
	return nil
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, key string, f fact) error {
	if n.Kind != yaml.SequenceNode {
		return d.fail(n, "write it in [ ]", "found %s for %s; expected a list", describe(n), key)
	}
	all := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, c := range n.Content {
		if err := d.value(c, all.Index(i), "an entry of "+key, f); err != nil {
			return err
		}
	}
	v.Set(all)
	return nil
}

// both fills one value for each side, from one value or from {cc, crm}.
func (d *decoder) both(n *yaml.Node, cc, crm reflect.Value, key string, f fact) error {
	if n.Kind != yaml.MappingNode {
		if err := d.value(n, cc, key, f); err != nil {
			return err
		}
		crm.Set(cc)
		return nil
	}
	pairs, _, err := d.object(n, "the "+key)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		side := cc
		switch p.key.Value {
		case "cc":
		case "crm":
			side = crm
		default:
			return d.fail(p.key, didYouMean(p.key.Value, sides), "found the unknown key %q; expected cc or crm", p.key.Value)
		}
		if err := d.value(p.value, side, key+"."+p.key.Value, f); err != nil {
			return err
		}
	}
	return nil
}

// invalidAt finds the line and column of the first byte that is not UTF-8.
func invalidAt(data []byte) (line, column int) {
	line, column = 1, 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			break
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
		data = data[size:]
	}
	return line, column
}
