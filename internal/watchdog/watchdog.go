// Package watchdog notices, in wall time, that a simulation no longer moves.
//
// A simulated world runs cooperatively: code under test that blocks anywhere
// but in its RoundTrip stops the whole run, and no virtual timeout can end
// it. The watchdog sees only that the heart stopped beating, and shows where
// the goroutines stand. It is for the command line; nothing in a simulation
// may depend on it.
package watchdog

import (
	"runtime"
	"sync"
	"time"
)

// looks is how often within the limit the heart is looked at.
const looks = 8

// Watch calls stuck once, from a goroutine of its own, if beat returns the
// same number for limit of wall time. stack holds the traces of all
// goroutines. stop ends the watch and may be called again; it does not wait
// for a call of stuck that has begun.
func Watch(beat func() uint64, limit time.Duration, stuck func(stack string)) (stop func()) {
	done := make(chan struct{})
	go watch(beat, limit, stuck, done)
	return sync.OnceFunc(func() { close(done) })
}

func watch(beat func() uint64, limit time.Duration, stuck func(stack string), done <-chan struct{}) {
	tick := time.NewTicker(max(limit/looks, time.Millisecond))
	defer tick.Stop()
	last, since := beat(), time.Now()
	for {
		select {
		case <-done:
			return
		case now := <-tick.C:
			if b := beat(); b != last {
				last, since = b, now
			} else if now.Sub(since) >= limit {
				stuck(Stacks())
				return
			}
		}
	}
}

// stackLimit bounds a dump, in bytes.
const stackLimit = 16 << 20

// Stacks are the traces of all goroutines, at most 16 MiB of them.
func Stacks() string {
	for size := 1 << 16; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= stackLimit {
			return string(buf[:n])
		}
	}
}
