package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/syncproof/syncproof/engine/mapping"
)

// Load reads a configuration file and all that it refers to: the mapping's
// file and the secrets. A file that cannot be read is the operating system's
// error; every problem of its content is an *Error or a *mapping.ParseError.
func Load(path string, env Environment) (*Config, error) {
	data, err := readBounded(path)
	if err != nil {
		return nil, err
	}
	c, err := Parse(path, data, readBounded)
	if err != nil {
		return nil, err
	}
	return c, c.Resolve(env)
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, fileBytesMax+1))
}

// Parse turns a file into a complete and checked Config whose secrets are
// references yet. The path is for messages, and for the mapping's file, which
// read gives.
func Parse(path string, data []byte, read func(string) ([]byte, error)) (*Config, error) {
	d := &decoder{path: path, source: data, at: map[string]*yaml.Node{}}
	if err := d.load(); err != nil {
		return nil, err
	}
	c := &Config{Path: path}
	if err := d.structure(d.root, reflect.ValueOf(c).Elem(), ""); err != nil {
		return nil, err
	}
	if err := d.mapping(&c.Mapping, "mapping", read); err != nil {
		return nil, err
	}
	if a := c.Objects.Account; a != nil {
		if err := d.mapping(&a.Mapping, "objects.account.mapping", read); err != nil {
			return nil, err
		}
	}
	c.complete()
	if err := d.check(c); err != nil {
		return nil, err
	}
	return c, nil
}

// mapping reads the mapping from its file, or from where it stands.
func (d *decoder) mapping(into *MappingSource, key string, read func(string) ([]byte, error)) error {
	n := d.at[key]
	name, data := d.path, []byte(nil)
	if n.Kind == yaml.ScalarNode {
		text, err := d.text(n, key)
		if err != nil {
			return err
		}
		into.File = text
		if name = text; !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(d.path), name)
		}
		if data, err = read(name); err != nil {
			return &Error{Path: d.path, Line: n.Line, Column: n.Column, Message: "the mapping's file cannot be read: " + err.Error(), Err: err}
		}
	} else {
		data = d.cut(key)
	}
	m, spec, err := mapping.Parse(name, data)
	if err != nil {
		return err
	}
	into.Compiled, into.Spec = m, spec
	return nil
}

// cut is the part of the file that holds the block of a key, with everything
// before it blank: what stands in it keeps its line and column.
func (d *decoder) cut(key string) []byte {
	n, around := d.at[key], d.around(key)
	lines := bytes.SplitAfter(d.source, []byte("\n"))
	inFlow := func(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }
	if slices.ContainsFunc(around, inFlow) || n.Line > len(lines) {
		text, err := yaml.Dump(n)
		if err != nil {
			return nil // an empty mapping, which is refused
		}
		return text
	}
	end := len(lines)
	for _, object := range around {
		for i := 0; i+1 < len(object.Content); i += 2 {
			if next := object.Content[i]; next.Line > n.Line && next.Line <= end {
				end = next.Line - 1
			}
		}
	}
	out := bytes.Repeat([]byte("\n"), n.Line-1)
	out = append(out, strings.Repeat(" ", n.Column-1)...)
	first := []rune(string(lines[n.Line-1]))
	out = append(out, string(first[min(n.Column-1, len(first)):])...)
	for _, line := range lines[n.Line:end] {
		out = append(out, line...)
	}
	return out
}

// around are the objects in which a key stands, the whole file first.
func (d *decoder) around(key string) []*yaml.Node {
	all := []*yaml.Node{d.root}
	for i := range len(key) {
		if key[i] == '.' {
			all = append(all, d.at[key[:i]])
		}
	}
	return all
}

// Resolve follows the references to secrets, and fills in what the
// environment says where the file is silent.
func (c *Config) Resolve(env Environment) error {
	var problems []error
	follow := func(key, ref string, line, column int, into *string) {
		if ref == "" {
			return
		}
		value, err := env.follow(ref)
		if err != nil {
			problems = append(problems, &Error{
				Path: c.Path, Line: line, Column: column, Err: err,
				Message: fmt.Sprintf("found no secret at %s for %s: %v", ref, key, err), Hint: "set it before the service starts",
			})
		}
		*into = value
	}
	for _, side := range [...]mapping.Side{mapping.CC, mapping.CRM} {
		s, at := c.Systems.Of(side), "systems."+side.String()+"."
		if s.ClientID.value = s.ClientID.Ref; isReference(s.ClientID.Ref) {
			follow(at+"client_id", s.ClientID.Ref, s.ClientID.Line, s.ClientID.Column, &s.ClientID.value)
		}
		follow(at+"client_secret", s.ClientSecret.Ref, s.ClientSecret.Line, s.ClientSecret.Column, &s.ClientSecret.value)
		follow(at+"webhook_secret", s.WebhookSecret.Ref, s.WebhookSecret.Line, s.WebhookSecret.Column, &s.WebhookSecret.value)
	}
	follow("notify.secret", c.Notify.Secret.Ref, c.Notify.Secret.Line, c.Notify.Secret.Column, &c.Notify.Secret.value)
	token := &c.Console.Token
	follow("console.token", token.Ref, token.Line, token.Column, &token.value)
	if c.Store.Path == "" {
		if c.Store.Path = dataFile(env); c.Store.Path == "" {
			problems = append(problems, &Error{Path: c.Path, Message: "found no store.path, and no folder for it: neither XDG_DATA_HOME nor HOME is set", Hint: "set store.path"})
		}
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	return nil
}

// dataFile is the store's default place, by the XDG base directories; "" if
// the environment names none.
func dataFile(env Environment) string {
	folder, _ := env.Lookup("XDG_DATA_HOME")
	if !filepath.IsAbs(folder) {
		home, _ := env.Lookup("HOME")
		if home == "" {
			return ""
		}
		folder = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(folder, "syncproof", "store.db")
}
