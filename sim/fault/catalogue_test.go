package fault_test

import (
	"fmt"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/fault"
)

// TestExamplesPrintAsThemselves: each example is a valid step, and the step
// that it makes prints as the example.
func TestExamplesPrintAsThemselves(t *testing.T) {
	for _, e := range fault.Catalogue() {
		text := "scenario: " + e.Does + "\nrecords: [{id: ada}]\ntimeline:\n  - " + e.Example + "\n"
		s, err := scenarios.Parse(string(e.Verb), []byte(text))
		if err != nil {
			t.Error(err)
			continue
		}
		step := s.Timeline[0]
		if step.Verb != e.Verb {
			t.Errorf("%s: the example is a %s", e.Verb, step.Verb)
		}
		if got := step.String(); got != e.Example {
			t.Errorf("%s prints as\n%s\nnot as its example\n%s", e.Verb, got, e.Example)
		}
	}
}

func TestCatalogueIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range fault.Catalogue() {
		if e.StandsFor == "" || e.Example == "" || len(e.Keys) == 0 {
			t.Errorf("%s has no story, example or keys", e.Verb)
		}
		if seen[e.StandsFor] {
			t.Errorf("%s tells the same story as another", e.Verb)
		}
		seen[e.StandsFor] = true
	}
	if _, ok := fault.Find(scenarios.Edit); ok {
		t.Error("an edit is listed as a fault")
	}
	if e, ok := fault.Find(scenarios.Throttle); !ok || e.Group != scenarios.Vendor {
		t.Errorf("throttle is listed as %+v, %v", e, ok)
	}
}

func ExampleFind() {
	entry, _ := fault.Find(scenarios.Reset)
	fmt.Print(entry)
	// Output:
	// reset: The connection is reset before or after the system has handled the request.
	//   stands for a load balancer that is redeployed; after the commit, an acknowledgement that is lost for good
	//   {at: 10s, reset: [engine, crm], when: after, for: 1m}
}
