package sim

import (
	"errors"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
)

// TestLibraryAgainstEveryCRM plays the library with every kind of CRM in the
// place of each scenario's own: one journal at both fidelities, and nothing
// fails. What a kind cannot show says so itself.
func TestLibraryAgainstEveryCRM(t *testing.T) {
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		all = all[:len(all)/8]
	}
	for _, kind := range scenarios.CRMKinds() {
		played := 0
		for _, sc := range all {
			recast, err := sc.Recast(kind)
			var not *scenarios.NotApplicable
			switch {
			case errors.As(err, &not):
				continue
			case err != nil:
				t.Errorf("%v", err)
				continue
			case recast == sc:
				continue // played as it is by TestModelIsWire
			}
			played++
			wire, model := runWith(t, recast, Options{}), runWith(t, recast, Options{Fidelity: Model})
			if wire.Hash != model.Hash {
				t.Errorf("%s with %s: %s", sc.Path, kind, parting(wire.Events, model.Events))
			}
			for _, v := range check.Judge(check.Case{Scenario: recast, Events: wire.Events}) {
				if v.Verdict != check.Pass && v.Verdict != check.NotApplicable {
					t.Errorf("%s with %s: %s is %v: %s", sc.Path, kind, v.Name, v.Verdict, v.Reason)
				}
			}
		}
		if played == 0 {
			t.Errorf("no scenario was played with %s", kind)
		}
	}
}

// TestDynamicsTellsByWebhook: with polling off, what happens in Dynamics 365
// comes by its webhooks alone.
func TestDynamicsTellsByWebhook(t *testing.T) {
	sc, err := scenarios.Parse("webhooks.yaml", []byte(`
scenario: Dynamics 365 tells by webhook
systems: {crm: {kind: dynamics, webhooks: true}}
engine: {poll: off}
records: [{id: ada, last_name: Lovelace, version: 4}]
timeline:
  - {at: 40s, edit: ada, on: crm, as: user, set: {city: Ohio}}
  - {at: 50s, create: carl, on: crm, as: user, set: {last_name: Carl}}
  - {at: 80s, edit: ada, on: cc, as: agent, set: {notes: call}}
  - {at: 180s, delete: carl, on: crm}
expect:
  - ada.cc.city == "Ohio" and ada.crm.notes == "call"
`))
	if err != nil {
		t.Fatal(err)
	}
	wire, model := runWith(t, sc, Options{}), runWith(t, sc, Options{Fidelity: Model})
	if wire.Hash != model.Hash {
		t.Error(parting(wire.Events, model.Events))
	}
	for _, v := range check.Judge(check.Case{Scenario: sc, Events: wire.Events}) {
		if v.Verdict != check.Pass && v.Verdict != check.NotApplicable {
			t.Errorf("%s is %v: %s %+v", v.Name, v.Verdict, v.Reason, v.Findings)
		}
	}
}
