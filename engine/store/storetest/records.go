package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store"
)

var recordRules = []Rule{
	{"both references lead to a record", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, put(linked("cc:a", "a", "1")))
		for _, ref := range []engine.Ref{cc("a"), crm("1")} {
			b.same("holder of "+ref.String(), b.holder(ref), "cc:a")
		}
		b.same("holder of a reference that nobody holds", b.holder(cc("1")), "")
	}},
	{"a reference leads to the record that took it last", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, put(linked("old", "a", "1")), put(linked("new", "b", "1")))
		b.same("holder", b.holder(crm("1")), "new")
		b.same("holder of the other", b.holder(cc("a")), "old")
	}},
	{"an entry of a reference folds into the record that takes it", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, put(linked("cc:a", "a", "")), fresh(crm("1")))
		b.apply(20, put(linked("cc:a", "a", "1")))
		it := b.one(20)
		b.same("key and reference", []any{it.Key, it.Ref}, []any{"cc:a", crm("1")})
		b.sameRecord(it.Record, linked("cc:a", "a", "1"))
	}},
	{"folding coalesces, and loses no decision", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, put(linked("cc:a", "a", "")), decision(cc("a"), 1), decision(crm("1"), 2), decision(crm("1"), 3))
		b.apply(20, put(linked("cc:a", "a", "1")))
		b.same("tokens", tokens(b.one(20)), []uint64{1, 2, 3})
	}},
	{"an entry that is worked on folds when its lease ends", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, fresh(crm("1")))
		it := b.one(10)
		b.apply(20, put(linked("cc:a", "a", "1")), fresh(crm("1")))
		b.same("key of the notice meanwhile", b.one(20).Key, "cc:a")
		b.apply(30, retry(it, 30))
		b.due(40)
		b.restart(50)
		b.same("key", b.one(50).Key, "cc:a")
	}},
	{"a record comes back as it was stored", func(t T, open Open) {
		b := newBench(t, open)
		rec := FullRecord()
		b.apply(10, put(rec))
		b.restart(20)
		b.sameRecord(b.lookup(cc(rec.ID[0])), rec)
	}},
	{"meta data come back as they were stored", func(t T, open Open) {
		b := newBench(t, open)
		deletes := engine.PutDeletes{Recent: []engine.Instant{1, 2}, Number: 4, Approved: 3}
		told := engine.Told{Outage: 5, Permission: 6, Credentials: 7}
		b.apply(10, engine.PutGate{Side: mapping.CRM, Until: 500}, engine.PutCursor{Side: mapping.CC, Cursor: "c\"1|<&>"},
			deletes, engine.PutTold{Side: mapping.CRM, Told: told},
			engine.PutCursor{Side: mapping.CRM, Cursor: "7", Object: "asset"}, engine.PutCursor{Side: mapping.CRM, Cursor: "8", Object: "account"},
			engine.PutTold{Side: mapping.CC, Told: told, Object: "asset"})
		got := b.restart(20)
		want := engine.Meta{Gates: [2]engine.Instant{0, 500}, Deletes: deletes, Told: [2]engine.Told{{}, told}}
		want.Cursors[mapping.CC] = "c\"1|<&>"
		want.Objects = []engine.ObjectMeta{
			{Name: "account", Cursors: [2]adapter.Cursor{"", "8"}},
			{Name: "asset", Cursors: [2]adapter.Cursor{"", "7"}, Told: [2]engine.Told{told, {}}},
		}
		b.same("meta", got, want)
	}},
	{"an absurd pause is cut when the store is reopened", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, engine.PutGate{Side: mapping.CC, Until: 1 << 60})
		b.same("gate", b.restart(20).Gates[mapping.CC], 20+latest)
		b.same("gate after another restart", b.restart(21).Gates[mapping.CC], 20+latest)
	}},
}

var durabilityRules = []Rule{
	{"what was applied is there after a restart", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, fresh(cc("a")), put(linked("cc:a", "a", "1")), engine.Append{Entry: engine.LedgerEntry{Key: "cc:a", Number: 1}})
		b.restart(20)
		it := b.one(20)
		b.sameRecord(it.Record, linked("cc:a", "a", "1"))
	}},
	{"batches are applied in their order", func(t T, open Open) {
		b := newBench(t, open)
		b.must(b.Apply(b.ctx, 10,
			engine.Batch{Ops: []engine.StoreOp{engine.PutCursor{Side: mapping.CC, Cursor: "1"}}},
			engine.Batch{Ops: []engine.StoreOp{engine.PutCursor{Side: mapping.CC, Cursor: "2"}}}))
		b.same("cursor", b.restart(20).Cursors[mapping.CC], "2")
	}},
	{"a batch with a fault changes nothing, nor does its neighbour", func(t T, open Open) {
		b := newBench(t, open)
		sound := engine.Batch{Ops: []engine.StoreOp{fresh(cc("a"))}}
		for name, op := range map[string]engine.StoreOp{
			"no record":    engine.PutRecord{},
			"no id":        engine.Enqueue{},
			"no such side": engine.PutGate{Side: 2},
			"a long key":   engine.Done{Key: strings.Repeat("k", store.MaxText+1)},
			"no UTF-8":     engine.Enqueue{Ref: cc("\xff")},
			"no such lane": engine.Enqueue{Ref: cc("a"), Lane: 2},
		} {
			var invalid *store.InvalidError
			if err := b.Apply(b.ctx, 10, sound, engine.Batch{Ops: []engine.StoreOp{fresh(cc("b")), op}}); !errors.As(err, &invalid) {
				t.Fatalf("%s: got %v, want an InvalidError", name, err)
			}
		}
		b.due(999)
		b.apply(10, fresh(cc("c")))
		b.due(999, "c")
	}},
	{"a call whose context has ended changes nothing", func(t T, open Open) {
		b := newBench(t, open)
		ctx, cancel := context.WithCancel(b.ctx)
		cancel()
		if err := b.Apply(ctx, 10, engine.Batch{Ops: []engine.StoreOp{fresh(cc("a"))}}); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want the context's error", err)
		}
		b.due(999)
	}},
	{"calls at once are each whole", func(t T, open Open) { atOnce(newBench(t, open)) }},
	{"a closed store says so", func(t T, open Open) {
		b := newBench(t, open)
		b.must(b.Close())
		_, fetch := b.Fetch(b.ctx, 1, engine.Fetch{Max: 1})
		_, lookup := b.Lookup(b.ctx, cc("a"))
		for _, err := range []error{b.Apply(b.ctx, 1, engine.Batch{}), fetch, lookup} {
			if !errors.Is(err, store.ErrClosed) {
				t.Fatalf("got %v, want ErrClosed", err)
			}
		}
	}},
}

// atOnce lets workers notice, fetch and finish at once: each entry is worked on
// by one, and in the end all were.
func atOnce(b *bench) {
	const workers, each = 8, 25
	var mu sync.Mutex
	var wrong error
	seen := map[string]int{}
	note := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		wrong = errors.Join(wrong, err)
	}
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := range each {
				note(b.Apply(b.ctx, 10, engine.Batch{Ops: []engine.StoreOp{fresh(cc(fmt.Sprint(w, ".", i)))}}))
				got, err := b.Fetch(b.ctx, 10, engine.Fetch{Max: 2})
				note(err)
				for _, it := range got.Items {
					mu.Lock()
					seen[it.Key]++
					mu.Unlock()
					note(b.Apply(b.ctx, 10, engine.Batch{Ops: []engine.StoreOp{done(it)}}))
				}
			}
		})
	}
	group.Wait()
	b.must(wrong)
	for _, it := range b.fetch(10, workers*each, 0).Items {
		seen[it.Key]++
	}
	b.same("entries", len(seen), workers*each)
	for key, n := range seen {
		if n != 1 {
			b.Fatalf("%s was given out %d times", key, n)
		}
	}
}

func (b *bench) lookup(ref engine.Ref) *engine.Record {
	b.Helper()
	rec, err := b.Lookup(b.ctx, ref)
	b.must(err)
	return rec
}

// holder is the key of the record that holds a reference, "" if none does.
func (b *bench) holder(ref engine.Ref) string {
	b.Helper()
	if rec := b.lookup(ref); rec != nil {
		return rec.Key
	}
	return ""
}
