package scenarios

import (
	"cmp"
	"os"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v4"
)

// Bounds on one scenario.
const (
	maxRecords = 1_000_000
	maxSteps   = 10_000
	maxExpects = 1_000
	// maxPlayed bounds the timeline with its repetitions written out.
	maxPlayed = 1_000_000
)

// ParseFile reads and parses a scenario file. A file that cannot be read is
// the operating system's error; everything else is an *Error.
func ParseFile(path string) (*Scenario, error) {
	info, err := os.Stat(path) //syncproof:allow os the file is the input, read here and nowhere else
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFileBytes {
		d := decoder{path: path}
		_, err := d.root(make([]byte, maxFileBytes+1))
		return nil, err
	}
	data, err := os.ReadFile(path) //syncproof:allow os the file is the input, read here and nowhere else
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// Parse turns a scenario file into a complete and checked Scenario. The path
// is for messages only. The error is always an *Error, the first problem found.
func Parse(path string, data []byte) (*Scenario, error) {
	d := &decoder{path: path, systems: map[string]place{}}
	top, err := d.root(data)
	if err != nil {
		return nil, err
	}
	if top == nil {
		return nil, &Error{Path: path, Line: 1, Column: 1, Message: "found an empty file; expected a scenario", Hint: "start with `scenario: what happens`"}
	}
	s := New()
	s.Path = path
	at, err := d.scenario(top, s)
	if err != nil {
		return nil, err
	}
	if len(d.accounts) > 0 && s.Objects.Account == nil {
		s.Objects.Account = &Object{}
	}
	s.applyDefaults()
	if err := d.check(s, at); err != nil {
		return nil, err
	}
	return s, nil
}

// precedence of the top-level keys that others are read by.
var precedence = map[string]int{"systems": -4, "mapping": -3, "objects": -2, "records": -1}

// scenario fills s from the file's top node. Systems and mappings come
// first, wherever they stand, because they give records and steps their fields;
// then the records, which tell what a step is about.
func (d *decoder) scenario(top *yaml.Node, s *Scenario) (place, error) {
	pairs, at, err := d.object(top, "a scenario")
	if err != nil {
		return at, err
	}
	t := reflect.TypeFor[Scenario]()
	names := keysOf(t)
	for _, p := range pairs {
		if fieldByKey(t, p.key.Value) < 0 {
			return at, d.fail(p.key, didYouMean(p.key.Value, names), "found the unknown key %q; expected a key of a scenario", p.key.Value)
		}
	}
	if at.keys["scenario"] == nil {
		return at, d.fail(top, "start with `scenario: what happens`", "found no scenario; expected a title")
	}
	slices.SortStableFunc(pairs, func(a, b pair) int {
		return cmp.Compare(precedence[a.key.Value], precedence[b.key.Value])
	})
	for _, p := range pairs {
		if precedence[p.key.Value] > precedence["objects"] && d.mapping == nil {
			d.mappings = map[string]*Mapping{"": s.MappingOrDefault(), Account: s.MappingOf(Account)}
			d.use("")
		}
		if err := d.part(p, s); err != nil {
			return at, err
		}
	}
	return at, nil
}

// part reads one top-level key.
func (d *decoder) part(p pair, s *Scenario) error {
	switch p.key.Value {
	case "records":
		return d.recordsOf(p.value, &s.Records)
	case "timeline":
		return d.timeline(p.value, &s.Timeline)
	case "expect":
		return d.expectations(p.value, &s.Expect)
	}
	v := reflect.ValueOf(s).Elem()
	return d.value(p.value, v.Field(fieldByKey(v.Type(), p.key.Value)), p.key.Value, facts["Scenario."+p.key.Value])
}

// systemsOf reads both sides and remembers where their keys stand.
func (d *decoder) systemsOf(n *yaml.Node, into *Systems) error {
	pairs, _, err := d.object(n, "the systems")
	if err != nil {
		return err
	}
	for _, p := range pairs {
		var side *System
		switch p.key.Value {
		case "cc":
			side = &into.CC
		case "crm":
			side = &into.CRM
		default:
			return d.fail(p.key, didYouMean(p.key.Value, sides), "found the unknown system %q; expected cc or crm", p.key.Value)
		}
		at, err := d.structure(p.value, reflect.ValueOf(side).Elem(), "the system "+p.key.Value)
		if err != nil {
			return err
		}
		if kinds := kindsOf[p.key.Value]; !slices.Contains(kinds, side.Kind) {
			return d.fail(at.at("kind"), "", "found the kind %s for %s; expected %s", side.Kind, p.key.Value, oneOf(kinds))
		}
		d.systems[p.key.Value] = at
	}
	return nil
}

// expectations reads the list of expressions; compiling them is for the
// checkers, who know their environment.
func (d *decoder) expectations(n *yaml.Node, into *[]Expect) error {
	if n.Kind != yaml.SequenceNode {
		return d.fail(n, "write each expression on a line that starts with -", "found %s for expect; expected a list", describe(n))
	}
	if len(n.Content) > maxExpects {
		return d.fail(n, "", "found %d expectations; expected at most %d", len(n.Content), maxExpects)
	}
	for _, c := range n.Content {
		text, err := d.text(c, "an expectation", fact{required: true})
		if err != nil {
			return err
		}
		*into = append(*into, Expect{Text: text, Line: c.Line, Column: c.Column})
	}
	return nil
}
