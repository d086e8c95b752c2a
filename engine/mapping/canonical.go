package mapping

import "strconv"

// Canonical reads field i as side s stores it. present is false where the
// system said nothing of the field; an empty field is Field.Empty and present
// (DM-6). Spellings that a system may give a value by itself read alike (DM-5): 42.0
// for 42, a number or boolean as text, a date as its midnight, a list as text.
// A value that cannot be read as the field's type is a *TypeError.
func (m *Mapping) Canonical(s Side, i int, n Native) (value string, present bool, err error) {
	f := &m.Fields[i]
	switch n.Kind {
	case Absent:
		return "", false, nil
	case Null:
		return f.Empty(), true, nil
	}
	value, ok := f.read(s, n)
	if !ok {
		return "", true, &TypeError{Field: f.Native[s], Type: f.Type, Shape: Shape(n)}
	}
	return value, true, nil
}

// read is the canonical form of a value that is neither absent nor null.
func (f *Field) read(s Side, n Native) (string, bool) {
	if !f.Type.readsFrom(n.Kind) {
		return "", false
	}
	switch f.Type {
	case TypeString:
		return canonicalText(n.Text), true
	case TypeEmail:
		return canonicalEmail(n.Text), true
	case TypePhone:
		return f.rules.phone.canonical(n.Text), true
	case TypePicklist:
		return f.rules.choices.read(s, n.Text), true
	case TypeMultiPicklist:
		return f.canonicalList(s, n)
	}
	text := canonicalText(n.Text)
	if text == "" {
		return f.Empty(), n.Kind == String
	}
	return f.Type.readScalar(text)
}

// readScalar reads the types whose canonical form does not depend on a
// mapping's options.
func (t Type) readScalar(text string) (string, bool) {
	switch t {
	case TypeInteger:
		v, ok := readInteger(text)
		return strconv.FormatInt(v, 10), ok
	case TypeDecimal:
		return readDecimal(text)
	case TypeBoolean:
		return canonicalBoolean(text)
	case TypeDate:
		return canonicalDate(text)
	case TypeInstant:
		return canonicalInstant(text)
	}
	return text, true
}

// readsFrom reports whether a value of the type can come as a JSON value of
// the kind. Text is readable as any type; nothing else is readable as text,
// because a text field that answers with a number was retyped (FC-3).
func (t Type) readsFrom(k Kind) bool {
	switch k {
	case String:
		return true
	case Number:
		return t == TypeInteger || t == TypeDecimal || t == TypeBoolean
	case Bool:
		return t == TypeBoolean
	case List:
		return t == TypeMultiPicklist
	}
	return false
}
