package sim_test

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
)

// A tenant's duplicate rule refuses a contact: that is no second claim to one
// identity, which a person would have to settle (CR-14), but a value that the
// tenant does not take (FC-1). Others go on.
func TestADuplicateRuleRefusesAContact(t *testing.T) {
	sc, err := scenarios.Parse("duplicates.yaml", []byte(`
scenario: a duplicate rule refuses a contact
systems:
  crm: {kind: salesforce, duplicates: [email]}
records:
  - {id: ada, on: crm, last_name: Lovelace, email: ada@example.com}
timeline:
  - {at: 10s, create: bob, on: cc, set: {last_name: Byron, email: ada@example.com}}
  - {at: 20s, create: eve, on: cc, set: {last_name: King, email: eve@example.com}}
expect:
  - bob.cc.exists and not bob.crm.exists
  - eve.crm.email == "eve@example.com"
  - deadletters == 1 and flags == 0
`))
	if err != nil {
		t.Fatal(err)
	}
	for name, fidelity := range map[string]sim.Fidelity{"wire": sim.Wire, "model": sim.Model} {
		t.Run(name, func(t *testing.T) {
			r, err := sim.Run(t.Context(), sc, sim.Options{Fidelity: fidelity})
			if err != nil {
				t.Fatal(err)
			}
			passed := 0
			for _, result := range check.Judge(check.Case{Scenario: sc, Events: r.Events}) {
				switch result.Verdict {
				case check.Fail, check.Unknown:
					t.Errorf("%s: %s: %s", result.Name, result.Verdict, result.Reason)
				case check.Pass:
					passed++
				case check.NotApplicable:
				}
			}
			if passed < len(sc.Expect) {
				t.Errorf("%d checks passed", passed)
			}
		})
	}
}
