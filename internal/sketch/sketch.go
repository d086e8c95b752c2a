// Package sketch counts distinct things in memory of a fixed size, by linear
// counting (Whang and others, 1990): every thing sets one bit of a bitmap, and
// the bits that are left tell how many there were.
package sketch

import (
	"math"
	"math/bits"
)

// size in bits: some hundred thousand things are told within a percent.
const size = 1 << 17

// Bytes is the length of a Sketch.
const Bytes = size / 8

// Sketch is a bitmap of Bytes length.
type Sketch []byte

// New is a sketch that has seen nothing.
func New() Sketch { return make(Sketch, Bytes) }

// Add counts a thing by a hash of it, whose bits must be evenly spread.
func (s Sketch) Add(hash uint64) {
	bit := hash % size
	s[bit/8] |= 1 << (bit % 8)
}

// Merge adds what another sketch has seen.
func (s Sketch) Merge(other Sketch) {
	for i := range s {
		s[i] |= other[i]
	}
}

// Distinct estimates how many different things there were. A full sketch can
// only say that there were more than it tells.
func (s Sketch) Distinct() int {
	set := 0
	for _, b := range s {
		set += bits.OnesCount8(b)
	}
	set = min(set, size-1)
	return int(math.Round(-size * math.Log(1-float64(set)/size)))
}
