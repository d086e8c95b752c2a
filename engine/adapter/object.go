package adapter

import "strings"

// Object is what the records of an adapter are (DM-11). An adapter serves one;
// that of the other object of the same system is built from a Config with the
// same HTTP client, Flight and Login.
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

// ObjectOf is the object that a mapping names, whatever the case: contact, or
// account, which Genesys Cloud calls organization.
func ObjectOf(name string) (o Object, known bool) {
	switch strings.ToLower(name) {
	case "", "contact":
		return Contact, true
	case "account", "organization":
		return Account, true
	}
	return Contact, false
}
