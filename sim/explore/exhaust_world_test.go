package explore

import (
	"errors"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// TestPlace takes the faults that the search places by itself off the
// timeline of the scenario that `make exhaust` plays, and leaves the rest.
func TestPlace(t *testing.T) {
	sc, err := scenarios.ParseFile("testdata/two-edits-a-crash-a-lost-notice.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p := Place(sc)
	if b := p.Budget; b.Crashes != 1 || b.LostWebhooks != 1 || b.LostMessages != 0 || b.Down != downtime {
		t.Errorf("the budget is %+v", b)
	}
	if len(p.Scenario.Timeline) != 2 || len(sc.Timeline) != 4 {
		t.Errorf("%d steps are left of %d", len(p.Scenario.Timeline), len(sc.Timeline))
	}
	x := &Exhaust{Start: p.Start(nil), StatesMax: 2000, Workers: 2, Clock: still}
	out, err := x.Run(t.Context())
	var large *TooLargeError
	if !errors.As(err, &large) || out.Found != nil || out.States <= 2000 {
		t.Errorf("its first 2,000 states: %+v, %v", out, err)
	}
}
