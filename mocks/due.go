package mocks

import (
	"cmp"
	"slices"
	"time"
)

// Due holds what a system will do by itself (late commits, webhook retries),
// in the order of time; equal instants keep the order in which they were put.
// The zero value is empty.
type Due[T any] struct {
	heap []dueItem[T]
	seq  uint64
}

type dueItem[T any] struct {
	at    time.Time
	seq   uint64
	value T
}

// Len is how many items wait.
func (d *Due[T]) Len() int { return len(d.heap) }

// Next is when the first item is due; ok is false if none waits.
func (d *Due[T]) Next() (at time.Time, ok bool) {
	if len(d.heap) == 0 {
		return time.Time{}, false
	}
	return d.heap[0].at, true
}

// Put adds an item that is due at an instant.
func (d *Due[T]) Put(at time.Time, value T) {
	d.seq++
	d.heap = append(d.heap, dueItem[T]{at, d.seq, value})
	for i := len(d.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !d.before(i, parent) {
			return
		}
		d.heap[i], d.heap[parent] = d.heap[parent], d.heap[i]
		i = parent
	}
}

// Shift moves every item: the clock was set, and what waits goes on
// waiting as long as it would have.
func (d *Due[T]) Shift(by time.Duration) {
	for i := range d.heap {
		d.heap[i].at = d.heap[i].at.Add(by)
	}
}

// Take removes and returns the first item that is due by now; ok is false if
// none is.
func (d *Due[T]) Take(now time.Time) (value T, ok bool) {
	if len(d.heap) == 0 || d.heap[0].at.After(now) {
		return value, false
	}
	value = d.heap[0].value
	last := len(d.heap) - 1
	d.heap[0] = d.heap[last]
	d.heap[last] = dueItem[T]{} // let go of the value
	d.heap = d.heap[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if d.before(child, least) {
				least = child
			}
		}
		if least == i {
			return value, true
		}
		d.heap[i], d.heap[least] = d.heap[least], d.heap[i]
		i = least
	}
}

// Clone is a copy of which each value is what f makes of it.
func (d *Due[T]) Clone(f func(T) T) Due[T] {
	out := Due[T]{seq: d.seq, heap: slices.Clone(d.heap)}
	for i := range out.heap {
		out.heap[i].value = f(out.heap[i].value)
	}
	return out
}

// Print appends all that waits, in the order in which it is due, each value
// as f appends it.
func (d *Due[T]) Print(p *Print, f func(*Print, *T)) {
	ordered := d.sorted()
	p.Int(int64(len(ordered)))
	for i := range ordered {
		p.Due(ordered[i].at)
		f(p, &ordered[i].value)
	}
}

// sorted is all that waits, in the order in which it is due.
func (d *Due[T]) sorted() []dueItem[T] {
	ordered := slices.Clone(d.heap)
	slices.SortFunc(ordered, func(a, b dueItem[T]) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.seq, b.seq))
	})
	return ordered
}

func (d *Due[T]) before(i, j int) bool {
	a, b := &d.heap[i], &d.heap[j]
	if a.at.Equal(b.at) {
		return a.seq < b.seq
	}
	return a.at.Before(b.at)
}
