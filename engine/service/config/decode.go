package config

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// fileBytesMax bounds a file before it is parsed.
const fileBytesMax = 1 << 20

// decoder walks the nodes of one file and stops at the first problem.
type decoder struct {
	path   string
	source []byte
	root   *yaml.Node
	// at is where each key's value stands, by its path such as systems.cc.kind;
	// an object's own place is there too.
	at map[string]*yaml.Node
}

func (d *decoder) fail(n *yaml.Node, hint, format string, args ...any) error {
	return &Error{Path: d.path, Line: n.Line, Column: n.Column, Message: fmt.Sprintf(format, args...), Hint: hint}
}

// failAt is fail at the value of a key, or at the object that lacks it.
func (d *decoder) failAt(key, hint, format string, args ...any) error {
	for n := d.at[key]; ; n = d.at[key] {
		if n != nil {
			return d.fail(n, hint, format, args...)
		}
		i := strings.LastIndexByte(key, '.')
		if i < 0 {
			return d.fail(d.root, hint, format, args...)
		}
		key = key[:i]
	}
}

// load parses the one document of the file.
func (d *decoder) load() error {
	if len(d.source) > fileBytesMax {
		return &Error{Path: d.path, Message: fmt.Sprintf("found a file of %d bytes; expected at most %d", len(d.source), fileBytesMax)}
	}
	if !utf8.Valid(d.source) {
		return &Error{Path: d.path, Message: "found bytes that are not UTF-8; expected UTF-8 text", Hint: "save the file in that encoding"}
	}
	loader, err := yaml.NewLoader(strings.NewReader(string(d.source)), yaml.WithUniqueKeys(false))
	if err != nil {
		return d.syntax(err)
	}
	var doc, second yaml.Node
	if err := loader.Load(&doc); errors.Is(err, io.EOF) || (err == nil && len(doc.Content) == 0) {
		return &Error{Path: d.path, Line: 1, Column: 1, Message: "found an empty file; expected systems and a mapping"}
	} else if err != nil {
		return d.syntax(err)
	}
	switch err := loader.Load(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		return d.syntax(err)
	default:
		return d.fail(&second, "", "found a second document; expected one configuration a file")
	}
	d.root = doc.Content[0]
	return d.plain(d.root)
}

func (d *decoder) syntax(err error) error {
	var load *yaml.LoadError
	if errors.As(err, &load) {
		return &Error{Path: d.path, Line: load.Mark.Line, Column: load.Mark.Column, Message: "found text that is not YAML: " + load.Message}
	}
	return &Error{Path: d.path, Message: "found text that is not YAML"}
}

// plain refuses anchors, aliases and tags: with them a small file can mean a
// huge one.
func (d *decoder) plain(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return d.fail(n, "write the value out", "found an anchor or alias; expected a value")
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

// structure fills a struct by its yaml tags; path is the key that leads to it.
func (d *decoder) structure(n *yaml.Node, v reflect.Value, path string) error {
	if n.Kind != yaml.MappingNode {
		return d.fail(n, "", "found %s for %s; expected keys and values", describe(n), nameOf(path))
	}
	d.at[path] = n
	t := v.Type()
	names := keysOf(t)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := slices.Index(names, key.Value)
		if key.Kind != yaml.ScalarNode || at < 0 {
			return d.fail(key, suggestion(key.Value, names), "found the unknown key %q; expected a key of %s", short(key.Value), nameOf(path))
		}
		full := join(path, key.Value)
		if d.at[full] != nil {
			return d.fail(key, "remove one of them", "found the key %q twice; expected it once", key.Value)
		}
		d.at[full] = value
		if err := d.value(value, v.Field(fieldOf(t, key.Value)), full, facts[t.Name()+"."+key.Value]); err != nil {
			return err
		}
	}
	for _, name := range names {
		if facts[t.Name()+"."+name].required && d.at[join(path, name)] == nil {
			return d.fail(n, "", "found no %s; expected %s to have one", name, nameOf(path))
		}
	}
	return nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func nameOf(path string) string {
	if path == "" {
		return "a configuration"
	}
	return path
}

func keysOf(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

func fieldOf(t reflect.Type, key string) int {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("yaml") == key {
			return i
		}
	}
	return -1
}

func (d *decoder) value(n *yaml.Node, v reflect.Value, key string, f fact) error {
	switch p := v.Addr().Interface().(type) {
	case *Duration:
		return d.duration(n, p, key, f)
	case *Secret:
		return d.secret(n, p, key)
	case *Text:
		return d.reference(n, p, key)
	case *MappingSource:
		return nil // read by itself, with the file at hand
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
		return d.structure(n, v, key)
	case reflect.Slice:
		return d.list(n, v, key)
	case reflect.Bool:
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
			return d.fail(n, "", "found %s for %s; expected true or false", describe(n), key)
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
		return nil
	case reflect.Int:
		return d.integer(n, v, key, f)
	case reflect.String:
		text, err := d.text(n, key)
		if err != nil {
			return err
		}
		if f.one != nil && !slices.Contains(f.one, text) {
			return d.fail(n, "", "found %s for %s; expected %s", describe(n), key, oneOf(f.one))
		}
		v.SetString(text)
		return nil
	}
	panic("config: no decoder for the type of " + key)
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, key string) error {
	if n.Kind != yaml.SequenceNode {
		return d.fail(n, "write it in [ ]", "found %s for %s; expected a list", describe(n), key)
	}
	words := make([]string, len(n.Content))
	for i, c := range n.Content {
		var err error
		if words[i], err = d.text(c, "an entry of "+key); err != nil {
			return err
		}
	}
	v.Set(reflect.ValueOf(words))
	return nil
}

func (d *decoder) text(n *yaml.Node, key string) (string, error) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		hint := ""
		if n.Kind == yaml.ScalarNode && n.ShortTag() != "!!null" {
			hint = "put it in quotes"
		}
		return "", d.fail(n, hint, "found %s for %s; expected text", describe(n), key)
	}
	return n.Value, nil
}

func (d *decoder) integer(n *yaml.Node, v reflect.Value, key string, f fact) error {
	i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 10, 64)
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil || i < f.min || i > f.max {
		return d.fail(n, "", "found %s for %s; expected a whole number from %d to %d", describe(n), key, f.min, f.max)
	}
	v.SetInt(i)
	return nil
}

func (d *decoder) duration(n *yaml.Node, into *Duration, key string, f fact) error {
	parsed, err := ParseDuration(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode:
		return d.fail(n, "", "found %s for %s; expected a duration such as 30s", describe(n), key)
	case errors.Is(err, errTooLong):
		return d.fail(n, "", "found %s for %s; expected at most 400 days", describe(n), key)
	case err != nil && n.ShortTag() == "!!int":
		return d.fail(n, fmt.Sprintf("with its unit: %ss", short(n.Value)), "found %s for %s; expected a duration such as 30s", describe(n), key)
	case err != nil:
		return d.fail(n, "use d, h, m, s and ms, as in 1h30m or 250ms", "found %s for %s; expected a duration such as 30s", describe(n), key)
	case parsed == Off && !f.off:
		return d.fail(n, "", "found off for %s; expected a duration such as 30s", key)
	case parsed != Off && parsed.Std() < f.shortest:
		return d.fail(n, "", "found %s for %s; expected at least %s", describe(n), key, f.shortest)
	}
	*into = parsed
	return nil
}

// secret reads a reference. What stands there instead is not shown: it may be
// the secret.
func (d *decoder) secret(n *yaml.Node, into *Secret, key string) error {
	if n.Kind != yaml.ScalarNode || !isReference(n.Value) {
		return d.fail(n, "a secret is never written into the file: put it into an environment variable or a file", "found no reference for %s; expected env:NAME or file:/path", key)
	}
	if err := d.checkReference(n, key); err != nil {
		return err
	}
	*into = Secret{Ref: n.Value, Line: n.Line, Column: n.Column}
	return nil
}

func (d *decoder) reference(n *yaml.Node, into *Text, key string) error {
	text, err := d.text(n, key)
	if err == nil && isReference(text) {
		err = d.checkReference(n, key)
	}
	*into = Text{Ref: text, Line: n.Line, Column: n.Column}
	return err
}

func (d *decoder) checkReference(n *yaml.Node, key string) error {
	if name, ok := strings.CutPrefix(n.Value, "env:"); ok {
		if name == "" || strings.ContainsAny(name, "= \t\n\x00") {
			return d.fail(n, "", "found no name of an environment variable for %s; expected env:NAME", key)
		}
		return nil
	}
	if path := strings.TrimPrefix(n.Value, "file:"); !strings.HasPrefix(path, "/") || strings.ContainsRune(path, 0) {
		return d.fail(n, "", "found no absolute path for %s; expected file:/path", key)
	}
	return nil
}

// describe names what a node holds, bounded and on one line.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
	default:
		return "nothing"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "the number " + short(n.Value)
	case "!!bool":
		return short(n.Value)
	}
	return strconv.Quote(short(n.Value))
}

func short(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "..."
}
