package mapping

import (
	"strconv"
	"strings"
)

// SpecError is the first thing that is wrong with a Spec. Message says what
// was found, what was expected and what to do.
type SpecError struct {
	Field   int    // index into Spec.Fields, -1 for the whole
	Key     string // as in the file, e.g. "crmFormat"; "" for the whole field
	Message string
}

func (e *SpecError) Error() string {
	var b strings.Builder
	b.WriteString("mapping")
	if e.Field >= 0 {
		b.WriteString(": fields[")
		b.WriteString(strconv.Itoa(e.Field))
		b.WriteString("]")
	}
	if e.Key != "" {
		b.WriteString(": ")
		b.WriteString(e.Key)
	}
	b.WriteString(": ")
	b.WriteString(e.Message)
	return b.String()
}

// ParseError is a mapping file or event document that cannot be read, with
// the place. Its text is "name:line:column: message". Err is the *SpecError
// where the file could be read and its meaning was refused.
type ParseError struct {
	Name         string
	Line, Column int // from 1
	Message      string
	Err          error
}

func (e *ParseError) Error() string {
	return e.Name + ":" + strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Column) + ": " + e.Message
}

func (e *ParseError) Unwrap() error { return e.Err }

// TypeError is a native value that cannot be read as its field's type: a sign
// of schema drift (FC-3). It never holds the value, only its shape.
type TypeError struct {
	Field string // native name
	Type  Type
	Shape string
}

func (e *TypeError) Error() string {
	return "field " + e.Field + ": cannot read " + e.Shape + " as " + e.Type.String() +
		"; compare the mapping's type with the system's schema"
}

// ValueError is a canonical value that has no native form on a side. It never
// holds the value, only its shape.
type ValueError struct{ Problem }

func (e *ValueError) Error() string { return e.Problem.String() }
