package service

import (
	"time"

	"github.com/syncproof/syncproof/engine"
)

// Clock is the only source of time of the service, but for the timeouts of
// its own sockets.
type Clock interface {
	// Now never goes back while the process lives, as far as differences of
	// two of its times are concerned.
	Now() time.Time
	// AfterFunc calls f once in its own goroutine when d has passed; stop
	// reports whether it prevented that.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}

// Wall is the machine's clock.
func Wall() Clock { return wall{} }

type wall struct{}

func (wall) Now() time.Time { return time.Now() }

func (wall) AfterFunc(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }

// steady is the clock that a life of the core sees: the wall time at its
// beginning, and from then on what passed since, so that a step of the wall
// clock moves no timer.
type steady struct {
	clock Clock
	base  time.Time
}

func newSteady(c Clock) steady { return steady{clock: c, base: c.Now()} }

func (s steady) now() engine.Instant {
	return engine.Instant(s.base.UnixNano()).Add(s.clock.Now().Sub(s.base))
}
