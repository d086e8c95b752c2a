package check

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// synced is one edit carried over as it should be.
const synced = `
	0s   setup ada v41 notes="old" phone="+14155550123"
	12s  agent edits cc ada notes="call back" v42
	13s  engine reads cc ada
	13s  engine reads crm ada
	14s  engine writes crm ada notes="call back" v42
	20s  end idle`

func TestConvergence(t *testing.T) {
	for _, c := range []trial{
		{name: "an edit was carried over", want: Pass, text: synced},
		{name: "a reformatted phone number is the same number", want: Pass, text: `
			0s   setup ada v1
			1s   agent edits cc ada phone="+1 415-555-0123" v2
			2s   engine reads cc ada
			2s   engine reads crm ada
			3s   engine writes crm ada phone="(415) 555-0123" v2
			9s   end idle`},
		{name: "an edit never arrived", want: Fail, says: `cc holds notes "call back", crm holds notes "old"`, text: `
			0s   setup ada v41 notes="old"
			12s  agent edits cc ada notes="call back" v42
			20s  end idle`},
		{name: "the version never arrived", want: Fail, says: "version 42", text: `
			0s   setup ada v41 notes="old"
			12s  agent edits cc ada notes="call back" v42
			14s  engine writes crm ada notes="call back"
			20s  end idle`},
		{name: "a created record has no counterpart", want: Fail, says: "not in crm", text: `
			1s   agent creates cc bob v1 notes="new"
			20s  end idle`},
		{name: "a conflict waits for a person", want: Pass, says: "excused", world: tolerance("10s"), text: `
			0s   setup ada v41
			0s   setup bob v1
			12s  agent edits cc ada notes="a" v42
			13s  user edits crm ada notes="b" v42
			14s  engine reads cc ada
			14s  engine reads crm ada
			14s  told flagged ada id=f1
			20s  end idle`},
		{name: "an edit on one side is no reason to wait", want: Fail, world: tolerance("10s"), text: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			14s  engine reads cc ada
			14s  engine reads crm ada
			14s  told flagged ada id=f1
			20s  end idle`},
		{name: "the run was cut short", want: Unknown, text: `
			0s   setup ada v41 notes="old"
			12s  agent edits cc ada notes="call back" v42`},
		{name: "the run ended by its deadline", want: Unknown, text: `
			0s   setup ada v41 notes="old"
			12s  agent edits cc ada notes="call back" v42
			20s  end deadline`},
		{name: "a lost store took the only notice of an edit", want: Pass, says: "excused", world: noPolling, text: unread("unheard") + `
			13s  crash
			13s  begin lose_store engine
			13s  over lose_store engine
			14s  restart
			20s  end idle`},
		{name: "the edit was read after the store was lost", want: Fail, says: "call back", world: noPolling, text: unread("unheard") + `
			13s  crash
			13s  begin lose_store engine
			13s  over lose_store engine
			14s  restart
			15s  engine reads cc ada
			15s  engine reads crm ada
			20s  end idle`},
		{name: "a deletion that the feed does not list again was forgotten with the store", want: Pass, says: "excused", world: unpolled("dynamics"), text: lostDeletion("")},
		{name: "the feed of the REST CRM lists it again", want: Fail, says: "lives in cc", world: unpolled("rest"), text: lostDeletion("")},
		{name: "the other side's record was read after the store was lost", want: Fail, says: "lives in cc", world: unpolled("dynamics"), text: lostDeletion("15s  engine reads cc ada")},
		{name: "nothing exists", want: NotApplicable, text: `1s end idle`},
		{name: "a record on one side that nobody touched", want: NotApplicable, text: `
			0s   setup ada v41 on=cc
			1s   end idle`},
	} {
		c.run(t, "convergence")
	}
}

// unpolled is a world with a kind of CRM whose contact center is not polled.
func unpolled(kind string) func(*scenarios.Scenario) {
	return func(sc *scenarios.Scenario) {
		sc.Engine.Poll.CC = scenarios.Off
		sc.Systems.CRM.Kind = kind
	}
}

// lostDeletion is a record that the CRM deletes while the store is lost.
func lostDeletion(then string) string {
	return `
		0s   setup ada v41 on=crm
		1s   engine reads crm ada
		2s   engine creates cc ada v41
		13s  crash
		13s  begin lose_store engine
		13s  over lose_store engine
		13s  user deletes crm ada
		14s  restart
		` + then + `
		20s  end idle`
}

// unread is an edit whose notice was acknowledged, and a request for it.
func unread(answer string) string {
	return `
		0s   setup ada v41 notes="old"
		12s  agent edits cc ada notes="call back" v42
		12s  notify cc ada n=1
		12s  deliver cc ada n=1
		12s  ack cc ada n=1 status=200
		13s  engine reads cc ada ` + answer
}

func tolerance(text string) func(*scenarios.Scenario) {
	return func(sc *scenarios.Scenario) {
		d, err := scenarios.ParseDuration(text)
		if err != nil {
			panic(err)
		}
		sc.Policy.Tolerance = &d
	}
}
