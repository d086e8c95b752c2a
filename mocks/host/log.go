package host

import (
	"sync"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// Log is the journal of a mock that runs for as long as anybody likes: it
// keeps the latest events, and numbers all. It is safe for concurrent use.
type Log struct {
	start time.Time
	wall  func() time.Time
	most  int

	mu     sync.Mutex
	last   uint64        // Op of the newest event
	events []trace.Event // a ring, full when its length is most
	grown  chan struct{} // closed and replaced by the next event
}

// NewLog makes an empty journal that keeps the latest most events and counts
// time from now on.
func NewLog(wall func() time.Time, most int) *Log {
	return &Log{start: wall(), wall: wall, most: most, grown: make(chan struct{})}
}

// Emit takes an event; see mocks.Journal.
func (l *Log) Emit(e trace.Event) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	e.Op, e.At = l.last, int64(l.wall().Sub(l.start))
	if len(l.events) < l.most {
		l.events = append(l.events, e)
	} else {
		l.events[(l.last-1)%uint64(l.most)] = e
	}
	close(l.grown)
	l.grown = make(chan struct{})
	return l.last
}

// Last is the Op of the newest event, 0 for none.
func (l *Log) Last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// After copies at most n events that follow the one with this Op. Events that
// are no longer kept are left out: the first one's Op tells. grown is closed
// when there are more than now.
func (l *Log) After(op uint64, n int) (events []trace.Event, grown <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if oldest := l.last - uint64(len(l.events)); op < oldest {
		op = oldest
	}
	for ; op < l.last && len(events) < n; op++ {
		events = append(events, l.events[op%uint64(l.most)])
	}
	return events, l.grown
}
