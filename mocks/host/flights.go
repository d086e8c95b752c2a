package host

import (
	"sync"
	"time"
)

// longRunning is from when a request counts as a long one (S: Salesforce).
const longRunning = 20 * time.Second

// flights are the requests in progress.
type flights struct {
	wall func() time.Time

	mu   sync.Mutex
	last uint64
	open map[uint64]time.Time // when each began
}

func newFlights(wall func() time.Time) *flights {
	return &flights{wall: wall, open: make(map[uint64]time.Time)}
}

func (f *flights) begin() (flight uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	f.open[f.last] = f.wall()
	return f.last
}

// end ends a request; to end it again does nothing.
func (f *flights) end(flight uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, flight)
}

// count is how many requests are in progress, and how many of them have been
// for long.
func (f *flights) count() (open, long int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.wall()
	for _, began := range f.open {
		if now.Sub(began) >= longRunning {
			long++
		}
	}
	return len(f.open), long
}
