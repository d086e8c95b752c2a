package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/mutant"
)

// referenceEngine is the name of the engine without a defect.
const referenceEngine = "reference"

// engineFlag is --engine: the engine under test by its name. The zero value
// is the reference engine.
type engineFlag struct {
	name string
	vary func() *sim.Variation
}

var _ pflag.Value = (*engineFlag)(nil)

// Set implements pflag.Value.
func (e *engineFlag) Set(name string) error {
	if name == referenceEngine {
		*e = engineFlag{}
		return nil
	}
	m, ok := mutant.Find(name)
	if !ok {
		return unknownMutant(name)
	}
	e.name, e.vary = name, m.Vary
	return nil
}

// Type implements pflag.Value.
func (e *engineFlag) Type() string { return "name" }

// String implements pflag.Value.
func (e *engineFlag) String() string {
	if e.name == "" {
		return referenceEngine
	}
	return e.name
}

// variation is made anew for each run, nil for the reference engine.
func (e *engineFlag) variation() *sim.Variation {
	if e.vary == nil {
		return nil
	}
	return e.vary()
}

// arg is what a command that repeats a run needs, with a blank before it.
func (e *engineFlag) arg() string {
	if e.name == "" {
		return ""
	}
	return " --engine " + e.name
}

// addTo makes the flag known to a verb.
func (e *engineFlag) addTo(flags *pflag.FlagSet) {
	flags.Var(e, "engine", "the engine under test: reference, or a mutant by its name (syncproof mutants --list)")
}

// unknownMutant names the nearest one.
func unknownMutant(name string) error {
	var known []string
	for _, m := range mutant.All() {
		known = append(known, m.Name)
	}
	near := nearest(name, known)
	if near != "" {
		return fmt.Errorf("found no engine %q; did you mean %s?", name, near)
	}
	return fmt.Errorf("found no engine %q; expected reference or a mutant, which `syncproof mutants --list` shows", name)
}
