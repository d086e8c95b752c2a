package mapping

import (
	"regexp"
	"slices"
	"unicode/utf8"
)

// Lookup is a described schema, indexed by native name and with its patterns
// compiled: what to keep for as long as the schema's revision stays.
type Lookup struct {
	byName map[string]described
}

type described struct {
	Constraint
	pattern *regexp.Regexp
}

// Index builds a Lookup. Of two constraints with one name the first counts.
func Index(cs []Constraint) Lookup {
	l := Lookup{byName: make(map[string]described, len(cs))}
	for _, c := range cs {
		if _, seen := l.byName[c.Name]; !seen {
			l.byName[c.Name] = described{Constraint: c, pattern: patternOf(c.Pattern)}
		}
	}
	return l
}

// Find returns what the schema says of a field.
func (l Lookup) Find(name string) (Constraint, bool) {
	d, ok := l.byName[name]
	return d.Constraint, ok
}

// Check judges the native value of field i before it is sent to side s
// (FC-1): against the described schema and the mapping's own rules. nil is
// a value that may be sent. Ask only for fields that a write carries, and
// for every field of a create: an absent value counts as empty.
func (m *Mapping) Check(s Side, target []Constraint, i int, n Native) *Problem {
	name := m.Fields[i].Native[s]
	at := slices.IndexFunc(target, func(c Constraint) bool { return c.Name == name })
	if at < 0 {
		return m.Fields[i].problem(s, RuleMissing, n)
	}
	d := described{Constraint: target[at], pattern: patternOf(target[at].Pattern)}
	return m.Fields[i].check(s, d, n)
}

// CheckIn is Check against an indexed schema.
func (m *Mapping) CheckIn(s Side, target Lookup, i int, n Native) *Problem {
	d, ok := target.byName[m.Fields[i].Native[s]]
	if !ok {
		return m.Fields[i].problem(s, RuleMissing, n)
	}
	return m.Fields[i].check(s, d, n)
}

// check applies the rules in a fixed order; the first broken one is named.
func (f *Field) check(s Side, d described, n Native) *Problem {
	empty := n.Kind == Absent || n.Kind == Null || n.Kind == String && canonicalText(n.Text) == ""
	if !d.Writable && n.Kind != Absent {
		return f.problem(s, RuleWritable, n)
	}
	if empty {
		if d.Required || f.Required {
			return f.problem(s, RuleRequired, n)
		}
		return nil
	}
	value, ok := f.read(s, n)
	if !ok || !d.Type.accepts(n) || f.Type == TypePicklist && d.NoChoice {
		return f.problem(s, RuleType, n)
	}
	if rule := d.breaks(n); rule != "" {
		return f.problem(s, rule, n)
	}
	if rule := f.breaks(value); rule != "" {
		return f.problem(s, rule, n)
	}
	return nil
}

// accepts reports whether a field of the described type takes the value as
// it stands: unlike reading, no system is lenient here.
func (t Type) accepts(n Native) bool {
	switch t {
	case TypeString, TypePhone, TypePicklist:
		return n.Kind == String
	case TypeEmail:
		return n.Kind == String && isEmailForm(n.Text)
	case TypeMultiPicklist:
		return n.Kind == String || n.Kind == List
	}
	if n.Kind != t.kind() {
		return false
	}
	_, ok := t.readScalar(n.Text)
	return ok
}

// breaks names the rule of the schema that a value breaks, "" for none.
func (d described) breaks(n Native) string {
	if n.Kind != String && n.Kind != List {
		return ""
	}
	items := []string{n.Text}
	if n.Kind == List {
		items, _ = listItems(n.Text)
	} else if d.Type == TypeMultiPicklist {
		items = splitList(n.Text)
	}
	measured := items // of a list each item, of a text the whole
	if n.Kind == String {
		measured = []string{n.Text}
	}
	if d.MaxLength > 0 && slices.ContainsFunc(measured, func(v string) bool { return d.length(v) > d.MaxLength }) {
		return RuleLength
	}
	if d.pattern != nil && n.Kind == String && !d.pattern.MatchString(n.Text) {
		return RulePattern
	}
	if d.Values != nil && slices.ContainsFunc(items, func(v string) bool { return !slices.Contains(d.Values, v) }) {
		return RulePicklist
	}
	return ""
}

// length counts as the system does.
func (c Constraint) length(text string) int {
	n := utf8.RuneCountInString(text)
	if !c.UTF16 {
		return n
	}
	for _, r := range text {
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// breaks names the rule of the mapping that a canonical value breaks.
func (f *Field) breaks(value string) string {
	if f.MaxLength > 0 && utf8.RuneCountInString(value) > f.MaxLength {
		return RuleLength
	}
	if f.rules.phone != nil && f.rules.phone.valid && !f.rules.phone.isAssigned(value) {
		return RuleType
	}
	if f.rules.pattern != nil && !f.rules.pattern.MatchString(value) {
		return RulePattern
	}
	items := []string{value}
	if f.Type == TypeMultiPicklist {
		items = splitList(value)
	}
	if slices.ContainsFunc(items, func(v string) bool { return !f.rules.choices.has(v) }) {
		return RulePicklist
	}
	return ""
}

func (f *Field) problem(s Side, rule string, n Native) *Problem {
	name := f.Native[s]
	if name == "" {
		name = f.Name
	}
	return &Problem{Field: name, Rule: rule, Shape: Shape(n)}
}

// patterns keeps the compiled patterns of described schemas: a schema is
// described again and again with the same ones, and compiling one costs more
// than everything else of it.
var patterns = newMemo[*regexp.Regexp]()

// patternOf returns nil for no pattern and for one in a dialect that RE2
// does not know: the system judges by itself then.
func patternOf(pattern string) *regexp.Regexp {
	if pattern == "" {
		return nil
	}
	return patterns.get(pattern, compilePattern)
}

func compilePattern(pattern string) *regexp.Regexp {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil
	}
	return re
}
