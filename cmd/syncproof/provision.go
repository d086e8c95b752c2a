package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/reports"
)

type provisionFlags struct {
	config string
	dry    bool
	yes    bool
}

func newProvision(a *app) *cobra.Command {
	f := &provisionFlags{}
	cmd := &cobra.Command{
		Use:   "provision",
		Short: "make the engine's fields and rules in both tenants",
		Long: `Makes what the engine needs in both systems of a configuration, through the
vendors' APIs: the version and status fields, the external id, and in Salesforce
the base version field, the validation rule that makes writes conditional, and
the permission set by which the engine's user sees them.

What is there is left alone, so that a second run does nothing and an
interrupted one goes on. A field of the right name and another type is never
changed: nothing at all is made until somebody has decided about it. What no API
can do is printed as a step for a person.

Exit codes: 0 nothing is left to make, 1 something could not be made,
64 the configuration is wrong.`,
		Example: `  syncproof provision --config syncproof.yaml --dry-run   what would be made
  syncproof provision --config syncproof.yaml --yes       make it without asking`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.provision(cmd.Context(), f) },
	}
	configFlag(cmd, &f.config)
	flags := cmd.Flags()
	flags.BoolVar(&f.dry, "dry-run", false, "say what would be made, and make nothing")
	flags.BoolVar(&f.yes, "yes", false, "do not ask")
	return cmd
}

func (a *app) provision(ctx context.Context, f *provisionFlags) error {
	sides, _, err := tenants(f.config)
	if err != nil {
		return err
	}
	plan, err := tenant.Plan(ctx, sides)
	if err != nil {
		return &exitError{code: exitFail, err: fmt.Errorf("%w%s", err, tenant.Advice(err)), hint: "nothing was made; `syncproof doctor` looks at both systems"}
	}
	planned := tenant.Count(plan, tenant.Planned)
	if f.dry || planned == 0 || tenant.Count(plan, tenant.Blocked) > 0 {
		return a.conclusion(plan)
	}
	if !f.yes {
		if err := a.confirm(plan, planned); err != nil {
			return err
		}
	}
	done := tenant.Apply(ctx, sides, plan, func(o tenant.Outcome) {
		if !a.json {
			a.printOutcome(&o)
		}
	})
	if a.json {
		if err := a.writeJSON(done); err != nil {
			return err
		}
	} else if !a.quiet {
		_, _ = fmt.Fprintf(a.out, "%d made, %d failed, %d left out, %d for a person\n", tenant.Count(done, tenant.Made),
			tenant.Count(done, tenant.Failed), tenant.Count(done, tenant.Skipped), tenant.Count(done, tenant.Manual))
	}
	return provisioned(done)
}

// conclusion prints a plan that is not carried out.
func (a *app) conclusion(plan []tenant.Outcome) error {
	if a.json {
		if err := a.writeJSON(append([]tenant.Outcome{}, plan...)); err != nil {
			return err
		}
		return provisioned(plan)
	}
	for i := range plan {
		a.printOutcome(&plan[i])
	}
	if !a.quiet {
		text := fmt.Sprintf("%d to make, %d blocked, %d for a person\n", tenant.Count(plan, tenant.Planned),
			tenant.Count(plan, tenant.Blocked), tenant.Count(plan, tenant.Manual))
		if tenant.Count(plan, tenant.Planned, tenant.Blocked) == 0 {
			text = fmt.Sprintf("nothing to make, %d for a person\n", tenant.Count(plan, tenant.Manual))
		}
		_, _ = fmt.Fprint(a.out, text)
	}
	return provisioned(plan)
}

func provisioned(all []tenant.Outcome) error {
	if tenant.Count(all, tenant.Blocked, tenant.Failed, tenant.Skipped) > 0 {
		return &exitError{code: exitFail}
	}
	return nil
}

// printOutcome is one line, and one more for what a person must know.
func (a *app) printOutcome(o *tenant.Outcome) {
	if a.quiet && o.State != tenant.Failed && o.State != tenant.Blocked && o.State != tenant.Manual {
		return
	}
	_, _ = fmt.Fprintf(a.out, "%-4s  %-7s  %s\n", tenant.Place(o.System, o.Object), o.State, reports.Plain(o.What))
	for _, more := range [...]string{o.Manual, o.Blocked, o.Error} {
		if more != "" {
			_, _ = fmt.Fprintf(a.out, "%15s%s\n", "", reports.Plain(more))
		}
	}
}

// confirm asks on a terminal; elsewhere nobody can answer.
func (a *app) confirm(plan []tenant.Outcome, planned int) error {
	if _, asks := terminal(a.errors); !asks {
		return misuse("look at the plan with --dry-run, then give --yes", "%d changes would be made, and there is no terminal to ask on", planned)
	}
	for i := range plan {
		_, _ = fmt.Fprintf(a.errors, "%-4s  %s\n", tenant.Place(plan[i].System, plan[i].Object), reports.Plain(plan[i].What))
	}
	_, _ = fmt.Fprintf(a.errors, "Make these %d changes? [y/N] ", planned)
	line, err := bufio.NewReader(a.in).ReadString('\n')
	if answer := strings.ToLower(strings.TrimSpace(line)); err != nil || answer != "y" && answer != "yes" {
		return &exitError{code: exitFail, err: fmt.Errorf("nothing was made")}
	}
	return nil
}
