package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
)

// crmFlag is --crm: the kind of CRM to play scenarios against, in the place of
// their own. It implements pflag.Value.
type crmFlag struct{ kind string }

func (f *crmFlag) String() string { return f.kind }

func (f *crmFlag) Set(text string) error {
	if !slices.Contains(scenarios.CRMKinds(), text) {
		return fmt.Errorf("found no CRM %q; expected one of %s", text, strings.Join(scenarios.CRMKinds(), ", "))
	}
	f.kind = text
	return nil
}

func (f *crmFlag) Type() string { return strings.Join(scenarios.CRMKinds(), "|") }

func (f *crmFlag) addTo(flags *pflag.FlagSet) {
	flags.Var(f, "crm", "play against this kind of CRM in the place of the scenario's own")
}

// arg is what a command that repeats a run needs, with a blank before it.
func (f *crmFlag) arg() string {
	if f.kind == "" {
		return ""
	}
	return " --crm " + f.kind
}

// recast puts the CRM of --crm into the jobs. Those that it cannot take part
// in are left out, with the reason.
func (f *crmFlag) recast(jobs []job) ([]job, []reports.NotApplicable, error) {
	if f.kind == "" {
		return jobs, nil, nil
	}
	kept := make([]job, 0, len(jobs))
	var out []reports.NotApplicable
	for _, j := range jobs {
		sc, err := j.sc.Recast(f.kind)
		var not *scenarios.NotApplicable
		switch {
		case errors.As(err, &not):
			out = append(out, reports.NotApplicable{Name: j.name, Reason: not.Reason})
			continue
		case err != nil:
			return nil, nil, misuse("", "%w", err)
		}
		j.sc = sc
		kept = append(kept, j)
	}
	return kept, out, nil
}

// recastOne is recast for the verbs that look at a single scenario.
func (f *crmFlag) recastOne(j job) (job, error) {
	jobs, not, err := f.recast([]job{j})
	if err != nil {
		return job{}, err
	}
	if len(not) > 0 {
		return job{}, misuse("leave --crm out", "%s is not applicable to %s: %s", j.name, f.kind, not[0].Reason)
	}
	return jobs[0], nil
}
