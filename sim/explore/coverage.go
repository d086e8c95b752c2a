package explore

import (
	"math"
	"math/bits"

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
	Pairs [][]int `json:"pairs"`
	// Marks counts runs in which a rare situation came up, in the order of
	// Marks.
	Marks []int `json:"marks"`
	// Sketch holds the situations seen, hashed: a bit for each.
	Sketch []byte `json:"sketch"`
}

// sketchBits is the size of the sketch. Linear counting estimates up to some
// hundred thousand situations by it, within one percent.
const sketchBits = 1 << 17

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
	c := &Coverage{Pairs: make([][]int, len(Faults)), Marks: make([]int, len(Marks)), Sketch: make([]byte, sketchBits/8)}
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

// Situations estimates how many different ones there were (linear counting).
func (c *Coverage) Situations() int {
	set := 0
	for _, b := range c.Sketch {
		set += bits.OnesCount8(b)
	}
	if set == sketchBits {
		set--
	}
	return int(math.Round(-sketchBits * math.Log(1-float64(set)/sketchBits)))
}

// Merge adds what another exploration reached.
func (c *Coverage) Merge(other *Coverage) {
	for i := range c.Pairs {
		for j := range c.Pairs[i] {
			c.Pairs[i][j] += other.Pairs[i][j]
		}
	}
	for i := range c.Marks {
		c.Marks[i] += other.Marks[i]
	}
	for i := range c.Sketch {
		c.Sketch[i] |= other.Sketch[i]
	}
}

// fits reports whether a coverage that was read from a file has the shape of
// this version's.
func (c *Coverage) fits() bool {
	if c == nil || len(c.Pairs) != len(Faults) || len(c.Marks) != len(Marks) || len(c.Sketch) != sketchBits/8 {
		return false
	}
	for _, row := range c.Pairs {
		if len(row) != len(States) {
			return false
		}
	}
	return true
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
