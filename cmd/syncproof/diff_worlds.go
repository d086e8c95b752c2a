package main

import (
	"context"
	"fmt"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/live"
)

// worldsDiff is one scenario in both worlds. It is what diff --sim --live --json
// prints of each.
type worldsDiff struct {
	Scenario    string            `json:"scenario"`
	NotLive     string            `json:"not_live,omitempty"`
	Differences []live.Difference `json:"differences"`
}

// diffWorlds plays scenarios in the simulator and live, and names what came out
// differently.
func (a *app) diffWorlds(ctx context.Context, args []string) error {
	jobs, err := pick(args)
	if err != nil {
		return err
	}
	var all []worldsDiff
	different := false
	for _, j := range jobs {
		d, err := compareWorlds(ctx, j)
		if err != nil {
			return fmt.Errorf("%s: %w", j.name, err)
		}
		different = different || len(d.Differences) > 0
		all = append(all, d)
		if !a.json {
			a.showWorlds(d)
		}
	}
	if a.json {
		if err := a.writeJSON(all); err != nil {
			return err
		}
	}
	if different {
		return &exitError{code: exitFail}
	}
	return nil
}

func compareWorlds(ctx context.Context, j job) (worldsDiff, error) {
	d := worldsDiff{Scenario: j.name, Differences: []live.Difference{}}
	if why := live.Playable(j.sc, live.InProcess); why != nil {
		d.NotLive = why.Error()
		return d, nil
	}
	simulated, err := sim.Run(ctx, j.sc, sim.Options{Unhashed: true})
	if err != nil {
		return d, err
	}
	real, err := live.Run(ctx, j.sc, live.Options{})
	if err != nil {
		return d, err
	}
	d.Differences = append(d.Differences, live.Compare(simulated, real)...)
	return d, nil
}

func (a *app) showWorlds(d worldsDiff) {
	switch {
	case d.NotLive != "":
		_, _ = fmt.Fprintf(a.out, "%-44s not live: %s\n", reports.Plain(d.Scenario), reports.Plain(d.NotLive))
	case len(d.Differences) == 0:
		_, _ = fmt.Fprintf(a.out, "%-44s the same decisions and final states\n", reports.Plain(d.Scenario))
	default:
		_, _ = fmt.Fprintf(a.out, "%-44s differs, simulated and live:\n", reports.Plain(d.Scenario))
		for _, one := range d.Differences {
			_, _ = fmt.Fprintf(a.out, "  %s\n", reports.Plain(one.String()))
		}
	}
}
