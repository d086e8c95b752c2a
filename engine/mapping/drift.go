package mapping

// Drift compares the mapping with the schema that side s describes now
// (FC-3): a mapped field that is gone is a Problem of rule missing, one whose
// type can no longer carry the mapped values is one of rule type. Problems
// come in the order of Fields, then the version, then the status. Audit
// fields are never read or written, and cannot drift.
func (m *Mapping) Drift(s Side, target []Constraint) []Problem {
	schema := make(map[string]Constraint, len(target))
	names := make([]string, 0, len(target))
	for _, c := range target {
		schema[c.Name] = c
		names = append(names, c.Name)
	}
	var problems []Problem
	compare := func(name string, mapped Type, form listForm) {
		if name == "" {
			return
		}
		actual, ok := schema[name]
		switch {
		case !ok:
			problems = append(problems, Problem{
				Field: name, Rule: RuleMissing,
				Shape: "mapped as " + mapped.String() + ", not in the schema" + didYouMean(name, names),
			})
		case !mapped.fitsIn(actual.Type, form) || mapped == TypePicklist && actual.NoChoice:
			problems = append(problems, Problem{
				Field: name, Rule: RuleType,
				Shape: "mapped as " + mapped.String() + ", described as " + actual.Type.String(),
			})
		}
	}
	for i := range m.Fields {
		f := &m.Fields[i]
		compare(f.Native[s], f.Type, f.rules.list[s])
	}
	compare(m.VersionName[s], TypeInteger, listArray)
	compare(m.StatusName[s], TypeString, listArray)
	return problems
}

// fitsIn reports whether a field that a system describes as actual can carry
// values mapped as t. Texts of all kinds are alike on the wire; what else
// they must satisfy is for Check, value by value.
func (t Type) fitsIn(actual Type, form listForm) bool {
	if t == actual {
		return true
	}
	isText := actual == TypeString || actual == TypePhone || actual == TypeEmail || actual == TypePicklist
	switch t {
	case TypeString, TypePhone, TypeEmail, TypePicklist:
		return isText
	case TypeDate, TypeInstant:
		return actual == TypeString
	case TypeInteger:
		return actual == TypeDecimal
	case TypeMultiPicklist:
		return form == listSemicolon && actual == TypeString
	}
	return false
}
