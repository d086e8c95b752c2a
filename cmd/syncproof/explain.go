package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/check"
)

func newExplain(a *app) *cobra.Command {
	p := &player{stall: defaultStall, quick: true, simulate: a.simulate}
	var seed uint64
	cmd := &cobra.Command{
		Use:   "explain RECORD SCENARIO",
		Short: "say what became of one record, and why",
		Long: `Plays a scenario and tells the story of one record: who changed what, what the
engine decided by which rule, what was overwritten, and how it ended.`,
		Example: `  syncproof explain ada higher-version-wins
  syncproof explain ada scenarios/first-conflict.yaml --seed 7`,
		Args: exactly("a record", "a scenario"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("seed") {
				p.seed = &seed
			}
			return a.explain(cmd, args[0], args[1], p)
		},
	}
	cmd.Flags().Uint64Var(&seed, "seed", 0, "seed in place of the scenario's own")
	p.engine.addTo(cmd.Flags())
	p.crm.addTo(cmd.Flags())
	p.addFidelity(cmd.Flags())
	return cmd
}

func (a *app) explain(cmd *cobra.Command, record, scenario string, p *player) error {
	j, err := pickOne(scenario)
	if err != nil {
		return err
	}
	if j, err = p.crm.recastOne(j); err != nil {
		return err
	}
	bar := a.newProgress(1)
	p.moved = bar.moved
	c := p.play(cmd.Context(), j)
	bar.finish()
	if err := faultError(&c); err != nil {
		return err
	}
	story, err := check.Explain(check.Case{Scenario: j.sc, Events: c.Journal}, record)
	var unknown *check.UnknownRecordError
	switch {
	case errors.As(err, &unknown) && unknown.Near == "":
		return misuse(recordsHint(record, recordsOf(c.Journal)), "%w", err)
	case err != nil:
		return misuse("", "%w", err)
	}
	if a.json {
		return a.writeJSON(story)
	}
	for line := range strings.Lines(story.String()) {
		if _, err := fmt.Fprintln(a.out, reports.Plain(strings.TrimRight(line, "\n"))); err != nil {
			return err
		}
	}
	return nil
}
