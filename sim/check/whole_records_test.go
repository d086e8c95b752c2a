package check

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// Where whole records are decided, a person chooses a whole record: one that
// was edited in another field than the other side's edit is in conflict too.
func TestAPersonChoosesAWholeRecord(t *testing.T) {
	whole := func(sc *scenarios.Scenario) {
		tolerance("9s")(sc)
		sc.Policy.Granularity = "record"
	}
	chosen := `
		0s   setup ada v41 notes="old" title="Dr"
		12s  agent edits cc ada notes="call back" v42
		13s  user edits crm ada title="Prof" v42
		14s  engine reads cc ada
		14s  engine reads crm ada
		15s  told flagged ada id=1
		50s  review ada choose=cc
`
	for _, c := range []trial{
		{name: "CR-10 the other side's record was written", want: Fail, says: "a person chose", world: whole, text: chosen + `
			51s  engine writes cc ada notes="old" title="Prof" v43
			60s  end idle`},
		{name: "CR-10 the chosen record was written", want: NotApplicable, world: whole, text: chosen + `
			51s  engine writes crm ada notes="call back" title="Dr" v43
			60s  end idle`},
	} {
		c.run(t, "right-winner")
	}
}
