package certify

import (
	"maps"
	"slices"
	"testing"

	"github.com/syncproof/syncproof/sim/trace"
)

// tally is how the blind changes of the library were noticed, by kind of event
// and way, and by the fields that were altered.
type tally struct {
	ways   map[trace.Kind]map[How]*Score
	fields map[trace.Kind]map[string]*Score
}

// score draws n changes for each cell and judges them.
func score(t *testing.T, n int) tally {
	t.Helper()
	s := tally{map[trace.Kind]map[How]*Score{}, map[trace.Kind]map[string]*Score{}}
	for _, b := range Sample(library(t), n) {
		if s.ways[b.Kind] == nil {
			s.ways[b.Kind], s.fields[b.Kind] = map[How]*Score{}, map[string]*Score{}
		}
		by := b.Judge()
		count(s.ways[b.Kind], b.How, by)
		if b.Field != "" {
			count(s.fields[b.Kind], b.Field, by)
		}
	}
	return s
}

func count[K comparable](in map[K]*Score, key K, by Notice) {
	if in[key] == nil {
		in[key] = &Score{}
	}
	in[key][by]++
}

// total is the score of a kind over all ways, or of a way over all kinds.
func total(scores ...*Score) *Score {
	sum := &Score{}
	for _, s := range scores {
		for by := range s {
			sum[by] += s[by]
		}
	}
	return sum
}

func (s *tally) way(how How) *Score {
	var all []*Score
	for _, kind := range s.kinds() {
		if one := s.ways[kind][how]; one != nil {
			all = append(all, one)
		}
	}
	return total(all...)
}

func (s *tally) kinds() []trace.Kind { return slices.Sorted(maps.Keys(s.ways)) }

// draws is how many changes of each cell are judged.
func draws() int {
	if *full {
		return 40
	}
	return 4
}

// floors are the least shares in percent of the blind changes of a way that must
// be noticed: what was measured, less a margin for another draw.
var floors = map[How]int{Drop: 45, Swap: 35, Repeat: 45, Advance: 40, Alter: 35}

// floorsByKind are the least shares, in percent, that an invariant must notice of
// the changes to events that rules speak of most. A rule that falls asleep shows
// here.
var floorsByKind = []struct {
	kind  trace.Kind
	least int
}{
	{trace.Commit, 14}, {trace.Lose, 8}, {trace.Deliver, 10}, {trace.Ack, 8}, {trace.Person, 12}, {trace.Told, 4}, {trace.End, 30},
}

// TestBlindScore: what is noticed of changes that nobody aimed does not fall.
func TestBlindScore(t *testing.T) {
	s := score(t, draws())
	for _, how := range Ways {
		got := s.way(how)
		t.Logf("%s: %d %% of %d noticed", how, got.Percent(), got.Applied())
		if got.Percent() < floors[how] {
			t.Errorf("%s: %d %% of the changes are noticed, expected at least %d %%", how, got.Percent(), floors[how])
		}
	}
	for _, f := range floorsByKind {
		got := total(slices.Collect(maps.Values(s.ways[f.kind]))...)
		share := 100 * got[ByInvariant] / max(got.Applied(), 1)
		t.Logf("%s: an invariant notices %d %% of %d", f.kind, share, got.Applied())
		if share < f.least {
			t.Errorf("%s: an invariant notices %d %% of the changes, expected at least %d %%", f.kind, share, f.least)
		}
	}
}

// TestBlindChangesAreDrawnAlike: the sample depends on the journals alone.
func TestBlindChangesAreDrawnAlike(t *testing.T) {
	some := library(t)[:12]
	one, two := Sample(some, 3), Sample(some, 3)
	if len(one) == 0 || !slices.Equal(one, two) {
		t.Errorf("two samples of %d and %d changes differ", len(one), len(two))
	}
}
