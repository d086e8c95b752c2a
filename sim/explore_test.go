package sim

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
)

// TestEveryOrderOfTwoEdits walks through all states that one record and two
// edits at one instant can lead to, in whatever order messages arrive: every
// end passes every check.
func TestEveryOrderOfTwoEdits(t *testing.T) {
	sc := parse(t, noPolling,
		"  - {at: 10s, edit: ada, on: cc, as: agent, set: {notes: a}}\n"+
			"  - {at: 10s, edit: ada, on: crm, as: user, set: {notes: b}}\n")
	states, ends := everyState(t, sc, explored(t, sc, Budget{}), 10_000)
	if states < 1000 || ends < 2 {
		t.Errorf("%d states with %d ends: the order is hardly free", states, ends)
	}
}

// everyState walks through all states and judges every end.
func everyState(t *testing.T, sc *scenarios.Scenario, first *World, most int) (states, ends int) {
	t.Helper()
	seen := map[[16]byte]bool{}
	for open := []*World{first}; len(open) > 0; {
		w := open[len(open)-1]
		open = open[:len(open)-1]
		if print := w.Fingerprint(); seen[print] {
			continue
		} else if seen[print] = true; len(seen) > most {
			t.Fatalf("more than %d states", most)
		}
		if w.Done() {
			ends++
			judged(t, sc, w)
			continue
		}
		for _, c := range w.Choices() {
			next := w.Clone()
			if err := next.Take(c); err != nil {
				t.Fatal(err)
			}
			open = append(open, next)
		}
	}
	return len(seen), ends
}

func judged(t *testing.T, sc *scenarios.Scenario, w *World) {
	t.Helper()
	for _, r := range check.Judge(check.Case{Scenario: sc, Events: w.Finish().Events}) {
		if r.Verdict == check.Fail {
			t.Errorf("%s: %s", r.Name, r.Reason)
		}
	}
}

// TestBudget: what the budget allows is offered, until it is used up, and the
// engine recovers from it.
func TestBudget(t *testing.T) {
	sc := parse(t, noPolling, editOnCC)
	for _, c := range []struct {
		budget Budget
		kind   ChoiceKind
		text   string
	}{
		{Budget{Crashes: 1, Down: time.Second}, Crash, "crash"},
		{Budget{LostMessages: 1}, LoseMessage, "lose: the answer to write ada on crm arrives"},
		{Budget{LostWebhooks: 1}, LoseWebhook, "lose: the webhook about ada arrives"},
	} {
		w := explored(t, sc, c.budget)
		wanted := func(x Choice) bool { return x.Kind == c.kind && strings.HasPrefix(x.String(), c.text) }
		until(t, w, func() bool { return slices.ContainsFunc(w.Choices(), wanted) })
		choices := w.Choices()
		if err := w.Take(choices[slices.IndexFunc(choices, wanted)]); err != nil {
			t.Fatal(err)
		}
		for !w.Done() {
			choices := w.Choices()
			if slices.ContainsFunc(choices, wanted) {
				t.Fatalf("%q is offered again", c.text)
			}
			if err := w.Take(choices[0]); err != nil {
				t.Fatal(err)
			}
		}
		judged(t, sc, w)
	}
}

// TestTakeRefusesWhatCannotHappen names a choice of another world.
func TestTakeRefusesWhatCannotHappen(t *testing.T) {
	w := explored(t, parse(t, noPolling, editOnCC), Budget{})
	for _, c := range []Choice{{Kind: Crash, text: "crash"}, {Kind: Message, ID: 1 << 40, text: "nothing"}} {
		if err := w.Take(c); err == nil {
			t.Errorf("%q was taken", c)
		}
	}
}

// TestChoicesAreOneForEqualWorlds: a copy offers what its original does, and
// taking the same choices gives the same journal.
func TestChoicesAreOneForEqualWorlds(t *testing.T) {
	w := explored(t, parse(t, noPolling, editOnCC), Budget{Crashes: 1, LostMessages: 1})
	random := source{5}
	for n := uint64(0); !w.Done(); n++ {
		c := w.Clone()
		a, b := w.Choices(), c.Choices()
		if !slices.Equal(a, b) {
			t.Fatalf("a world offers %v, its copy %v", a, b)
		}
		choice := a[random.below(int64(len(a)), "choice", 0, n)]
		for _, x := range []*World{w, c} {
			if err := x.Take(choice); err != nil {
				t.Fatal(err)
			}
		}
		if w.hash() != c.hash() || w.Fingerprint() != c.Fingerprint() {
			t.Fatalf("%q leads a world and its copy apart", choice)
		}
	}
}

// TestEqualFingerprintsGoOnEqually: of two worlds with one fingerprint that
// were reached in different ways, each choice of the one is a choice of the
// other, and leads to one fingerprint again.
func TestEqualFingerprintsGoOnEqually(t *testing.T) {
	for name, timeline := range map[string]string{
		"two edits": "  - {at: 10s, edit: ada, on: cc, as: agent, set: {notes: a}}\n" +
			"  - {at: 10s, edit: ada, on: crm, as: user, set: {notes: b}}\n",
		"an expired token": editOnCC + "  - {at: 10s, token_expiry: crm}\n",
		"a limit":          editOnCC + "  - {at: 9s, throttle: crm, count: 2, for: 1m}\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := explored(t, parse(t, noPolling, timeline), Budget{Crashes: 1, LostMessages: 1, LostWebhooks: 1, Down: time.Second})
			known := map[[16]byte]*World{}
			compared := 0
			for open := []*World{w}; len(open) > 0 && compared < 150; open = open[1:] {
				w := open[0]
				twin := known[w.Fingerprint()]
				if twin != nil {
					compared++
					sameFuture(t, w, twin)
					continue
				}
				known[w.Fingerprint()] = w
				for _, c := range w.Choices() {
					next := w.Clone()
					if err := next.Take(c); err != nil {
						t.Fatal(err)
					}
					open = append(open, next)
				}
			}
			if compared < 50 {
				t.Errorf("only %d pairs were found", compared)
			}
		})
	}
}

func sameFuture(t *testing.T, a, b *World) {
	t.Helper()
	after := func(w *World) []string {
		var all []string
		for _, c := range w.Choices() {
			next := w.Clone()
			if err := next.Take(c); err != nil {
				t.Fatal(err)
			}
			print := next.Fingerprint()
			all = append(all, c.String()+" "+string(print[:]))
		}
		slices.Sort(all)
		return all
	}
	if x, y := after(a), after(b); !slices.Equal(x, y) {
		t.Fatalf("two worlds with one fingerprint part:\n%q\n%q", a.Choices(), b.Choices())
	}
}
