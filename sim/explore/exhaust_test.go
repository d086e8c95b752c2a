package explore

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/sim"
)

// shuffle is a toy world: letters are delivered in any order. Its past is part
// of its fingerprint only if the order is judged.
type shuffle struct {
	left, done string
	ordered    bool
	bad        string // a run that ends so is a failure
}

func (s *shuffle) Clone() State { c := *s; return &c }

func (s *shuffle) Fingerprint() (out [16]byte) {
	done := []byte(s.done)
	if !s.ordered {
		slices.Sort(done)
	}
	copy(out[:], s.left+"|"+string(done))
	return out
}

func (s *shuffle) Choices() []string { return strings.Split(s.left, "")[:len(s.left)] }

func (s *shuffle) Take(i int) error {
	s.done += string(s.left[i])
	s.left = s.left[:i] + s.left[i+1:]
	return nil
}

func (s *shuffle) Judge() []Failure {
	if s.bad != "" && strings.HasPrefix(s.done, s.bad) {
		return []Failure{{Invariant: "toy", Message: s.done}}
	}
	return nil
}

func search(s *shuffle) *Exhaust {
	return &Exhaust{Start: func() (State, error) { return s.Clone(), nil }, Clock: still}
}

// TestExhaustPlaysEveryOrder: with the order in the fingerprint there are as
// many ends as permutations, without it as many states as subsets.
func TestExhaustPlaysEveryOrder(t *testing.T) {
	out, err := search(&shuffle{left: "abcd", ordered: true}).Run(t.Context())
	if err != nil || !out.Complete || out.Runs != 24 {
		t.Errorf("ordered: %+v, %v", out, err)
	}
	out, err = search(&shuffle{left: "abcd"}).Run(t.Context())
	// The last letter has no alternative: subsets of three letters and four are one state.
	if err != nil || !out.Complete || out.States != 12 || out.Runs != 1 {
		t.Errorf("unordered: %+v, %v", out, err)
	}
}

func TestExhaustFindsTheFailure(t *testing.T) {
	out, err := search(&shuffle{left: "abcd", ordered: true, bad: "dca"}).Run(t.Context())
	if err != nil || out.Found == nil || out.Complete {
		t.Fatalf("%+v, %v", out, err)
	}
	if got := fmt.Sprint(out.Found.Way, out.Found.Failures[0].Message); got != "[d c a b]dcab" {
		t.Errorf("the way is %s", got)
	}
}

func TestExhaustKeepsItsBounds(t *testing.T) {
	x := search(&shuffle{left: "abcd", ordered: true})
	x.Depth = 2
	if out, err := x.Run(t.Context()); err != nil || out.Complete || out.Cut != 12 || out.Runs != 0 {
		t.Errorf("depth 2: %+v, %v", out, err)
	}
	x = search(&shuffle{left: "abcdefgh", ordered: true})
	x.StatesMax = 100
	var large *TooLargeError
	if out, err := x.Run(t.Context()); !errors.As(err, &large) || out.Complete || large.Frontier == 0 {
		t.Errorf("100 states: %+v, %v", out, err)
	}
}

// explosive panics when its second letter is taken.
type explosive struct{ shuffle }

func (s *explosive) Clone() State { c := *s; return &c }

func (s *explosive) Take(i int) error {
	if s.done != "" {
		panic("made for a test")
	}
	return s.shuffle.Take(i)
}

// TestExhaustPanicIsAFault: a panic in a worker is an error of the search, and
// not the end of the process.
func TestExhaustPanicIsAFault(t *testing.T) {
	x := &Exhaust{Start: func() (State, error) { return &explosive{shuffle{left: "abc"}}, nil }, Clock: still, Workers: 2}
	_, err := x.Run(t.Context())
	var fault *sim.HarnessError
	if !errors.As(err, &fault) || fault.Message != "panic: made for a test" || fault.Stack == "" {
		t.Errorf("found %v, expected a fault of the harness with its stack", err)
	}
}
