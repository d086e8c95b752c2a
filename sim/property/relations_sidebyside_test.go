package property

import (
	"slices"
	"testing"

	"github.com/syncproof/syncproof/sim/explore"
)

// TestSideBySide is independence: two quiet worlds of the same systems and
// policies, on different records, played side by side end as each alone. The
// engine has room for few records at once, so that they do meet.
func TestSideBySide(t *testing.T) { related(t, "independence", sideBySide) }

func sideBySide(a arena, d explore.Draw) (got, want outcome) {
	q := newQuiet(d)
	q.sc.Engine.WorkingSet = q.Int("working set", 1, 3)
	left, right, both := q.beside("left-"), q.beside("right-"), q.beside("")
	left.people(left.prefix)
	right.people(right.prefix)
	both.sc.Records.List = slices.Concat(left.sc.Records.List, right.sc.Records.List)
	both.sc.Timeline = slices.Concat(left.sc.Timeline, right.sc.Timeline)
	both.done()
	a.looksAt(both.sc, left.done(), right.done())
	alone := outcomeOf(a.play(left.sc)).and(outcomeOf(a.play(right.sc)))
	return outcomeOf(a.play(both.sc)), alone
}

// beside is another world of the same systems and policies, without records.
func (q *quiet) beside(prefix string) *quiet {
	return &quiet{Draw: q.Draw, sc: with(q.sc), prefix: prefix, gone: map[string]bool{}, values: q.values}
}
