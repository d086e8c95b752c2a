package mapping

import (
	"encoding/json"
	"slices"
	"strings"
)

// listForm is how a side stores a multi-picklist.
type listForm uint8

const (
	listArray     listForm = iota // a JSON array of strings
	listSemicolon                 // one string, "a;b"
)

// listFormNames is how a mapping file spells the list forms.
var listFormNames = []string{"array", "semicolon"}

// choices are the values of a restricted picklist and what each side calls
// them. Both tables are injective: New refuses a side on which two values
// have one name.
type choices struct {
	values     []string
	toNative   [2]map[string]string
	fromNative [2]map[string]string
	// folded finds a value by its lower-cased native name, for systems that
	// do not keep case; ambiguous names are left out.
	folded [2]map[string]string
}

// Choices are the native names on a side of a picklist's values, in the order
// of the mapping; nil where any value may be.
func (f *Field) Choices(s Side) []string {
	if f.rules.choices == nil {
		return nil
	}
	names := make([]string, 0, len(f.rules.choices.values))
	for _, v := range f.rules.choices.values {
		if native, ok := f.rules.choices.write(s, v); ok {
			names = append(names, native)
		}
	}
	return names
}

// read translates a side's name of a value. A name that the mapping does not
// list stays as it is: it is compared like any other, and Check names it.
func (c *choices) read(s Side, native string) string {
	native = canonicalText(native)
	if c == nil {
		return native
	}
	if v, ok := c.fromNative[s][native]; ok {
		return v
	}
	if v, ok := c.folded[s][strings.ToLower(native)]; ok {
		return v
	}
	return native
}

// write translates a canonical value. A value that is not listed has no name
// on either side: passing it on could make it mean another one there.
func (c *choices) write(s Side, value string) (string, bool) {
	if c == nil {
		return value, true
	}
	native, ok := c.toNative[s][value]
	return native, ok
}

func (c *choices) has(value string) bool {
	return c == nil || slices.Contains(c.values, value)
}

// canonicalList reads a multi-picklist in either form: sorted, without
// repeats or empty items, joined with ";".
func (f *Field) canonicalList(s Side, n Native) (string, bool) {
	var items []string
	if n.Kind == List {
		var ok bool
		if items, ok = listItems(n.Text); !ok {
			return "", false
		}
		if slices.ContainsFunc(items, func(item string) bool { return strings.Contains(item, ";") }) {
			return "", false // would read back as two
		}
	} else {
		items = splitList(n.Text)
	}
	values := items[:0]
	for _, item := range items {
		if v := f.rules.choices.read(s, item); v != "" {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return strings.Join(slices.Compact(values), ";"), true
}

// renderList writes a canonical multi-picklist in the side's form.
func (f *Field) renderList(s Side, canonical string) (Native, bool) {
	items := splitList(canonical)
	for i, item := range items {
		native, ok := f.rules.choices.write(s, item)
		if !ok {
			return Native{}, false
		}
		items[i] = native
	}
	if f.rules.list[s] == listSemicolon {
		return Native{Kind: String, Text: strings.Join(items, ";")}, true
	}
	text, err := json.Marshal(items)
	if err != nil {
		return Native{}, false
	}
	return Native{Kind: List, Text: string(text)}, true
}

func splitList(s string) []string { return strings.Split(s, ";") }
