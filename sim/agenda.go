package sim

// agenda is what will happen, in the order of true time; equal instants keep
// the order in which they were put. Things that happen at the present instant
// go through a plain queue, which is the common case.
//
// A happening is a value that names what it acts on by number, so that a world
// with an agenda can be copied.
type agenda[T any] struct {
	now   int64 // true time, nanoseconds since the run's start
	heap  []appointment[T]
	seq   uint64
	ready []T
	head  int
	idle  int // appointments that do not keep the world busy
	// patient keeps what is due at once among the appointments, for a choice.
	patient bool
}

type appointment[T any] struct {
	at         int64
	seq        uint64
	do         T
	background bool
}

// soon puts something at the present instant, behind what is already there.
func (a *agenda[T]) soon(do T) { a.ready = append(a.ready, do) }

// at puts something at a true instant, not before the present one.
func (a *agenda[T]) at(at int64, do T) { a.put(at, do, false) }

// background puts something that alone does not keep the world going: the
// next poll, a retry that is far away.
func (a *agenda[T]) background(at int64, do T) { a.put(at, do, true) }

func (a *agenda[T]) put(at int64, do T, background bool) {
	if at <= a.now && !background && !a.patient {
		a.soon(do)
		return
	}
	if background {
		a.idle++
	}
	a.seq++
	a.heap = append(a.heap, appointment[T]{max(at, a.now), a.seq, do, background})
	a.rise(len(a.heap) - 1)
}

func (x *appointment[T]) before(y *appointment[T]) bool {
	return x.at < y.at || (x.at == y.at && x.seq < y.seq)
}

// next takes what happens next and moves the clock to it.
func (a *agenda[T]) next() (do T, ok bool) {
	if a.head < len(a.ready) {
		do = a.ready[a.head]
		var none T
		a.ready[a.head] = none
		a.head++
		if a.head == len(a.ready) {
			a.ready, a.head = a.ready[:0], 0
		}
		return do, true
	}
	if len(a.heap) == 0 {
		return do, false
	}
	first := a.remove(0)
	a.now = first.at
	return first.do, true
}

// remove takes an appointment out of the heap.
func (a *agenda[T]) remove(i int) appointment[T] {
	out := a.heap[i]
	if out.background {
		a.idle--
	}
	last := len(a.heap) - 1
	a.heap[i] = a.heap[last]
	a.heap[last] = appointment[T]{}
	a.heap = a.heap[:last]
	if i < last {
		a.rise(i)
		a.sink(i)
	}
	return out
}

// rise and sink move others into the place of one that is misplaced, and put
// it down once.
func (a *agenda[T]) rise(i int) {
	moving := a.heap[i]
	from := i
	for i > 0 {
		parent := (i - 1) / 2
		if !moving.before(&a.heap[parent]) {
			break
		}
		a.heap[i] = a.heap[parent]
		i = parent
	}
	if i != from {
		a.heap[i] = moving
	}
}

func (a *agenda[T]) sink(i int) {
	moving := a.heap[i]
	from := i
	for {
		least := 2*i + 1
		if least >= len(a.heap) {
			break
		}
		if other := least + 1; other < len(a.heap) && a.heap[other].before(&a.heap[least]) {
			least = other
		}
		if !a.heap[least].before(&moving) {
			break
		}
		a.heap[i] = a.heap[least]
		i = least
	}
	if i != from {
		a.heap[i] = moving
	}
}

// settled reports whether nothing happens at the present instant any more.
func (a *agenda[T]) settled() bool {
	return a.head == len(a.ready) && (len(a.heap) == 0 || a.heap[0].at > a.now)
}

// settledNow reports whether nothing happens any more without the passage of time.
func (a *agenda[T]) settledNow() bool { return a.head == len(a.ready) }

// quiet reports whether only background appointments are left.
func (a *agenda[T]) quiet() bool { return a.settled() && len(a.heap) == a.idle }
