package sketch

import (
	"hash/fnv"
	"strconv"
	"testing"
)

func hash(i int) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strconv.Itoa(i) + "th thing"))
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	return x ^ x>>31
}

func TestDistinct(t *testing.T) {
	for _, n := range []int{0, 1, 100, 10_000, 100_000, 300_000} {
		s := New()
		for i := range n {
			s.Add(hash(i))
			s.Add(hash(i)) // again: it is no other thing
		}
		if got := s.Distinct(); got < n*97/100 || got > n*103/100 {
			t.Errorf("%d things are estimated as %d", n, got)
		}
	}
}

func TestMergeCountsCommonThingsOnce(t *testing.T) {
	a, b, both := New(), New(), New()
	for i := range 3000 {
		both.Add(hash(i))
		if i < 2000 {
			a.Add(hash(i))
		}
		if i >= 1000 {
			b.Add(hash(i))
		}
	}
	if a.Merge(b); a.Distinct() != both.Distinct() {
		t.Errorf("merged: %d, together: %d", a.Distinct(), both.Distinct())
	}
}
