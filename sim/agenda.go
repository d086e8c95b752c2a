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
	if at <= a.now && !background {
		a.soon(do)
		return
	}
	if background {
		a.idle++
	}
	a.seq++
	a.heap = append(a.heap, appointment[T]{max(at, a.now), a.seq, do, background})
	for i := len(a.heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !a.heap[i].before(&a.heap[parent]) {
			return
		}
		a.heap[i], a.heap[parent] = a.heap[parent], a.heap[i]
		i = parent
	}
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
	first := a.heap[0]
	a.now = first.at
	if first.background {
		a.idle--
	}
	last := len(a.heap) - 1
	a.heap[0] = a.heap[last]
	a.heap[last] = appointment[T]{}
	a.heap = a.heap[:last]
	a.sink()
	return first.do, true
}

func (a *agenda[T]) sink() {
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(a.heap); child++ {
			if a.heap[child].before(&a.heap[least]) {
				least = child
			}
		}
		if least == i {
			return
		}
		a.heap[i], a.heap[least] = a.heap[least], a.heap[i]
		i = least
	}
}

// settled reports whether nothing happens at the present instant any more.
func (a *agenda[T]) settled() bool {
	return a.head == len(a.ready) && (len(a.heap) == 0 || a.heap[0].at > a.now)
}

// quiet reports whether only background appointments are left.
func (a *agenda[T]) quiet() bool { return a.settled() && len(a.heap) == a.idle }
