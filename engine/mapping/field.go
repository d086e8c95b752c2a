package mapping

import "regexp"

// Field is one compiled business field.
type Field struct {
	Name      string
	Native    [2]string // by Side
	Type      Type
	Direction Direction
	Required  bool
	// Default is the canonical value that a record starts with where the
	// other side has none, "" for none. It never stands in for a value that
	// was cleared (DM-6).
	Default   string
	MaxLength int

	// compiled parts belong to this package
	rules rules
}

// rules is what New compiled for one field; nil parts ask for nothing.
type rules struct {
	pattern *regexp.Regexp // of the canonical value
	choices *choices       // of a picklist
	phone   *phoneRule     // of a phone, never nil there
	list    [2]listForm    // of a multi-picklist, by Side
}

// Empty is the canonical form of an empty field: "", but "false" for a check
// box. Salesforce has no third state, and refuses a null there: if empty and
// unchecked were two values, one would come back as the other for ever (DM-5).
func (f *Field) Empty() string {
	if f.Type == TypeBoolean {
		return "false"
	}
	return ""
}

// Type of a field.
type Type uint8

// The types.
const (
	TypeString Type = iota
	TypeInteger
	TypeDecimal
	TypeBoolean
	TypeDate
	TypeInstant
	TypePhone
	TypeEmail
	TypePicklist
	TypeMultiPicklist
)

// typeNames is how a mapping file spells the types.
var typeNames = []string{
	"String", "Integer", "Decimal", "Boolean", "Date", "Instant",
	"Phone", "Email", "Picklist", "MultiPicklist",
}

// String is the type as a mapping file spells it.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown"
}
