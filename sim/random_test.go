package sim

import (
	"slices"
	"testing"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
)

func TestSourceIsKeyed(t *testing.T) {
	s := source{7}
	seen := map[uint64]string{}
	for _, stream := range []string{"loss", "jitter", "l", ""} {
		for entity := range uint64(4) {
			for n := range uint64(4) {
				x := s.draw(stream, entity, n)
				if x != s.draw(stream, entity, n) {
					t.Fatal("a draw differs from itself")
				}
				if seen[x] != "" {
					t.Errorf("%s draws what %s drew", stream, seen[x])
				}
				seen[x] = stream
			}
		}
	}
	if s.draw("loss", 1, 1) == (source{8}).draw("loss", 1, 1) {
		t.Error("another seed draws the same")
	}
}

func TestPercentAndBelow(t *testing.T) {
	s := source{1}
	hits := 0
	for n := range uint64(10_000) {
		if s.percent(20, "x", 0, n) {
			hits++
		}
		if !s.percent(100, "x", 0, n) || s.percent(0, "x", 0, n) {
			t.Fatal("always or never does not hold")
		}
		if v := s.below(7, "y", 0, n); v < 0 || v > 6 {
			t.Fatalf("%d is not below 7", v)
		}
	}
	if hits < 1800 || hits > 2200 {
		t.Errorf("20 %% of 10000 hit %d times", hits)
	}
	if s.below(0, "y", 0, 0) != 0 || s.below(-1, "y", 0, 0) != 0 {
		t.Error("nothing is below nothing")
	}
}

// fates draws what each fault of a timeline does to the first messages.
func fates(t *testing.T, timeline string) map[scenarios.Verb][]bool {
	t.Helper()
	w, err := newWorld(parse(t, "", timeline), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range w.sc.Timeline {
		w.begin(&w.sc.Timeline[i])
	}
	drawn := map[scenarios.Verb][]bool{}
	for _, f := range w.net.links[mapping.CRM].faults {
		for n := range uint64(64) {
			drawn[f.step.Verb] = append(drawn[f.step.Verb], w.rand.percent(f.step.Rate, string(f.step.Verb), f.key, n))
		}
	}
	return drawn
}

// TestFaultsDrawAlone: taking one fault out, or moving the others to other
// lines, leaves what the others draw as it was.
func TestFaultsDrawAlone(t *testing.T) {
	const loss = "  - {at: 1s, loss: [engine, crm], rate: 40, for: 1m}\n"
	const reorder = "  - {at: 1s, reorder: [engine, crm], rate: 40, for: 1m}\n"
	const truncate = "  - {at: 1s, truncate: [engine, crm], rate: 40, for: 1m}\n"
	whole := fates(t, loss+reorder+truncate)
	for name, part := range map[string]map[scenarios.Verb][]bool{
		"without the first": fates(t, reorder+truncate),
		"the other way":     fates(t, truncate+"\n\n"+loss),
	} {
		for verb, drawn := range part {
			if !slices.Equal(drawn, whole[verb]) {
				t.Errorf("%s: %s draws otherwise", name, verb)
			}
		}
	}
	if slices.Equal(whole[scenarios.Loss], whole[scenarios.Reorder]) {
		t.Error("two faults draw alike")
	}
}

// TestEqualFaultsDrawApart: two faults of the same words are two faults.
func TestEqualFaultsDrawApart(t *testing.T) {
	const loss = "  - {at: 1s, loss: [engine, crm], rate: 40, for: 1m}\n"
	drawn := fates(t, loss+loss)[scenarios.Loss]
	if slices.Equal(drawn[:64], drawn[64:]) {
		t.Error("both draw the same")
	}
}

// TestLinksDrawAlone: what happens on one link does not shift the draws on
// the other.
func TestLinksDrawAlone(t *testing.T) {
	w, err := newWorld(parse(t, "", ""), Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.net.links[mapping.CC].sent += 5
	if w.net.links[mapping.CRM].sent != 0 {
		t.Error("the links share their numbers")
	}
	w.net.links[0].jitter, w.net.links[1].jitter = 1e9, 1e9
	a, _ := w.net.links[0].fate(w, 1, towardsSystem)
	b, _ := w.net.links[1].fate(w, 1, towardsSystem)
	if a == b {
		t.Error("both links jitter alike")
	}
}
