package live

import (
	"errors"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// found is one scenario of the library.
func found(t *testing.T, name string) *scenarios.Scenario {
	t.Helper()
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range all {
		if _, own := sc.LibraryName(); own == name {
			return sc
		}
	}
	t.Fatalf("the library has no scenario %s", name)
	return nil
}

// played is how a run ended.
type played struct {
	result *sim.Result
	err    error
}

// together plays several scenarios at once, however few processors there are:
// runs in real time wait, mostly.
func together(names []string, run func(name string) (*sim.Result, error)) map[string]played {
	all := make([]played, len(names))
	var group sync.WaitGroup
	for i, name := range names {
		group.Go(func() { all[i].result, all[i].err = run(name) })
	}
	group.Wait()
	out := map[string]played{}
	for i, name := range names {
		out[name] = all[i]
	}
	return out
}

// sound fails the test if a run was not judged to have passed.
func sound(t *testing.T, r *sim.Result) {
	t.Helper()
	judged := 0
	for _, result := range check.Judge(check.Case{Scenario: r.Scenario, Events: r.Events, Reaction: r.Reaction}) {
		switch result.Verdict {
		case check.Pass:
			judged++
		case check.Fail, check.Unknown:
			t.Errorf("%s: %s: %s", result.Name, result.Verdict, result.Reason)
		case check.NotApplicable:
		}
	}
	if judged == 0 {
		t.Error("nothing was judged")
	}
}

// TestLive plays scenarios that between them use every kind of fault which is
// made live: partitions, both with walls and with flaps, latency, loss, resets,
// cut and slow bodies, vendors' limits and errors, tokens, permissions, drift, clocks, webhooks lost, forged and repeated, crashes, a lost
// store, and people at the console. What was decided, and what both systems
// store in the end, is the same as in the simulator.
func TestLive(t *testing.T) {
	for _, name := range []string{
		"higher-version-wins", "a-link-that-flaps", "update-stored-answer-reset", "messages-lost-and-cut",
		"bodies-slower-than-the-timeout", "create-and-update-webhooks-race",
		"errors-that-look-alike", "told-to-wait-until-a-date", "token-revoked-and-no-new-one", "field-hidden-from-the-engine",
		"the-engines-own-clock-is-wrong", "the-hour-that-does-not-happen",
		"webhooks-forged-and-replayed", "webhooks-dead-for-good-polling-alive", "late-notice-does-not-resurrect",
		"a-flag-is-found-again-without-the-store", "a-stale-decision-is-refused", "what-was-overwritten-is-given-back",
		"mass-delete-approved-goes-on", "whichever-notice-came-first", "one-millisecond-around-the-tolerance",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sc := found(t, name)
			r, err := Run(t.Context(), sc, Options{})
			if err != nil {
				t.Fatal(err)
			}
			sound(t, r)
			simulated, err := sim.Run(t.Context(), sc, sim.Options{Unhashed: true})
			if err != nil {
				t.Fatal(err)
			}
			if name == "update-stored-answer-reset" {
				return // an edit falls 50 ms before the end of a fault: timing decides
			}
			for _, d := range Compare(simulated, r) {
				t.Errorf("simulated and live: %s", d)
			}
		})
	}
}

// TestByChannels: what scenarios ask for holds as well where the engine hears of
// the contact center's changes by notification channels.
func TestByChannels(t *testing.T) {
	for _, name := range []string{
		"higher-version-wins", "a-link-that-flaps", "create-and-update-webhooks-race", "webhooks-dead-for-good-polling-alive",
		"within-tolerance-a-person-decides", "messages-lost-and-cut", "late-notice-does-not-resurrect",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Run(t.Context(), found(t, name), Options{Channels: true})
			if err != nil {
				t.Fatal(err)
			}
			sound(t, r)
			told := 0
			for i := range r.Events {
				if r.Events[i].Kind == trace.Deliver && r.Events[i].Code == "pushed" {
					told++
				}
			}
			if told == 0 && name != "webhooks-dead-for-good-polling-alive" {
				t.Error("no channel told of anything")
			}
		})
	}
}

// TestRefusals: what cannot be made live is refused by name, before anything
// runs, and never left out in silence.
func TestRefusals(t *testing.T) {
	for name, says := range map[string]string{
		"crash-around-the-write":           "line 14: crash cannot be made live: a process cannot be killed just before its own",
		"power-cut-with-a-torn-disk-write": "this machine's disk cannot be made to lose what was synced to it",
		"notices-repeated-and-shuffled":    "line 20: redeliver cannot be made live: the queue is inside the engine",
	} {
		_, err := Run(t.Context(), found(t, name), Options{})
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, expected a Refusal that says %q", name, err, says)
		}
	}
	flagged := found(t, "within-tolerance-a-person-decides")
	for _, form := range []Form{Serve, Command, ByURL} {
		if Playable(flagged, form) == nil {
			t.Errorf("a person at the console of form %d is not refused", form)
		}
	}
	killed := found(t, "the-engines-own-clock-is-wrong")
	if Playable(killed, Command) == nil || Playable(killed, InProcess) != nil {
		t.Error("the clock of another process is not refused, or that of this one is")
	}
}

// TestEveryFaultHasAnAnswer: each verb is made live by some form, or refused by
// name: none is forgotten.
func TestEveryFaultHasAnAnswer(t *testing.T) {
	for _, v := range scenarios.Verbs() {
		if !v.Fault() {
			continue
		}
		step := &scenarios.Step{Verb: v, On: "crm"}
		refused := InProcess.refuses(step) != ""
		if refused != (v == scenarios.Redeliver) {
			t.Errorf("%s: refused is %v", v, refused)
		}
	}
}

// TestEngineThatNeverGetsReady: an engine that dies is one clear message, not a
// hundred failed checks.
func TestEngineThatNeverGetsReady(t *testing.T) {
	sc, err := scenarios.ParseFile(path.Join(examples, "scenarios", "one-side-changes.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Run(t.Context(), sc, Options{Form: Command, Command: []string{"sh", "-c", "echo out of memory; exit 3"}, Dir: t.TempDir()})
	var h *sim.HarnessError
	if !errors.As(err, &h) || !h.Inconclusive || !strings.Contains(h.Message, "exit status 3") || !strings.Contains(h.Message, "out of memory") {
		t.Errorf("%v, expected an inconclusive harness error with the exit status and the last words", err)
	}
}
