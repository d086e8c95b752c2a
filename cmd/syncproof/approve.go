package main

import (
	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/service/console"
)

func newApprove(a *app) *cobra.Command {
	d := &desk{app: a}
	cmd := &cobra.Command{
		Use:   "approve",
		Short: "let a paused mass delete go on",
		Long: `More deletions than the configured number within its window stop, and wait for
a person. This lets those that wait travel, and further ones until the number
is reached again. ` + "`syncproof review list --rule CR-13`" + ` shows which they are.

Exit codes: 0 done, 1 nothing waits for approval, 2 the service has not answered
in time, 64 wrong usage, 70 the service cannot be reached.`,
		Example: `  syncproof approve --by "Grace Hopper"
  syncproof approve --by "Grace Hopper" --json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			by, err := d.signature()
			if err != nil {
				return err
			}
			return d.say(cmd.Context(), "/mass-delete/approve", &console.Approval{By: by}, "the mass delete goes on")
		},
	}
	d.flags(cmd)
	d.signed(cmd)
	return cmd
}
