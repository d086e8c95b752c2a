package mapping

// Constraint is what a system's described schema says of one field (FC-1).
type Constraint struct {
	Name      string // native name
	Type      Type
	MaxLength int  // in Unicode code points (Salesforce counts UTF-16 units as code points of the BMP); 0 if unknown
	UTF16     bool // MaxLength counts UTF-16 units: a character beyond the BMP counts twice
	NoChoice  bool // a text that takes no value of a picklist: the system's choices are numbers on the wire
	Required  bool
	Writable  bool
	Pattern   string   // RE2, unanchored; one that RE2 cannot compile is left to the system to judge
	Values    []string // of a restricted picklist; nil if unrestricted
}

// Problem is a value that the target would refuse. It never holds the value,
// only its shape (length, character classes).
type Problem struct {
	Field string // native name
	Rule  string // type | length | pattern | picklist | required | writable | missing
	Shape string
}

// The rules that a Problem can name.
const (
	RuleType     = "type"
	RuleLength   = "length"
	RulePattern  = "pattern"
	RulePicklist = "picklist"
	RuleRequired = "required"
	RuleWritable = "writable"
	RuleMissing  = "missing"
)

// String is the problem as a sentence, e.g. for a dead letter.
func (p Problem) String() string {
	return "field " + p.Field + " breaks rule " + p.Rule + ": " + p.Shape
}
