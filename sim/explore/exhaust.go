package explore

import (
	"context"
	"fmt"
	"time"
)

// State is a world in which the order of messages is free: between two
// choices nothing is left to chance.
type State interface {
	// Clone is an independent copy.
	Clone() State
	// Fingerprint is equal for two states from which the same can follow and
	// whose past is judged the same.
	Fingerprint() [16]byte
	// Choices are what can happen next, in a fixed order; none means that the
	// run is over.
	Choices() []string
	// Take does one of them, by its index.
	Take(choice int) error
	// Judge gives what a run that is over violated.
	Judge() []Failure
}

// Exhaust plays every order of what can happen within its bounds, breadth
// first, so that the first failure is one of the shortest.
type Exhaust struct {
	Start func() (State, error)
	// Depth is the number of choices in a run at most, 0 for no bound. A choice
	// without an alternative counts as none.
	Depth int
	// StatesMax ends the search: more states are not kept.
	StatesMax int
	Clock     func() time.Duration
	// Watch, if not nil, is called after each level.
	Watch func(Exhausted)
}

// StatesMost is the bound on states where none is given: about two hundred
// bytes each are kept, and the frontier's worlds.
const StatesMost = 2_000_000

// Exhausted is how far a search came.
type Exhausted struct {
	// States are distinct; Again counts the ways that led to one of them once
	// more; Runs are the ends that were judged.
	States, Again, Runs int
	// Depth is the deepest level that is complete; Cut counts states at the
	// bound whose successors were left out.
	Depth, Cut int
	// Frontier is the size of the level under way.
	Frontier int
	// Complete: every order within the bounds was played.
	Complete bool
	// Found is the first failure, with the choices that lead to it.
	Found *Counterexample
	Wall  time.Duration
}

// Counterexample is a shortest way to a failure.
type Counterexample struct {
	Failures []Failure
	Way      []string
	State    State // at its end
}

// TooLargeError says that a search exceeds its bound.
type TooLargeError struct {
	States, Depth, Frontier int
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the search has more than %d states: found that many by depth %d, where %d more were waiting", e.States, e.Depth, e.Frontier)
}

// node is one state on the frontier and the way to it.
type node struct {
	state State
	way   *way
}

// way is a linked list of choices, the last one first: ways share their
// beginnings.
type way struct {
	before *way
	choice string
	forced bool
}

// list gives the choices in order.
func (w *way) list() []string {
	var all []string
	for ; w != nil; w = w.before {
		all = append(all, w.choice)
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// Run searches until a failure, the end, or a bound. A search that is larger
// than StatesMax ends with a *TooLargeError beside what it has.
func (x *Exhaust) Run(ctx context.Context) (Exhausted, error) {
	began := x.Clock()
	out := Exhausted{}
	defer func() { out.Wall = x.Clock() - began }()
	first, err := x.Start()
	if err != nil {
		return out, err
	}
	most := x.StatesMax
	if most == 0 {
		most = StatesMost
	}
	seen := map[[16]byte]struct{}{first.Fingerprint(): {}}
	level := []node{{state: first}}
	out.States = 1
	for depth := 0; len(level) > 0; depth++ {
		var next []node
		for i := range level {
			if err := ctx.Err(); err != nil {
				out.Frontier = len(level) - i + len(next)
				return out, err
			}
			if len(seen) > most {
				out.Frontier = len(level) - i + len(next)
				return out, &TooLargeError{States: most, Depth: depth, Frontier: out.Frontier}
			}
			more, err := x.expand(level[i], depth, seen, &out)
			if err != nil || out.Found != nil {
				return out, err
			}
			next = append(next, more...)
			level[i] = node{} // its world may go
		}
		out.Depth, out.Frontier = depth, len(next)
		level = next
		if x.Watch != nil {
			out.Wall = x.Clock() - began
			x.Watch(out)
		}
	}
	out.Complete = out.Cut == 0
	return out, nil
}

// expand plays every choice of a state, and goes on where there is only one.
func (x *Exhaust) expand(n node, depth int, seen map[[16]byte]struct{}, out *Exhausted) ([]node, error) {
	choices := n.state.Choices()
	if len(choices) == 0 {
		out.Runs++
		if failures := n.state.Judge(); len(failures) > 0 {
			out.Found = &Counterexample{Failures: failures, Way: n.way.list(), State: n.state}
		}
		return nil, nil
	}
	if x.Depth > 0 && depth >= x.Depth {
		out.Cut++
		return nil, nil
	}
	var next []node
	for i := range choices {
		state := n.state
		if i < len(choices)-1 {
			state = state.Clone()
		}
		m, known, err := x.follow(state, n.way, i, choices[i], seen)
		switch {
		case err != nil:
			return nil, err
		case known:
			out.Again++
		default:
			out.States++
			next = append(next, m)
		}
	}
	return next, nil
}

// follow takes a choice and then everything that has no alternative. It
// reports whether the state that is reached was known.
func (x *Exhaust) follow(state State, before *way, i int, choice string, seen map[[16]byte]struct{}) (node, bool, error) {
	w := &way{before: before, choice: choice}
	if err := state.Take(i); err != nil {
		return node{}, false, err
	}
	for {
		choices := state.Choices()
		if len(choices) != 1 {
			break
		}
		w = &way{before: w, choice: choices[0], forced: true}
		if err := state.Take(0); err != nil {
			return node{}, false, err
		}
	}
	mark := state.Fingerprint()
	if _, known := seen[mark]; known {
		return node{}, true, nil
	}
	seen[mark] = struct{}{}
	return node{state, w}, false, nil
}
