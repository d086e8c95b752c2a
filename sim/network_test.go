package sim

import (
	"testing"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// TestNetworkFaults lets each fault strike the write of one edit, and looks
// at what became of the request and of its answer.
func TestNetworkFaults(t *testing.T) {
	for _, c := range []struct {
		name, fault string
		lost        string        // the reason for which the client got no answer
		after       time.Duration // how long it waited for it
		arrives     int           // how often the system saw the first write
		writes      int           // how many were sent: one that arrived is recognised by its content
	}{
		{"nothing", "", "", 40 * time.Millisecond, 1, 1},
		{"latency below the timeout", "latency: [engine, crm], add: 10s", "", 10*time.Second + 40*time.Millisecond, 1, 1},
		{"latency above the timeout", "latency: [engine, crm], add: 40s", "latency", 30 * time.Second, 1, 2},
		{"an answer alone above the timeout", "latency: [engine, crm], add: 31s, way: response", "latency", 30 * time.Second, 1, 1},
		{"partition", "partition: [engine, crm]", "partition", 5 * time.Second, 0, 2},
		{"partition of the answers", "partition: [engine, crm], way: response", "loss", 30 * time.Second, 1, 1},
		{"loss of the request", "loss: [engine, crm], way: request", "loss", 30 * time.Second, 0, 2},
		{"loss of the answer", "loss: [engine, crm], way: response", "loss", 30 * time.Second, 1, 1},
		{"reset before", "reset: [engine, crm]", "reset", 20 * time.Millisecond, 0, 2},
		{"reset after", "reset: [engine, crm], when: after", "reset", 40 * time.Millisecond, 1, 1},
		{"truncated answer", "truncate: [engine, crm]", "", 40 * time.Millisecond, 1, 1},
		{"slow body", "slow_body: [engine, crm], add: 10s", "", 40 * time.Millisecond, 1, 1},
		{"body slower than the timeout", "slow_body: [engine, crm], add: 40s", "", 40 * time.Millisecond, 1, 1},
		{"duplicate", "duplicate: [engine, crm]", "", 40 * time.Millisecond, 2, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The fault begins between the reads, answered at 10.061 s, and
			// the arrival of the write.
			fault := ""
			if c.fault != "" {
				fault = "  - {at: 10061500us, " + c.fault + ", for: 100ms}\n"
			}
			all := events(t, parse(t, noPolling, editOnCC+fault))
			writes := find(all, trace.Send, trace.CRM, method("PATCH"))
			if len(writes) < c.writes || (c.writes == 1 && len(writes) > 1) {
				t.Fatalf("%d writes were sent, want %d", len(writes), c.writes)
			}
			first := writes[0]
			if n := len(find(all, trace.Arrive, trace.CRM, ofCall(first.Call))); n != c.arrives {
				t.Errorf("the write arrived %d times, want %d", n, c.arrives)
			}
			kind := trace.Receive
			if c.lost != "" {
				kind = trace.Lose
			}
			ends := append(find(all, trace.Receive, trace.CRM, ofCall(first.Call)), find(all, trace.Lose, trace.CRM, ofCall(first.Call))...)
			if len(ends) != 1 || ends[0].Kind != kind || ends[0].Code != c.lost {
				t.Fatalf("the client's end is %v", ends)
			}
			if took := time.Duration(ends[0].At - first.At); took != c.after {
				t.Errorf("it took %v, want %v", took, c.after)
			}
			if got := stored(all, trace.CRM, "notes"); got != "call back" {
				t.Errorf("the CRM holds %q at the end", got)
			}
		})
	}
}

// TestLateAnswerMeetsNobody: after the client gave up, the request still
// reaches the system, and its answer resumes nobody.
func TestLateAnswerMeetsNobody(t *testing.T) {
	all := events(t, parse(t, noPolling, editOnCC+"  - {at: 10061500us, latency: [engine, crm], add: 40s, for: 100ms}\n"))
	write := find(all, trace.Send, trace.CRM, method("PATCH"))[0]
	lost := find(all, trace.Lose, trace.CRM, ofCall(write.Call))
	answer := find(all, trace.Answer, trace.CRM, ofCall(write.Call))
	if len(lost) != 1 || len(answer) != 1 || answer[0].At <= lost[0].At {
		t.Fatalf("given up %v, answered %v", lost, answer)
	}
	if late := find(all, trace.Receive, trace.CRM, ofCall(write.Call)); len(late) != 0 {
		t.Errorf("the client got an answer after it had given up: %v", late)
	}
	if end := all[len(all)-1]; end.Code != "idle" || end.At < answer[0].At {
		t.Errorf("the run ended %s at %v, before the answer left", end.Code, time.Duration(end.At))
	}
}

// TestSlowBodyIsReadInTime: headers alone are not the answer.
func TestSlowBodyIsReadInTime(t *testing.T) {
	all := events(t, parse(t, noPolling, editOnCC+"  - {at: 10061500us, slow_body: [engine, crm], add: 10s, for: 100ms}\n"))
	write := find(all, trace.Send, trace.CRM, method("PATCH"))[0]
	claims := find(all, trace.ClaimDecision, trace.Engine)
	if len(claims) != 1 || claims[0].At-write.At < int64(10*time.Second) {
		t.Errorf("sent at %v, done with at %v: before the body was there", time.Duration(write.At), claims)
	}
}

// TestFlappingPartition: it is down in the first interval and up in the next.
func TestFlappingPartition(t *testing.T) {
	w, err := newWorld(parse(t, "", "  - {at: 10s, partition: [engine, crm], flap: 2s, for: 10s}\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.begin(&w.sc.Timeline[0])
	for _, c := range []struct {
		at  time.Duration
		cut bool
	}{{0, true}, {1999 * time.Millisecond, true}, {2 * time.Second, false}, {4 * time.Second, true}} {
		w.agenda.now = at(c.at)
		if w.net.links[1].cut(w, towardsSystem) != c.cut {
			t.Errorf("after %v it is cut: %v", c.at, !c.cut)
		}
	}
}

// TestWebhookSlowerThanTheVendorsPatience: the vendor gives up and tries
// again, and the late delivery still arrives.
func TestWebhookSlowerThanTheVendorsPatience(t *testing.T) {
	all := events(t, parse(t, noPolling, editOnCC+"  - {at: 9s, latency: [engine, cc], add: 15s, way: webhook, for: 2s}\n"))
	missed := find(all, trace.Missed, trace.CC)
	if len(missed) != 1 || missed[0].Code != "timeout" || missed[0].At != at(20*time.Second) {
		t.Fatalf("missed %v", missed)
	}
	if acks := find(all, trace.Ack, trace.CC); len(acks) != 2 {
		t.Errorf("%d deliveries were answered, want the late one and the retry", len(acks))
	}
}
