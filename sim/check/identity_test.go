package check

import (
	"strings"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// cloned is a CRM record that carries the external id of another customer.
const cloned = `
	0s   setup ada v3 notes="prefers email"
	0s   setup bella v3 on=crm mirrors=ada notes="never call"
`

// merged are two linked contacts of which one was merged into the other.
const merged = `
	0s   setup ada v3 notes="prefers email"
	0s   setup bob v3 notes="never call"
	40s  agent merges cc bob into=ada
	40s  engine reads cc ada
`

// swallowed is a contact that was read, then merged into another one.
const swallowed = `
	0s   setup ada v3
	0s   setup bella v3
	9s   agent edits cc bella city="Turin" v4
	10s  engine reads cc bella
	11s  agent merges cc bella into=ada
`

// survivor is a contact of which the engine made a record, and which gained
// another one's link by swallowing it before it was told of its own.
const survivor = `
	0s   setup bob v1
	1s   agent creates cc ada v1
	2s   engine creates crm ada v1
	3s   agent edits cc ada city="Turin" v2
	4s   agent merges cc bob into=ada
	4s   agent saves cc ada mirrors=bob
	5s   engine reads cc ada
`

// claimed are a linked pair, a contact that claims the CRM record too, and a new
// one.
const claimed = `
	0s   setup ada v1
	0s   setup bob v1 on=cc mirrors=ada city="Rome"
	1s   agent creates cc eve v1 city="Turin"
`

func TestIdentityAtTheEnd(t *testing.T) {
	for _, c := range []trial{
		{name: "CR-14 a clone that no flag names", want: Fail, says: "bella of crm", text: cloned + `
			60s  end idle`},
		{name: "CR-14 a clone that waits for a person", want: Pass, text: cloned + `
			2s   told flagged bella id=1
			3s   engine writes crm bella status=FLAGGED
			60s  end idle`},
		{name: "the flag of a clone excuses nobody else", want: Fail, says: "Turin", text: cloned + `
			2s   told flagged bella id=1
			9s   agent edits cc ada city="Turin" v4
			60s  end idle`},
		{name: "CR-14 a merge that nobody noticed", want: Fail, says: "bob of crm", text: merged + `
			60s  end idle`},
		{name: "CR-14 a merge that a person decides", want: Pass, text: merged + `
			41s  told flagged bob id=1
			60s  end idle`},
		{name: "CR-14 a link that followed the merge", want: Pass, text: `
			0s   setup ada v3 notes="prefers email"
			10s  agent creates cc again v1 notes="prefers email"
			40s  agent merges cc ada into=again
			41s  engine reads cc again
			42s  engine writes cc again v3 last_name="ada"
			60s  end idle`},
	} {
		c.run(t, "convergence")
	}
}

// FC-1: a value that fits only one system excuses the pair that holds it.
func TestDeadLettersOfAPair(t *testing.T) {
	long := strings.Repeat("T", 200)
	dead := func(edits string) string {
		return cloned + `
			2s   told flagged bella id=1` + edits + `
			10s  told failed ada id=2
			11s  engine writes crm ada status=FAILED
			60s  end idle`
	}
	trial{name: "the value is its own", want: Pass, says: "excused", text: dead(`
			9s   agent edits cc ada title="` + long + `" v4`)}.run(t, "convergence")
	trial{name: "beside a contact that was merged into it", want: Pass, says: "excused", text: `
			0s   setup ada v1
			0s   setup bob v1
			9s   agent edits cc ada title="` + long + `" v2
			10s  told failed ada id=1
			11s  engine writes crm ada status=FAILED
			12s  agent merges cc bob into=ada
			13s  told flagged bob id=2
			14s  engine writes crm bob status=FLAGGED
			60s  end idle`}.run(t, "convergence")
	trial{name: "the value is another's", want: Fail, says: "city", text: dead(`
			9s   user edits crm bella title="` + long + `" v4
			9s   agent edits cc ada city="Turin" v4`)}.run(t, "convergence")
}

// madeAgain is a contact whose other half is deleted and made again beside a
// clone, before it is told of the new id; then an edit of it goes somewhere.
func madeAgain(written string) string {
	return cloned + `
			8s   agent edits cc ada title="Dr." v4
			9s   user deletes crm ada
			10s  engine reads cc ada
			11s  engine creates crm ada id=crm-again notes="prefers email" title="Dr." v4
			12s  agent edits cc ada city="Turin" v5
			13s  engine reads cc ada
			14s  engine writes ` + written + ` city="Turin" v5
			60s  end idle`
}

func TestTheRightPerson(t *testing.T) {
	restores := policy(func(p *scenarios.Policy) { p.DeleteVsEdit = "restore" })
	for _, c := range []trial{
		{name: "CR-14 a clone gets another customer's data", want: Fail, says: "CR-14", text: cloned + `
			9s   agent edits cc ada city="Turin" v4
			10s  engine reads cc ada
			11s  engine reads crm bella
			12s  engine writes crm bella city="Turin" v4
			60s  end idle`},
		{name: "CR-14 a customer gets a clone's data", want: Fail, says: "CR-14", text: cloned + `
			9s   user edits crm bella city="Turin" v4
			10s  engine reads crm bella
			12s  engine writes cc ada city="Turin" v4
			60s  end idle`},
		{name: "a half that is made again goes on beside a clone", want: NotApplicable, world: restores, text: madeAgain("crm ada id=crm-again")},
		{name: "CR-14 a clone does not take its place", want: Fail, says: "CR-14", world: restores, text: madeAgain("crm bella")},
		{name: "the pair beside a clone goes on", want: NotApplicable, text: cloned + `
			9s   agent edits cc ada city="Turin" v4
			10s  engine reads cc ada
			11s  engine reads crm ada
			12s  engine writes crm ada city="Turin" v4
			60s  end idle`},
		{name: "what was read before a merge goes to the record it was read for", want: NotApplicable, text: `
			0s   setup ada v3
			0s   setup bella v3
			9s   agent edits cc bella city="Turin" v4
			10s  engine reads cc bella
			11s  agent merges cc bella into=ada
			12s  engine reads crm bella
			12s  engine writes crm bella city="Turin" v4
			60s  end idle`},
		{name: "CR-14 and to no other", want: Fail, says: "CR-14", text: `
			0s   setup ada v3
			0s   setup bella v3
			9s   agent edits cc ada city="Turin" v4
			10s  engine reads cc ada
			11s  agent merges cc bella into=ada
			12s  engine reads crm bella
			12s  engine writes crm bella city="Turin" v4
			60s  end idle`},
		{name: "CR-14 what was edited and not read before a merge", want: Fail, says: "CR-14", text: `
			0s   setup ada v3
			0s   setup bella v3
			8s   engine reads cc bella
			9s   agent edits cc bella city="Turin" v4
			11s  agent merges cc bella into=ada
			12s  engine reads crm bella
			12s  engine writes crm bella city="Turin" v4
			60s  end idle`},
		{name: "a page since then is a hint, and changes nothing", want: NotApplicable, text: swallowed + `
			12s  engine reads cc ada with=bella
			13s  engine writes crm bella city="Turin" v4
			60s  end idle`},
		{name: "CR-14 what a reading since then showed to be another's", want: Fail, says: "CR-14", text: swallowed + `
			12s  engine reads cc bella
			13s  engine writes crm bella city="Turin" v4
			60s  end idle`},
		{name: "a link of its own goes before one that a merge brought", want: NotApplicable, text: survivor + `
			6s   engine writes crm ada city="Turin" v2
			60s  end idle`},
		{name: "CR-14 which brings the survivor's data to nobody else", want: Fail, says: "CR-14", text: survivor + `
			6s   engine writes crm bob city="Turin" v2
			60s  end idle`},
		{name: "a link that both carried goes before a claim", want: NotApplicable, text: claimed + `
			4s   agent merges cc ada into=eve
			4s   agent saves cc eve mirrors=ada
			5s   engine reads cc eve
			6s   engine writes crm ada city="Turin" v2
			60s  end idle`},
		{name: "CR-14 a claim brings nothing over such a link", want: Fail, says: "CR-14", text: claimed + `
			5s   engine reads cc bob
			6s   engine writes crm ada city="Rome" v2
			60s  end idle`},
		{name: "a link that only a merge brought is followed", want: NotApplicable, text: `
			0s   setup bob v1
			1s   agent creates cc ada v1
			3s   agent edits cc ada city="Turin" v2
			4s   agent merges cc bob into=ada
			4s   agent saves cc ada mirrors=bob
			5s   engine reads cc ada
			6s   engine writes crm bob city="Turin" v2
			60s  end idle`},
		{name: "CR-13 a deleted record is made again", want: Fail, says: "deleted there", text: `
			0s   setup ada v3
			10s  user deletes crm ada
			20s  engine reads cc ada
			21s  engine creates crm ada id=crm-again v3
			60s  end idle`},
		{name: "CR-13 a deleted record is made again by policy", want: NotApplicable,
			world: policy(func(p *scenarios.Policy) { p.DeleteVsEdit = "restore" }), text: `
			0s   setup ada v3
			9s   agent edits cc ada notes="wait" v4
			10s  user deletes crm ada
			20s  engine reads cc ada
			21s  engine creates crm ada id=crm-again notes="wait" v4
			60s  end idle`},
		{name: "CR-13 a deleted record is made again by a person's word", want: NotApplicable, text: `
			0s   setup ada v3
			9s   agent edits cc ada notes="wait" v4
			10s  user deletes crm ada
			11s  told flagged ada id=1
			20s  review ada choose=cc
			21s  engine creates crm ada id=crm-again notes="wait" v4
			60s  end idle`},
		{name: "CR-13 a record that came back after both were found gone", want: NotApplicable, text: settledDeletion("5s   engine fails cc ada answer=404", "")},
		{name: "CR-13 a record that was never found gone", want: Fail, says: "deleted there", text: settledDeletion("", "")},
		{name: "CR-13 a record that was seen there again before the other was found gone", want: Fail, says: "deleted there",
			text: settledDeletion("5s   engine fails cc ada answer=404", "15s  engine reads cc ada")},
		{name: "CR-13 whose making was answered", want: Fail, says: "deleted there", text: unanswered("", "")},
		{name: "CR-13 whose making was never answered", want: NotApplicable, text: unanswered(" lost", "")},
		{name: "CR-13 which was read since", want: Fail, says: "deleted there", text: unanswered(" lost", "4s   engine reads crm ada")},
		{name: "CR-13 which was read before the engine died", want: NotApplicable, text: unanswered(" lost", `4s   engine reads crm ada
			5s   crash
			6s   restart`)},
	} {
		c.run(t, "right-winner")
	}
}

// settledDeletion is a record that was deleted on both sides, and is made again
// because the other side's came back, which was before this one's deletion.
func settledDeletion(found, between string) string {
	return `
			0s   setup ada v3
			2s   agent deletes cc ada
			` + found + `
			10s  agent undeletes cc ada v3
			12s  user deletes crm ada
			` + between + `
			20s  engine fails crm ada answer=404
			30s  engine reads cc ada
			31s  engine creates crm ada id=crm-again v3
			60s  end idle`
}

// unanswered is a record that the engine made, which a user deleted soon after,
// and which the engine made again.
func unanswered(answer, between string) string {
	return `
			1s   agent creates cc ada v1
			2s   engine reads cc ada
			3s   engine creates crm ada v1` + answer + `
			` + between + `
			10s  user deletes crm ada
			11s  engine reads cc ada
			12s  engine creates crm ada id=crm-again v1
			60s  end idle`
}

func TestFlagsOfIdentity(t *testing.T) {
	for _, c := range []trial{
		{name: "two records claim one", want: Pass, text: cloned + `
			2s   told flagged bella id=1
			60s  end idle`},
		{name: "the record that the engine made again is no second one", want: Fail, says: "no two states",
			world: policy(func(p *scenarios.Policy) { p.DeleteVsEdit = "restore" }), text: `
			0s   setup ada v3
			10s  agent deletes cc ada
			12s  engine reads crm ada
			20s  engine creates cc ada id=cc-again v3
			22s  told flagged ada id=1
			60s  end idle`},
	} {
		c.run(t, "no-over-flagging")
	}
}

// TestNamesakes: a pair that was never linked becomes two persons of one name,
// and what is said of one is said of no other.
func TestNamesakes(t *testing.T) {
	apart := func(sc *scenarios.Scenario) { sc.Records.List[0].Linked = false }
	copied := func(flagged string) string {
		return `
			0s   setup ada v1 unlinked
			1s   engine creates crm ada id=crm-copy v1
			1s   engine creates cc ada id=cc-copy v1
			2s   user deletes crm ada
			3s   told flagged ada ` + flagged + `
			4s   agent edits cc ada notes=b v2
			5s   engine reads cc ada
			6s   engine writes crm ada id=crm-copy notes=b v2
			90s  end idle`
	}
	for _, c := range []trial{
		{name: "the other one is flagged", want: Pass, world: apart, text: copied("id=1 record=cc:cc-copy")},
		{name: "this one is flagged", want: Fail, says: "before a person had decided", world: apart, text: copied("id=1 record=cc:cc-ada")},
		{name: "nothing says which", want: Fail, says: "before a person had decided", world: apart, text: copied("id=1")},
	} {
		c.run(t, "review-isolation")
	}
}
