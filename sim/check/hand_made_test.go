package check

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// handMade are two journals for each invariant, written by hand: one that it
// must pass and one that breaks its rule.
var handMade = map[string]struct {
	world         func(*scenarios.Scenario)
	passes, fails string
}{
	"convergence": {
		passes: synced,
		fails: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			90s  end idle`,
	},
	"no-over-flagging": {
		world: tolerance("10s"),
		passes: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			13s  user edits crm ada notes="b" v42
			14s  engine reads cc ada
			14s  engine reads crm ada
			15s  told flagged ada id=1
			90s  end idle`,
		fails: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			14s  engine reads cc ada
			14s  engine reads crm ada
			15s  told flagged ada id=1
			90s  end idle`,
	},
	"no-lost-edit": {
		passes: overwritten + `
			22s  claim ada rule=CR-5 side=cc notes="early"
			90s  end idle`,
		fails: overwritten + `
			22s  claim ada rule=CR-5 side=cc notes="another value"
			90s  end idle`,
	},
	"right-winner": {
		passes: overwritten + `
			90s  end idle`,
		fails: bothEdited + `
			21s  engine writes crm ada notes="early" v43
			90s  end idle`,
	},
	"no-loop": {
		passes: synced,
		fails: `
			0s   setup ada v41 notes="a"
			14s  engine reads cc ada
			14s  engine reads crm ada
			15s  engine writes crm ada notes="a" v41
			90s  end idle`,
	},
	"version-monotonic": {
		passes: synced,
		fails: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			13s  engine reads cc ada
			13s  engine reads crm ada
			14s  engine writes crm ada notes="a" v40
			90s  end idle`,
	},
	"durable-ack": {
		world: noPolling,
		passes: acknowledged + `
			3s   engine reads cc ada
			90s  end idle`,
		fails: acknowledged + `
			3s   crash
			4s   restart
			90s  end idle`,
	},
	"prompt-ack": {
		passes: acknowledged + `
			90s  end idle`,
		fails: `
			0s   setup ada v1
			2s   deliver cc ada n=1
			90s  end idle`,
	},
	"backoff": {
		passes: `
			0s   setup ada v1
			1s   engine fails crm ada answer=429 after=30
			31s  engine reads crm ada
			2h   end idle`,
		fails: `
			0s   setup ada v1
			1s   engine fails crm ada answer=429 after=30
			30s  engine reads crm ada
			2h   end idle`,
	},
	"bounded": {
		passes: `
			1s   gauge working_set 64 64
			9s   end idle`,
		fails: `
			1s   gauge working_set 65 64
			9s   end idle`,
	},
	"review-isolation": {
		world: tolerance("10s"),
		passes: inReview + `
			50s  review ada choose=cc
			51s  engine writes crm ada notes="a" v43
			90s  end idle`,
		fails: inReview + `
			50s  engine writes crm ada notes="a" v43
			90s  end idle`,
	},
	"valid-payloads": {
		passes: synced,
		fails: `
			0s   setup ada v1
			1s   engine patches crm ada answer=400 code=INVALID_TYPE
			9s   end idle`,
	},
	"no-duplicates": {
		passes: `
			1s   user creates crm carl v1
			2s   engine creates cc carl id=cc-one v1
			9s   end idle`,
		fails: `
			1s   user creates crm carl v1
			2s   engine creates cc carl id=cc-one v1
			3s   engine creates cc carl id=cc-two v1
			9s   end idle`,
	},
	"told": {
		world: tolerance("10s"),
		passes: inReview + `
			90s  end idle`,
		fails: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			13s  user edits crm ada notes="b" v42
			14s  engine reads cc ada
			14s  engine reads crm ada
			15s  engine writes crm ada status=FLAGGED
			90s  end idle`,
	},
	"liveness": {
		passes: synced,
		fails: `
			0s   setup ada v41
			12s  agent edits cc ada notes="a" v42
			900h end deadline`,
	},
	"secrecy": {
		passes: `
			1s   output "token ****"
			9s   end idle`,
		fails: `
			1s   output "token canary-secret-cc"
			9s   end idle`,
	},
}

const bothEdited = `
	0s   setup ada v41
	12s  agent edits cc ada notes="early" v42
	20s  user edits crm ada notes="late" v42
	21s  engine reads cc ada
	21s  engine reads crm ada
`

const overwritten = bothEdited + `
	21s  engine writes cc ada notes="late" v43
`

const acknowledged = `
	0s   setup ada v1 notes="old"
	1s   agent edits cc ada notes="new" v2
	1s   notify cc ada n=1
	2s   deliver cc ada n=1
	2s   ack cc ada n=1 status=200
`

const inReview = `
	0s   setup ada v41
	12s  agent edits cc ada notes="a" v42
	13s  user edits crm ada notes="b" v42
	14s  engine reads cc ada
	14s  engine reads crm ada
	15s  told flagged ada id=1
`

// TestHandMadeJournals: no invariant is without a journal that it passes and
// one that it fails, and each is what a person made it.
func TestHandMadeJournals(t *testing.T) {
	for _, inv := range Invariants() {
		j, ok := handMade[inv.Name]
		if !ok {
			t.Errorf("no journal was written for %s", inv.Name)
			continue
		}
		trial{name: inv.Name + " passes", want: Pass, world: j.world, text: j.passes}.run(t, inv.Name)
		trial{name: inv.Name + " fails", want: Fail, world: j.world, text: j.fails}.run(t, inv.Name)
	}
	if len(handMade) != len(Invariants()) {
		t.Errorf("%d invariants have journals, of %d", len(handMade), len(Invariants()))
	}
}
