package host

import (
	"sync"
	"time"
)

// Clock is the clock of a system: the machine's, set forward or back by an
// offset that the control plane changes. It is safe for concurrent use.
type Clock struct {
	wall func() time.Time

	mu     sync.Mutex
	offset time.Duration
}

// NewClock makes a clock that shows what wall does.
func NewClock(wall func() time.Time) *Clock { return &Clock{wall: wall} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time { return c.wall().Add(c.Offset()) }

// Offset is how far the clock is ahead of the machine's.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// set replaces the offset and returns by how much the clock moved.
func (c *Clock) set(offset time.Duration) (by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	by = offset - c.offset
	c.offset = offset
	return by
}
