package property

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSideBySide is independence: two quiet worlds of the same systems and
// policies, on different records, played side by side end as each alone. The
// engine has room for few records at once, so that they do meet.
func TestSideBySide(t *testing.T) {
	forAll(t, "independence", func(t *rapid.T, k *keeper) {
		q := newQuiet(draws{t})
		q.sc.Engine.WorkingSet = q.Int("working set", 1, 3)
		left, right, both := q.beside("left-"), q.beside("right-"), q.beside("")
		left.people(left.prefix)
		right.people(right.prefix)
		both.sc.Records.List = slices.Concat(left.sc.Records.List, right.sc.Records.List)
		both.sc.Timeline = slices.Concat(left.sc.Timeline, right.sc.Timeline)
		both.done()
		k.looksAt(both.sc, left.done(), right.done())
		alone := outcomeOf(play(t, left.sc)).and(outcomeOf(play(t, right.sc)))
		same(t, outcomeOf(play(t, both.sc)), alone, "two worlds were played side by side")
	})
}

// beside is another world of the same systems and policies, without records.
func (q *quiet) beside(prefix string) *quiet {
	return &quiet{draws: q.draws, sc: with(q.sc), prefix: prefix, gone: map[string]bool{}, values: q.values}
}
