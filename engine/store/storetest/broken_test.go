package storetest_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/memory"
	"github.com/syncproof/syncproof/engine/store/storetest"
)

// broken is a store with one defect, as a wrapper of one that is right.
type broken struct {
	*memory.Store
	apply func(s *memory.Store, ctx context.Context, now engine.Instant, batches []engine.Batch) error
	fetch func(s *memory.Store, ctx context.Context, now engine.Instant, f engine.Fetch) (engine.Fetched, error)
	open  func(s *memory.Store, ctx context.Context, now, latest engine.Instant) (engine.Meta, error)
}

func (b *broken) Apply(ctx context.Context, now engine.Instant, batches ...engine.Batch) error {
	if b.apply == nil {
		return b.Store.Apply(ctx, now, batches...)
	}
	return b.apply(b.Store, ctx, now, batches)
}

func (b *broken) Fetch(ctx context.Context, now engine.Instant, f engine.Fetch) (engine.Fetched, error) {
	if b.fetch == nil {
		return b.Store.Fetch(ctx, now, f)
	}
	return b.fetch(b.Store, ctx, now, f)
}

func (b *broken) Reopen(ctx context.Context, now, latest engine.Instant) (engine.Meta, error) {
	if b.open == nil {
		return b.Store.Reopen(ctx, now, latest)
	}
	return b.open(b.Store, ctx, now, latest)
}

// rewriting applies other operations than it was given; nil leaves one out.
func rewriting(change func(op engine.StoreOp) engine.StoreOp) broken {
	return broken{apply: func(s *memory.Store, ctx context.Context, now engine.Instant, batches []engine.Batch) error {
		if err := store.Validate(batches...); err != nil {
			return err
		}
		var out []engine.Batch
		for _, b := range batches {
			var ops []engine.StoreOp
			for _, op := range b.Ops {
				if op = change(op); op != nil {
					ops = append(ops, op)
				}
			}
			out = append(out, engine.Batch{Ops: ops})
		}
		return s.Apply(ctx, now, out...)
	}}
}

// handing gives out something else than was due.
func handing(change func(out *engine.Fetched, f engine.Fetch)) broken {
	return broken{fetch: func(s *memory.Store, ctx context.Context, now engine.Instant, f engine.Fetch) (engine.Fetched, error) {
		out, err := s.Fetch(ctx, now, f)
		change(&out, f)
		return out, err
	}}
}

// defects are stores that are wrong in one way, with the rule that must say so.
var defects = map[string]struct {
	rule  string
	store broken
}{
	"forgets hints": {"a notice without a hint keeps the hint", rewriting(func(op engine.StoreOp) engine.StoreOp {
		if e, ok := op.(engine.Enqueue); ok {
			e.Hint = ""
			return e
		}
		return op
	})},
	"has one lane": {"the fresh lane comes first", rewriting(func(op engine.StoreOp) engine.StoreOp {
		if e, ok := op.(engine.Enqueue); ok {
			e.Lane = engine.Backlog
			return e
		}
		return op
	})},
	"retries at once": {"a requeued entry waits, counts its attempts and keeps a fresh lane", rewriting(func(op engine.StoreOp) engine.StoreOp {
		if r, ok := op.(engine.Requeue); ok {
			r.Due = 0
			return r
		}
		return op
	})},
	"forgets attempts": {"a requeued entry waits, counts its attempts and keeps a fresh lane", rewriting(func(op engine.StoreOp) engine.StoreOp {
		if r, ok := op.(engine.Requeue); ok {
			r.Attempt = 0
			return r
		}
		return op
	})},
	"drops done entries that were noticed again": {"done leaves an entry that was noticed again", broken{
		apply: func(s *memory.Store, ctx context.Context, now engine.Instant, batches []engine.Batch) error {
			for _, b := range batches {
				for i, op := range b.Ops {
					if d, ok := op.(engine.Done); ok {
						d.Generation = 2
						b.Ops[i] = d
					}
				}
			}
			return s.Apply(ctx, now, batches...)
		},
	}},
	"loses decisions": {"a decision is given out with its entry", rewriting(func(op engine.StoreOp) engine.StoreOp {
		if e, ok := op.(engine.Enqueue); ok {
			e.Review = nil
			return e
		}
		return op
	})},
	"audits everything": {"only what is dead-lettered is noticed for it", rewriting(func(op engine.StoreOp) engine.StoreOp {
		if all, ok := op.(engine.EnqueueAll); ok {
			all.Failed = false
			return all
		}
		return op
	})},
	"links one side": {"both references lead to a record", rewriting(func(op engine.StoreOp) engine.StoreOp {
		if p, ok := op.(engine.PutRecord); ok {
			rec := *p.Record
			rec.ID[1] = ""
			return engine.PutRecord{Record: &rec}
		}
		return op
	})},
	"keeps no ledger": {"the ledger keeps every entry, and the same number replaces", rewriting(func(op engine.StoreOp) engine.StoreOp {
		if _, ok := op.(engine.Append); ok {
			return nil
		}
		return op
	})},
	"forgets cursors": {"meta data come back as they were stored", rewriting(func(op engine.StoreOp) engine.StoreOp {
		if _, ok := op.(engine.PutCursor); ok {
			return nil
		}
		return op
	})},
	"applies the sound half of a batch": {"a batch with a fault changes nothing, nor does its neighbour", broken{
		apply: func(s *memory.Store, ctx context.Context, now engine.Instant, batches []engine.Batch) error {
			for _, b := range batches {
				if err := s.Apply(ctx, now, b); err != nil {
					return err
				}
			}
			return nil
		},
	}},
	"applies batches backwards": {"batches are applied in their order", broken{
		apply: func(s *memory.Store, ctx context.Context, now engine.Instant, batches []engine.Batch) error {
			batches = slices.Clone(batches)
			slices.Reverse(batches)
			return s.Apply(ctx, now, batches...)
		},
	}},
	"gives everything to the backlog": {"slots kept for the fresh lane are not given to the backlog", broken{
		fetch: func(s *memory.Store, ctx context.Context, now engine.Instant, f engine.Fetch) (engine.Fetched, error) {
			f.Fresh = 0
			return s.Fetch(ctx, now, f)
		},
	}},
	"says nothing of what waits": {"what waits for later is not given out and its instant is told", handing(func(out *engine.Fetched, _ engine.Fetch) {
		out.Next = 0
	})},
	"hides waiting fresh entries": {"what is left for want of slots is told", handing(func(out *engine.Fetched, _ engine.Fetch) {
		out.FreshWaits = false
	})},
	"gives entries without records": {"notices of both sides of a record coalesce under its key", handing(func(out *engine.Fetched, _ engine.Fetch) {
		for i := range out.Items {
			out.Items[i].Record = nil
		}
	})},
	"keeps leases over a restart": {"leases end when the store is reopened", broken{
		open: func(*memory.Store, context.Context, engine.Instant, engine.Instant) (engine.Meta, error) {
			return engine.Meta{}, nil
		},
	}},
	"keeps absurd delays": {"an absurd delay is cut when the store is reopened", broken{
		open: func(s *memory.Store, ctx context.Context, now, _ engine.Instant) (engine.Meta, error) {
			return s.Reopen(ctx, now, 1<<62)
		},
	}},
}

// opener opens a broken store, which its restarts do not mend.
func (b broken) opener(t storetest.T) (store.Store, func() store.Store) {
	b.Store = memory.Open()
	return &b, func() store.Store {
		if err := b.Close(); err != nil {
			t.Fatalf("%v", err)
		}
		b.Store = b.Again()
		return &b
	}
}

// TestBrokenStoresFail: each defect is noticed by the rule that speaks of it.
func TestBrokenStoresFail(t *testing.T) {
	for name, d := range defects {
		t.Run(name, func(t *testing.T) {
			failed := map[string]string{}
			for _, r := range storetest.Rules() {
				if said := judge(t, r, d.store.opener); said != "" {
					failed[r.Name] = said
				}
			}
			if failed[d.rule] == "" {
				t.Errorf("%q did not fail; these did: %v", d.rule, failed)
			}
		})
	}
}

// TestLostOnRestart: a store that keeps nothing fails by what was applied.
func TestLostOnRestart(t *testing.T) {
	open := func(storetest.T) (store.Store, func() store.Store) {
		return memory.Open(), func() store.Store { return memory.Open() }
	}
	for _, r := range storetest.Rules() {
		said := judge(t, r, open)
		if strings.Contains(r.Name, "after a restart") && r.Name != "after a restart nothing but retries waits, whatever the clock says" && said == "" {
			t.Errorf("%q did not fail", r.Name)
		}
	}
}

// recorder is a test that notes its failure.
type recorder struct {
	*testing.T
	said string
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// judge says how a store fails a rule, "" if it passes.
func judge(t *testing.T, rule storetest.Rule, open storetest.Open) string {
	r := &recorder{T: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		rule.Check(r, open)
	}()
	<-done
	return r.said
}
