package docs

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/mutant"
)

// twoAgainstOne: the CRM's version is higher, the contact center's edit later.
const twoAgainstOne = `scenario: two saves against one
records: [{id: ada, version: 41, last_name: Lovelace}]
timeline:
  - {at: 10s, partition: [engine, crm], for: 10s}
  - {at: 11s, edit: ada, on: crm, set: {notes: VIP}}
  - {at: 12s, edit: ada, on: crm, set: {notes: VIP since May}}
  - {at: 19s, edit: ada, on: cc, set: {notes: call back}}
`

// chainSection is the report of an engine that gives every conflict to the
// contact center: a failure with its causal chain.
func chainSection(t *testing.T) []string {
	const name = "favourite.yaml"
	sc, err := scenarios.Parse(name, []byte(twoAgainstOne))
	if err != nil {
		t.Fatal(err)
	}
	favourite, ok := mutant.Find("always-cc")
	if !ok {
		t.Fatal("there is no mutant always-cc")
	}
	run, err := sim.Run(context.Background(), sc, sim.Options{Variation: favourite.Vary()})
	if err != nil {
		t.Fatal(err)
	}
	c := reports.Case{
		Name: name, Title: sc.Title, Seed: sc.Seed, Journal: run.Events, Events: len(run.Events),
		Results: check.Judge(check.Case{Scenario: sc, Events: run.Events}),
	}
	var out bytes.Buffer
	console := reports.NewConsole(&out, reports.Style{}, []string{name})
	console.Case(&c)
	if err := console.Close(&reports.Suite{Invariants: check.Invariants(), Cases: []reports.Case{c}}); err != nil {
		t.Fatal(err)
	}
	lines := []string{"```text"}
	for line := range strings.SplitSeq(out.String(), "\n") {
		if strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "  rerun") {
			lines = append(lines, line)
		}
	}
	return append(lines, "```")
}
