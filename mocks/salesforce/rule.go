package salesforce

import (
	"slices"
	"strconv"

	"github.com/syncproof/syncproof/mocks"
)

// rule is a validation rule: a write for which its formula is true is refused
// with its message (S).
type rule struct {
	on                      mocks.Object
	id, name, text, message string
	display                 string // the field beside which the message stands
	active                  bool
	formula                 *formula
}

// makeRule is POST tooling/sobjects/ValidationRule: active, the formula and a
// message of at most 255 characters are required (S).
func (x *exchange) makeRule(b body) (string, *apiError) {
	part, name, meta, err := x.metadata(b, "ValidationRule")
	if err != nil {
		return "", err
	}
	if !developerName(name) {
		return "", refuse("FIELD_INTEGRITY_EXCEPTION", "The rule name "+name+" is not valid: it begins with a letter and has letters, digits and single underscores", "ValidationName")
	}
	if slices.ContainsFunc(x.m.setup.rules, func(r rule) bool { return r.on == part.object.is && r.name == name }) {
		return "", errDuplicateName(name, "validation rule")
	}
	r, err := meta.rule(part.made)
	if err != nil {
		return "", err
	}
	r.on, r.id, r.name = part.object.is, x.m.ids.Salesforce(prefixRule), name
	x.m.setup.rules = append(x.m.setup.rules, *r)
	return r.id, nil
}

func (b body) rule(s *schema) (*rule, *apiError) {
	if err := b.only("ValidationRule", "active", "errorConditionFormula", "errorMessage", "errorDisplayField", "description"); err != nil {
		return nil, err
	}
	if b.find("active") == nil {
		return nil, refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: [active]", "active")
	}
	active, err := b.flag("active")
	if err != nil {
		return nil, err
	}
	text, err := b.need("errorConditionFormula")
	if err != nil {
		return nil, err
	}
	message, err := b.need("errorMessage")
	if err != nil {
		return nil, err
	}
	if utf16Length(message) > 255 {
		return nil, refuse("STRING_TOO_LONG", "Error Message: data value too large (max length=255)", "ErrorMessage")
	}
	display, err := b.text("errorDisplayField")
	if err != nil {
		return nil, err
	}
	if display != "" && s.named(display) == nil {
		return nil, refuse("FIELD_INTEGRITY_EXCEPTION", "Field "+display+" does not exist.", "ErrorDisplayField")
	}
	f, err := parseFormula(s, text)
	if err != nil {
		return nil, err
	}
	return &rule{text: text, message: message, display: display, active: active, formula: f}, nil
}

func (r *rule) appendMetadata(b []byte) []byte {
	b = strconv.AppendBool(append(b, `{"active":`...), r.active)
	b = mocks.AppendString(append(b, `,"errorConditionFormula":`...), r.text)
	b = mocks.AppendString(append(b, `,"errorMessage":`...), r.message)
	b = append(b, `,"errorDisplayField":`...)
	if r.display == "" {
		return append(b, "null}"...)
	}
	return append(mocks.AppendString(b, r.display), '}')
}

// breaks refuses a write by a unique column's value or by an active rule; r is
// nil for a new record. A rule sees what the writer set, and not what the
// version trigger is going to add.
func (m *Mock) breaks(r *record, set []assign, user string) *apiError {
	for _, a := range set {
		if err := m.duplicates(r, a); err != nil {
			return err
		}
	}
	for i := range m.setup.rules {
		rule := &m.setup.rules[i]
		if rule.on != m.object.is || !rule.active || !rule.formula.holds(&saving{before: r, set: set, user: user}) {
			continue
		}
		if rule.display != "" {
			return refuse(codeVersionRule, rule.message, rule.display)
		}
		return refuse(codeVersionRule, rule.message)
	}
	return nil
}

// duplicates refuses a value that another live record has in a unique column (S).
func (m *Mock) duplicates(r *record, a assign) *apiError {
	if !a.column.unique || a.text == "" {
		return nil
	}
	for _, other := range m.store.order {
		if other != r && !other.deleted && other.values[a.column.slot] == a.text {
			return refuse("DUPLICATE_VALUE", "duplicate value found: "+a.column.name+" duplicates value on record with id: "+other.id, a.column.name)
		}
	}
	return nil
}
