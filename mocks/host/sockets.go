package host

import "sync"

// socketsMax is how many connections a host holds at once.
const socketsMax = 256

// sockets are the connections that a host holds.
type sockets struct {
	ending chan struct{} // closed when no connection may go on

	mu    sync.Mutex
	open  int
	ended bool
	last  sync.Cond // open is 0
}

func newSockets() *sockets {
	s := &sockets{ending: make(chan struct{})}
	s.last.L = &s.mu
	return s
}

// begin reports whether there may be one more.
func (s *sockets) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended || s.open >= socketsMax {
		return false
	}
	s.open++
	return true
}

func (s *sockets) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open--; s.open == 0 {
		s.last.Broadcast()
	}
}

// close ends all connections, and returns when the last one has.
func (s *sockets) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.ended = true
		close(s.ending)
	}
	for s.open > 0 {
		s.last.Wait()
	}
}
