package service

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
)

// groupMax bounds how many batches one transaction of the store holds.
const groupMax = 1024

// keeper is the one goroutine of a life that uses the store. While a
// transaction becomes durable, the batches of the next one gather (group
// commit). Reads go between transactions, so that a Persisted is delivered
// before any Fetched that was read after its batch.
type keeper struct {
	life  *life
	store store.Store

	mu      sync.Mutex
	batches []engine.Persist
	reads   []engine.Effect
	ready   chan struct{}
	pending atomic.Int64 // asked for and not yet delivered
}

func newKeeper(l *life, s store.Store) *keeper {
	return &keeper{life: l, store: s, ready: make(chan struct{}, 1)}
}

func (k *keeper) persist(p engine.Persist) {
	k.pending.Add(1)
	k.mu.Lock()
	k.batches = append(k.batches, p)
	k.mu.Unlock()
	k.poke()
}

// read takes a Fetch or a Lookup.
func (k *keeper) read(e engine.Effect) {
	k.pending.Add(1)
	k.mu.Lock()
	k.reads = append(k.reads, e)
	k.mu.Unlock()
	k.poke()
}

func (k *keeper) poke() {
	select {
	case k.ready <- struct{}{}:
	default:
	}
}

// idle reports whether everything that was asked for has been delivered.
func (k *keeper) idle() bool { return k.pending.Load() == 0 }

func (k *keeper) take() (batches []engine.Persist, reads []engine.Effect) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := min(len(k.batches), groupMax)
	batches, reads = k.batches[:n:n], k.reads
	k.batches, k.reads = k.batches[n:], nil
	if len(k.batches) == 0 {
		k.batches = nil
	} else {
		k.poke()
	}
	return batches, reads
}

func (k *keeper) run() {
	for {
		select {
		case <-k.life.ctx.Done():
			return
		case <-k.ready:
		}
		batches, reads := k.take()
		for _, e := range reads {
			if !k.carry(e) {
				return
			}
		}
		if len(batches) > 0 && !k.apply(batches) {
			return
		}
	}
}

// apply makes batches durable and tells the core. It tries until it can: what
// is not durable is not acknowledged meanwhile.
func (k *keeper) apply(batches []engine.Persist) bool {
	group := make([]engine.Batch, len(batches))
	for i := range batches {
		group[i] = batches[i].Batch
	}
	clock := k.life.s.opts.Clock
	began := clock.Now()
	ok := k.insist("write", func() error {
		return k.store.Apply(k.life.ctx, k.life.clock.now(), group...)
	})
	if !ok {
		return false
	}
	for _, p := range k.life.pushes {
		p.learn(group)
	}
	k.life.s.metrics.committed(group, clock.Now().Sub(began))
	events := make([]engine.Event, len(batches))
	for i := range batches {
		events[i] = engine.Persisted{Op: batches[i].Op}
	}
	k.deliver(events...)
	return true
}

// carry answers a Fetch or a Lookup.
func (k *keeper) carry(e engine.Effect) bool {
	var event engine.Event
	ok := k.insist("read", func() error {
		switch e := e.(type) {
		case engine.Fetch:
			found, err := k.store.Fetch(k.life.ctx, k.life.clock.now(), e)
			event = found
			return err
		case engine.Lookup:
			record, err := k.store.Lookup(k.life.ctx, e.Ref)
			event = engine.LookedUp{Op: e.Op, Record: record}
			return err
		}
		return errors.New("service: not an effect of the store")
	})
	if ok {
		k.deliver(event)
	}
	return ok
}

// deliver puts events before it counts them as delivered, so that a life that
// drains sees one or the other.
func (k *keeper) deliver(events ...engine.Event) {
	k.life.put(events...)
	k.pending.Add(-int64(len(events)))
	if k.life.drained.Load() {
		k.life.inbox.poke()
	}
}

const (
	insistFirst = 50 * time.Millisecond
	insistMost  = 5 * time.Second
)

// insist repeats an operation of the store until it succeeds; false means that
// the life is over. A store that is damaged, or not ours, ends the service.
func (k *keeper) insist(what string, do func() error) bool {
	s := k.life.s
	for delay := insistFirst; ; delay = min(2*delay, insistMost) {
		err := do()
		if err == nil {
			s.storeTrouble(nil)
			return true
		}
		if k.life.ctx.Err() != nil {
			return false
		}
		s.storeTrouble(err)
		if hopeless(err) {
			s.fail(err)
			return false
		}
		s.log.Error("the store fails, nothing is acknowledged meanwhile", "what", what, "error", err.Error(), "again_in", delay.String())
		if !wait(k.life.ctx, s.opts.Clock, delay) {
			return false
		}
	}
}

func hopeless(err error) bool {
	var damaged *store.DamagedError
	var newer *store.NewerError
	var invalid *store.InvalidError
	return errors.Is(err, store.ErrBusy) || errors.Is(err, store.ErrClosed) ||
		errors.As(err, &damaged) || errors.As(err, &newer) || errors.As(err, &invalid)
}

// wait lets d pass; false means that ctx ended before.
func wait(ctx context.Context, c Clock, d time.Duration) bool {
	over := make(chan struct{})
	stop := c.AfterFunc(d, func() { close(over) })
	defer stop()
	select {
	case <-over:
		return true
	case <-ctx.Done():
		return false
	}
}
