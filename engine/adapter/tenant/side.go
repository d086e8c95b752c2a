package tenant

import (
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Side is one object of one of the two systems, as the configuration describes
// it. The sides of one system follow each other, contacts first, and share its
// account, its limits and its meter (DM-11).
type Side struct {
	Name    string // cc or crm
	Object  adapter.Object
	Kind    string // genesys, salesforce, rest
	System  adapter.System
	Config  adapter.Config // names of fields
	Mapping *mapping.Mapping
	At      mapping.Side
	// Trigger: versioning is declared as trigger (DM-8).
	Trigger bool
	// Concurrency and Poll as configured; Poll 0 is never.
	Concurrency int
	Poll        time.Duration
	// Meter saw the side's exchanges; nil for none.
	Meter *Meter
}

// about is the object beside contacts that a line is about, "" for contacts.
func (s *Side) about() string {
	if s.Object == adapter.Contact {
		return ""
	}
	return s.Object.String()
}

// place is the system with that object, for people.
func (s *Side) place() string { return Place(s.Name, s.about()) }

// Place is a system and the object in it that a line is about, for people:
// crm, crm/account.
func Place(system, object string) string {
	if object == "" {
		return system
	}
	return system + "/" + object
}
