package sim

import (
	"fmt"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// written is a world whose disk got n batches that are not synced; the i-th
// sets the CRM's cursor to i.
func written(t *testing.T, n int) *host {
	t.Helper()
	w, err := newWorld(parse(t, "engine: {fsync: 10ms}\n", ""), Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.host.up = true
	for i := range n {
		w.host.disk.write(engine.Persist{Op: engine.Op(1000 + i), Batch: engine.Batch{Ops: []engine.StoreOp{
			engine.PutCursor{Side: mapping.CRM, Cursor: adapter.Cursor(fmt.Sprint(i + 1))},
		}}})
	}
	return w.host
}

func (h *host) cursor() string { return string(h.disk.store.Reopen(1<<62, 1<<62).Cursors[mapping.CRM]) }

func TestCrashKeepsWhatTheMachineKeeps(t *testing.T) {
	for _, c := range []struct {
		name  string
		crash scenarios.Crash
		want  func(cursor, before string) bool
	}{
		{"a process that dies leaves its writes to the page cache", scenarios.Crash{}, func(c, _ string) bool { return c == "5" }},
		{"a machine that loses power loses what is not synced", scenarios.Crash{Lost: true}, func(c, before string) bool { return c == before }},
		{"a torn write is a whole prefix", scenarios.Crash{Torn: true}, func(c, before string) bool { return c == before || c >= "1" && c < "5" }},
		{"a wiped disk holds nothing", scenarios.Crash{Wipe: true}, func(c, _ string) bool { return c == "" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := written(t, 5)
			before := h.cursor()
			h.disk.crash(c.crash)
			if got := h.cursor(); !c.want(got, before) {
				t.Errorf("the cursor is %q", got)
			}
			if len(h.disk.pending) != 0 || h.disk.syncing {
				t.Error("the next process inherits writes of the dead one")
			}
		})
	}
}

func TestTornWritesDifferByLife(t *testing.T) {
	seen := map[string]bool{}
	for life := range 20 {
		h := written(t, 5)
		h.disk.life = life
		h.disk.crash(scenarios.Crash{Torn: true})
		seen[h.cursor()] = true
	}
	if len(seen) < 3 {
		t.Errorf("20 torn writes left only %v", seen)
	}
}

// TestSyncedWritesSurvive: what a sync has covered outlives any power cut,
// and one sync covers what was written before it began.
func TestSyncedWritesSurvive(t *testing.T) {
	h := written(t, 1)
	w := h.w
	h.machine = h.parts.machine()
	w.agenda.now = at(5 * time.Millisecond)
	h.disk.write(engine.Persist{Op: 2000, Batch: engine.Batch{Ops: []engine.StoreOp{engine.PutCursor{Side: mapping.CRM, Cursor: "late"}}}})
	for w.agenda.now < at(10*time.Millisecond) {
		do, ok := w.agenda.next()
		if !ok {
			t.Fatal("no sync is under way")
		}
		w.happen(do)
	}
	h.disk.crash(scenarios.Crash{Lost: true})
	if got := h.cursor(); got != "1" {
		t.Errorf("the cursor is %q: the first batch was synced, the second came later", got)
	}
}

// TestCrashStrikesOnce: the effect that a crash waits for is not carried out,
// and calls that die with the process strike no second crash.
func TestCrashStrikesOnce(t *testing.T) {
	for effect, want := range map[string]int{
		"persist": 2, "persisted": 2, "write": 2, "ack": 2, "read": 2, "gate": 2,
		"written": 1, // what arrived is recognised, and not written again
	} {
		t.Run(effect, func(t *testing.T) {
			timeline := editOnCC + "  - {at: 9s, crash: engine, before: " + effect + ", down: 2s}\n" +
				"  - {at: 9s, crash: engine, before: " + effect + ", nth: 2, down: 2s}\n"
			all := events(t, parse(t, "engine: {poll: {cc: off, crm: 1m}}\n", timeline))
			crashes, restarts := find(all, trace.Crash, trace.Engine), find(all, trace.Restart, trace.Engine)
			if len(crashes) != want || len(restarts) != want {
				t.Fatalf("%d crashes, %d restarts, want %d of each", len(crashes), len(restarts), want)
			}
			for i := range restarts {
				if restarts[i].Cause != crashes[i].Op || restarts[i].At-crashes[i].At != at(2*time.Second) {
					t.Errorf("restart %d is not of crash %d, two seconds later", i, i)
				}
			}
			if got := stored(all, trace.CRM, "notes"); got != "call back" {
				t.Errorf("the CRM holds %q at the end", got)
			}
		})
	}
}

// TestTheDeadSendNothing: between crash and restart no request leaves, and
// what was under way is answered to nobody.
func TestTheDeadSendNothing(t *testing.T) {
	all := events(t, parse(t, noPolling, editOnCC+"  - {at: 10030ms, crash: engine, down: 5s}\n"))
	crash, restart := find(all, trace.Crash, trace.Engine)[0], find(all, trace.Restart, trace.Engine)[0]
	answered := 0
	for i := range all {
		if e := &all[i]; e.Op > crash.Op && e.Op < restart.Op {
			switch e.Kind {
			case trace.Send, trace.Receive, trace.Lose, trace.Ack, trace.ClaimDecision:
				t.Errorf("#%d %s of a dead process", e.Op, e.Kind)
			case trace.Answer:
				answered++
			}
		}
	}
	if answered == 0 {
		t.Error("what was on the wire did not travel on")
	}
}

// TestCrashThatNeverStrikes says so, with the step as it was written.
func TestCrashThatNeverStrikes(t *testing.T) {
	all := events(t, parse(t, noPolling, editOnCC+"  - {at: 9s, crash: engine, before: write, nth: 9}\n"))
	ends := find(all, trace.FaultEnd, trace.Engine, func(e *trace.Event) bool { return e.Text != "" })
	if len(ends) != 1 || ends[0].Text != "{at: 9s, crash: engine, before: write, nth: 9} never struck" {
		t.Errorf("got %v", ends)
	}
}
