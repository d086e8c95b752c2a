package check

import (
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

// FC-3: nobody can keep a field in step that a system does not show any more.
func TestFieldsOutOfSight(t *testing.T) {
	gone := scenarios.Step{At: scenarios.Duration(time.Second), Verb: scenarios.Drift, On: "crm", What: "Tier__c", Drift: scenarios.SchemaChange{Remove: true}}
	world, text := stepped(gone)
	removed := `
		0s   setup ada v1
		1s   begin drift crm text="` + text + `"
`
	const edited = `
		10s  user edits crm ada tier=gold
		11s  engine reads crm ada
		11s  engine reads cc ada
		90s  end idle`
	for _, c := range []trial{
		{name: "it is gone for good", want: Pass, world: world, text: removed + `
			1s   over drift crm` + edited},
		{name: "it came back", want: Fail, says: "crm holds tier", world: world, text: removed + `
			20s  over drift crm` + edited},
		{name: "another field is still there", want: Fail, says: "crm holds notes", world: world, text: removed + `
			1s   over drift crm
			10s  user edits crm ada notes=b
			90s  end idle`},
		{name: "the schema changed elsewhere", want: Fail, says: "crm holds tier", text: `
			0s   setup ada v1
			1s   begin drift crm
			1s   over drift crm` + edited},
	} {
		c.run(t, "convergence")
	}

	// What was not shown when both sides were read is no base of that field.
	lost := func(hidden string) string {
		return `
		0s   setup ada v1 tier=silver
		1s   crash
		1s   begin lose_store engine
		1s   over lose_store engine
		2s   begin drift crm ` + hidden + `
		3s   restart
		4s   engine reads cc ada
		4s   engine reads crm ada
		5s   agent edits cc ada notes=a v2
		6s   engine reads cc ada
		7s   engine writes crm ada notes=a v2
		8s   over drift crm
		9s   agent edits cc ada tier=gold v3
		10s  engine reads cc ada
		10s  engine reads crm ada
		11s  engine writes crm ada tier=gold v4
		90s  end idle`
	}
	for _, c := range []trial{
		{name: "both sides count as changed in it", want: Pass, world: world, text: lost(`text="` + text + `"`)},
		{name: "they do not in one that was shown", want: Fail, says: "carries version 4", text: lost("")},
	} {
		c.run(t, "right-winner")
	}

	// Nor does an edit of it count, which nobody could read.
	both := func(hidden, field string) string {
		return `
		0s   setup ada v1
		1s   begin drift crm ` + hidden + `
		2s   user edits crm ada ` + field + `=silver
		3s   agent edits cc ada notes=a
		4s   engine reads cc ada
		4s   engine reads crm ada
		5s   engine writes crm ada notes=a
		20s  over drift crm
		90s  end idle`
	}
	for _, c := range []trial{
		{name: "one side changed, as far as can be seen", want: NotApplicable, world: world, text: both(`text="`+text+`"`, "tier")},
		{name: "both sides changed", want: Fail, says: "ask for 2", world: world, text: both(`text="`+text+`"`, "city")},
		{name: "both sides changed, and nothing was hidden", want: Fail, says: "ask for 2", text: both("", "tier")},
	} {
		c.run(t, "right-winner")
	}

	// What was read then is not seen by the end of it, and an engine that knows of
	// the drift trusts the field when it has looked at the schema again.
	after := func(told, reading string) string {
		return `
		0s   setup ada v1
		1s   begin drift crm text="` + text + `"
		2s   user edits crm ada tier=silver
		` + told + `
		3s   agent edits cc ada notes=a
		4s   engine reads cc ada
		4s   engine reads crm ada
		20s  over drift crm
		` + reading + `
		22s  engine writes crm ada notes=a
		90s  end idle`
	}
	for _, c := range []trial{
		{name: "it was read before the end", want: NotApplicable, world: world, text: after("", "")},
		{name: "it was read after the end", want: Fail, says: "ask for 2", world: world, text: after("", "21s engine reads crm ada")},
		{name: "it was read after the end, and not trusted yet", want: NotApplicable, world: world,
			text: after("2s told drift id=d1", "21s engine reads crm ada")},
	} {
		c.run(t, "right-winner")
	}

	// Where there was no base, the readings after it make one, though the records
	// are what they were.
	based := func(again string) string {
		return `
		0s   setup ada v1 tier=silver
		1s   begin drift crm text="` + text + `"
		2s   engine reads cc ada
		2s   engine reads crm ada
		3s   over drift crm
		` + again + `
		9s   agent edits cc ada tier= v2
		10s  engine reads cc ada
		11s  engine writes crm ada tier= v2
		90s  end idle`
	}
	baseless := func(sc *scenarios.Scenario) {
		world(sc)
		sc.Records.List[0].Base = "lost"
	}
	for _, c := range []trial{
		{name: "CR-12 both were read again", want: NotApplicable, world: baseless, text: based("4s engine reads cc ada\n4s engine reads crm ada")},
		{name: "CR-12 nobody has read it since", want: Fail, says: "without a base", world: baseless, text: based("")},
	} {
		c.run(t, "right-winner")
	}

	// What is hidden moves the version all the same: an engine that found the sides
	// equal in all that it was shown has that version as its base, and later a
	// change that moved none (DM-8).
	unmoved := `
		0s   setup ada v1
		1s   user edits crm ada tier=silver v2
		1s   begin drift crm text="` + text + `"
		2s   engine reads cc ada
		2s   engine reads crm ada
		20s  over drift crm
		21s  engine reads cc ada
		21s  engine reads crm ada
		22s  engine writes cc ada tier=silver v3
		90s  end idle`
	for _, c := range []trial{
		{name: "DM-8 the version was read when the change was hidden", want: NotApplicable, world: world, text: unmoved},
		{name: "DM-8 nothing was hidden", want: Fail, says: "carries version 3", world: world, text: strings.Replace(unmoved, `text="`+text+`"`, "", 1)},
	} {
		c.run(t, "right-winner")
	}

	for _, c := range []trial{
		{name: "CR-13 an edit that could not be seen", want: Pass, world: world, text: removed + `
			1s   over drift crm
			1s   user edits crm ada tier=gold
			1s   agent deletes cc ada
			1s   engine reads crm ada
			1s   engine deletes crm ada
			90s  end idle`},
		{name: "CR-13 no edit at all, and no base of what is not shown", want: Pass, world: func(sc *scenarios.Scenario) {
			world(sc)
			sc.Records.List[0].Base = "lost"
		}, text: removed + `
			1s   over drift crm
			2s   engine reads cc ada
			2s   engine reads crm ada
			9s   user deletes crm ada
			10s  engine reads cc ada
			11s  engine deletes cc ada
			90s  end idle`},
		{name: "CR-13 an edit that could", want: Fail, says: "notes had been edited", world: world, text: removed + `
			1s   user edits crm ada notes=b
			1s   agent deletes cc ada
			1s   engine reads crm ada
			1s   engine deletes crm ada
			2s   over drift crm
			90s  end idle`},
	} {
		c.run(t, "no-lost-edit")
	}
}
