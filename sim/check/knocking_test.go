package check

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// times is a line for each of n steps from a time on, with %d for the time.
func times(n int, from, step time.Duration, line string) string {
	var b strings.Builder
	for k := range n {
		fmt.Fprintf(&b, "%s %s\n", from+time.Duration(k)*step, line)
	}
	return b.String()
}

func TestKnocking(t *testing.T) {
	start := `
		0s   setup ada v1
		0s   engine asks crm token
		1s   engine fails crm ada answer=401
`
	for _, c := range []trial{
		{name: "RL-5 the dead token knocks on", want: Fail, says: "RL-5", text: start +
			times(mostWaiting+1, 2*time.Second, time.Second, "engine fails crm ada answer=401") + "500s end idle"},
		{name: "RL-5 a new token is asked for", want: Pass, text: start +
			times(mostWaiting-1, 2*time.Second, time.Second, "engine fails crm ada answer=401") +
			"99s engine asks crm token\n" + times(mostWaiting, 100*time.Second, time.Second, "engine reads crm ada") + "500s engine fails crm ada answer=503\n900s end idle"},
		{name: "RL-5 the token was another one", want: Pass, text: start +
			times(2*mostWaiting, 2*time.Second, time.Second, "engine reads crm ada") + "500s engine fails crm ada answer=503\n900s end idle"},
		{name: "RL-6 a missing permission is tried again and again", want: Fail, says: "RL-6", text: "0s setup ada v1\n" +
			times(mostProbes+4, time.Second, time.Millisecond, "engine patches crm ada answer=403") + "500s end idle"},
		{name: "RL-6 a limit signal with a slow body names no permission", want: Pass, text: "0s setup ada v1\n0s begin slow_body crm\n" +
			times(mostProbes+4, time.Second, time.Millisecond, "engine patches crm ada answer=403 code=REQUEST_LIMIT_EXCEEDED after=30") +
			"100s over slow_body crm\n500s engine fails crm ada answer=503\n900s end idle"},
		{name: "RL-6 slow bodies excuse no missing permission", want: Fail, says: "RL-6", text: "0s setup ada v1\n0s begin slow_body crm\n" +
			times(mostProbes+4, time.Second, time.Millisecond, "engine patches crm ada answer=403") + "100s over slow_body crm\n500s end idle"},
		{name: "RL-6 one probe for each backoff", want: Pass, text: "0s setup ada v1\n" +
			times(30, time.Second, 5*time.Minute, "engine patches crm ada answer=403") + "10000s engine fails crm ada answer=503\n20000s end idle"},
	} {
		c.run(t, "backoff")
	}
}

func TestConstantRetries(t *testing.T) {
	news := `
		0s   setup ada v1 notes="old"
		1s   agent edits cc ada notes="new" v2
		1s   notify cc ada n=1
		2s   deliver cc ada n=1
`
	trial{name: "EV-3 news excuses one attempt and not all", want: Fail, says: "the schedule asks for", text: news +
		times(8, 3*time.Second, time.Second, "engine fails crm ada answer=503") + "900s end idle"}.run(t, "backoff")
	trial{name: "EV-3 attempts that grow apart", want: Pass, text: news + `
		3s   engine fails crm ada answer=503
		4s   engine fails crm ada answer=503
		6s   engine fails crm ada answer=503
		10s  engine fails crm ada answer=503
		900s end idle`}.run(t, "backoff")
}

func TestRereads(t *testing.T) {
	for _, c := range []trial{
		{name: "a record that is read for ever", want: Fail, says: "nothing asked for it", text: "0s setup ada v1\n" +
			times(readsAtRest+1, time.Second, time.Second, "engine reads cc ada") + "60s end idle"},
		{name: "a record that users edit for ever", want: Pass, text: "0s setup ada v1\n" +
			times(readsAtRest, time.Second, time.Second, "engine reads cc ada") + "42s agent edits cc ada notes=x v2\n" +
			times(readsAtRest, 43*time.Second, time.Second, "engine reads cc ada") + "90s end idle"},
		{name: "a system that fails", want: Pass, text: "0s setup ada v1\n" +
			times(readsAtRest, time.Second, time.Minute, "engine fails crm ada answer=503") +
			times(readsAtRest, 3000*time.Second, time.Second, "engine reads crm ada") + "3100s end idle"},
	} {
		c.run(t, "liveness")
	}
}

func TestOneWriteAtATime(t *testing.T) {
	start := `
		0s   setup ada v1 notes="old"
		5s   agent edits cc ada notes="new" v2
		6s   engine reads cc ada
		6s   engine reads crm ada
`
	trial{name: "EV-5 two writes under way at once", want: Fail, says: "EV-5", text: start + `
		7s   engine writes crm ada notes="new" v2 open
		7s   engine writes crm ada v3
		20s  end idle`}.run(t, "no-loop")
	trial{name: "EV-5 a write after the first was given up", want: Pass, text: start + `
		7s   engine writes crm ada notes="new" v2 lost
		37s  engine writes crm ada notes="new" v2
		90s  end idle`}.run(t, "no-loop")
	trial{name: "EV-5 one on each side", want: Pass, text: start + `
		7s   engine writes crm ada notes="new" v2 open
		7s   engine writes cc ada v3
		20s  end idle`}.run(t, "no-loop")
	trial{name: "EV-5 the process died in between", want: Pass, text: start + `
		7s   engine writes crm ada notes="new" v2 open
		8s   crash
		9s   restart
		10s  engine writes crm ada notes="new" v2
		20s  end idle`}.run(t, "no-loop")
}
