package service

import "sync"

// answers brings what the core says under a token to who waits for it. Tokens
// start at the wall time, so that those of an earlier process, which the store
// may still hold, belong to nobody.
type answers[T any] struct {
	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan<- T
}

func newAnswers[T any](c Clock) *answers[T] {
	return &answers[T]{last: uint64(c.Now().UnixNano()), waiting: map[uint64]chan<- T{}}
}

// await gives out a token and the channel of its answer.
func (a *answers[T]) await() (token uint64, answer <-chan T) {
	ch := make(chan T, 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last++
	a.waiting[a.last] = ch
	return a.last, ch
}

// forget ends the waiting for a token.
func (a *answers[T]) forget(token uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.waiting, token)
}

func (a *answers[T]) answer(token uint64, v T) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ch := a.waiting[token]; ch != nil {
		delete(a.waiting, token)
		ch <- v
	}
}

func (a *answers[T]) len() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.waiting)
}
