package check

import (
	"strings"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// reviewed is a conflict that a person decided for the contact center.
const reviewed = `
	0s   setup ada v41 notes="old"
	12s  agent edits cc ada notes="call back" v42
	13s  user edits crm ada notes="VIP" v42
	14s  engine reads cc ada
	14s  engine reads crm ada
	15s  told flagged ada id=1
	16s  engine writes crm ada status=FLAGGED
	50s  review ada choose=cc
`

const carriedOut = reviewed + `
	51s  engine writes crm ada notes="call back" v43 status=OVERWRITTEN
	52s  engine writes cc ada v43
`

// afterwards is a later conflict, in which the table lets the CRM win.
const afterwards = carriedOut + `
	100s agent edits cc ada notes="early" v44
	150s user edits crm ada notes="late" v44
	160s engine reads crm ada
	160s engine reads cc ada
`

func TestAWordEnds(t *testing.T) {
	for _, c := range []trial{
		{name: "what the person chose is written", want: NotApplicable, world: tolerance("9s"), text: carriedOut + `
			60s  end idle`},
		{name: "CR-10 the opposite of what the person chose", want: Fail, says: "a person chose", world: tolerance("9s"), text: reviewed + `
			51s  engine writes cc ada notes="VIP" v43
			60s  end idle`},
		{name: "CR-5 the table decides again afterwards", want: Pass, world: tolerance("9s"), text: afterwards + `
			161s engine writes cc ada notes="late" v45
			200s end idle`},
		{name: "CR-5 and not just anybody wins", want: Fail, says: "by CR-5", world: tolerance("9s"), text: afterwards + `
			161s engine writes crm ada notes="early" v45
			200s end idle`},
		{name: "a value that no person gave", want: Fail, says: "did not hold", world: tolerance("9s"), text: reviewed + `
			51s  engine writes crm ada notes="invented" v43
			60s  end idle`},
		{name: "a value that a person gave", want: NotApplicable, world: tolerance("9s"), text: `
			0s   setup ada v41 notes="old"
			12s  agent edits cc ada notes="call back" v42
			13s  user edits crm ada notes="VIP" v42
			14s  engine reads cc ada
			14s  engine reads crm ada
			15s  told flagged ada id=1
			50s  review ada choose=merge notes="VIP, call back"
			51s  engine writes cc ada notes="VIP, call back" v43
			52s  user edits crm ada title="Dr" v43
			53s  engine writes crm ada notes="VIP, call back" v44
			60s  end idle`},
	} {
		c.run(t, "right-winner")
	}
}

// halfCarried is a decision of which one write had been sent when an edit of the
// other side made it stale.
const halfCarried = `
	0s   setup ada v41 notes="old"
	12s  agent edits cc ada notes="call back" v42
	13s  user edits crm ada notes="VIP" v42
	14s  engine reads cc ada
	14s  engine reads crm ada
	15s  told flagged ada id=1
	16s  engine writes crm ada status=FLAGGED
	50s  review ada choose=cc
	51s  engine reads crm ada
	51s  engine reads cc ada
	52s  agent edits cc ada notes="landed" v43
	52s  engine writes crm ada notes="call back" v43 status=OVERWRITTEN
`

func TestAStaleWord(t *testing.T) {
	for _, c := range []trial{
		{name: "CR-10 a stale decision is applied", want: Fail, says: "before a person had decided", world: tolerance("9s"), text: reviewed + `
			55s  user edits crm ada notes="urgent" v43
			60s  engine reads crm ada
			61s  engine writes crm ada notes="call back" v44
			90s  end idle`},
		{name: "CR-10 a stale decision is refused, and the record waits on", want: Pass, world: tolerance("9s"), text: reviewed + `
			55s  user edits crm ada notes="urgent" v43
			60s  engine reads crm ada
			90s  end idle`},
		{name: "a decision that was half carried out is not stale", want: Pass, world: tolerance("9s"), text: carriedOut + `
			55s  user edits crm ada title="Dr" v44
			60s  engine reads crm ada
			61s  engine writes cc ada title="Dr" v44
			90s  end idle`},
		{name: "an edit in the gap of an unguarded system", want: Pass, world: tolerance("9s"), text: `
			0s   setup ada v41 notes="old"
			12s  agent edits cc ada notes="call back" v42
			13s  user edits crm ada notes="VIP" v42
			14s  engine reads cc ada
			15s  told flagged ada id=1
			50s  review ada choose=crm
			51s  engine reads crm ada
			51s  engine reads cc ada
			52s  agent edits cc ada notes="landed" v43
			52s  engine writes cc ada notes="VIP" v43
			90s  end idle`},
		{name: "a flag begins anew behind a write into such a gap", want: Pass, world: tolerance("9s"), text: halfCarried + `
			60s  engine reads cc ada
			61s  engine writes crm ada status=FLAGGED
			90s  end idle`},
		{name: "CR-10 and is shown once", want: Fail, says: "twice", world: tolerance("9s"), text: halfCarried + `
			60s  engine reads cc ada
			61s  engine writes crm ada status=FLAGGED
			62s  engine writes crm ada status=FAILED
			90s  end idle`},
	} {
		c.run(t, "review-isolation")
	}
}

// CR-10: people are told of a flag before it is durable, so that nothing goes
// untold; one that its process did not outlive is no flag.
func TestAFlagThatWasNeverDurable(t *testing.T) {
	died := func(when string) string {
		return `
			0s   setup ada v1
			2s   agent edits cc ada notes=b v2
			2s   user edits crm ada notes=c v2
			4s   engine reads cc ada
			4s   engine reads crm ada
			4s   told flagged ada id=1
			` + when + `   crash
			5s   user edits crm ada notes=d v3
			6s   restart
			7s   engine reads cc ada
			7s   engine reads crm ada
			8s   engine writes cc ada notes=d v4
			8s   engine writes crm ada v4
			90s  end idle`
	}
	trial{name: "it died at once", want: NotApplicable, text: died("4s")}.run(t, "review-isolation")
	trial{name: "it died when the flag was durable", want: Fail, says: "before a person had decided", text: died("4500ms")}.run(t, "review-isolation")
}

// CR-10: what had left before a person spoke does not carry the word out.
func TestAWordIsNotCarriedOutBefore(t *testing.T) {
	told := func(last string) string {
		return `
			0s   setup ada v1
			2s   agent edits cc ada notes=b v2
			3s   user edits crm ada notes=c v2
			4s   engine reads cc ada
			4s   engine reads crm ada
			5s   engine writes cc ada notes=c v3
			6s   engine starts crm ada
			7s   review ada notes=b
			8s   engine writes crm ada v3` + last + `
			9s   agent edits cc ada notes="" v4
			10s  engine writes crm ada notes=b v4
			90s  end idle`
	}
	late := tolerance("0s")
	trial{name: "the write had left", want: Pass, world: late, text: told(" started")}.run(t, "version-monotonic")
	trial{name: "the write left afterwards", want: Fail, says: "gave up", world: late, text: told("")}.run(t, "version-monotonic")
}

func TestMassDeleteApproval(t *testing.T) {
	parked := `
		0s   setup ada v1
		10s  agent deletes cc ada
		12s  told mass-delete id=m1
		13s  engine writes crm ada status=FLAGGED
`
	few := policy(func(p *scenarios.Policy) { p.MassDelete = -1 })
	trial{name: "CR-13 an approval ends the wait", want: Pass, world: few, text: parked + `
		50s  approve
		51s  engine deletes crm ada
		90s  end idle`}.run(t, "review-isolation")
	trial{name: "CR-13 no approval came", want: Fail, says: "before a person had decided", world: few, text: parked + `
		51s  engine deletes crm ada
		90s  end idle`}.run(t, "review-isolation")
	crossing := func(sent, written string) string {
		return `
		0s   setup ada v1
		10s  agent deletes cc ada
		12s  told mass-delete id=m1` + sent + `
		14s  approve
		15s  engine writes crm ada status=FLAGGED` + written + `
		51s  engine deletes crm ada
		90s  end idle`
	}
	trial{name: "CR-13 an approval while the flag was being written", want: Pass, world: few, text: crossing(`
		13s  engine starts crm ada`, " started")}.run(t, "review-isolation")
	trial{name: "CR-13 an approval before that", want: Fail, says: "before a person had decided", world: few,
		text: crossing("", "")}.run(t, "review-isolation")
	again := parked + `
		50s  approve
		51s  engine deletes crm ada
		60s  user deletes cc bob
		62s  told mass-delete id=m2
		70s  approve
		90s  end idle`
	trial{name: "CR-13 each approval answers what waited for it", want: Pass, world: few, text: again}.run(t, "review-isolation")
	trial{name: "CR-13 and nothing that was done before it", want: Fail, says: "before a person had decided", world: few, text: parked + `
		49s  engine deletes crm ada
		50s  approve
		70s  approve
		90s  end idle`}.run(t, "review-isolation")
	trial{name: "an approved delete must travel", want: Fail, says: "lives in crm", world: few, text: parked + `
		50s  approve
		90s  end idle`}.run(t, "convergence")
	trial{name: "a delete that waits for approval", want: Pass, world: few, text: parked + `
		90s  end idle`}.run(t, "convergence")
	trial{name: "a mass delete that nobody was asked about", want: Fail, says: "lives in crm", world: few, text: `
		0s   setup ada v1
		10s  agent deletes cc ada
		90s  end idle`}.run(t, "convergence")
	trial{name: "an approval that was refused answers nothing", want: Pass, world: few, text: parked + `
		50s  approve
		51s  refused mass-delete of=10
		90s  end idle`}.run(t, "convergence")
	trial{name: "the first of two approvals counts", want: Fail, says: "lives in crm", world: few, text: parked + `
		50s  approve
		60s  approve
		61s  refused mass-delete of=11
		90s  end idle`}.run(t, "convergence")

	spread := `
		0s   setup ada v1
		0s   setup bob v1
		10s  agent deletes cc ada
		11s  user deletes crm bob
`
	one := policy(func(p *scenarios.Policy) { p.MassDelete = 1 })
	for _, invariant := range []string{"convergence", "no-over-flagging"} {
		trial{name: "an engine may count both systems together", want: Pass, world: one, text: spread + `
		12s  told mass-delete id=m1
		13s  engine writes crm ada status=FLAGGED
		90s  end idle`}.run(t, invariant)
	}
	trial{name: "as many as the threshold are no mass delete", want: Fail, says: "lives in crm", world: policy(func(p *scenarios.Policy) { p.MassDelete = 2 }), text: spread + `
		12s  told mass-delete id=m1
		90s  end idle`}.run(t, "convergence")
	trial{name: "an engine may count each system by itself", want: NotApplicable, world: one, text: spread + `
		13s  engine deletes crm ada
		14s  engine deletes cc bob
		90s  end idle`}.run(t, "told")

	apart := `
		0s   setup ada v1
		0s   setup bob v1
		9s   user edits crm ada notes=a v2
		10s  agent deletes cc ada
		10s  agent deletes cc bob
		11s  engine reads crm ada
		12s  told flagged ada id=1
		12s  told mass-delete id=m1
		13s  engine writes crm bob status=FLAGGED
		50s  approve
		51s  engine deletes crm bob
`
	trial{name: "an approval answers no flag of a record by itself", want: Pass, world: few, text: apart + `
		90s  end idle`}.run(t, "convergence")
	trial{name: "nor does it let the engine go on with it", want: Fail, says: "ada was flagged", world: few, text: apart + `
		52s  engine writes crm ada notes=b v3
		90s  end idle`}.run(t, "review-isolation")
	trial{name: "the others wait no more", want: Fail, says: "bob: it lives in crm", world: few, text: strings.Replace(apart, "51s  engine deletes crm bob", "", 1) + `
		90s  end idle`}.run(t, "convergence")
}
