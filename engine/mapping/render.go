package mapping

// Render writes a canonical value of field i in the form that side s stores;
// Field.Empty clears the field. What Render wrote, Canonical reads back as the same
// value. A value that has no form there (a picklist value that the mapping
// does not list, text in an integer) is a *ValueError.
func (m *Mapping) Render(s Side, i int, canonical string) (Native, error) {
	f := &m.Fields[i]
	if f.Native[s] == "" {
		return Native{}, f.valueError(s, RuleMissing, canonical)
	}
	if canonical == "" {
		canonical = f.Empty()
	}
	if canonical == "" {
		return Native{Kind: Null}, nil
	}
	switch f.Type {
	case TypeString, TypeEmail:
		return Native{Kind: String, Text: canonical}, nil
	case TypePhone:
		return Native{Kind: String, Text: f.rules.phone.render(s, canonical)}, nil
	case TypePicklist:
		native, ok := f.rules.choices.write(s, canonical)
		if !ok {
			return Native{}, f.valueError(s, RulePicklist, canonical)
		}
		return Native{Kind: String, Text: native}, nil
	case TypeMultiPicklist:
		n, ok := f.renderList(s, canonical)
		if !ok {
			return Native{}, f.valueError(s, RulePicklist, canonical)
		}
		return n, nil
	}
	text, ok := f.Type.readScalar(canonical)
	if !ok {
		return Native{}, f.valueError(s, RuleType, canonical)
	}
	return Native{Kind: f.Type.kind(), Text: text}, nil
}

// kind is the JSON type in which a scalar type travels.
func (t Type) kind() Kind {
	switch t {
	case TypeInteger, TypeDecimal:
		return Number
	case TypeBoolean:
		return Bool
	}
	return String
}

func (f *Field) valueError(s Side, rule, canonical string) *ValueError {
	name := f.Native[s]
	if name == "" {
		name = f.Name
	}
	return &ValueError{Problem{Field: name, Rule: rule, Shape: Shape(Native{Kind: String, Text: canonical})}}
}
