package memory

import (
	"context"
	"sync"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
)

// Store is a State behind the contract of package store. It may be used from
// several goroutines, and forgets everything when the process ends.
type Store struct {
	mu     sync.Mutex
	state  *State
	closed bool
}

// Open makes an empty Store.
func Open() *Store { return &Store{state: New()} }

// Again is a Store of the same content, as another process would open it once
// this one is closed.
func (s *Store) Again() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Store{state: s.state}
}

// use runs do on the state, unless the store is closed or ctx has ended.
func (s *Store) use(ctx context.Context, do func(m *State)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed {
		return store.ErrClosed
	}
	do(s.state)
	return nil
}

// Reopen begins a life of the engine.
func (s *Store) Reopen(ctx context.Context, now, latest engine.Instant) (meta engine.Meta, err error) {
	err = s.use(ctx, func(m *State) { meta = m.Reopen(now, latest) })
	return meta, err
}

// Apply makes the batches part of the state, all or none.
func (s *Store) Apply(ctx context.Context, now engine.Instant, batches ...engine.Batch) error {
	if err := store.Validate(batches...); err != nil {
		return err
	}
	return s.use(ctx, func(m *State) {
		for _, b := range batches {
			m.Apply(now, b)
		}
	})
}

// Fetch leases due entries.
func (s *Store) Fetch(ctx context.Context, now engine.Instant, f engine.Fetch) (out engine.Fetched, err error) {
	err = s.use(ctx, func(m *State) { out = m.Fetch(now, f) })
	return out, err
}

// Lookup returns the record that holds the reference, nil if none does.
func (s *Store) Lookup(ctx context.Context, ref engine.Ref) (rec *engine.Record, err error) {
	err = s.use(ctx, func(m *State) { rec = m.Lookup(ref) })
	return rec, err
}

// Close ends the use of the store; Again finds its content.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}
