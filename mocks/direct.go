package mocks

import (
	"net/http"
	"time"
)

// Direct is a System at model fidelity: it answers exchanges that are held as
// data, without HTTP and JSON, by the same rules, limits, faults and journal
// events as Handle, and it can be copied and fingerprinted.
type Direct interface {
	System
	// Do answers one exchange, as Handle does.
	Do(now time.Time, o *Op) Outcome
	// Rewind is a cursor moved back by the given time; one that cannot be
	// moved stays as it is.
	Rewind(cursor string, by time.Duration) string
	// Clone is an independent copy that writes to another journal.
	Clone(j Journal) Direct
	// Fingerprint appends an unambiguous encoding of all state that can make
	// a difference to what the system does from now on. Instants are relative to
	// now. Fingerprints of systems that went the same way are equal, whatever
	// their absolute time.
	Fingerprint(now time.Time, dst []byte) []byte
}

// OpKind is what an exchange asks for.
type OpKind uint8

// The kinds, one for each method of an adapter, and the token request.
const (
	OpToken OpKind = iota
	OpRead
	OpFind
	OpCreate
	OpUpdate
	OpDelete
	OpDescribe
	OpChanges
)

// Op is one exchange as data.
type Op struct {
	Kind   OpKind
	Object Object
	Call   uint64 // the exchange's number in the journal
	Cause  uint64 // Op of the Send event
	Token  string // as OpToken gave it; an unknown or expired one is a 401
	Record string // native id: read, update, delete
	// External is the external id looked for (find), made (create; an upsert
	// where the vendor has one) or set (update, "" leaves it).
	External string
	Set      []Assign // fields by native name, the version and status included
	// Ask are the native names of the fields that the caller wants to see, the
	// version and status included: View.Values is aligned with it. Nil asks
	// for every field. A system whose reads name their fields refuses one that
	// it does not know, and so does one whose adapter takes a field that is
	// missing for drift (both Unmapped). The feed tells the version only where
	// it is asked for.
	Ask []string
	// Revision is the schema that the caller described last, "" for none.
	Revision string
	// Bare asks a create for the vendor's own answer alone, where that is an
	// id: the caller reads the record in an exchange of its own.
	Bare bool
	// IfVersion (Salesforce's rule) and IfTag (If-Match) guard a write; nil
	// and "" ask for no check.
	IfVersion *int64
	IfTag     string
	// After and Limit page through the feed; "" is its beginning. Cursors are
	// the system's own.
	After string
	Limit int
}

// Assign is one field of a write: text as the vendor's JSON would hold it
// without quotes, or a clear.
type Assign struct {
	Field string
	Kind  ValueKind
	Text  string
}

// ValueKind is the JSON type of a value.
type ValueKind uint8

// The kinds of value.
const (
	Absent ValueKind = iota // the system said nothing of the field
	Null
	String
	Number  // Text is the literal
	Boolean // Text is true or false
	List    // Text is a JSON array of strings
)

// Refusal is why an exchange failed, in the vendor's meaning.
type Refusal uint8

// The refusals; None is success.
const (
	None Refusal = iota
	Unavailable
	NotFound
	Conflict
	Limited
	Unauthorized
	Forbidden
	Invalid
	Duplicated
	Unmapped // the system does not know a field that was named (drift)
	Misread  // a cursor that is none of this system's; where the adapter makes the cursors, nothing was sent
)

// Outcome is the answer to an Op.
type Outcome struct {
	Refusal    Refusal
	Status     int
	Code       string
	Field      string
	Permission string
	Message    string
	RetryAfter string // the header's text
	Date       string // likewise, "" where nothing was answered
	// Usage is what the headers told of the quota, if Headers. Its Reset is
	// negative where the vendor does not tell it.
	Usage   Usage
	Headers bool

	Token   string // of OpToken
	Records []View // read, create, update: one; find: any number
	Fields  []FieldView
	// Revision identifies the schema, as OpDescribe told it or as the exchange
	// looked it up by itself; "" where the system numbers none, or where what
	// the caller knew has turned out to be wrong.
	Revision string
	// Changed, Next and More are a page of the feed.
	Changed []Moved
	Next    string
	More    bool
}

// View is a record as the engine's account sees it.
type View struct {
	ID         string
	External   string
	Values     []Assign // Null where the field is empty, Absent where it is not shown; nil if only the ID is known
	Modified   time.Time
	By         string // "" where the vendor does not say
	Own        bool   // By is the caller's own account
	Automation bool   // the vendor shows that automation made the last change
	Tag        string // the ETag, "" where there is none
	MergedInto string
}

// Member is the value as a member of a JSON object.
func (a *Assign) Member() Member {
	m := Member{Key: a.Field, Text: a.Text}
	switch a.Kind {
	case String:
		m.Kind = JSONString
	case Number:
		m.Kind = JSONNumber
	case Boolean:
		m.Kind = JSONBool
	case List:
		m.Kind = JSONArray
	}
	return m
}

// FieldView is one field of the schema as the engine's account sees it.
type FieldView struct {
	Name      string
	Type      string // string | text | number | boolean | picklist | ... as in Field.Type
	MaxLength int
	UTF16     bool // MaxLength counts UTF-16 units
	NoChoice  bool // a text where choices are numbers
	Required  bool
	Writable  bool
	Pattern   string
	Values    []string
}

// Moved is one entry of the feed.
type Moved struct {
	ID      string
	Deleted bool
	Stamp   string // identifies this state of the record
	By      string
	Own     bool
}

// RefusalOf is what an HTTP status means where no code says more.
func RefusalOf(status int) Refusal {
	switch {
	case status < 300:
		return None
	case status >= 500, status == http.StatusRequestTimeout:
		return Unavailable
	}
	switch status {
	case http.StatusUnauthorized:
		return Unauthorized
	case http.StatusForbidden:
		return Forbidden
	case http.StatusNotFound:
		return NotFound
	case http.StatusConflict, http.StatusPreconditionFailed:
		return Conflict
	case http.StatusTooManyRequests:
		return Limited
	}
	return Invalid
}
