package check

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

func TestDurableAck(t *testing.T) {
	noticed := `
		0s   setup ada v1 notes="old"
		1s   agent edits cc ada notes="new" v2
		1s   notify cc ada n=1
		2s   deliver cc ada n=1
		2s   ack cc ada n=1 status=200
`
	for _, c := range []trial{
		{name: "the record was read", want: Pass, world: noPolling, text: noticed + `
			3s   engine reads cc ada
			9s   end idle`},
		{name: "the record was read after a crash", want: Pass, world: noPolling, text: noticed + `
			3s   crash
			4s   restart
			5s   engine reads cc ada
			9s   end idle`},
		{name: "a crash lost the notice", want: Fail, says: "never asked", world: noPolling, text: noticed + `
			3s   crash
			4s   restart
			9s   end idle`},
		{name: "a lost store holds no notice", want: NotApplicable, world: noPolling, text: noticed + `
			3s   crash
			3s   begin lose_store engine
			3s   over lose_store engine
			4s   restart
			9s   end idle`},
		{name: "a store that was lost long after", want: Fail, says: "never asked", world: noPolling, text: noticed + `
			90h  crash
			90h  begin lose_store engine
			90h  over lose_store engine
			91h  restart
			92h  end idle`},
		{name: "the echo of the engine's own write", want: Pass, world: noPolling, text: `
			0s   setup ada v1 notes="old"
			1s   engine writes cc ada notes="new" v2
			1s   notify cc ada n=1
			2s   deliver cc ada n=1
			2s   ack cc ada n=1 status=200
			9s   end idle`},
		{name: "a refused delivery promises nothing", want: NotApplicable, world: noPolling, text: `
			0s   setup ada v1 notes="old"
			1s   agent edits cc ada notes="new" v2
			1s   notify cc ada n=1
			2s   deliver cc ada n=1
			2s   ack cc ada n=1 status=503
			9s   end idle`},
		{name: "with polling a lost notice heals", want: NotApplicable, says: "polling is on", text: noticed + `
			9s   end idle`},
		{name: "the run ended first", want: Unknown, world: noPolling, text: noticed + `
			9s   end deadline`},
		{name: "nothing was delivered", want: NotApplicable, world: noPolling, text: synced},
	} {
		c.run(t, "durable-ack")
	}
}

func TestPromptAck(t *testing.T) {
	delivered := func(at string) string {
		return `
		0s   setup ada v1
		1s   notify cc ada n=1
		2s   deliver cc ada n=1
		` + at + `   ack cc ada n=1 status=200
		60s  end idle`
	}
	for _, c := range []trial{
		{name: "at once", want: Pass, text: delivered("2005ms")},
		{name: "after the other system answered", want: Fail, says: "answered after 7s", text: delivered("9s")},
		{name: "a slow disk takes its time", want: Pass, text: delivered("5s"), world: func(sc *scenarios.Scenario) { sc.Engine.Fsync = scenarios.Duration(50e6) }},
		{name: "never", want: Fail, says: "never answered", text: `
			0s   setup ada v1
			2s   deliver cc ada n=1
			60s  end idle`},
		{name: "a crash answers nothing", want: NotApplicable, text: `
			0s   setup ada v1
			2s   deliver cc ada n=1
			3s   crash
			60s  end idle`},
		{name: "EV-1 a forged delivery was taken", want: Fail, says: "forged", text: `
			0s   setup ada v1
			2s   deliver cc ada n=1 code=forged
			2s   ack cc ada n=1 status=200
			60s  end idle`},
		{name: "EV-1 a genuine delivery was refused", want: Fail, says: "genuine", text: `
			0s   setup ada v1
			2s   deliver cc ada n=1
			2s   ack cc ada n=1 status=401
			60s  end idle`},
		{name: "EV-1 a repeated delivery was refused", want: Fail, says: "genuine", text: `
			0s   setup ada v1
			2s   deliver cc ada n=1 code=repeated
			2s   ack cc ada n=1 status=409
			60s  end idle`},
		{name: "a notice that could not be kept is asked for again", want: Pass, text: `
			0s   setup ada v1
			2s   deliver cc ada n=1
			2s   ack cc ada n=1 status=503
			60s  end idle`},
		{name: "nothing was delivered", want: NotApplicable, text: synced},
		{name: "the run was cut short", want: Unknown, text: `
			2s   deliver cc ada n=1
			2s   ack cc ada n=1 status=200`},
	} {
		c.run(t, "prompt-ack")
	}
}

func TestBackoff(t *testing.T) {
	limited := func(after, next string) string {
		return `
		0s   setup ada v1
		1s   engine fails crm ada answer=429 after="` + after + `" date="Fri, 27 Oct 2023 10:00:00 GMT"
		` + next + `  engine reads crm ada
		2h   end idle`
	}
	for _, c := range []trial{
		{name: "RL-1 Retry-After was waited out", want: Pass, text: limited("30", "31s")},
		{name: "RL-1 one second too early", want: Fail, says: "1s too early", text: limited("30", "30s")},
		{name: "RL-1 an HTTP date counts from the response's Date", want: Pass, text: limited("Fri, 27 Oct 2023 10:00:20 GMT", "21s")},
		{name: "RL-1 an HTTP date was not obeyed", want: Fail, says: "asked to wait 20s", text: limited("Fri, 27 Oct 2023 10:00:20 GMT", "20s")},
		{name: "RL-1 an absurd wait is bounded", want: Pass, text: limited("999999999", "901s")},
		{name: "RL-1 an absent wait asks for nothing", want: Pass, text: limited("", "3s")},
		{name: "RL-1 the other target is not paused", want: Pass, text: `
			0s   setup ada v1
			1s   engine fails crm ada answer=429 after=30
			2s   engine reads cc ada
			90s  end idle`},
		{name: "RL-1 a crash before the gate was durable", want: Pass, text: `
			0s       setup ada v1
			1s       engine fails crm ada answer=429 after=30
			1010ms   crash
			2s       restart
			3s       engine reads crm ada
			90s      end idle`},
		{name: "EV-3 a failure is retried after the base", want: Pass, text: `
			0s     setup ada v1
			1s     engine fails crm ada answer=503
			2050ms engine fails crm ada answer=503
			4100ms engine reads crm ada
			90s    end idle`},
		{name: "EV-3 the schedule grows", want: Fail, says: "failure 2 in a row", text: `
			0s     setup ada v1
			1s     engine fails crm ada answer=503
			2050ms engine fails crm ada answer=503
			3100ms engine reads crm ada
			90s    end idle`},
		{name: "EV-3 a lost answer is a failure", want: Fail, says: "failure 1", text: `
			0s     setup ada v1
			1s     engine writes crm ada v2 lost
			1100ms engine reads crm ada
			90s    end idle`},
		{name: "EV-3 news of the record may be tried at once", want: Pass, text: `
			0s     setup ada v1
			1s     engine fails crm ada answer=503
			1s     deliver cc ada n=1
			1s     ack cc ada n=1 status=200
			1100ms engine reads crm ada
			90s    end idle`},
		{name: "RL-1 eight pauses with jitter", want: Pass, text: pauses(7)},
		{name: "RL-1 eight pauses without jitter", want: Fail, says: "no jitter", text: pauses(0)},
		{name: "nothing failed", want: NotApplicable, text: synced},
		{name: "the run was cut short", want: Unknown, text: `
			0s   setup ada v1
			1s   engine fails crm ada answer=429 after=30`},
	} {
		c.run(t, "backoff")
	}
}

// pauses are limit signals of ten seconds; each next request comes half a
// second late, and by that many milliseconds more each time.
func pauses(step int) string {
	var b strings.Builder
	b.WriteString("0s setup ada v1\n")
	for k, at := 0, 1000; k <= fewestPauses; k++ {
		fmt.Fprintf(&b, "%dms engine fails crm ada answer=429 after=10\n", at)
		at += 10_500 + step*k
	}
	b.WriteString("1h end idle")
	return b.String()
}

func TestBounded(t *testing.T) {
	for _, c := range []trial{
		{name: "under the limit", want: Pass, text: `
			1s   gauge working_set 64 64
			9s   end idle`},
		{name: "over the limit", want: Fail, says: "was 65", text: `
			1s   gauge working_set 65 64
			9s   end idle`},
		{name: "the scenario's limit where none is stated", want: Fail, says: "limit is 8", text: `
			1s   gauge in_flight.crm 9
			9s   end idle`},
		{name: "a foreign engine cannot be measured", want: NotApplicable, text: synced},
		{name: "the run was cut short", want: Unknown, text: `1s gauge working_set 64 64`},
	} {
		c.run(t, "bounded")
	}
}

func TestTold(t *testing.T) {
	simultaneous := `
		0s   setup ada v41
		12s  agent edits cc ada notes="a" v42
		13s  user edits crm ada notes="b" v42
		14s  engine reads cc ada
		14s  engine reads crm ada
`
	for _, c := range []trial{
		{name: "a flag was told", want: Pass, world: tolerance("5s"), text: simultaneous + `
			15s  told flagged ada id=1
			20s  end idle`},
		{name: "a conflict that only a person can decide", want: Fail, says: "nobody was told", world: tolerance("5s"), text: simultaneous + `
			20s  end idle`},
		{name: "a flag in the status only", want: Fail, says: "nobody was told", world: tolerance("5s"), text: simultaneous + `
			15s  engine writes crm ada status=FLAGGED
			20s  end idle`},
		{name: "a message without an identifier", want: Fail, says: "no identifier", text: simultaneous + `
			15s  told flagged ada
			20s  end idle`},
		{name: "two messages with one identifier", want: Fail, says: "two messages", text: simultaneous + `
			0s   setup bob v1
			15s  told flagged ada id=1
			15s  told flagged bob id=1
			20s  end idle`},
		{name: "a lost permission was not told", want: Fail, says: "permission", text: `
			0s   setup ada v1
			1s   begin revoke crm
			2s   engine fails crm ada answer=403 code=INSUFFICIENT_ACCESS
			8s   over revoke crm
			9s   end idle`},
		{name: "a lost permission was told", want: Pass, text: `
			0s   setup ada v1
			1s   begin revoke crm
			2s   engine fails crm ada answer=403 code=INSUFFICIENT_ACCESS
			3s   told permission id=p1
			8s   over revoke crm
			9s   end idle`},
		{name: "a mass delete was carried over", want: Fail, says: "asked nobody",
			world: policy(func(p *scenarios.Policy) { p.MassDelete = 1 }), text: `
			0s   setup ada v1
			0s   setup bob v1
			1s   user deletes crm ada
			2s   user deletes crm bob
			3s   engine deletes cc ada
			3s   engine deletes cc bob
			9s   end idle`},
		{name: "one of two deletions was heard of a day later", want: Pass,
			world: policy(func(p *scenarios.Policy) { p.MassDelete = 1 }), text: `
			0s   setup ada v1
			0s   setup bob v1
			1s   user deletes crm ada
			2s   user deletes crm bob
			3s   engine deletes cc ada
			25h  engine deletes cc bob
			26h  end idle`},
		{name: "nothing to tell", want: NotApplicable, text: synced},
		{name: "the run was cut short", want: Unknown, text: simultaneous + `
			15s  told flagged ada id=1`},
	} {
		c.run(t, "told")
	}
}

// polls are pages of a feed long after the last act, at an interval.
func polls(every time.Duration) string {
	const many = 30
	var b strings.Builder
	at := 20 * time.Hour
	for range many {
		fmt.Fprintf(&b, "%s engine polls crm ada\n", at)
		at += every
	}
	fmt.Fprintf(&b, "%s end deadline", at)
	return b.String()
}

const stuck = `
	0s   setup ada v41 notes="old"
	12s  agent edits cc ada notes="call back" v42
	20h  end deadline`

// far is a CRM at that distance from an engine that waits half a minute.
func far(latency time.Duration) func(*scenarios.Scenario) {
	return func(sc *scenarios.Scenario) { sc.Systems.CRM.Latency = scenarios.Duration(latency) }
}

func TestLiveness(t *testing.T) {
	for _, c := range []trial{
		{name: "idle in time", want: Pass, text: synced},
		{name: "stuck", want: Fail, says: "ada is stuck since 12s", text: `
			0s   setup ada v41 notes="old"
			12s  agent edits cc ada notes="call back" v42
			14s  engine fails crm ada answer=503
			20h  end deadline`},
		{name: "ended too early to say", want: Unknown, text: `
			0s   setup ada v41 notes="old"
			12s  agent edits cc ada notes="call back" v42
			20s  end steps`},
		{name: "no answer can come in time", want: Unknown, says: "crm answers only after", world: far(16 * time.Second), text: stuck},
		{name: "answers come late, and in time", want: Fail, says: "was not idle", world: far(15 * time.Second), text: stuck},
		{name: "worked far too long", want: Fail, says: "still worked", text: `
			0s   setup ada v41 notes="old"
			12s  agent edits cc ada notes="call back" v42
			20h  engine writes crm ada notes="call back" v42
			21h  end idle`},
		{name: "polls without end", want: Unknown, says: "lasts longer than its interval", text: synced[:len(synced)-len("20s  end idle")] + polls(900*time.Millisecond)},
		{name: "polls with a pause in between", want: Fail, says: "was not idle", text: synced[:len(synced)-len("20s  end idle")] + polls(29*time.Second)},
		{name: "polls, and something else", want: Fail, says: "was not idle", text: synced[:len(synced)-len("20s  end idle")] + strings.Replace(polls(900*time.Millisecond), "engine polls crm ada", "engine reads crm ada", 1)},
		{name: "the run was cut short", want: Unknown, text: `0s setup ada v41`},
	} {
		c.run(t, "liveness")
	}
}

func TestSecrecy(t *testing.T) {
	for _, c := range []trial{
		{name: "an innocent output", want: Pass, text: `
			1s output "synchronised ada"
			9s end idle`},
		{name: "a secret in a log", want: Fail, says: "text", text: `
			1s output "using canary-secret-crm"
			9s end idle`},
		{name: "nothing was put out", want: NotApplicable, text: `9s end idle`},
		{name: "the run was cut short", want: Unknown, text: `1s output "hello"`},
	} {
		c.run(t, "secrecy")
	}
}

func TestSecretsAreFoundInEveryForm(t *testing.T) {
	for _, secret := range []string{"canary-secret-cc", "canary-secret-crm", "canary-secret-webhook"} {
		forms := []string{
			secret,
			"Bearer " + secret,
			hex.EncodeToString([]byte(secret)),
			base64.URLEncoding.EncodeToString([]byte(secret)),
			strings.ReplaceAll(url.QueryEscape("x="+secret+"&y"), "-", "%2D"),
			strings.ReplaceAll(secret, "-", `\u002d`),
		}
		for _, id := range []string{"", "a", "ab", "syncproof-engine"} {
			forms = append(forms, base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
		}
		for _, form := range forms {
			if !leaks("prefix " + form + " suffix") {
				t.Errorf("%s is not found", form)
			}
		}
	}
	if leaks("a canary is a small secretive bird") {
		t.Error("innocent words are taken for a secret")
	}
}

func TestEmptyJournalIsUnknown(t *testing.T) {
	for _, r := range Judge(Case{Scenario: world(), Events: []trace.Event{}}) {
		if r.Verdict != Unknown {
			t.Errorf("%s is %s on an empty journal; want unknown", r.Name, r.Verdict)
		}
	}
}

// Where the wire is seen from outside, a request that comes right behind a
// signal was on its way; the pause that the signal asks for stays.
func TestReactionToALimitSignal(t *testing.T) {
	for _, c := range []struct {
		next     string
		reaction time.Duration
		want     Verdict
	}{
		{"1.05s", 0, Fail},
		{"1.05s", 100 * time.Millisecond, Pass},
		{"1.2s", 100 * time.Millisecond, Fail},
	} {
		events := journal(t, `
		0s   setup ada v1
		1s   engine fails crm ada answer=429 after="30" date="Fri, 27 Oct 2023 10:00:00 GMT"
		`+c.next+`  engine reads crm ada
		2h   end idle`)
		for _, r := range Judge(Case{Scenario: world(), Events: events, Reaction: c.reaction}) {
			if r.Name == "backoff" && r.Verdict != c.want {
				t.Errorf("a request at %s with a reaction of %s: %s (%s), want %s", c.next, c.reaction, r.Verdict, r.Reason, c.want)
			}
		}
	}
}
