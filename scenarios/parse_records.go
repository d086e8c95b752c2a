package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// recordsOf reads a number, {count, dataset} or a list.
func (d *decoder) recordsOf(n *yaml.Node, into *Records) error {
	switch {
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!int":
		count, err := d.integer(n, "records", fact{max: maxRecords})
		if err != nil {
			return err
		}
		into.Generate = newGenerate(int(count))
		return nil
	case n.Kind == yaml.MappingNode:
		g := newGenerate(0)
		into.Generate = g
		_, err := d.structure(n, valueOf(g), "generated records")
		return err
	case n.Kind == yaml.SequenceNode:
		if len(n.Content) > maxRecords {
			return d.fail(n, "", "found %d records; expected at most %d", len(n.Content), maxRecords)
		}
		if len(n.Content) > 0 {
			into.List = make([]Record, len(n.Content))
		}
		for i, c := range n.Content {
			if err := d.record(c, &into.List[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return d.fail(n, "", "found %s for records; expected a list, or a number to generate", describe(n))
}

// record reads one record: fixed keys, and mapped fields by name.
func (d *decoder) record(n *yaml.Node, r *Record) error {
	pairs, at, err := d.object(n, "a record")
	if err != nil {
		return err
	}
	r.Line, r.On = n.Line, "both"
	if object := at.keys["object"]; object != nil {
		if r.Object, err = d.objectOf(object); err != nil {
			return err
		}
	}
	d.use(r.Object)
	var linked *bool
	for _, p := range pairs {
		key := p.key.Value
		f := facts["Record."+key]
		switch key {
		case "id":
			r.ID, err = d.id(p.value)
		case "object": // read above: it gives the others their meaning
		case "on":
			r.On, err = d.text(p.value, key, f)
		case "base":
			r.Base, err = d.text(p.value, key, f)
		case "linked":
			linked = new(bool)
			err = d.scalar(p.value, valueOf(linked), key, f)
		case "version":
			r.Version = new(int64)
			err = d.scalar(p.value, valueOf(r.Version), key, f)
		case "mirrors":
			r.Mirrors, err = d.text(p.value, key, f)
		case "cc":
			r.CC, err = d.fieldSets(p.value, key)
		case "crm":
			r.CRM, err = d.fieldSets(p.value, key)
		default:
			var set FieldSet
			set, err = d.fieldSet(p, recordKeys, "a record")
			r.Fields = append(r.Fields, set)
		}
		if err != nil {
			return err
		}
	}
	if at.keys["id"] == nil {
		return d.fail(n, "give it a short name, such as id: ada", "found a record without id; expected one")
	}
	d.noteObject(r.ID, r.Object)
	d.records = append(d.records, at)
	return d.coherent(r, at, linked)
}

// objectOf reads what a record is: "" is a contact.
func (d *decoder) objectOf(n *yaml.Node) (string, error) {
	name, err := d.text(n, "object", facts["Record.object"])
	if name != Account {
		name = ""
	}
	return name, err
}

// use puts the mapping of an object in force.
func (d *decoder) use(object string) { d.mapping = d.mappings[object] }

func (d *decoder) noteObject(id, object string) {
	if object == "" {
		return
	}
	if d.accounts == nil {
		d.accounts = map[string]bool{}
	}
	d.accounts[id] = true
}

// coherent settles what linked and base default to, and refuses combinations
// that cannot be.
func (d *decoder) coherent(r *Record, at place, linked *bool) error {
	r.Linked = r.On == "both"
	if linked != nil {
		if *linked && r.On != "both" {
			return d.fail(at.at("linked"), "say on: both", "found linked: true for a record that is on %s only; expected it on both", r.On)
		}
		r.Linked = *linked
	}
	switch {
	case r.Base == "" && r.Linked:
		r.Base = "known"
	case r.Base == "":
		r.Base = "lost"
	case r.Base == "known" && !r.Linked:
		return d.fail(at.at("base"), "say base: lost", "found base: known for a record that is not linked; expected lost")
	}
	for _, side := range sides {
		if at.keys[side] != nil && r.On != "both" && r.On != side {
			return d.fail(at.at(side), "say on: both", "found fields for %s of a record that is on %s only; expected none", side, r.On)
		}
	}
	return nil
}

// spoken are the words that expectations use for something else than a record.
var spoken = []string{"cc", "crm", "record", "flags", "notifications", "deadletters", "restarts", "races", "idle_after"}

// id reads a record's name: it is spoken of in steps and expectations.
func (d *decoder) id(n *yaml.Node) (string, error) {
	id, err := d.text(n, "id", facts["Record.id"])
	if err != nil {
		return "", err
	}
	if id == "*" || id == massDelete || len(id) > 64 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", d.fail(n, "use a short word such as ada", "found the id %s; expected a word without spaces, of at most 64 bytes", describe(n))
	}
	if slices.Contains(spoken, id) {
		return "", d.fail(n, "use a short word such as ada", "found the id %q; expected a word that expectations do not use for something else", id)
	}
	return id, nil
}

// fieldSets reads {field: value, ...} in the order of the file.
func (d *decoder) fieldSets(n *yaml.Node, key string) ([]FieldSet, error) {
	pairs, _, err := d.object(n, "the fields of "+key)
	if err != nil {
		return nil, err
	}
	sets := make([]FieldSet, 0, len(pairs))
	for _, p := range pairs {
		set, err := d.fieldSet(p, nil, key)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// fieldSet reads one mapped field; null, empty text and an empty list clear
// it. The words in also are keys of the same object, for the suggestion only.
func (d *decoder) fieldSet(p pair, also []string, in string) (FieldSet, error) {
	field, err := d.field(p.key, also, in)
	if err != nil {
		return FieldSet{}, err
	}
	set := FieldSet{Field: p.key.Value}
	if n := p.value; n.Kind != yaml.ScalarNode || (n.ShortTag() != "!!null" && n.Value != "") {
		set.Value, err = d.fieldValue(n, field)
	}
	set.Clear = set.Value == ""
	return set, err
}

// field resolves a name to a business field of the mapping.
func (d *decoder) field(n *yaml.Node, also []string, in string) (MappingField, error) {
	field, ok := d.mapping.Field(n.Value)
	switch {
	case !ok:
		names := append(d.mapping.Names(), also...)
		return field, d.fail(n, didYouMean(n.Value, names), "found the field %q in %s; expected a mapped field", n.Value, in)
	case field.Role() == RoleVersion:
		return field, d.fail(n, "use the key version", "found the version field %q in %s; expected a business field", n.Value, in)
	case field.Role() != RoleBusiness:
		return field, d.fail(n, "", "found the metadata field %q in %s; expected a business field", n.Value, in)
	}
	return field, nil
}

// fieldValue reads a value by the field's type, as canonical as the file
// writes it: systems and engine normalise, the scenario does not.
func (d *decoder) fieldValue(n *yaml.Node, f MappingField) (string, error) {
	name := f.Label()
	switch f.Kind() {
	case "boolean":
		var b bool
		err := d.scalar(n, valueOf(&b), name, fact{})
		return strconv.FormatBool(b), err
	case "integer":
		i, err := d.integer(n, name, fact{min: -1 << 53})
		return strconv.FormatInt(i, 10), err
	case "decimal":
		if n.Kind != yaml.ScalarNode || (n.ShortTag() != "!!float" && n.ShortTag() != "!!int") {
			return "", d.fail(n, "", "found %s for %s; expected a number", describe(n), name)
		}
		return n.Value, nil
	case "date":
		if _, err := time.Parse(time.DateOnly, n.Value); n.Kind != yaml.ScalarNode || err != nil {
			return "", d.fail(n, "", "found %s for %s; expected a date such as 1990-12-31", describe(n), name)
		}
		return n.Value, nil
	case "multipicklist":
		return d.choices(n, f)
	case "picklist":
		return d.choice(n, f)
	case "phone":
		if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!int" {
			return "", d.fail(n, fmt.Sprintf("quote it: %q", n.Value), "found the number %s for the phone number %s; expected text, because YAML drops the plus sign of a number", short(n.Value), name)
		}
	}
	return d.text(n, name, fact{})
}

// choice reads one value of a picklist.
func (d *decoder) choice(n *yaml.Node, f MappingField) (string, error) {
	text, err := d.text(n, f.Label(), fact{})
	if err == nil && len(f.Values) > 0 && !slices.Contains(f.Values, text) {
		return "", d.fail(n, didYouMean(text, f.Values), "found %s for %s; expected one of its values", describe(n), f.Label())
	}
	return text, err
}

// choices reads a multi-picklist: a list, kept as its canonical text.
func (d *decoder) choices(n *yaml.Node, f MappingField) (string, error) {
	if n.Kind != yaml.SequenceNode {
		return "", d.fail(n, "write it in [ ]", "found %s for %s; expected a list", describe(n), f.Label())
	}
	values := make([]string, len(n.Content))
	for i, c := range n.Content {
		value, err := d.choice(c, f)
		if err != nil {
			return "", err
		}
		if value == "" || strings.Contains(value, ";") {
			return "", d.fail(c, "", "found %s in %s; expected a value without a semicolon", describe(c), f.Label())
		}
		values[i] = value
	}
	slices.Sort(values)
	return strings.Join(slices.Compact(values), ";"), nil
}
