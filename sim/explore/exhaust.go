package explore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
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
	// Depth is the number of choices on a way at most, 0 for no bound. A choice
	// without an alternative counts as none. States at the bound are not followed:
	// ends beyond it are not judged.
	Depth int
	// StatesMax ends the search: more states are not kept.
	StatesMax int
	// Workers expand states at once, at least one.
	Workers int
	Clock   func() time.Duration
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

// batch is how many states are expanded before what they lead to is sorted
// out, in order: the result does not depend on the number of workers.
const batch = 512

// Run searches until a failure, the end, or a bound. A search that is larger
// than StatesMax ends with a *TooLargeError beside what it has.
func (x *Exhaust) Run(ctx context.Context) (Exhausted, error) {
	began := x.Clock()
	out := Exhausted{}
	first, err := x.Start()
	if err != nil {
		return out, err
	}
	seen := map[[16]byte]struct{}{first.Fingerprint(): {}}
	level := []node{{state: first}}
	out.States = 1
	for depth := 0; len(level) > 0; depth++ {
		var next []node
		for from := 0; from < len(level) && err == nil && out.Found == nil; from += batch {
			part := level[from:min(from+batch, len(level))]
			more := x.expandAll(part, depth)
			clear(part) // their worlds may go
			for i := range more {
				next = more[i].sortOut(next, seen, &out)
			}
			out.Frontier = len(level) - from - len(part) + len(next)
			err = x.bounds(ctx, depth, &out, more)
		}
		out.Wall = x.Clock() - began
		if err != nil || out.Found != nil {
			return out, err
		}
		out.Depth, level = depth, next
		if x.Watch != nil {
			x.Watch(out)
		}
	}
	out.Complete = out.Cut == 0
	return out, nil
}

// bounds says why a search cannot go on.
func (x *Exhaust) bounds(ctx context.Context, depth int, out *Exhausted, more []expansion) error {
	for i := range more {
		if more[i].err != nil {
			return more[i].err
		}
	}
	most := x.StatesMax
	if most == 0 {
		most = StatesMost
	}
	if out.Found == nil && out.States > most {
		return &TooLargeError{States: most, Depth: depth, Frontier: out.Frontier}
	}
	return ctx.Err()
}

// expansion is what one state leads to.
type expansion struct {
	next  []successor
	found *Counterexample
	over  bool // the run is over, and was judged
	cut   bool // its successors lie beyond the bound
	err   error
}

type successor struct {
	node
	mark [16]byte
}

// expandAll expands states on all workers.
func (x *Exhaust) expandAll(part []node, depth int) []expansion {
	all := make([]expansion, len(part))
	var next atomic.Int64
	var done sync.WaitGroup
	for range max(x.Workers, 1) {
		done.Add(1)
		go func() { //syncproof:allow go each state is expanded by itself, and sorted out in order
			defer done.Done()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(part) {
					return
				}
				all[i] = x.expand(part[i], depth)
			}
		}()
	}
	done.Wait()
	return all
}

// expand plays every choice of a state, and goes on where there is only one.
func (x *Exhaust) expand(n node, depth int) (out expansion) {
	defer func() {
		if v := recover(); v != nil {
			out = expansion{err: panicked(v)}
		}
	}()
	choices := n.state.Choices()
	switch {
	case len(choices) == 0:
		out.over = true
		if failures := n.state.Judge(); len(failures) > 0 {
			out.found = &Counterexample{Failures: failures, Way: n.way.list(), State: n.state}
		}
		return out
	case x.Depth > 0 && depth >= x.Depth:
		out.cut = true
		return out
	}
	for i := range choices {
		state := n.state
		if i < len(choices)-1 {
			state = state.Clone()
		}
		s, err := follow(state, n.way, i, choices[i])
		if err != nil {
			out.err = err
			return out
		}
		out.next = append(out.next, s)
	}
	return out
}

// follow takes a choice and then everything that has no alternative.
func follow(state State, before *way, i int, choice string) (successor, error) {
	w := &way{before: before, choice: choice}
	if err := state.Take(i); err != nil {
		return successor{}, err
	}
	for {
		choices := state.Choices()
		if len(choices) != 1 {
			return successor{node{state, w}, state.Fingerprint()}, nil
		}
		w = &way{before: w, choice: choices[0]}
		if err := state.Take(0); err != nil {
			return successor{}, err
		}
	}
}

// sortOut counts an expansion and keeps what was not known before.
func (e *expansion) sortOut(next []node, seen map[[16]byte]struct{}, out *Exhausted) []node {
	switch {
	case e.over:
		out.Runs++
	case e.cut:
		out.Cut++
	}
	if out.Found == nil {
		out.Found = e.found
	}
	for _, s := range e.next {
		if _, known := seen[s.mark]; known {
			out.Again++
			continue
		}
		seen[s.mark] = struct{}{}
		out.States++
		next = append(next, s.node)
	}
	return next
}
