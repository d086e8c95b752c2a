package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/service/recording"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/incident"
)

func newIncident(a *app) *cobra.Command {
	var o incident.Options
	cmd := &cobra.Command{
		Use:   "incident RECORDING...",
		Short: "make a scenario of what a service recorded",
		Long: `Makes a scenario of recordings that serve --record wrote: the records as they
stood before, what people changed and when, what went wrong with the systems and
the engine's own restarts, with how it ended as expectations. It is written to
standard output, with what could not be said in comments.

Several recordings follow each other: that of a process that died, and that of
the next one. The events are given to a fresh core first; if that does something
else than the one that was recorded, the exit code is 1.

The scenario holds what the recording holds: customers' data.`,
		Example: `  syncproof incident before-the-crash.ndjson after.ndjson > incident.yaml
  syncproof incident recording.ndjson --only 003xx000004TmiQAAS > incident.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("", "expected a recording, found none")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.incident(args, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.CRM, "crm", "", "the `kind` of the CRM, if the recording does not say it")
	flags.StringSliceVar(&o.Only, "only", nil, "only the records with these native ids")
	flags.StringVar(&o.Title, "title", "", "the scenario's title")
	return cmd
}

func (a *app) incident(files []string, o incident.Options) error {
	if kinds := scenarios.CRMKinds(); o.CRM != "" && !slices.Contains(kinds, o.CRM) {
		return misuse("", "--crm is %q, expected one of %v", o.CRM, kinds)
	}
	in, err := incident.Read(files, o)
	var diverged *recording.DivergedError
	switch {
	case errors.As(err, &diverged):
		return &exitError{code: exitFail, err: err}
	case err != nil:
		return misuse("give recordings of serve --record, in their order", "%w", err)
	}
	text, err := in.Text()
	if err != nil {
		return broken("the scenario cannot be written: %w", err)
	}
	_, err = fmt.Fprint(a.out, string(text))
	return err
}
