package sim

import (
	"iter"
	"slices"
)

// numbered is a table of what is under way, by numbers that the world gives one
// after another: most of those between the oldest entry and the newest are
// there, so that a number is a place. The zero value of V is no entry.
type numbered[V comparable] struct {
	first uint64 // the number of slots[0]
	slots []V
	count int
}

// get is the entry of a number, the zero value if there is none.
func (t *numbered[V]) get(n uint64) (v V) {
	if i := n - t.first; i < uint64(len(t.slots)) {
		return t.slots[i]
	}
	return v
}

// put enters or replaces what has a number.
func (t *numbered[V]) put(n uint64, v V) {
	var none V
	switch {
	case len(t.slots) == 0:
		t.first = n
	case n < t.first:
		t.slots = slices.Insert(t.slots, 0, make([]V, t.first-n)...)
		t.first = n
	}
	if n-t.first >= uint64(cap(t.slots)) {
		t.trim()
	}
	for uint64(len(t.slots)) <= n-t.first {
		t.slots = append(t.slots, none)
	}
	at := &t.slots[n-t.first]
	if *at == none {
		t.count++
	}
	*at = v
}

// drop takes an entry out, if it is there.
func (t *numbered[V]) drop(n uint64) {
	var none V
	if t.get(n) == none {
		return
	}
	t.slots[n-t.first] = none
	if t.count--; t.count == 0 {
		t.slots = t.slots[:0]
	}
}

// trim makes room at the end in the place of what is gone at the beginning.
func (t *numbered[V]) trim() {
	var none V
	gone := slices.IndexFunc(t.slots, func(v V) bool { return v != none })
	if gone > 0 {
		t.slots = slices.Delete(t.slots, 0, gone)
		t.first += uint64(gone)
	}
}

func (t *numbered[V]) clear() {
	clear(t.slots)
	t.slots, t.count = t.slots[:0], 0
}

// all are the entries in the order of their numbers.
func (t *numbered[V]) all() iter.Seq[V] {
	return func(yield func(V) bool) {
		var none V
		for _, v := range t.slots {
			if v != none && !yield(v) {
				return
			}
		}
	}
}

// clone is a copy, of which copied makes the entries.
func (t *numbered[V]) clone(copied func(V) V) numbered[V] {
	var none V
	out := numbered[V]{first: t.first, slots: slices.Clone(t.slots), count: t.count}
	for i, v := range out.slots {
		if v != none {
			out.slots[i] = copied(v)
		}
	}
	return out
}
