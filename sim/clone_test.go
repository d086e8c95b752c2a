package sim

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
)

// modelled is a world at model fidelity that has been started, to be stepped
// in the order of time.
func modelled(t *testing.T, sc *scenarios.Scenario, seed uint64) *World {
	t.Helper()
	w, err := newWorld(sc, Options{Seed: &seed, Fidelity: Model})
	if err != nil {
		t.Fatal(err)
	}
	w.start()
	return w
}

// goOn plays the next n happenings, all of them for n below 0.
func (w *World) goOn(t *testing.T, n int) {
	t.Helper()
	for ; n != 0 && w.ended == ""; n-- {
		if w.agenda.settled() && w.idle() {
			w.stop("idle")
			return
		}
		h, ok := w.agenda.next()
		if !ok {
			w.stop("deadline")
			return
		}
		w.happen(h)
	}
}

func (w *World) hash() string { return fmt.Sprint(w.journal.Len(), " ", w.journal.Hash()) }

// TestCloneGoesItsOwnWay: a world that is copied at any point, and its copy,
// both end as one that was never disturbed, and what the one does does not
// show in the other.
func TestCloneGoesItsOwnWay(t *testing.T) {
	all, err := roughWorlds()
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, peopled(t))
	for _, sc := range all {
		whole := modelled(t, sc, 3)
		whole.goOn(t, -1)
		want := whole.hash()
		random := source{11}
		for round := range uint64(12) {
			w := modelled(t, sc, 3)
			w.goOn(t, int(random.below(int64(whole.journal.Len()), "point", 0, round)))
			before, print := w.hash(), w.Fingerprint()
			c := w.Clone()
			if c.Fingerprint() != print {
				t.Fatalf("%s: a copy has another fingerprint", sc.Path)
			}
			c.goOn(t, -1)
			if got := c.hash(); got != want {
				t.Errorf("%s: the copy ends with %s, want %s", sc.Path, got, want)
			}
			if w.hash() != before || w.Fingerprint() != print {
				t.Errorf("%s: the copy's way shows in the world that it was taken of", sc.Path)
			}
			w.goOn(t, -1)
			if got := w.hash(); got != want {
				t.Errorf("%s: after a copy was taken it ends with %s, want %s", sc.Path, got, want)
			}
		}
	}
}

// TestClonesRunAtOnce is for the race detector.
func TestClonesRunAtOnce(t *testing.T) {
	w := modelled(t, peopled(t), 3)
	w.goOn(t, 100)
	hashes := make([]string, 4)
	var all sync.WaitGroup
	for i := range hashes {
		c := w.Clone()
		all.Go(func() {
			c.goOn(t, -1)
			hashes[i] = c.hash()
		})
	}
	all.Wait()
	for _, hash := range hashes {
		if hash != hashes[0] {
			t.Errorf("clones that ran at once ended with %q", hashes)
		}
	}
}

// peopled is a world with windows that count, people at the console, and a
// system that commits late.
func peopled(t *testing.T) *scenarios.Scenario {
	return parse(t, "systems: {crm: {kind: salesforce, quota: {requests: 40, per: 1m}}}\npolicy: {simultaneous: review}\n"+
		"records: [{id: ada, version: 7, notes: \"\"}, {id: bob, version: 3, notes: \"\"}]\n",
		"  - {at: 10s, edit: ada, on: cc, as: agent, set: {notes: one}}\n"+
			"  - {at: 10s, edit: ada, on: crm, as: user, set: {notes: two}, late: 2s}\n"+
			"  - {at: 11s, throttle: crm, count: 3, for: 1m}\n"+
			"  - {at: 12s, error: cc, status: 503, count: 2, for: 1m}\n"+
			"  - {at: 15s, edit: bob, on: cc, as: agent, set: {notes: three}}\n"+
			"  - {at: 16s, crash: engine, before: written, down: 2s}\n"+
			"  - {at: 5m, review: ada, choose: cc, by: maria}\n"+
			"  - {at: 6m, delete: bob, on: crm, as: user}\n")
}

// TestFingerprintSeesWhatMatters: each step that can make a difference later
// makes one now.
func TestFingerprintSeesWhatMatters(t *testing.T) {
	head := "policy: {simultaneous: review}\nengine: {poll: off, audit: off}\n"
	base := "  - {at: 10s, edit: ada, on: cc, as: agent, set: {notes: a}}\n"
	seen := map[[16]byte]string{}
	for name, more := range map[string]string{
		"nothing else":       "",
		"a window":           "  - {at: 10s, throttle: crm, count: 3, for: 1m}\n",
		"a partition":        "  - {at: 10s, partition: [engine, crm], for: 1m}\n",
		"a clock":            "  - {at: 10s, clock_step: engine, by: 3s}\n",
		"another edit":       "  - {at: 10s, edit: ada, on: crm, as: user, set: {notes: b}}\n",
		"another value":      "  - {at: 10s, edit: ada, on: crm, as: user, set: {notes: c}}\n",
		"a crash":            "  - {at: 10s, crash: engine, down: 1m}\n",
		"a crash that waits": "  - {at: 10s, crash: engine, before: write, down: 1m}\n",
		"a lost token":       "  - {at: 10s, token_expiry: crm}\n",
	} {
		w := modelled(t, parse(t, head, base+more), 1)
		for w.agenda.now < at(10*time.Second) || w.steps > 0 {
			w.goOn(t, 1)
		}
		print := w.Fingerprint()
		if other, twice := seen[print]; twice {
			t.Errorf("after %s the world looks as after %s", name, other)
		}
		seen[print] = name
	}
}

// TestFingerprintForgetsTheOrder: two edits of records that have nothing to do
// with each other, whose webhooks arrive in either order, lead to one state.
func TestFingerprintForgetsTheOrder(t *testing.T) {
	sc := parse(t, noPolling+"records: [{id: ada, version: 7, notes: \"\"}, {id: bob, version: 7, notes: \"\"}]\n",
		"  - {at: 10s, edit: ada, on: cc, as: agent, set: {notes: a}}\n"+
			"  - {at: 10s, edit: bob, on: cc, as: agent, set: {notes: b}}\n")
	w := explored(t, sc, Budget{})
	until(t, w, func() bool { return len(messages(w)) == 2 })
	pair := messages(w)
	a, b := w.Clone(), w.Clone()
	start := w.Fingerprint()
	for i, x := range []*World{a, b} {
		for _, c := range []Choice{pair[i], pair[1-i]} {
			if err := x.Take(c); err != nil {
				t.Fatal(err)
			}
			if x.Fingerprint() == start {
				t.Errorf("%q leaves no trace", c)
			}
		}
	}
	// The notices are in the disk's queue by now in the order of arrival: that
	// is part of the state. What came of them is not.
	for _, x := range []*World{a, b} {
		until(t, x, x.Done)
		for _, r := range check.Judge(check.Case{Scenario: sc, Events: x.Finish().Events}) {
			if r.Verdict == check.Fail {
				t.Errorf("%s: %s", r.Name, r.Reason)
			}
		}
	}
	if a.Fingerprint() != b.Fingerprint() {
		t.Error("the order of two webhooks about two records is part of the end")
	}
	if a.Fingerprint() == start {
		t.Error("the end looks like the beginning")
	}
}

// explored is a world whose order is chosen.
func explored(t *testing.T, sc *scenarios.Scenario, b Budget) *World {
	t.Helper()
	w, err := NewWorld(sc, Options{Budget: b})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func messages(w *World) []Choice {
	var out []Choice
	for _, c := range w.Choices() {
		if c.Kind == Message {
			out = append(out, c)
		}
	}
	return out
}

// until takes the first choice again and again.
func until(t *testing.T, w *World, reached func() bool) {
	t.Helper()
	for range 100_000 {
		if reached() {
			return
		}
		choices := w.Choices()
		if len(choices) == 0 {
			t.Fatalf("nothing can happen any more (%s)", w.ended)
		}
		if err := w.Take(choices[0]); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("that never came to pass")
}
