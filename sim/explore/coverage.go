package explore

import (
	"github.com/syncproof/syncproof/internal/sketch"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// Coverage is what an exploration has reached so far: which faults met which
// states of a record, which rare situations came up, and how many different
// situations there were. Its size does not grow with the number of runs.
type Coverage struct {
	// Pairs counts runs in which a record was in a state, or came to it, while
	// a fault was open: by fault, then by state, in the order of Faults and
	// States.
	Pairs [][]int
	// Marks counts runs in which a rare situation came up, in the order of
	// Marks.
	Marks []int
	// Seen holds the different situations.
	Seen sketch.Sketch
}

// States of a record, as its engine claims them, and beside them those in
// which a side lacks it.
var States = []string{"PENDING", "IN_SYNC", "RESOLVED", "OVERWRITTEN", "FLAGGED", "FAILED", "on one side", "deleted"}

const stateOneSide, stateDeleted = 6, 7

// Faults of the coverage table, in the order of the scenario format.
var Faults = func() []string {
	var all []string
	for _, v := range scenarios.Verbs() {
		if v.Fault() {
			all = append(all, string(v))
		}
	}
	return all
}()

var faultIndex = func() map[string]int {
	m := map[string]int{}
	for i, f := range Faults {
		m[f] = i
	}
	return m
}()

// NewCoverage is the coverage of no run.
func NewCoverage() *Coverage {
	c := &Coverage{Pairs: make([][]int, len(Faults)), Marks: make([]int, len(Marks)), Seen: sketch.New()}
	for i := range c.Pairs {
		c.Pairs[i] = make([]int, len(States))
	}
	return c
}

// Reached is the number of fault and state pairs that some run reached, and of
// all that there are.
func (c *Coverage) Reached() (reached, all int) {
	for _, row := range c.Pairs {
		for _, n := range row {
			all++
			if n > 0 {
				reached++
			}
		}
	}
	return reached, all
}

// Merge adds the runs of another coverage.
func (c *Coverage) Merge(other *Coverage) {
	for i, row := range other.Pairs {
		for j, n := range row {
			c.Pairs[i][j] += n
		}
	}
	for i, n := range other.Marks {
		c.Marks[i] += n
	}
	c.Seen.Merge(other.Seen)
}

// Add counts one run.
func (c *Coverage) Add(events []trace.Event) {
	w := &witness{c: c, records: map[string]*sighting{}, calls: map[uint64]*call{}}
	for i := range events {
		w.see(&events[i])
	}
	for i, open := range w.pairs {
		for j := range States {
			if open>>j&1 == 1 {
				c.Pairs[i][j]++
			}
		}
	}
	for i := range Marks {
		if w.marked>>i&1 == 1 {
			c.Marks[i]++
		}
	}
}
