package mocks

import (
	"fmt"
	"strings"
)

// Object is what a record is a record of. A system that was configured with
// accounts holds both; native ids are unique over its objects.
type Object uint8

// The objects.
const (
	Contact Object = iota
	Account        // the organisation in Genesys Cloud
)

// String is contact or account.
func (o Object) String() string {
	if o == Account {
		return "account"
	}
	return "contact"
}

// MarshalText writes what String says.
func (o Object) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (o *Object) UnmarshalText(text []byte) error {
	read, known := ObjectOf(string(text))
	if !known {
		return fmt.Errorf("an object is contact or account, not %q", text)
	}
	*o = read
	return nil
}

// journaled is the object as the journal names it: "" for a contact.
func (o Object) journaled() string {
	if o == Contact {
		return ""
	}
	return o.String()
}

// ObjectOf reads what String writes; "" is a contact.
func ObjectOf(name string) (o Object, known bool) {
	switch name {
	case "", "contact":
		return Contact, true
	case "account":
		return Account, true
	}
	return Contact, false
}

// ObjectConfig is what Config says of one object, with the same meanings.
type ObjectConfig struct {
	Fields           []Field
	VersionField     string
	StatusField      string
	ExternalField    string
	Trigger          bool
	Mapped           []string
	Conditional      bool
	BaseVersionField string
	Bare             bool
}

// Of is the configuration of one object alone, in the places where that of
// contacts is.
func (c *Config) Of(o Object) Config {
	out := *c
	out.Account = nil
	if o == Contact || c.Account == nil {
		return out
	}
	a := c.Account
	out.Fields, out.VersionField, out.StatusField, out.ExternalField = a.Fields, a.VersionField, a.StatusField, a.ExternalField
	out.Trigger, out.Mapped = a.Trigger, a.Mapped
	out.Conditional, out.BaseVersionField, out.Bare = a.Conditional, a.BaseVersionField, a.Bare
	return out
}

// accountMark begins what Faults.Revoked lists of accounts alone, where the
// vendor's own words do not tell: account.update, account.Phone.
const accountMark = "account."

// RevokedOf are the verbs and fields that the engine's account has lost on one
// object: those of Revoked that carry its mark, without it.
func (f *Faults) RevokedOf(o Object) (lost []string) {
	for _, what := range f.Revoked {
		if name, marked := strings.CutPrefix(what, accountMark); marked == (o == Account) {
			lost = append(lost, name)
		}
	}
	return lost
}

// LostOn reports whether the engine's account has lost a verb on one object.
func (f *Faults) LostOn(o Object, verb string) bool {
	for _, what := range f.Revoked {
		if name, marked := strings.CutPrefix(what, accountMark); marked == (o == Account) && name == verb {
			return true
		}
	}
	return false
}

// DriftsOf are the changes to the schema of one object.
func (f *Faults) DriftsOf(o Object) (drift []Drift) {
	for _, d := range f.Drift {
		if d.Object == o {
			drift = append(drift, d)
		}
	}
	return drift
}
