package service

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
)

// answers brings what the core says under a token to who waits for it. Tokens
// start at random, so that those of an earlier process, which the store may still
// hold with a decision that waits, belong to nobody: also where the machine's
// clock was set back in between.
type answers[T any] struct {
	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan<- T
}

func newAnswers[T any]() *answers[T] {
	var start [8]byte
	_, _ = rand.Read(start[:]) // it never fails
	// Half of the numbers, so that counting on reaches neither the end nor 0,
	// which is no token.
	return &answers[T]{last: binary.BigEndian.Uint64(start[:])>>1 | 1, waiting: map[uint64]chan<- T{}}
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
