package mutant

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
)

func TestProbe(t *testing.T) {
	name := os.Getenv("MUT")
	if name == "" {
		t.Skip()
	}
	m, _ := Find(name)
	sc := trialOf(t, os.Getenv("SC")).sc
	var v *sim.Variation
	if m.Vary != nil {
		v = m.Vary()
	}
	r, err := sim.Run(context.Background(), sc, sim.Options{Variation: v, EventsMax: 200000})
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range check.Judge(check.Case{Scenario: sc, Events: r.Events}) {
		fmt.Println(res.Name, res.Verdict, res.Reason, res.Findings)
	}
	if os.Getenv("EV") != "" {
		for i := range r.Events {
			e := &r.Events[i]
			fmt.Printf("%4d %12.6f %-14s %-6s call=%d cause=%d st=%d %s %s %s %s %s %s rec=%s ext=%s v=%d<-%d %s %v\n", e.Op, float64(e.At)/1e9, e.Kind, e.On, e.Call, e.Cause, e.Status, e.Actor, e.Origin, e.Verb, e.Code, e.Method, e.Path, e.Alias, e.External, e.Version, e.Before, e.Text, e.Changes)
		}
	}
}
