package check

import (
	"testing"
)

func TestFlagsMustStand(t *testing.T) {
	simultaneous := `
		0s   setup ada v41
		12s  agent edits cc ada notes="a" v42
		13s  user edits crm ada notes="b" v42
		14s  engine reads cc ada
		14s  engine reads crm ada
`
	dropped := `
		0s   setup ada v41
		12s  agent edits cc ada notes="a" v42
		13s  user deletes crm ada
		14s  engine reads cc ada
`
	for _, c := range []trial{
		{name: "a conflict that nobody flagged", want: Fail, says: `notes "a"`, world: tolerance("10s"), text: simultaneous + `
			90s  end idle`},
		{name: "a conflict that is flagged", want: Pass, says: "1 excused", world: tolerance("10s"), text: simultaneous + `
			15s  engine writes crm ada status=FLAGGED
			90s  end idle`},
		{name: "a person decided and nothing was done", want: Fail, says: `notes "a"`, world: tolerance("10s"), text: simultaneous + `
			15s  engine writes crm ada status=FLAGGED
			50s  review ada choose=cc
			90s  end idle`},
		{name: "a person's decision was refused", want: Pass, world: tolerance("10s"), text: simultaneous + `
			15s  engine writes crm ada status=FLAGGED
			50s  review ada choose=cc
			51s  refused ada of=20
			90s  end idle`},
		{name: "CR-13 a delete against an edit that nobody flagged", want: Fail, says: "lives in cc", text: dropped + `
			90s  end idle`},
		{name: "CR-13 a delete against an edit that is flagged", want: Pass, text: dropped + `
			15s  told flagged ada id=1
			90s  end idle`},
	} {
		c.run(t, "convergence")
	}
	trial{name: "CR-13 nobody was told of a delete against an edit", want: Fail, says: "nobody was told", text: dropped + `
		90s  end idle`}.run(t, "told")
	trial{name: "CR-13 a delete against an edit was told", want: Pass, text: dropped + `
		15s  told flagged ada id=1
		90s  end idle`}.run(t, "told")
}

func TestFinalStatus(t *testing.T) {
	agreed := `
		0s   setup ada v41
		12s  agent edits cc ada notes="a" v42
		13s  user edits crm ada notes="b" v42
		14s  engine reads cc ada
		14s  engine reads crm ada
		15s  engine writes crm ada status=FLAGGED
		40s  user edits crm ada notes="a" v42
		41s  engine reads crm ada
`
	for _, c := range []trial{
		{name: "DM-9 a FLAGGED that stands for nothing", want: Fail, says: "nothing waits", world: tolerance("10s"), text: agreed + `
			90s  end idle`},
		{name: "DM-9 a flag that was lifted", want: Pass, world: tolerance("10s"), text: agreed + `
			42s  engine writes crm ada status=IN_SYNC
			90s  end idle`},
		{name: "DM-9 a FAILED that stands for nothing", want: Fail, says: "FAILED, and the sides agree", text: synced[:len(synced)-len("\n\t20s  end idle")] + `
			15s  engine writes crm ada status=FAILED
			90s  end idle`},
		{name: "DM-9 the status says RESOLVED while a person is asked", want: Fail, says: "waits for a person", world: tolerance("10s"), text: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			13s  user edits crm ada notes="b" v42
			14s  engine reads cc ada
			14s  engine reads crm ada
			15s  engine writes crm ada status=RESOLVED
			16s  told flagged ada id=1
			90s  end idle`},
	} {
		c.run(t, "convergence")
	}
	trial{name: "CR-10 PENDING is never stored", want: Fail, says: "PENDING", text: synced[:len(synced)-len("\n\t20s  end idle")] + `
		15s  engine writes crm ada status=PENDING
		90s  end idle`}.run(t, "review-isolation")
}

// DM-10: what automation changes in the same second as the engine is not told
// from the engine's own write.
func TestAutomationBehindAWrite(t *testing.T) {
	behind := func(stamp string) string {
		return `
			0s   setup ada v1
			10s  agent edits cc ada notes=a v2
			12s  engine writes crm ada status=IN_SYNC
			12s  automation edits crm ada notes=b v2 stamp=` + stamp + `
			30s  engine reads cc ada
			30s  engine reads crm ada
			31s  told flagged ada id=1
			90s  end idle`
	}
	trial{name: "in the same second", want: Pass, text: behind("12s")}.run(t, "no-over-flagging")
	trial{name: "in another", want: Fail, says: "no two states", text: behind("14s")}.run(t, "no-over-flagging")
}

// DM-10: a status that is written over an edit hides when that was made.
func TestAnEditUnderAStatus(t *testing.T) {
	under := func(read string) string {
		return `
			0s   setup ada v1
			10s  agent edits cc ada notes=a v2
			11s  engine reads cc ada
			11s  engine reads crm ada
			12s  user edits crm ada notes=b v2` + read + `
			13s  engine writes crm ada status=IN_SYNC
			30s  engine reads cc ada
			30s  engine reads crm ada
			31s  told flagged ada id=1
			90s  end idle`
	}
	trial{name: "that nobody had read", want: Pass, text: under("")}.run(t, "no-over-flagging")
	trial{name: "that had been read", want: Fail, says: "no two states", text: under(`
			12s  engine reads crm ada`)}.run(t, "no-over-flagging")
}

func TestTheNearestStatus(t *testing.T) {
	events := journal(t, cloned+`
		2s   told flagged bella id=1
		3s   engine writes crm bella status=FLAGGED
		60s  end idle`)
	sc := expecting(`bella.status == "FLAGGED"`, `ada.status == ""`)
	sc.Records.List = append(sc.Records.List, sc.Records.List[0])
	sc.Records.List[2].ID = "bella"
	for _, r := range Judge(Case{Scenario: sc, Events: events}) {
		if r.Name == "expect" && r.Verdict != Pass {
			t.Errorf("%s: %s", r.Verdict, r.Reason)
		}
	}
}

// An answer that was lost leaves open what the base is. It makes no edit of
// what the engine itself wrote.
func TestTheEnginesOwnWriteContestsNothing(t *testing.T) {
	hidden := `
		0s   setup ada v41
		12s  agent edits cc ada notes="a" v42
		13s  engine reads cc ada
		13s  engine reads crm ada
		14s  engine writes crm ada notes="a" v42 lost
		15s  agent edits cc ada notes="b" v43
		16s  engine reads cc ada
		16s  engine reads crm ada
`
	for _, c := range []trial{
		{name: "CR-6 one side was edited, and an answer was lost", want: Fail, says: "no two states", world: tolerance("10s"), text: hidden + `
			17s  told flagged ada id=1
			90s  end idle`},
		{name: "CR-6 both sides were edited, and an answer was lost", want: Pass, world: tolerance("10s"), text: hidden + `
			16s  user edits crm ada notes="c" v43
			17s  engine reads crm ada
			17s  told flagged ada id=1
			90s  end idle`},
	} {
		c.run(t, "no-over-flagging")
	}
}
