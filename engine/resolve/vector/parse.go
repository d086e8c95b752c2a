package vector

import (
	"sort"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine/resolve"
)

// maxVersion is the largest whole number that every reader of JSON holds exactly.
const maxVersion = 1<<53 - 1

// maxMillis bounds tolerance_ms and resolution_ms to a day.
const maxMillis = 24 * 60 * 60 * 1000

// maxFields bounds the fields of a case.
const maxFields = 500

// Parse reads one case. Unknown and repeated keys, wrong types, values out of
// range, text that is not UTF-8 and anything after the object are an *Error.
// Fields are numbered in the order of their names.
func Parse(line []byte) (resolve.Input, error) {
	root, err := parseTree(line)
	if err != nil {
		return resolve.Input{}, err
	}
	p := &parser{}
	in := p.input(root)
	if p.err != nil {
		return resolve.Input{}, p.err
	}
	return in, nil
}

// parser turns a tree into an Input. It keeps the first error and then only
// returns zero values.
type parser struct {
	err   error
	names []string
}

// side is one system before the field names of all parts are known.
type side struct {
	traits  resolve.SystemTraits
	state   resolve.State
	content *node // nil if there is none
}

type base struct {
	base    resolve.Base
	content *node
}

func (p *parser) input(root *node) resolve.Input {
	p.keys(root, "policy", "cc", "crm", "base", "one_way")
	p.required(root, "cc", "crm", "base")
	if p.err != nil {
		return resolve.Input{}
	}
	sides := [2]side{
		p.side(root.find("cc"), resolve.SystemTraits{Priority: 1}, resolve.Agent),
		p.side(root.find("crm"), resolve.SystemTraits{Priority: 2}, resolve.User),
	}
	bases := p.bases(root.find("base"))
	in := resolve.Input{Policy: p.policy(root.find("policy"))}
	if sides[0].traits.Priority == sides[1].traits.Priority {
		p.fail(&Error{Path: "crm.priority", Found: "the same priority as cc's", Expected: "two different ones"})
	}
	p.collect(sides[0].content, sides[1].content, bases[0].content, bases[1].content)
	in.Fields = p.fields(root.find("one_way"))
	for s := range sides {
		in.Traits[s], in.Sides[s], in.Bases[s] = sides[s].traits, sides[s].state, bases[s].base
		in.Bases[s].Content = p.content(bases[s].content, nil)
		if in.Sides[s].Present {
			in.Sides[s].Content = p.content(sides[s].content, in.Bases[s].Content)
		}
	}
	return in
}

// side reads a system; null is a record that never existed there.
func (p *parser) side(n *node, traits resolve.SystemTraits, origin resolve.Origin) side {
	traits.Versioning, traits.Resolution = resolve.Trigger, time.Millisecond
	sd := side{traits: traits}
	if n.kind == null {
		return sd
	}
	p.keys(n, "version", "time", "origin", "priority", "versioning", "resolution_ms", "deleted", "fields")
	if p.err != nil {
		return sd
	}
	sd.state = resolve.State{Present: !p.flag(n.find("deleted")), Origin: origin}
	sd.state.Version = p.whole(n.find("version"), 0, 0, maxVersion)
	sd.state.Time = p.instant(n.find("time"))
	sd.state.Origin = resolve.Origin(p.choice(n.find("origin"), int(origin), "system", "user", "agent"))
	sd.traits.Priority = int(p.whole(n.find("priority"), int64(traits.Priority), 0, maxVersion))
	sd.traits.Versioning = resolve.Versioning(p.choice(n.find("versioning"), int(resolve.Trigger), "none", "trigger"))
	sd.traits.Resolution = time.Duration(p.whole(n.find("resolution_ms"), 1, 1, maxMillis)) * time.Millisecond
	sd.content = n.find("fields")
	return sd
}

// bases reads one base for both sides, one for each, or none.
func (p *parser) bases(n *node) [2]base {
	if n.kind == object && (n.find("cc") != nil || n.find("crm") != nil) {
		p.keys(n, "cc", "crm")
		p.required(n, "cc", "crm")
		if p.err != nil {
			return [2]base{}
		}
		return [2]base{p.base(n.find("cc")), p.base(n.find("crm"))}
	}
	b := p.base(n)
	return [2]base{b, b}
}

func (p *parser) base(n *node) base {
	if n.kind == null {
		return base{}
	}
	p.keys(n, "version", "deleted", "fields")
	if p.err != nil {
		return base{}
	}
	return base{
		base: resolve.Base{
			Known:   true,
			Present: !p.flag(n.find("deleted")),
			Version: p.whole(n.find("version"), 0, 0, maxVersion),
		},
		content: n.find("fields"),
	}
}

func (p *parser) policy(n *node) resolve.Policy {
	pol := resolve.Policy{Tolerance: -1}
	if n == nil {
		return pol
	}
	p.keys(n, "tolerance_ms", "simultaneous", "granularity", "delete_vs_edit", "wrong_side")
	if p.err != nil {
		return pol
	}
	if t := n.find("tolerance_ms"); t != nil && t.kind != null {
		pol.Tolerance = time.Duration(p.whole(t, 0, 0, maxMillis)) * time.Millisecond
	}
	pol.Simultaneous = resolve.Simultaneous(p.choice(n.find("simultaneous"), 0, "review", "merge", "hierarchy"))
	pol.Granularity = resolve.Granularity(p.choice(n.find("granularity"), 0, "field", "record"))
	pol.DeleteVsEdit = resolve.DeleteVsEdit(p.choice(n.find("delete_vs_edit"), 0, "review", "delete", "restore"))
	pol.WrongSide = resolve.WrongSide(p.choice(n.find("wrong_side"), 0, "overwrite", "review"))
	return pol
}

// collect numbers all field names that occur, in their own order.
func (p *parser) collect(contents ...*node) {
	seen := map[string]bool{}
	for _, n := range contents {
		if n == nil {
			continue
		}
		p.isObject(n)
		for _, name := range n.keys {
			if !seen[name] {
				seen[name] = true
				p.names = append(p.names, name)
			}
		}
	}
	if len(p.names) > maxFields {
		p.fail(&Error{Found: strconv.Itoa(len(p.names)) + " fields", Expected: "at most " + strconv.Itoa(maxFields)})
		p.names = nil
	}
	sort.Strings(p.names)
}

func (p *parser) fields(oneWay *node) []resolve.FieldTraits {
	fields := make([]resolve.FieldTraits, len(p.names))
	for i, name := range p.names {
		fields[i] = resolve.FieldTraits{Name: name, OneWay: resolve.None}
	}
	if oneWay == nil || !p.isObject(oneWay) {
		return fields
	}
	for i, name := range oneWay.keys {
		at := sort.SearchStrings(p.names, name)
		if at == len(p.names) || p.names[at] != name {
			p.fail(&Error{
				Path: oneWay.values[i].path, Found: "a field that occurs nowhere in the case",
				Expected: "a field of cc, crm or base", Hint: didYouMean(name, p.names),
			})
			return fields
		}
		fields[at].OneWay = resolve.Side(p.choice(oneWay.values[i], 0, "cc", "crm"))
	}
	return fields
}

// content reads a `fields` object. A field that it does not name is as in
// unsaid: an absent field is not a clear (DM-6). null is an empty value.
func (p *parser) content(n *node, unsaid []string) []string {
	content := make([]string, len(p.names))
	for i, name := range p.names {
		var value *node
		if n != nil {
			value = n.find(name)
		}
		switch {
		case value == nil && i < len(unsaid):
			content[i] = unsaid[i]
		case value == nil || value.kind == null:
		case value.kind == text:
			content[i] = value.text
		default:
			p.mismatch(value, "text or null", "canonical values are text: write it in quotation marks")
		}
	}
	return content
}

func (p *parser) instant(n *node) time.Time {
	if n == nil || n.kind == null {
		return time.Time{}
	}
	const want = `a time with its zone, like "2026-03-01T10:00:00.250Z", or null if unknown`
	if n.kind != text {
		p.mismatch(n, want, "")
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, n.text)
	if err != nil || t.IsZero() {
		p.mismatch(n, want, "")
		return time.Time{}
	}
	return t
}

// whole reads a whole number in [least, most].
func (p *parser) whole(n *node, missing, least, most int64) int64 {
	if n == nil {
		return missing
	}
	if n.kind == numeral {
		if v, err := strconv.ParseInt(n.text, 10, 64); err == nil && v >= least && v <= most {
			return v
		}
	}
	p.mismatch(n, "a whole number from "+strconv.FormatInt(least, 10)+" to "+strconv.FormatInt(most, 10), "")
	return missing
}

func (p *parser) flag(n *node) bool {
	if n == nil {
		return false
	}
	if n.kind != boolean {
		p.mismatch(n, string(boolean), "")
	}
	return n.text == "true"
}

// choice reads one of the words and returns its index.
func (p *parser) choice(n *node, missing int, words ...string) int {
	if n == nil {
		return missing
	}
	for i, w := range words {
		if n.kind == text && n.text == w {
			return i
		}
	}
	hint := ""
	if n.kind == text {
		hint = didYouMean(n.text, words)
	}
	p.mismatch(n, oneOf(words), hint)
	return missing
}

func (p *parser) isObject(n *node) bool {
	if n.kind != object {
		p.mismatch(n, string(object), "")
	}
	return n.kind == object
}

// keys refuses anything but an object with these keys.
func (p *parser) keys(n *node, known ...string) {
	if !p.isObject(n) {
		return
	}
next:
	for i, key := range n.keys {
		for _, k := range known {
			if key == k {
				continue next
			}
		}
		p.fail(&Error{Path: n.values[i].path, Found: "an unknown key", Expected: oneOf(known), Hint: didYouMean(key, known)})
	}
}

func (p *parser) required(n *node, keys ...string) {
	for _, key := range keys {
		if n.kind == object && n.find(key) == nil {
			p.fail(&Error{Path: join(n.path, key), Found: "nothing", Expected: "the key, with an object or null"})
		}
	}
}

func (p *parser) mismatch(n *node, expected, hint string) {
	p.fail(&Error{Path: n.path, Found: n.found(), Expected: expected, Hint: hint})
}

func (p *parser) fail(e *Error) {
	if p.err == nil {
		p.err = e
	}
}
