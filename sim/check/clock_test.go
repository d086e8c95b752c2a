package check

import (
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

// stepped puts a step into the timeline and gives the text by which a journal
// names its fault.
func stepped(s scenarios.Step) (world func(*scenarios.Scenario), text string) {
	return func(sc *scenarios.Scenario) { sc.Timeline = append(sc.Timeline, s) }, s.String()
}

// RL-1, EV-3: the engine waits by its machine's clock, for it has no other.
func TestWaitsByTheEnginesClock(t *testing.T) {
	fast := func(sc *scenarios.Scenario) { sc.Engine.Clock.Drift = 10_000 }
	for _, c := range []trial{
		{name: "a clock that gains", want: Pass, world: fast, text: `
			0s       setup ada v1
			1s       engine fails crm ada answer=429 after=100
			100100ms engine reads crm ada
			2h       end idle`},
		{name: "earlier than the clock gains", want: Fail, says: "too early", world: fast, text: `
			0s       setup ada v1
			1s       engine fails crm ada answer=429 after=100
			99900ms  engine reads crm ada
			2h       end idle`},
		{name: "a retry by a clock that gains", want: Pass, world: fast, text: `
			0s       setup ada v1
			1s       engine fails crm ada answer=503
			1995ms   engine reads crm ada
			2h       end idle`},
	} {
		c.run(t, "backoff")
	}

	forward, text := stepped(scenarios.Step{At: scenarios.Duration(5 * time.Second), Verb: scenarios.ClockStep, On: "engine", Amount: scenarios.Duration(time.Minute)})
	jumped := `
		0s   setup ada v1
		1s   engine fails crm ada answer=429 after=30
		5s   begin clock_step engine text="` + text + `"
		5s   over clock_step engine
`
	for _, c := range []trial{
		{name: "the wall clock is all that a new process has", want: Pass, world: forward, text: jumped + `
			6s   crash
			7s   restart
			8s   engine reads crm ada
			2h   end idle`},
		{name: "a process that lived on counts for itself", want: Fail, says: "too early", world: forward, text: jumped + `
			8s   engine reads crm ada
			2h   end idle`},
		{name: "a clock that was right", want: Fail, says: "too early", text: `
			0s   setup ada v1
			1s   engine fails crm ada answer=429 after=30
			6s   crash
			7s   restart
			8s   engine reads crm ada
			2h   end idle`},
	} {
		c.run(t, "backoff")
	}
}

// EV-3: what a broker delivers again is news.
func TestRedeliveriesAreNews(t *testing.T) {
	ofBob, bobs := stepped(scenarios.Step{At: scenarios.Duration(time.Second), Verb: scenarios.Redeliver, On: "engine", Record: "bob"})
	repeated := func(fault string) string {
		return `
			0s     setup ada v1
			1s     engine fails crm ada answer=503
			1100ms begin redeliver engine ` + fault + `
			1100ms over redeliver engine
			1200ms engine fails crm ada answer=503`
	}
	for _, c := range []trial{
		{name: "one attempt at once", want: Pass, text: repeated("") + `
			2300ms engine reads crm ada
			2h     end idle`},
		{name: "not two", want: Fail, says: "the schedule asks for", text: repeated("") + `
			1300ms engine reads crm ada
			2h     end idle`},
		{name: "news of another record", want: Fail, says: "the schedule asks for", world: ofBob, text: repeated(`text="`+bobs+`"`) + `
			9s     engine reads crm ada
			2h     end idle`},
	} {
		c.run(t, "backoff")
	}
}

// RL-1: a limit signal that only the body holds is heard with the body.
func TestLimitSignalsInTheBody(t *testing.T) {
	slow := `
		0s   setup ada v1
		0s   begin slow_body engine
`
	for _, c := range []trial{
		{name: "the body trickles in", want: NotApplicable, text: slow + `
			1s   engine fails crm ada answer=403 code=REQUEST_LIMIT_EXCEEDED after=30
			2s   engine reads crm ada
			9s   over slow_body engine
			2h   end idle`},
		{name: "it trickles in elsewhere", want: Fail, says: "too early", text: `
			0s   setup ada v1
			0s   begin slow_body cc
			1s   engine fails crm ada answer=403 code=REQUEST_LIMIT_EXCEEDED after=30
			2s   engine reads crm ada
			9s   over slow_body cc
			2h   end idle`},
		{name: "the status says it", want: Fail, says: "too early", text: slow + `
			1s   engine fails crm ada answer=429 after=30
			2s   engine reads crm ada
			9s   over slow_body engine
			2h   end idle`},
	} {
		c.run(t, "backoff")
	}
}
