package mapping

import (
	"strconv"

	"go.yaml.in/yaml/v4"
)

var (
	specKeys  = []string{"object", "fields"}
	fieldKeys = []string{
		"name", "crmField", "ccField", "type", "default", "direction", "purpose",
		"required", "maxLength", "pattern", "values", "crmValues", "ccValues",
		"crmList", "ccList", "region", "crmFormat", "ccFormat", "phone",
	}
)

// spec reads the root of a mapping file.
func (r *reader) spec(root *yaml.Node) (Spec, error) {
	var spec Spec
	if root.Kind != yaml.MappingNode {
		return spec, r.failAt(root, "expected object and fields, found "+describe(root))
	}
	r.at[place{-1, ""}] = position{root.Line, root.Column}
	err := r.pairs(root, func(key, value *yaml.Node) (err error) {
		r.at[place{-1, key.Value}] = position{value.Line, value.Column}
		switch key.Value {
		case "object":
			spec.Object, err = r.text("object", value)
		case "fields":
			spec.Fields, err = r.fields(value)
		default:
			err = r.unknownKey(key, specKeys)
		}
		return err
	})
	return spec, err
}

func (r *reader) fields(list *yaml.Node) ([]FieldSpec, error) {
	if list.Kind != yaml.SequenceNode {
		return nil, r.failAt(list, "fields: expected a list, found "+describe(list))
	}
	fields := make([]FieldSpec, len(list.Content))
	for i, n := range list.Content {
		if n.Kind != yaml.MappingNode {
			return nil, r.failAt(n, "expected a field with crmField, ccField and type, found "+describe(n))
		}
		r.at[place{i, ""}] = position{n.Line, n.Column}
		err := r.pairs(n, func(key, value *yaml.Node) error {
			r.at[place{i, key.Value}] = position{value.Line, value.Column}
			return r.fieldKey(&fields[i], key, value)
		})
		if err != nil {
			return nil, err
		}
	}
	return fields, nil
}

// fieldKey reads one key of a field.
func (r *reader) fieldKey(f *FieldSpec, key, value *yaml.Node) (err error) {
	texts := map[string]*string{
		"name": &f.Name, "crmField": &f.CRMField, "ccField": &f.CCField,
		"type": &f.Type, "direction": &f.Direction, "purpose": &f.Purpose,
		"pattern": &f.Pattern, "crmList": &f.CRMList, "ccList": &f.CCList,
		"region": &f.Region, "crmFormat": &f.CRMFormat, "ccFormat": &f.CCFormat,
		"phone": &f.Phone,
	}
	if text, ok := texts[key.Value]; ok {
		*text, err = r.text(key.Value, value)
		return err
	}
	switch key.Value {
	case "default":
		f.Default, err = r.defaultOf(value)
	case "required":
		f.Required, err = r.boolean("required", value)
	case "maxLength":
		f.MaxLength, err = r.count("maxLength", value)
	case "values":
		f.Values, err = r.texts("values", value)
	case "crmValues":
		f.CRMValues, err = r.textMap("crmValues", value)
	case "ccValues":
		f.CCValues, err = r.textMap("ccValues", value)
	default:
		err = r.unknownKey(key, fieldKeys)
	}
	return err
}

func (r *reader) pairs(n *yaml.Node, f func(key, value *yaml.Node) error) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if err := f(n.Content[i], n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) unknownKey(key *yaml.Node, known []string) error {
	hint := didYouMean(key.Value, known)
	if hint == "" {
		hint = "; expected " + oneOf(known)
	}
	return r.failAt(key, "unknown key "+quoted(key.Value)+hint)
}

// text reads a text. YAML takes an unquoted +14155550123 for a number and
// 2026-01-01 for a date: guessing what was meant would lose the plus sign.
func (r *reader) text(key string, n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode {
		return "", r.failAt(n, key+": expected text, found "+describe(n))
	}
	switch n.ShortTag() {
	case "!!str":
		return n.Value, nil
	case "!!null":
		return "", r.failAt(n, key+": expected text, found nothing; leave the key out")
	}
	return "", r.failAt(n, key+": expected text, found "+describe(n)+"; put it in quotes")
}

func (r *reader) texts(key string, n *yaml.Node) ([]string, error) {
	if n.Kind != yaml.SequenceNode {
		return nil, r.failAt(n, key+": expected a list of texts, found "+describe(n))
	}
	list := make([]string, len(n.Content))
	for i, item := range n.Content {
		var err error
		if list[i], err = r.text(key, item); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r *reader) textMap(key string, n *yaml.Node) (map[string]string, error) {
	if n.Kind != yaml.MappingNode {
		return nil, r.failAt(n, key+": expected canonical values with their names, found "+describe(n))
	}
	table := make(map[string]string, len(n.Content)/2)
	err := r.pairs(n, func(k, v *yaml.Node) error {
		canonical, err := r.text(key, k)
		if err != nil {
			return err
		}
		table[canonical], err = r.text(key, v)
		return err
	})
	return table, err
}

func (r *reader) boolean(key string, n *yaml.Node) (bool, error) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" {
		switch n.Value {
		case "true", "True", "TRUE":
			return true, nil
		}
		return false, nil
	}
	return false, r.failAt(n, key+": expected true or false, found "+describe(n))
}

func (r *reader) count(key string, n *yaml.Node) (int, error) {
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!int" {
		if v, err := strconv.Atoi(n.Value); err == nil && v > 0 {
			return v, nil
		}
	}
	return 0, r.failAt(n, key+": expected a whole number from 1, found "+describe(n))
}

// describe says what a node is, for messages about what was expected.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a group of keys"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "the number " + cut(n.Value)
	case "!!bool":
		return "the boolean " + n.Value
	case "!!timestamp":
		return "the date " + cut(n.Value)
	}
	return "the text " + quoted(n.Value)
}
