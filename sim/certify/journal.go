package certify

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// Journal is one run of the reference engine that no check fails, as data.
type Journal struct {
	Name     string // the scenario's file without .yaml
	Scenario *scenarios.Scenario
	Events   []trace.Event // not to be changed
	Results  []check.Result
}

// Play plays a scenario and judges it. A run that a check does not let pass is
// an error: nothing can be learned from breaking it further. A run of more
// events than most is given up, and nil.
func Play(ctx context.Context, sc *scenarios.Scenario, most int) (*Journal, error) {
	r, err := sim.Run(ctx, sc, sim.Options{EventsMax: most})
	if err != nil || r.Ended == "steps" {
		return nil, err
	}
	j := &Journal{
		Name: strings.TrimSuffix(path.Base(sc.Path), ".yaml"), Scenario: sc, Events: r.Events,
		Results: check.Judge(check.Case{Scenario: sc, Events: r.Events}),
	}
	for _, res := range j.Results {
		if res.Verdict == check.Fail || res.Verdict == check.Unknown {
			return nil, fmt.Errorf("%s: %s is %s (%s); only journals that pass can be broken", j.Name, res.Name, res.Verdict, res.Reason)
		}
	}
	return j, nil
}

// judge is what the invariants say of other events under the same scenario, by
// name.
func (j *Journal) judge(events []trace.Event) map[string]check.Result {
	verdicts := map[string]check.Result{}
	for _, r := range check.Judge(check.Case{Scenario: j.Scenario, Events: events}) {
		if _, again := verdicts[r.Name]; !again {
			verdicts[r.Name] = r
		}
	}
	return verdicts
}
