package fault

import (
	"strings"

	"github.com/syncproof/syncproof/scenarios"
)

// Entry is one kind of fault.
type Entry struct {
	Verb  scenarios.Verb
	Group scenarios.Group
	// Does says in a sentence what happens in the simulated world.
	Does string
	// StandsFor names the events of the real world that look like it.
	StandsFor string
	// Keys are what a step of this kind takes beside `at`; the first is the
	// verb's own.
	Keys []scenarios.Key
	// Example is a step as a scenario writes it.
	Example string
}

// Catalogue lists every fault, in the order of the scenario format: network,
// vendor, clock, webhook, engine.
func Catalogue() []Entry {
	var all []Entry
	for _, v := range scenarios.Verbs() {
		if !v.Fault() {
			continue
		}
		words := stories[v]
		all = append(all, Entry{
			Verb: v, Group: v.Group(), Does: v.Doc(), StandsFor: words.standsFor,
			Keys: v.Keys(), Example: words.example,
		})
	}
	return all
}

// Find is the catalogue's entry for a verb.
func Find(v scenarios.Verb) (Entry, bool) {
	for _, e := range Catalogue() {
		if e.Verb == v {
			return e, true
		}
	}
	return Entry{}, false
}

// String is the entry in three lines: the fault, its cause, its example.
func (e Entry) String() string {
	var b strings.Builder
	b.WriteString(string(e.Verb) + ": " + e.Does + "\n")
	b.WriteString("  stands for " + e.StandsFor + "\n")
	b.WriteString("  " + e.Example + "\n")
	return b.String()
}
