package mapping

// Side is one system of the pair.
type Side uint8

// The two sides.
const (
	CC  Side = 0 // the contact center
	CRM Side = 1
)

// Other is the opposite side.
func (s Side) Other() Side { return 1 - s }

func (s Side) String() string {
	if s == CC {
		return "cc"
	}
	return "crm"
}

// Kind is the JSON type of a native value.
type Kind uint8

// The kinds. Absent means that the system said nothing of the field; Null
// that it said the field is empty (DM-6).
const (
	Absent Kind = iota
	Null
	String
	Number // Text is the literal as it came or goes
	Bool   // Text is "true" or "false"
	List   // Text is a JSON array of strings
)

// Native is one field's value as a system stores it. It is comparable.
type Native struct {
	Kind Kind
	Text string
}

// A canonical value is a string: "" is empty (cleared), integers and decimals
// have no leading zeros or trailing fraction zeros, booleans are "true" or
// "false" (an empty check box is "false"), dates are 2006-01-02, instants are
// RFC 3339 in UTC with milliseconds, phone numbers are E.164 with ";ext=N"
// where there is an extension, emails are in lower case, multi-picklists are
// sorted and joined with ";", strings have white space trimmed at both ends,
// line ends as \n, and are in NFC.
