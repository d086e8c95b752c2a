package mocks

import "github.com/syncproof/syncproof/sim/trace"

// Person is a user who logs in with an application of their own: its client id
// is their name, and its secret the engine's.
type Person struct {
	Name   string
	Origin Origin
}

// Holder is who logs in with a client id, as the journal names them, "" for
// nobody: the engine, or one of the people.
func (c *Config) Holder(clientID string) string {
	if clientID != "" && clientID == c.ClientID {
		return trace.ActorEngine
	}
	for _, p := range c.People {
		if p.Name == clientID {
			return ActorOf(p.Origin, p.Name)
		}
	}
	return ""
}

// Person is the one of the people whom the journal names so.
func (c *Config) Person(actor string) (Person, bool) {
	for _, p := range c.People {
		if ActorOf(p.Origin, p.Name) == actor {
			return p, true
		}
	}
	return Person{}, false
}
