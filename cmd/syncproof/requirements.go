package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
)

func newRequirements(a *app) *cobra.Command {
	var uncovered bool
	cmd := &cobra.Command{
		Use:   "requirements",
		Short: "list the rules of the specification and what covers each",
		Long: `Lists every rule with its source and with the invariants, scenarios and tests
that cover it. --uncovered lists only those that nothing covers, and exits 1
if there are any.`,
		Example: `  syncproof requirements
  syncproof requirements --uncovered
  syncproof requirements --json | jq '.[] | select(.id == "CR-7")'`,
		Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			return a.requirements(uncovered)
		},
	}
	cmd.Flags().BoolVar(&uncovered, "uncovered", false, "only rules that nothing covers; exit 1 if there are any")
	return cmd
}

func (a *app) requirements(uncovered bool) error {
	all, err := scenarios.Requirements()
	if err != nil {
		return err
	}
	bare := 0
	for i := range all {
		if len(coverage(&all[i])) == 0 {
			bare++
		}
	}
	shown := all
	if uncovered {
		shown = slices.DeleteFunc(slices.Clone(all), func(r scenarios.Requirement) bool { return len(coverage(&r)) > 0 })
	}
	if err := a.printRequirements(shown); err != nil {
		return err
	}
	if !a.json && !a.quiet {
		if _, err := fmt.Fprintf(a.out, "%d requirements, %d covered, %d not\n", len(all), len(all)-bare, bare); err != nil {
			return err
		}
	}
	if uncovered && bare > 0 {
		return &exitError{code: exitFail}
	}
	return nil
}

// coverage is everything that covers a requirement.
func coverage(r *scenarios.Requirement) []string {
	return slices.Concat(r.Checks, r.Scenarios, r.Tests)
}

func (a *app) printRequirements(all []scenarios.Requirement) error {
	if a.json {
		return a.writeJSON(append([]scenarios.Requirement{}, all...))
	}
	var b strings.Builder
	for i := range all {
		r := &all[i]
		fmt.Fprintf(&b, "%s  %s\n", r.ID, reports.Plain(r.Rule))
		fmt.Fprintf(&b, "    source     %s\n", reports.Plain(strings.TrimSpace(r.Source+" "+r.Thread)))
		for _, line := range [...]struct {
			label string
			items []string
		}{{"checks", r.Checks}, {"scenarios", r.Scenarios}, {"tests", r.Tests}} {
			if len(line.items) > 0 {
				fmt.Fprintf(&b, "    %-10s %s\n", line.label, strings.ReplaceAll(strings.Join(line.items, ", "), ".yaml", ""))
			}
		}
		if len(coverage(r)) == 0 {
			b.WriteString("    nothing covers it\n")
		}
		b.WriteByte('\n')
	}
	_, err := fmt.Fprint(a.out, b.String())
	return err
}
