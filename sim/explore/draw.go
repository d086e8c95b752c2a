package explore

import "math/bits"

// Draw is where a generator takes its choices from.
type Draw interface {
	// Int draws a number in [lo, hi]; lo is the simplest. The label says what
	// is chosen, for those who print choices.
	Int(label string, lo, hi int) int
}

// Numbers is a Draw from a seed: SplitMix64, the same on every machine.
type Numbers struct{ state uint64 }

// NewNumbers is the sequence of a seed.
func NewNumbers(seed uint64) *Numbers { return &Numbers{scramble(seed ^ 0x73796e6370726f6f)} }

// Int implements Draw.
func (n *Numbers) Int(_ string, lo, hi int) int {
	if hi <= lo {
		return lo
	}
	n.state += 0x9e3779b97f4a7c15
	high, _ := bits.Mul64(scramble(n.state), uint64(hi-lo)+1)
	return lo + int(high)
}

// scramble is the finaliser of SplitMix64.
func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// drawer adds to a Draw what generators say often.
type drawer struct{ Draw }

// chance is true in percent of all draws.
func (d drawer) chance(label string, percent int) bool {
	return d.Int(label, 1, 100) > 100-percent
}

// pick draws one of a list; its first is the simplest.
func pick[T any](d drawer, label string, from ...T) T {
	return from[d.Int(label, 0, len(from)-1)]
}

// some draws n of a list without repetition, in the order of the draw.
func some[T any](d drawer, label string, from []T, n int) []T {
	left := append([]T(nil), from...)
	n = min(n, len(left))
	for i := range n {
		j := d.Int(label, i, len(left)-1)
		left[i], left[j] = left[j], left[i]
	}
	return left[:n]
}
