// Package mutant holds engines with one defect each. They show that the
// checkers and the library are awake: a defect that nothing notices is a hole
// in one of them.
//
// A mutant is the reference engine with one part replaced: its resolver, its
// mapping, the machine that is stepped, the store, or the client of a system.
// The engine itself has no switch for any of them, so that what is tested is
// what ships.
//
// This package does not judge. Its tests run every mutant through the library
// and ask the checkers.
package mutant

import (
	"slices"

	"github.com/syncproof/syncproof/sim"
)

// Mutant is an engine with one defect.
type Mutant struct {
	// Name is a short handle, such as always-crm.
	Name string
	// Defect says in a sentence what this engine does wrong.
	Defect string
	// Source is where such engines come from: a section of the guide, 'field
	// report', or 'specification' where nobody would build one.
	Source string
	// KilledBy names scenarios of the library, without .yaml; each of them
	// fails on at least one of Invariants.
	KilledBy   []string
	Invariants []string
	// Accounts is the percentage of generated worlds that keep accounts beside
	// contacts where the defect shows only there; 0 for any other defect.
	Accounts int
	// Vary makes the variation anew for each run: a mutant may remember
	// things within one.
	Vary func() *sim.Variation
}

// All lists the mutants in a fixed order: those that decide wrongly, those
// that handle notices, failures and limits wrongly, those that read, write and
// remember wrongly, and those that mix several objects up.
func All() []Mutant {
	return slices.Concat(deciding, driving, writing, remembering, spanning)
}

// Find is the mutant of a name.
func Find(name string) (Mutant, bool) {
	for _, m := range All() {
		if m.Name == name {
			return m, true
		}
	}
	return Mutant{}, false
}
