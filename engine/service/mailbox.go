package service

import "sync"

// mailbox is a queue that one goroutine empties. It has no bound of its own:
// what may be put in it is bounded by what is under way.
type mailbox[T any] struct {
	mu     sync.Mutex
	items  []T
	closed bool
	ready  chan struct{} // holds one token while there may be something to do
}

func newMailbox[T any]() *mailbox[T] {
	return &mailbox[T]{ready: make(chan struct{}, 1)}
}

// put adds items next to each other, and reports whether anybody will see them.
func (m *mailbox[T]) put(items ...T) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	m.items = append(m.items, items...)
	m.poke()
	return true
}

// poke wakes the goroutine that empties the mailbox.
func (m *mailbox[T]) poke() {
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

// take moves everything into the given slice, whose memory it keeps for later.
func (m *mailbox[T]) take(into []T) []T {
	clear(into)
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.items
	m.items = into[:0]
	return taken
}

func (m *mailbox[T]) len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.items)
}

// closeIfEmpty closes the mailbox unless something waits in it.
func (m *mailbox[T]) closeIfEmpty() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.items) > 0 {
		return false
	}
	m.closed = true
	return true
}

// close drops what waits and refuses what comes.
func (m *mailbox[T]) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed, m.items = true, nil
}
