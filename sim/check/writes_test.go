package check

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

func TestNoLoop(t *testing.T) {
	for _, c := range []trial{
		{name: "one write for one edit", want: Pass, text: synced},
		{name: "a write that changes nothing", want: Fail, says: "changed nothing", text: `
			0s   setup ada v1 notes="same"
			5s   user saves crm ada
			6s   engine reads crm ada
			7s   engine writes cc ada notes="same"
			20s  end idle`},
		{name: "a write that repeats one whose answer was lost", want: Pass, text: `
			0s   setup ada v1 notes="old"
			5s   agent edits cc ada notes="new" v2
			6s   engine reads cc ada
			7s   engine writes crm ada notes="new" v2 lost
			9s   engine writes crm ada notes="new" v2
			20s  end idle`},
		{name: "an echo that answers itself", want: Fail, says: "write 3", text: `
			0s   setup ada v1 phone="+14155550100"
			5s   agent edits cc ada phone="+14155550101" v2
			6s   engine writes crm ada phone="+14155550101" v2
			7s   engine writes crm ada v3
			8s   engine writes crm ada v4
			9s   engine writes crm ada v5
			20s  end idle`},
		{name: "the same edit came from a user in between", want: Pass, text: `
			0s   setup ada v1 notes="old"
			5s   agent edits cc ada notes="new" v2
			6s   engine reads cc ada
			6s   engine reads crm ada
			7s   user edits crm ada notes="new" v2
			8s   engine writes crm ada notes="new" v2
			20s  end idle`},
		{name: "nothing was written", want: NotApplicable, text: `
			0s setup ada v1
			9s end idle`},
		{name: "the run was cut short", want: Unknown, text: `
			0s   setup ada v1 notes="old"
			5s   agent edits cc ada notes="new" v2
			6s   engine writes crm ada notes="new" v2`},
	} {
		c.run(t, "no-loop")
	}
}

func TestNoLoopNamesTheChain(t *testing.T) {
	r := one(t, "no-loop", world(), `
		0s   setup ada v1 notes="same"
		5s   user saves crm ada
		5s   notify crm ada n=1
		5s   deliver crm ada n=1
		6s   engine reads crm ada
		7s   engine writes cc ada notes="same"
		20s  end idle`)
	if len(r.Findings) != 1 {
		t.Fatalf("%d findings, want 1", len(r.Findings))
	}
	// The save, its notice and delivery, the read, and the write.
	ops := r.Findings[0].Ops
	if len(ops) < 6 || ops[0] > 3 {
		t.Errorf("the chain is %v; want it to begin with the save (op 3)", ops)
	}
	for k := 1; k < len(ops); k++ {
		if ops[k] <= ops[k-1] {
			t.Errorf("the chain %v is not oldest first", ops)
		}
	}
}

func TestVersionMonotonic(t *testing.T) {
	for _, c := range []trial{
		{name: "versions grow", want: Pass, text: synced},
		{name: "a write lowers the version", want: Fail, says: "from 5 to 4", text: `
			0s   setup ada v5 notes="old"
			5s   agent edits cc ada notes="new" v6
			6s   engine writes crm ada notes="new" v4
			20s  end idle`},
		{name: "a user may lower it", want: Pass, text: `
			0s   setup ada v5 notes="old"
			5s   agent edits cc ada notes="new" v2
			6s   engine writes crm ada notes="new" v6
			20s  end idle`},
		{name: "a late retry brings back old content", want: Fail, says: "gave up", text: `
			0s   setup ada v1 notes="zero"
			5s   agent edits cc ada notes="one" v2
			6s   engine reads cc ada
			6s   engine reads crm ada
			7s   engine writes crm ada notes="one" v2
			8s   agent edits cc ada notes="two" v3
			9s   engine reads cc ada
			9s   engine writes crm ada notes="two" v3
			19s  engine writes crm ada notes="one" v3
			30s  end idle`},
		{name: "nothing was written", want: NotApplicable, text: `1s end idle`},
		{name: "the run was cut short", want: Unknown, text: `
			0s   setup ada v1
			6s   engine writes crm ada v2`},
	} {
		c.run(t, "version-monotonic")
	}
}

// EV-10: what lands in the gap of an unguarded system is a vendor race, for a
// record that is merged away later too.
func TestRacesOfMergedRecords(t *testing.T) {
	raced := func(between string) string {
		return `
			0s   setup ada v1
			0s   setup bob v1
			1s   user edits crm ada notes=a v2
			2s   engine reads crm ada
			3s   engine reads cc ada` + between + `
			5s   engine writes cc ada notes=a v2
			60s  agent merges cc bob into=ada
			90s  end idle`
	}
	for _, c := range []trial{
		{name: "it landed after the reading", want: Pass, text: raced(`
			4s   agent edits cc ada title=x v42`)},
		{name: "the engine had read it", want: Fail, says: "lowered", text: raced(`
			4s   agent edits cc ada title=x v42
			4s   engine reads cc ada`)},
		{name: "the engine had been told", want: Fail, says: "lowered", text: raced(`
			4s   agent edits cc ada title=x v42
			4s   notify cc ada n=1
			4s   deliver cc ada n=1`)},
		{name: "nobody edited", want: Fail, says: "lowered", text: raced(`
			2s   agent edits cc ada title=x v42
			3s   engine reads cc ada`)},
	} {
		c.run(t, "version-monotonic")
	}
}

func TestReviewIsolation(t *testing.T) {
	const near = `
		0s   setup ada v41
		12s  agent edits cc ada notes="call back" v42
		13s  user edits crm ada notes="VIP" v42
		14s  engine reads cc ada
		14s  engine reads crm ada
`
	for _, c := range []trial{
		{name: "only the status was written", want: Pass, text: conflict + `
			16s  told flagged ada id=1
			16s  engine writes crm ada status=FLAGGED
			50s  end idle`},
		{name: "a flagged record was written", want: Fail, says: "before a person had decided", text: conflict + `
			16s  told flagged ada id=1
			18s  engine writes crm ada notes="call back" v43
			50s  end idle`},
		{name: "a person decided first", want: Pass, text: conflict + `
			16s  told flagged ada id=1
			18s  review ada
			19s  engine writes crm ada notes="call back" v43
			50s  end idle`},
		{name: "the sides came to agree by themselves", want: Pass, text: conflict + `
			16s  told flagged ada id=1
			18s  user edits crm ada notes="call back" v43
			19s  engine writes cc ada v43
			50s  end idle`},
		{name: "the sides had come to agree before people were told", want: Pass, world: tolerance("10s"), text: near + `
			16s  agent edits cc ada notes="VIP" v43
			17s  told flagged ada id=1
			19s  engine writes crm ada v43
			50s  end idle`},
		{name: "they had not", want: Fail, says: "before a person had decided", world: tolerance("10s"), text: near + `
			16s  agent edits cc ada notes="else" v43
			17s  told flagged ada id=1
			19s  engine writes crm ada v43
			50s  end idle`},
		{name: "the status was written twice", want: Fail, says: "twice", text: conflict + `
			16s  engine writes crm ada status=FLAGGED
			17s  engine writes crm ada status=PENDING
			50s  end idle`},
		{name: "a decision that could not be carried out ends the wait", want: Pass, text: conflict + `
			16s  engine writes crm ada status=FLAGGED
			18s  review ada
			19s  engine writes crm ada status=FAILED
			20s  engine writes crm ada status=FLAGGED
			30s  user edits crm ada notes="other" v44
			50s  end idle`},
		{name: "nobody had decided", want: Fail, says: "twice", text: conflict + `
			16s  engine writes crm ada status=FLAGGED
			19s  engine writes crm ada status=FAILED
			20s  engine writes crm ada status=FLAGGED
			30s  user edits crm ada notes="other" v44
			50s  end idle`},
		{name: "nothing was flagged", want: NotApplicable, text: synced},
		{name: "the run was cut short", want: Unknown, text: conflict + `
			16s  told flagged ada id=1`},
	} {
		c.run(t, "review-isolation")
	}
}

func TestNoOverFlagging(t *testing.T) {
	for _, c := range []trial{
		{name: "simultaneous edits", want: Pass, world: tolerance("5s"), text: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			13s  user edits crm ada notes="b" v42
			14s  engine reads cc ada
			14s  engine reads crm ada
			15s  told flagged ada id=1
			20s  end idle`},
		{name: "an edit on one side", want: Fail, says: "no two states", text: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			14s  engine reads cc ada
			14s  engine reads crm ada
			15s  told flagged ada id=1
			20s  end idle`},
		{name: "a version decides, so nobody need be asked", want: Fail, world: tolerance("5s"), text: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v43
			13s  user edits crm ada notes="b" v42
			14s  engine reads cc ada
			14s  engine reads crm ada
			15s  told flagged ada id=1
			20s  end idle`},
		{name: "a deletion against an edit", want: Pass, text: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			13s  user deletes crm ada
			14s  engine reads cc ada
			15s  told flagged ada id=1
			20s  end idle`},
		{name: "a value that no system takes", want: Pass, text: `
			0s   setup ada v41
			12s  agent edits cc ada last_name="" v42
			14s  engine reads cc ada
			15s  told failed ada id=1
			20s  end idle`},
		{name: "a dead letter for nothing", want: Fail, says: "nothing refused it", text: `
			0s   setup ada v41
			12s  agent edits cc ada notes="fine" v42
			14s  engine reads cc ada
			15s  told failed ada id=1
			20s  end idle`},
		{name: "what the engine read is not in the journal", want: Unknown, says: "no reads", text: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			15s  told flagged ada id=1
			20s  end idle`},
		{name: "nothing was flagged", want: NotApplicable, text: synced},
	} {
		c.run(t, "no-over-flagging")
	}
}

func TestNoDuplicates(t *testing.T) {
	for _, c := range []trial{
		{name: "one record for one identity", want: Pass, text: `
			1s   agent creates cc bob v1
			2s   engine reads cc bob
			3s   engine creates crm bob v1
			9s   end idle`},
		{name: "created again after a lost answer", want: Fail, says: "stands for already", text: `
			1s   agent creates cc bob v1
			2s   engine reads cc bob
			3s   engine creates crm bob v1 lost
			5s   engine creates crm bob v1 id=crm-bob-again
			9s   end idle`},
		{name: "created again after the first was deleted", want: Pass, text: `
			1s   agent creates cc bob v1
			3s   engine creates crm bob v1
			4s   user deletes crm bob
			5s   engine creates crm bob v1 id=crm-bob-again
			9s   end idle`},
		{name: "nothing was created", want: NotApplicable, text: synced},
		{name: "the run was cut short", want: Unknown, text: `
			1s   agent creates cc bob v1
			3s   engine creates crm bob v1`},
	} {
		c.run(t, "no-duplicates")
	}
}

// CR-14: of two contacts that name one CRM record, the one that it does not name
// stands for nobody.
func TestAContactThatIsDisowned(t *testing.T) {
	again := func(named string) string {
		return `
			0s   setup ada v1
			0s   setup bob v1 on=cc mirrors=` + named + `
			9s   user edits crm ada notes=a v2
			10s  agent deletes cc ada
			12s  engine creates cc ada id=cc-again v2
			60s  end idle`
	}
	restore := policy(func(p *scenarios.Policy) { p.DeleteVsEdit = "restore" })
	trial{name: "the record names another", want: Pass, world: restore, text: again("ada")}.run(t, "no-duplicates")
	trial{name: "the record is made twice", want: Fail, says: "stands for already", world: restore, text: `
		0s   setup ada v1 on=crm
		2s   engine creates cc ada id=cc-one v1
		3s   engine creates cc ada id=cc-two v1
		60s  end idle`}.run(t, "no-duplicates")
}

func TestValidPayloads(t *testing.T) {
	refused := func(code, status string) string {
		return `
			0s   setup ada v1
			1s   agent edits cc ada notes="x" v2
			2s   engine fails crm ada answer=` + status + ` code=` + code + `
			9s   end idle`
	}
	for _, c := range []trial{
		{name: "everything was accepted", want: Pass, text: synced},
		{name: "a string was too long", want: Fail, says: "STRING_TOO_LONG", text: refused("STRING_TOO_LONG", "400")},
		{name: "a validation rule is not the schema's", want: NotApplicable, text: refused("FIELD_CUSTOM_VALIDATION_EXCEPTION", "400")},
		{name: "a conflict is not a matter of form", want: NotApplicable, text: refused("x", "412")},
		{name: "a missing record is not a matter of form", want: NotApplicable, text: refused("x", "404")},
		{name: "the first refusal after a drift", want: NotApplicable, text: `
			0s   setup ada v1
			1s   begin drift crm
			2s   engine fails crm ada answer=400 code=INVALID_FIELD
			9s   over drift crm
			9s   end idle`},
		{name: "a request that left while the first refusal came", want: NotApplicable, text: `
			0s   setup ada v1
			1s   begin drift crm
			2s   engine fails crm ada answer=400 code=INVALID_FIELD
			2s   engine starts crm bob
			4s   engine fails crm bob answer=400 code=INVALID_FIELD started
			9s   over drift crm
			9s   end idle`},
		{name: "a request that left afterwards", want: Fail, says: "INVALID_FIELD", text: `
			0s   setup ada v1
			1s   begin drift crm
			2s   engine fails crm ada answer=400 code=INVALID_FIELD
			3s   engine starts crm bob
			4s   engine fails crm bob answer=400 code=INVALID_FIELD started
			9s   over drift crm
			9s   end idle`},
		{name: "the second refusal after a drift", want: Fail, says: "INVALID_FIELD", text: `
			0s   setup ada v1
			1s   begin drift crm
			2s   engine fails crm ada answer=400 code=INVALID_FIELD
			4s   engine fails crm ada answer=400 code=INVALID_FIELD
			9s   over drift crm
			9s   end idle`},
		{name: "nothing was asked", want: NotApplicable, text: `1s end idle`},
		{name: "the run was cut short", want: Unknown, text: `
			0s   setup ada v1
			2s   engine reads crm ada`},
	} {
		c.run(t, "valid-payloads")
	}
}

func noPolling(sc *scenarios.Scenario) {
	sc.Engine.Poll.CC, sc.Engine.Poll.CRM = scenarios.Off, scenarios.Off
}
