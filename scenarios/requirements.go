package scenarios

import (
	_ "embed"
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

//go:embed requirements.yaml
var requirementsFile []byte

// Requirement is one rule of the specification or one invariant, with where
// it comes from and what covers it.
type Requirement struct {
	ID   string `yaml:"id" json:"id"`
	Rule string `yaml:"rule" json:"rule"`
	// Source is a section of the guide, "specification" or "field report".
	Source string `yaml:"source" json:"source"`
	// Thread is the public report that shows what happens without the rule.
	Thread string `yaml:"thread,omitempty" json:"thread,omitempty"`
	// Checks are the invariants that judge it in every run.
	Checks []string `yaml:"checks,omitempty" json:"checks,omitempty"`
	// Tests are Go packages, from the module's root, for what no scenario can show.
	Tests []string `yaml:"tests,omitempty" json:"tests,omitempty"`
	// Scenarios are the library files that name it, by folder and file name,
	// sorted; never written by hand.
	Scenarios []string `yaml:"-" json:"scenarios,omitempty"`
}

// Requirements lists every rule and invariant in the order of the
// specification, each with the library scenarios that name it.
func Requirements() ([]Requirement, error) {
	all, err := parseRequirements("scenarios/requirements.yaml", requirementsFile)
	if err != nil {
		return nil, err
	}
	library, err := Library()
	if err != nil {
		return nil, err
	}
	for i := range all {
		for _, s := range library {
			if slices.Contains(s.Requirements, all[i].ID) {
				all[i].Scenarios = append(all[i].Scenarios, strings.TrimPrefix(s.Path, libraryPath))
			}
		}
	}
	return all, nil
}

// requirementIDs lists the known ids, for the scenarios that name them.
var requirementIDs = sync.OnceValue(func() []string {
	all, err := parseRequirements("scenarios/requirements.yaml", requirementsFile)
	if err != nil {
		panic(err)
	}
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	return ids
})

func parseRequirements(path string, data []byte) ([]Requirement, error) {
	d := &decoder{path: path}
	top, err := d.root(data)
	if err != nil {
		return nil, err
	}
	if top == nil || top.Kind != yaml.SequenceNode {
		return nil, &Error{Path: path, Line: 1, Column: 1, Message: "found no list; expected the requirements"}
	}
	all := make([]Requirement, len(top.Content))
	seen := map[string]bool{}
	for i, n := range top.Content {
		r := &all[i]
		at, err := d.structure(n, reflect.ValueOf(r).Elem(), "a requirement")
		if err != nil {
			return nil, err
		}
		switch {
		case seen[r.ID]:
			return nil, d.fail(at.at("id"), "", "found the requirement %s twice; expected it once", r.ID)
		case (r.Source == "field report") && r.Thread == "":
			return nil, d.fail(at.at("source"), "add thread: https://...", "found a field report without its thread; expected a public address")
		}
		seen[r.ID] = true
	}
	return all, nil
}
