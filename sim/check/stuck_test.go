package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

// edited is a change that nobody carries over: the journal's third event.
const edited = `
	0s   setup ada v41 notes="old"
	12s  agent edits cc ada notes="call back" v42
`

// TestStuckSaysWhatSinceWhenAndWhy: every reason that a journal can show.
func TestStuckSaysWhatSinceWhenAndWhy(t *testing.T) {
	const what = `ada is stuck since 12s (#3): cc holds notes "call back", crm holds notes "old": `
	for _, c := range []trial{
		{name: "the target fails", says: "the last of 2 requests about it, PATCH to crm at 20s (#8), was answered 503; nothing was sent to crm in the 19h59m40s that followed", text: edited + `
			14s  engine patches crm ada answer=503
			20s  engine patches crm ada answer=503
			20h  end deadline`},
		{name: "the answer never came", says: "the last of 1 request about it, PATCH to crm at 14s (#4), was lost (loss)", text: edited + `
			14s  engine patches crm ada lost
			20h  end deadline`},
		{name: "a request is still under way", says: "the last of 1 request about it, GET to crm at 14s (#4), was not answered", text: edited + `
			14s  engine reads crm ada open
			20h  end deadline`},
		{name: "it read and did nothing", says: "the last of 2 requests about it, GET to crm at 15s (#9), was answered 200", text: edited + `
			14s  engine reads cc ada
			15s  engine reads crm ada
			20h  end deadline`},
		{name: "a pause that it never ends", says: "crm asked at 14s (#7) for a pause until 1m14s; nothing was sent to crm in the 19h58m46s that followed", text: edited + `
			14s  engine patches crm ada answer=429 after=60
			20h  end deadline`},
		{name: "a pause that outlasts the run", says: "crm asked at 19h50m0s (#7) for a pause until 20h5m0s", text: edited + `
			71400s  engine patches crm ada answer=429 after=7200
			20h  end deadline`},
		{name: "the engine is down", says: "the engine is down since 13s (#4)", text: edited + `
			13s  crash
			20h  end deadline`},
		{name: "a webhook that it forgot", says: "its webhook was acknowledged at 13s (#6), polling did not show it, and the engine asked nothing about it", text: edited + `
			13s  notify cc ada n=1
			13s  deliver cc ada n=1
			13s  ack cc ada n=1 status=200
			20h  end deadline`},
		{name: "nothing told of it", says: "no webhook told of it, polling did not show it, and the engine asked nothing about it", text: edited + `
			20h  end deadline`},
	} {
		c.want, c.says = Fail, what+c.says
		c.run(t, "liveness")
	}
}

func TestWebhooksThatAreDeadForGoodAreNamed(t *testing.T) {
	trial{name: "no webhook, no polling", want: Fail, says: "ada is stuck since 12s (#5): cc holds notes \"call back\", crm holds notes \"old\": " +
		"cc sends no webhooks since 5s (#3), polling did not show it, and the engine asked nothing about it", text: `
		0s   setup ada v41 notes="old"
		5s   begin mute_webhooks cc
		5s   over mute_webhooks cc
		12s  agent edits cc ada notes="call back" v42
		20h  end deadline`}.run(t, "liveness")
}

func TestAStuckRecordIsProven(t *testing.T) {
	r := one(t, "liveness", world(), edited+`
		14s  engine patches crm ada answer=503
		20h  end deadline`)
	if want := []uint64{3, 4, 8}; len(r.Findings) != 1 || !slices.Equal(r.Findings[0].Ops, want) {
		t.Errorf("findings %+v, want one with the operations %v", r.Findings, want)
	}
}

// TestOnlySomeStuckRecordsAreNamed, and the others are counted.
func TestOnlySomeStuckRecordsAreNamed(t *testing.T) {
	text := ""
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		text += "0s setup " + name + " v1 notes=old\n"
	}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		text += "12s agent edits cc " + name + " notes=new v2\n"
	}
	r := one(t, "liveness", world(), text+"20h end deadline")
	if n := strings.Count(r.Reason, " is stuck since "); n != stuckShown || !strings.Contains(r.Reason, "and 2 more records") {
		t.Errorf("%d records are named: %s", n, r.Reason)
	}
}

// TestBusyWithNothing: an engine that is never idle though all is in step.
func TestBusyWithNothing(t *testing.T) {
	trial{name: "requests for ever", want: Fail, says: "every record is in step; the last thing that it did is the GET /contacts/cc-ada to cc at 19h59m0s", text: synced[:strings.LastIndex(synced, "20s")] + `
		71940s engine reads cc ada
		20h  end deadline`}.run(t, "liveness")
	trial{name: "the last work is named", want: Fail, says: "the last thing that it did is the update of ada in crm at 20h0m0s", text: edited + `
		20h  engine writes crm ada notes="call back" v42
		21h  end idle`}.run(t, "liveness")
}

// TestTheDeadlineFollowsFromTheSettings: each setting that can keep a correct
// engine waiting moves it, by what it says.
func TestTheDeadlineFollowsFromTheSettings(t *testing.T) {
	of := func(text string, adjust ...func(*scenarios.Scenario)) time.Duration {
		return sum(newModel(Case{Scenario: world(adjust...), Events: journal(t, text)}).allowances())
	}
	plain := of(edited)
	tests := []struct {
		name   string
		text   string
		adjust func(*scenarios.Scenario)
		more   time.Duration
	}{
		{"a longer cap", edited, func(sc *scenarios.Scenario) { sc.Engine.Retry.Cap = scenarios.Duration(15 * time.Minute) }, 2 * 11 * time.Minute},
		{"a longer timeout", edited, func(sc *scenarios.Scenario) { sc.Engine.Timeout = scenarios.Duration(90 * time.Second) }, 2 * time.Minute},
		{"rarer polling", edited, func(sc *scenarios.Scenario) { sc.Engine.Poll.CRM = scenarios.Duration(10 * time.Minute) }, 19 * time.Minute},
		{"a pause", edited + "13s engine patches crm ada answer=429 after=60\n", func(*scenarios.Scenario) {}, 33 * time.Minute},
		{"a deletion that only an audit shows", edited + "14s agent deletes cc ada\n", func(sc *scenarios.Scenario) { sc.Engine.Audit = scenarios.Duration(time.Hour) }, time.Hour},
		{"a deletion that a webhook showed", edited + "14s agent deletes cc ada\n15s notify cc ada n=1\n15s ack cc ada n=1 status=200\n", func(*scenarios.Scenario) {}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := of(tt.text, tt.adjust) - plain; got != tt.more {
				t.Errorf("the deadline is %v longer, want %v", got, tt.more)
			}
		})
	}
}

// TestTheSlowestQuotaCounts: the system's own, or one that came to stay.
func TestTheSlowestQuotaCounts(t *testing.T) {
	slow := func(sc *scenarios.Scenario) {
		sc.Systems.CRM.Quota = &scenarios.Quota{Requests: 10, Per: scenarios.Duration(time.Minute)}
	}
	came := func(sc *scenarios.Scenario) {
		sc.Timeline = append(sc.Timeline, scenarios.Step{Verb: scenarios.QuotaChange, On: "crm", Requests: 10, Per: scenarios.Duration(time.Minute)})
	}
	drain := func(adjust ...func(*scenarios.Scenario)) time.Duration {
		return newModel(Case{Scenario: world(adjust...), Events: journal(t, edited)}).drain()
	}
	if drain(slow) != drain(came) || drain(slow) < 15*drain() {
		t.Errorf("as declared %v, as it came %v, without %v", drain(slow), drain(came), drain())
	}
}
