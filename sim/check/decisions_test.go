package check

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// conflict is both sides edited at the given stamps, and read.
const conflict = `
	0s   setup ada v41 notes="old" title="Dr"
	12s  agent edits cc ada notes="call back" v42
	12s  user edits crm ada notes="VIP" v42
	14s  engine reads cc ada
	14s  engine reads crm ada
	15s  engine reads cc ada
`

func policy(f func(*scenarios.Policy)) func(*scenarios.Scenario) {
	return func(sc *scenarios.Scenario) { f(&sc.Policy) }
}

func TestRightWinner(t *testing.T) {
	later := `
		0s   setup ada v41 notes="old" title="Dr"
		12s  agent edits cc ada notes="call back" v42
		20s  user edits crm ada notes="VIP" v42
		30s  engine reads cc ada
		30s  engine reads crm ada
		31s  engine reads cc ada
`
	for _, c := range []trial{
		{name: "CR-7 identical times: the lower priority id wins", want: Pass, text: conflict + `
			16s  engine writes crm ada notes="call back" v43
			17s  engine writes cc ada v43
			20s  end idle`},
		{name: "CR-7 the higher priority id must not win", want: Fail, says: "lets cc win by CR-7", text: conflict + `
			16s  engine writes cc ada notes="VIP" v43
			20s  end idle`},
		{name: "CR-7 with the priorities swapped", want: Pass, text: conflict + `
			16s  engine writes cc ada notes="VIP" v43
			17s  engine writes crm ada v43
			20s  end idle`, world: func(sc *scenarios.Scenario) { sc.Systems.CC.Priority, sc.Systems.CRM.Priority = 2, 1 }},
		{name: "CR-5 the later wins", want: Pass, text: later + `
			32s  engine writes cc ada notes="VIP" v43
			33s  engine writes crm ada v43
			40s  end idle`},
		{name: "CR-5 the earlier must not win", want: Fail, says: "by CR-5", text: later + `
			32s  engine writes crm ada notes="call back" v43
			40s  end idle`},
		{name: "CR-5 exactly the tolerance is not simultaneous", want: Pass, world: tolerance("8s"), text: later + `
			32s  engine writes cc ada notes="VIP" v43
			40s  end idle`},
		{name: "CR-6 within the tolerance nobody wins", want: Fail, says: "review", world: tolerance("9s"), text: later + `
			32s  engine writes cc ada notes="VIP" v43
			40s  end idle`},
		{name: "CR-6 the agent outranks", want: Pass, text: later + `
			32s  engine writes crm ada notes="call back" v43
			40s  end idle`, world: func(sc *scenarios.Scenario) { tolerance("9s")(sc); sc.Policy.Simultaneous = "hierarchy" }},
		{name: "CR-4 the higher version wins whatever the clocks say", want: Pass, text: `
			0s   setup ada v41 notes="old"
			12s  user edits crm ada notes="one" v42
			13s  user edits crm ada notes="two" v43
			50s  agent edits cc ada notes="late" v42
			51s  engine reads cc ada
			51s  engine reads crm ada
			51s  engine reads cc ada
			52s  engine writes cc ada notes="two" v44
			60s  end idle`},
		{name: "CR-4 the lower version must not win", want: Fail, says: "CR-4", text: `
			0s   setup ada v41 notes="old"
			12s  user edits crm ada notes="one" v42
			13s  user edits crm ada notes="two" v43
			50s  agent edits cc ada notes="late" v42
			51s  engine reads cc ada
			51s  engine reads crm ada
			52s  engine writes crm ada notes="late" v44
			60s  end idle`},
		{name: "DM-8 without triggers versions favour nobody", want: Pass, text: `
			0s   setup ada v41 notes="old"
			12s  user edits crm ada notes="one" v42
			13s  user edits crm ada notes="two" v43
			50s  agent edits cc ada notes="late"
			51s  engine reads cc ada
			51s  engine reads crm ada
			52s  engine writes crm ada notes="late" v44
			60s  end idle`, world: func(sc *scenarios.Scenario) { sc.Systems.CC.Versioning = "none" }},
		{name: "CR-3 disjoint edits merge", want: NotApplicable, text: `
			0s   setup ada v41 notes="old" title="Dr"
			12s  agent edits cc ada notes="new" v42
			12s  user edits crm ada title="Prof" v42
			14s  engine reads crm ada
			14s  engine reads cc ada
			15s  engine writes cc ada title="Prof" v43
			15s  engine writes crm ada notes="new" v43
			20s  end idle`},
		{name: "CR-2 an unchanged side does not overwrite an edit", want: Fail, says: "CR-2", text: `
			0s   setup ada v41 notes="old"
			12s  agent edits cc ada notes="new" v42
			14s  engine reads crm ada
			14s  engine reads cc ada
			15s  engine writes cc ada notes="old" v43
			20s  end idle`},
		{name: "CR-3 the version grows by one where both changed", want: Fail, says: "version 42", text: conflict + `
			16s  engine writes crm ada notes="call back" v42
			20s  end idle`},
		{name: "CR-12 an empty value overwrites nothing without a base", want: Fail, says: "CR-12", text: `
			0s   setup ada v1 title="Dr"
			12s  agent edits cc ada notes="present" v2
			13s  crash
			13s  begin lose_store engine
			13s  over lose_store engine
			14s  restart
			15s  engine reads crm ada
			15s  engine reads cc ada
			16s  engine writes cc ada notes="" v2
			20s  end idle`},
		{name: "DM-10 without a base the engine's own write in the contact center passes for a change", want: Pass, text: `
			0s   setup ada v1 on=crm notes="old"
			1s   engine reads crm ada
			2s   engine creates cc ada v1 notes="old"
			3s   crash
			3s   begin lose_store engine
			3s   over lose_store engine
			4s   restart
			20s  user edits crm ada notes="new"
			21s  engine reads crm ada
			21s  engine reads cc ada
			22s  engine writes cc ada notes="new" v2
			30s  end idle`},
		{name: "DM-10 and in the second half of that decision", want: Pass, text: `
			0s   setup ada v1 on=crm notes="old" title="Dr"
			1s   engine reads crm ada
			2s   engine creates cc ada v1 notes="old" title="Dr"
			3s   crash
			3s   begin lose_store engine
			3s   over lose_store engine
			4s   restart
			20s  user edits crm ada notes="new" title=""
			21s  engine reads crm ada
			21s  engine reads cc ada
			22s  engine writes crm ada title="Dr" v2
			23s  engine writes cc ada notes="new" v2
			30s  end idle`},
		{name: "DM-10 it does not where the record names its author", want: Fail, says: "CR-6", text: `
			0s   setup ada v1 on=cc notes="old"
			1s   engine reads cc ada
			2s   engine creates crm ada v1 notes="old"
			3s   crash
			3s   begin lose_store engine
			3s   over lose_store engine
			4s   restart
			20s  agent edits cc ada notes="new"
			21s  engine reads crm ada
			21s  engine reads cc ada
			22s  engine writes crm ada notes="new" v2
			30s  end idle`},
		{name: "DM-10 nor may it be taken for the later one that it is not", want: Fail, says: "lets crm win", text: `
			0s   setup ada v1 on=crm notes="old"
			1s   engine reads crm ada
			2s   engine creates cc ada v1 notes="old"
			3s   crash
			3s   begin lose_store engine
			3s   over lose_store engine
			4s   restart
			20s  user edits crm ada notes="new"
			21s  engine reads crm ada
			21s  engine reads cc ada
			22s  engine writes crm ada notes="old" v2
			30s  end idle`},
		{name: "a stale cut is a cut: an edit read too late to matter", want: NotApplicable, text: `
			0s   setup ada v1 notes="old"
			10s  agent edits cc ada notes="one" v2
			11s  engine reads cc ada
			11s  engine reads crm ada
			12s  agent edits cc ada notes="two" v3
			13s  engine writes crm ada notes="one" v2
			20s  end idle`},
		{name: "two readings that agree are a base, whenever they were made", want: NotApplicable, text: `
			0s   setup ada v1
			9s   user edits crm ada notes="a" v2
			10s  agent edits cc ada notes="a" v2
			11s  engine reads cc ada
			12s  agent edits cc ada notes="" v3
			13s  engine fails crm ada answer=503
			20s  engine reads crm ada
			21s  engine reads cc ada
			22s  engine writes crm ada notes="" v3
			30s  end idle`},
		{name: "a reading that never came is none", want: Fail, says: "CR-2", text: `
			0s   setup ada v1
			9s   user edits crm ada notes="a" v2
			10s  agent edits cc ada notes="a" v2
			11s  engine reads cc ada lost
			12s  agent edits cc ada notes="" v3
			20s  engine reads crm ada
			21s  engine reads cc ada
			22s  engine writes crm ada notes="" v3
			30s  end idle`},
		{name: "a value that nobody wrote", want: Fail, says: "did not hold", text: `
			0s   setup ada v1 notes="old"
			10s  agent edits cc ada notes="one" v2
			11s  engine reads cc ada
			11s  engine reads crm ada
			13s  engine writes crm ada notes="invented" v2
			20s  end idle`},
		{name: "a person's word is not the table's", want: NotApplicable, world: tolerance("9s"), text: later + `
			40s  told flagged ada id=1
			50s  review ada
			51s  engine writes cc ada notes="a third thing" v43
			51s  engine writes crm ada notes="a third thing" v43
			60s  end idle`},
		{name: "CR-13 a deletion that nobody made", want: Fail, says: "nobody deleted", text: `
			0s   setup ada v1 notes="old"
			11s  engine reads cc ada
			13s  engine deletes crm ada
			20s  end idle`},
		{name: "CR-13 a deletion against an edit", want: Fail, says: "CR-13", text: `
			0s   setup ada v1 notes="old"
			5s   agent deletes cc ada
			6s   user edits crm ada notes="wait" v2
			11s  engine reads crm ada
			13s  engine deletes crm ada
			20s  end idle`},
		{name: "nobody edited both sides", want: NotApplicable, text: synced},
		{name: "the run was cut short", want: Unknown, text: conflict + `
			16s  engine writes crm ada notes="call back" v43`},
	} {
		c.run(t, "right-winner")
	}
}

func TestNoLostEdit(t *testing.T) {
	ledger := conflict + `
		16s  claim ada rule=CR-7 notes="VIP" side=crm
		16s  engine writes crm ada notes="call back" v43
		20s  end idle`
	for _, c := range []trial{
		{name: "both edits are visible", want: Pass, text: synced},
		{name: "the loser is in the ledger", want: Pass, text: ledger},
		{name: "the ledger names another value", want: Fail, says: "no ledger entry", text: conflict + `
			16s  claim ada rule=CR-7 notes="else" side=crm
			16s  engine writes crm ada notes="call back" v43
			20s  end idle`},
		{name: "a foreign engine needs no ledger for what the table lets go", want: Pass, text: conflict + `
			16s  engine writes crm ada notes="call back" v43
			20s  end idle`},
		{name: "a foreign engine overwrote against the table", want: Fail, says: "against the table", text: conflict + `
			16s  engine writes cc ada notes="VIP" v43
			20s  end idle`},
		{name: "an edit in the gap of an unguarded system is a vendor race", want: Pass, says: "1 overwritten in a vendor race", text: `
			0s   setup ada v1 notes="old"
			10s  user edits crm ada notes="from crm" v2
			11s  engine reads crm ada
			12s  engine reads cc ada
			13s  agent edits cc ada notes="landed" v2
			13s  engine writes cc ada notes="from crm" v2
			20s  end idle`},
		{name: "a gap with another request in it is no race", want: Fail, says: "had not read", text: `
			0s   setup ada v1 notes="old"
			10s  user edits crm ada notes="from crm" v2
			11s  engine reads cc ada
			12s  engine reads crm ada
			13s  agent edits cc ada notes="landed" v2
			13s  engine writes cc ada notes="from crm" v2
			20s  end idle`},
		{name: "a guarded system has no gap", want: Fail, says: "had not read", text: `
			0s   setup ada v1 notes="old"
			10s  agent edits cc ada notes="from cc" v2
			11s  engine reads cc ada
			12s  engine reads crm ada
			13s  user edits crm ada notes="landed" v2
			13s  engine writes crm ada notes="from cc" v2
			20s  end idle`},
		{name: "nobody edited", want: NotApplicable, text: `
			0s setup ada v1
			9s end idle`},
		{name: "the run was cut short", want: Unknown, text: `
			0s   setup ada v1 notes="old"
			1s   agent edits cc ada notes="new" v2`},
	} {
		c.run(t, "no-lost-edit")
	}
}
