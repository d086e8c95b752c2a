package check

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// oneWay makes the default mapping's notes travel to the CRM only, and its tier
// to the contact center only.
func oneWay(sc *scenarios.Scenario) {
	m := *scenarios.DefaultMapping("salesforce")
	m.Fields = append([]scenarios.MappingField(nil), m.Fields...)
	for i := range m.Fields {
		switch m.Fields[i].Label() {
		case "notes":
			m.Fields[i].Direction = "ToCRM"
		case "tier":
			m.Fields[i].Direction = "ToCC"
		}
	}
	sc.Mapping = &m
}

func TestEffectiveVersions(t *testing.T) {
	lowered := `
		0s   setup ada v41 notes="old"
		12s  agent edits cc ada notes="agent" v42
		50s  user edits crm ada notes="loader" v3
		60s  engine reads cc ada
		60s  engine reads crm ada
		60s  engine reads cc ada
`
	for _, c := range []trial{
		{name: "DM-8 a lowered version did not move: time decides", want: Pass, text: lowered + `
			61s  engine writes cc ada notes="loader" v43
			90s  end idle`},
		{name: "DM-8 the other version does not win over a lowered one", want: Fail, says: "by CR-5", text: lowered + `
			61s  engine writes crm ada notes="agent" v43
			90s  end idle`},
		{name: "CR-3 edits on the wrong side move the version", want: NotApplicable, world: oneWay, text: `
			0s   setup ada v3 notes="old" tier="bronze"
			5s   agent edits cc ada title="Dr" v4
			5s   user edits crm ada notes="wrong side" v4
			6s   engine reads cc ada
			6s   engine reads crm ada
			7s   engine writes crm ada title="Dr" notes="old" v5
			8s   engine writes cc ada v5
			20s  end idle`},
		{name: "CR-3 and not further", want: Fail, says: "CR-3", world: oneWay, text: `
			0s   setup ada v3 notes="old" tier="bronze"
			5s   agent edits cc ada title="Dr" v4
			5s   user edits crm ada notes="wrong side" v4
			6s   engine reads cc ada
			6s   engine reads crm ada
			7s   engine writes crm ada title="Dr" notes="old" v6
			20s  end idle`},
	} {
		c.run(t, "right-winner")
	}
}

func TestTimeOfAutomation(t *testing.T) {
	flow := `
		0s   setup ada v41 notes="old"
		12s  agent edits cc ada notes="agent" v42
		300s automation edits crm ada notes="flow" v42
		310s engine reads cc ada
		310s engine reads crm ada
		310s engine reads cc ada
`
	trial{name: "DM-10 automation's change has the time that the system reports", want: Pass, text: flow + `
		311s engine writes cc ada notes="flow" v43
		400s end idle`}.run(t, "right-winner")
	trial{name: "DM-10 and is not older than it says", want: Fail, says: "by CR-5", text: flow + `
		311s engine writes crm ada notes="agent" v43
		400s end idle`}.run(t, "right-winner")
}

func TestAbsentCheckBox(t *testing.T) {
	first := func(sc *scenarios.Scenario) { sc.Records.List[0].Base = "lost" }
	ticked := `
		0s   setup ada v1 on=cc
		0s   setup ada v1 on=crm mirrors=ada do_not_call=true
		5s   engine reads cc ada
		5s   engine reads crm ada
		5s   engine reads cc ada
`
	trial{name: "CR-12 an absent check box unticks nothing", want: Fail, says: "CR-12", world: first, text: ticked + `
		6s   engine writes crm ada do_not_call=false v2
		20s  end idle`}.run(t, "right-winner")
	trial{name: "CR-12 a tick fills an absent check box", want: NotApplicable, world: first, text: ticked + `
		6s   engine writes cc ada do_not_call=true v2
		20s  end idle`}.run(t, "right-winner")
}

func TestWrongSideEditsAreInTheLedger(t *testing.T) {
	corrected := `
		0s   setup ada v3 notes="old" tier="bronze"
		5s   agent edits cc ada tier="gold" v4
		6s   engine reads cc ada
		6s   engine reads crm ada
`
	trial{name: "FC-2 a correction that the ledger names", want: Pass, world: oneWay, text: corrected + `
		7s   engine writes cc ada tier="bronze" v4
		8s   claim ada rule=FC-2 tier="gold" side=cc
		20s  end idle`}.run(t, "no-lost-edit")
	trial{name: "FC-2 a correction that no ledger entry names", want: Fail, says: "no ledger entry", world: oneWay, text: corrected + `
		7s   engine writes cc ada tier="bronze" v4
		8s   claim ada rule=FC-2 notes="else" side=cc
		20s  end idle`}.run(t, "no-lost-edit")
}

func TestLossesThatNobodyCanTell(t *testing.T) {
	named := func(after string) string {
		return conflict + `
		16s  claim ada rule=CR-7 notes="else" side=crm
		16s  engine writes crm ada notes="call back" v43 ` + after + `
		40s  end idle`
	}
	trial{name: "EV-10 the record was deleted before anybody could look", want: Pass, text: named(`lost
		17s  user deletes crm ada`)}.run(t, "no-lost-edit")
	trial{name: "the record could be read again", want: Fail, says: "no ledger entry", text: named(`lost
		17s  engine reads crm ada
		18s  user deletes crm ada`)}.run(t, "no-lost-edit")
}

// CR-11: a ledger that is lost with the store holds no deletion either.
func TestDeletionsInALostLedger(t *testing.T) {
	wins := policy(func(p *scenarios.Policy) { p.DeleteVsEdit = "delete" })
	deleted := func(crash string) string {
		return `
			0s   setup ada v1
			0s   setup bob v1
			0s   claim bob rule=CR-1
			1s   user edits crm ada notes=a v2
			2s   agent deletes cc ada
			3s   engine reads crm ada
			4s   engine deletes crm ada
			4s   crash` + crash + `
			5s   restart
			90s  end idle`
	}
	trial{name: "the store was lost", want: Pass, world: wins, text: deleted(`
			4s   begin lose_store engine
			4s   over lose_store engine`)}.run(t, "no-lost-edit")
	trial{name: "the process died", want: Fail, says: "ledger does not name it", world: wins, text: deleted("")}.run(t, "no-lost-edit")
}

// EV-10: nothing may be asked for the record between its last reading and the
// sending of a write; what is asked while the write travels makes no gap wider.
func TestTheGapEndsWithTheSending(t *testing.T) {
	unguarded := func(sc *scenarios.Scenario) {
		no := false
		sc.Systems.CRM.Conditional = &no
	}
	gap := func(before, after string) string {
		return `
			0s   setup ada v1 notes=a
			1s   agent edits cc ada notes=c v2
			2s   engine reads cc ada
			3s   engine reads crm ada` + before + `
			4s   engine starts crm ada` + after + `
			6s   user edits crm ada notes=b v2
			7s   engine writes crm ada notes=c v2 started
			9s   claim ada rule=CR-2
			90s  end idle`
	}
	const look = `
			3s   engine reads cc ada`
	trial{name: "asked while the write travels", want: Pass, says: "vendor race", world: unguarded, text: gap("", look)}.run(t, "no-lost-edit")
	trial{name: "asked before it was sent", want: Fail, says: "had not read", world: unguarded, text: gap(look, "")}.run(t, "no-lost-edit")
}

func TestOneWayFieldsArrive(t *testing.T) {
	reviewing := func(sc *scenarios.Scenario) {
		oneWay(sc)
		sc.Policy.WrongSide = "review"
	}
	wrongSide := `
		0s   setup ada v3 tier="bronze"
		5s   agent edits cc ada tier="gold" v4
		6s   engine reads cc ada
		6s   engine reads crm ada
`
	trial{name: "FC-2 an edit on the wrong side is left standing", want: Fail, says: "travels from crm only", world: oneWay, text: wrongSide + `
		20s  end idle`}.run(t, "convergence")
	trial{name: "FC-2 an edit on the wrong side is corrected", want: Pass, world: oneWay, text: wrongSide + `
		7s   engine writes cc ada tier="bronze" v4
		8s   engine writes crm ada v4
		20s  end idle`}.run(t, "convergence")
	trial{name: "FC-2 nobody was told of an edit on the wrong side", want: Fail, says: "nobody was told", world: reviewing, text: wrongSide + `
		20s  end idle`}.run(t, "told")
	trial{name: "FC-2 an edit on the wrong side waits for a person", want: Pass, world: reviewing, text: wrongSide + `
		7s   told flagged ada id=1
		20s  end idle`}.run(t, "told")
	trial{name: "FC-2 and may differ until then", want: Pass, world: reviewing, text: wrongSide + `
		7s   told flagged ada id=1
		20s  end idle`}.run(t, "convergence")
}

func TestRulesThatTheBasesLeaveOpen(t *testing.T) {
	rule := func(text string) string {
		all := Decisions(Case{Scenario: world(), Events: journal(t, text)})
		if len(all) == 0 {
			t.Fatal("no decision")
		}
		last := all[len(all)-1]
		if !last.Agrees {
			t.Errorf("%s by %s: the engine says %q", last.Winner, last.ModelRule, last.Rule)
		}
		return last.ModelRule
	}
	relinked := `
		0s   setup ada v1 notes="old"
		3s   crash
		3s   begin lose_store engine
		3s   over lose_store engine
		4s   restart
		5s   engine reads cc ada
		5s   engine reads crm ada
		20s  agent edits cc ada notes="new" v2
		21s  engine reads cc ada
		21s  engine reads crm ada
`
	if got := rule(relinked + "22s engine writes crm ada notes=new v2\n90s end idle"); got != "CR-2" {
		t.Errorf("an edit after a silent link is decided by %s; want CR-2", got)
	}
	if got := rule(relinked + "22s engine writes crm ada notes=new v2\n23s claim ada rule=CR-2\n90s end idle"); got != "CR-2" {
		t.Errorf("an edit after a silent link, claimed as CR-2, is decided by %s", got)
	}
}

func TestClaimsBelongToTheirDecision(t *testing.T) {
	all := Decisions(Case{Scenario: world(), Events: journal(t, synced[:len(synced)-len("\n\t20s  end idle")]+`
		30s  agent edits cc ada notes="again" v43
		31s  engine reads cc ada
		31s  engine reads crm ada
		32s  engine writes crm ada notes="again" v43
		33s  claim ada rule=CR-2
		50s  user edits crm ada notes="later" v44
		60s  claim ada rule=CR-13
		90s  end idle`)})
	if len(all) != 2 || all[0].Rule != "" || all[1].Rule != "CR-2" {
		t.Errorf("the decisions are %+v; want none claimed for the first, CR-2 for the second", all)
	}
}

func TestWhatCouldNotBePlayed(t *testing.T) {
	text := "line 9: the crash before gate never struck"
	found := 0
	for _, r := range Judge(Case{Scenario: world(), Events: journal(t, synced+"\n21s over crash engine text=\""+text+"\"")}) {
		if r.Name == "scenario" {
			found++
			if r.Verdict != Unknown || r.Reason != text {
				t.Errorf("the scenario is %s (%s); want unknown (%s)", r.Verdict, r.Reason, text)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d results speak of the crash that never struck; want 1", found)
	}
	for _, r := range Judge(Case{Scenario: world(), Events: journal(t, synced+"\n21s over crash engine")}) {
		if r.Name == "scenario" {
			t.Errorf("a crash that struck is reported: %s", r.Reason)
		}
	}
}

func TestExpectationsOfACutRun(t *testing.T) {
	sc := expecting(`ada.crm.notes == "call back"`, `ada.crm.notes == "never"`)
	for _, ended := range []string{"steps", "deadline"} {
		events := journal(t, synced)
		events[len(events)-1].Code = ended
		for _, r := range Judge(Case{Scenario: sc, Events: events}) {
			if r.Name == "expect" && r.Verdict != Unknown {
				t.Errorf("a run cut short by %s: %s is %s; want unknown", ended, r.Reason, r.Verdict)
			}
		}
	}
}

func TestCountsOfOne(t *testing.T) {
	if got := one(t, "convergence", world(), synced).Reason; got != "1 record agrees" {
		t.Errorf("one record: %q", got)
	}
	if got := (phrase{"edit", "edits"}).with("2 lost").count(3); got != "3 edits, 2 lost" {
		t.Errorf("several: %q", got)
	}
}

// TestADecisionWithoutABaseLeavesNone of the fields that its first write leaves
// apart: the second rests on none as well (CR-12).
func TestADecisionWithoutABaseLeavesNone(t *testing.T) {
	lost := func(sc *scenarios.Scenario) { sc.Records.List[0].Base = "lost" }
	const cleared = `
		0s   setup ada v1 notes=a
		1s   engine reads cc ada
		1s   engine reads crm ada
		2s   agent edits cc ada notes="" city=b v2
		3s   engine reads cc ada
		3s   engine reads crm ada
		4s   engine writes crm ada city=b v3
		5s   engine writes cc ada notes=a v3
		9s   claim ada rule=CR-12
		90s  end idle`
	const agreed = `
		0s   setup ada v1 notes=a
		1s   agent edits cc ada city=b v2
		2s   engine reads cc ada
		2s   engine reads crm ada
		3s   engine writes crm ada city=b v3
		4s   engine writes cc ada v3
		5s   agent edits cc ada notes="" v4
		6s   engine reads cc ada
		6s   engine reads crm ada
		7s   engine writes cc ada notes=a v5
		9s   claim ada rule=CR-12
		90s  end idle`
	for _, c := range []trial{
		{name: "an empty value is filled by the second half", want: Pass, world: lost, text: cleared},
		{name: "there was a base", want: Fail, says: "no ledger entry names it", text: cleared},
		{name: "the first decision left them in step", want: Fail, says: "no ledger entry names it", world: lost, text: agreed},
	} {
		c.run(t, "no-lost-edit")
	}
}

// A write that lands on a value which a user has just given shows no change of
// it, and yet it may be what the engine wrote (EV-10).
// CR-12 speaks of what is empty, not of what was cleared: of a field that was
// decided on, and is still to be written, it is known what it held.
func TestAFieldClearedOnTheWay(t *testing.T) {
	lost := func(sc *scenarios.Scenario) { sc.Records.List[0].Base = "lost" }
	cleared := func(begun string) string {
		return `
			0s   setup ada v1 notes=a
			1s   user edits crm ada notes=b v2
			1s   agent edits cc ada city=c v2
			2s   engine reads cc ada
			2s   engine reads crm ada
			` + begun + `
			9s   agent edits cc ada notes="" v3
			10s  engine reads cc ada
			10s  engine reads crm ada
			11s  engine writes crm ada notes="" v4
			90s  end idle`
	}
	trial{name: "a decision was on its way", want: Pass, world: lost, text: cleared("3s engine writes crm ada city=c v3")}.run(t, "right-winner")
	trial{name: "CR-12 none was", want: Fail, says: "CR-12", world: lost, text: cleared("")}.run(t, "right-winner")
}

// A write of the link alone lands on an edit that nobody has read: that edit has
// moved the version since the base, which stays.
func TestALinkMovesNoVersion(t *testing.T) {
	linked := func(won string) string {
		return `
			0s   setup ada v2 notes="old"
			1s   agent edits cc ada notes="call" v3 stamp=4s
			1s   user edits crm ada notes="VIP" v100
			2s   engine writes cc ada v3
			3s   engine reads cc ada
			3s   engine reads crm ada
			` + won + `
			90s  end idle`
	}
	trial{name: "CR-4 the higher version", want: Pass, text: linked(`
			4s   engine writes cc ada notes="VIP" v101
			4s   engine writes crm ada v101`)}.run(t, "right-winner")
	trial{name: "an unmoved version leaves it to the times", want: Fail, says: "CR-4", text: linked(`
			4s   engine writes crm ada notes="call" v101
			4s   engine writes cc ada v101`)}.run(t, "right-winner")
}

// A status that shows a failure carries nothing out: the bases stay, and so does
// how far the versions have moved since.
func TestAFailureMovesNoBase(t *testing.T) {
	failed := func(won string) string {
		return `
			0s   setup ada v1 notes="old"
			1s   agent edits cc ada notes="first" v2
			1s   agent edits cc ada notes="call" v3
			6s   user edits crm ada notes="VIP" v2
			7s   engine reads cc ada
			7s   engine reads crm ada
			8s   told failed ada id=1
			8s   engine writes crm ada status=FAILED
			20s  engine reads cc ada
			20s  engine reads crm ada
			` + won + `
			90s  end idle`
	}
	trial{name: "CR-4 the higher version", want: Pass, text: failed(`
			21s  engine writes crm ada notes="call" v4
			21s  engine writes cc ada v4`)}.run(t, "right-winner")
	trial{name: "CR-4 not the later one", want: Fail, says: "CR-4", text: failed(`
			21s  engine writes cc ada notes="VIP" v4
			21s  engine writes crm ada v4`)}.run(t, "right-winner")
}

func TestAWriteOfWhatIsThereAlready(t *testing.T) {
	landed := func(first string) string {
		return `
			0s   setup ada v1` + first + `
			2s   engine reads crm ada
			3s   user edits crm ada notes=a v2
			4s   agent edits cc ada notes="" v3
			6s   engine writes crm ada status=IN_SYNC
			7s   engine reads cc ada
			7s   engine reads crm ada
			8s   engine writes crm ada notes="" v3
			60s  end idle`
	}
	trial{name: "the other side had shown the same", want: NotApplicable, text: landed(`
			1s   agent edits cc ada notes=a v2
			2s   engine reads cc ada`)}.run(t, "right-winner")
	trial{name: "it had shown nothing of the kind", want: Fail, says: "overwrote it with its unchanged", text: landed(`
			1s   engine reads cc ada
			2s   agent edits cc ada notes=a v2`)}.run(t, "right-winner")
}

// DM-8: a write of the version alone is no reading of what an edit in the gap
// before it has changed.
func TestATouchSettlesNoContent(t *testing.T) {
	touched := func(gap, then string) string {
		return `
			0s   setup ada v1 title=Dr
			1s   user edits crm ada notes=a v2
			5s   agent edits cc ada notes=b v2
			6s   engine reads cc ada
			6s   engine reads crm ada
			7s   engine writes crm ada notes=b v3
			8s   engine reads cc ada
			9s   ` + gap + `
			10s  engine writes cc ada v3
			11s  user edits crm ada notes=c v4
			12s  engine reads cc ada
			12s  engine reads crm ada
			` + then + `
			60s  end idle`
	}
	trial{name: "both sides changed since", want: Pass, text: touched(`agent edits cc ada title="" v3`, `
			13s  engine writes crm ada title="" v5
			14s  engine writes cc ada notes=c v5`)}.run(t, "right-winner")
	trial{name: "only one did", want: Fail, says: "ask for 4 at most", text: touched(`agent saves cc ada v3`, `
			13s  engine writes cc ada notes=c v5`)}.run(t, "right-winner")
}

// CR-12: what was decided without a base is carried out, though the side that is
// still to be written has changed in another field since.
func TestADecisionOnItsWay(t *testing.T) {
	first := func(sc *scenarios.Scenario) {
		sc.Records.List[0].Base, sc.Systems.CRM.Versioning = "lost", "none"
	}
	begun := func(edit string) string {
		return `
			0s   setup ada v1 on=cc notes=a score=2
			0s   setup ada v1 on=crm mirrors=ada
			10s  user edits crm ada score=1
			11s  engine reads cc ada
			11s  engine reads crm ada
			13s  agent edits cc ada ` + edit + ` v2
			14s  engine writes crm ada notes=a v2
			21s  engine reads cc ada
			21s  engine reads crm ada
			22s  engine writes crm ada notes=b v3
			23s  engine writes cc ada score=1 v3
			90s  end idle`
	}
	trial{name: "another field changed", want: Pass, world: first, text: begun("notes=b")}.run(t, "right-winner")
	trial{name: "the field itself did", want: Fail, says: "lets cc win by CR-5", world: first, text: begun("notes=b score=3")}.run(t, "right-winner")
}
