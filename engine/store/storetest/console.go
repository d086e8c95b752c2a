package storetest

import (
	"encoding/json"
	"reflect"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
)

// console is the store as people look at it.
func (b *bench) console() store.Console {
	b.Helper()
	c, ok := b.Store.(store.Console)
	if !ok {
		b.Fatalf("%T is no store.Console", b.Store)
	}
	return c
}

func (b *bench) ledger(key string) []engine.LedgerEntry {
	b.Helper()
	got, err := b.console().Ledger(b.ctx, key)
	b.must(err)
	return got
}

var consoleRules = []Rule{
	{"the ledger keeps every entry, and the same number replaces", func(t T, open Open) {
		b := newBench(t, open)
		first, second := engine.LedgerEntry{Key: "a", Number: 1, Rule: "CR-4", Lost: []engine.LedgerLoss{{Field: "notes", Value: "x"}}}, engine.LedgerEntry{Key: "a", Number: 2}
		again := second
		again.Why = "told again after a crash"
		b.apply(10, engine.Append{Entry: second}, engine.Append{Entry: first}, engine.Append{Entry: engine.LedgerEntry{Key: "b", Number: 1}})
		b.apply(20, engine.Append{Entry: again})
		b.same("ledger", b.ledger("a"), []engine.LedgerEntry{first, again})
		b.restart(30)
		b.same("ledger after a restart", b.ledger("a"), []engine.LedgerEntry{first, again})
		b.same("ledger of nobody", len(b.ledger("c")), 0)
	}},
	{"records are listed by key, from a key on, by status", func(t T, open Open) {
		b := newBench(t, open)
		for i, key := range []string{"d", "b", "a", "é", "c"} {
			rec := linked(key, key, "")
			rec.Status = []engine.Status{engine.Flagged, engine.InSync, engine.Failed, engine.Flagged, engine.Flagged}[i]
			b.apply(10, put(rec))
		}
		for _, c := range []struct {
			filter store.Filter
			after  string
			limit  int
			want   []string
		}{
			{store.Filter{}, "", 9, []string{"a", "b", "c", "d", "é"}},
			{store.Filter{}, "b", 2, []string{"c", "d"}},
			{store.Filter{Statuses: []engine.Status{engine.Flagged}}, "", 2, []string{"c", "d"}},
			{store.Filter{Statuses: []engine.Status{engine.Failed, engine.InSync}}, "a", 9, []string{"b"}},
			{store.Filter{}, "é", 9, nil},
			{store.Filter{}, "", 0, nil},
		} {
			got, err := b.console().Records(b.ctx, c.filter, c.after, c.limit)
			b.must(err)
			var keys []string
			for _, rec := range got {
				keys = append(keys, rec.Key)
			}
			b.same("records", keys, c.want)
		}
	}},
	{"a record is found by its key", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, put(FullRecord()))
		got, err := b.console().Record(b.ctx, FullRecord().Key)
		b.must(err)
		b.sameRecord(got, FullRecord())
		if got, err = b.console().Record(b.ctx, "nobody"); got != nil || err != nil {
			t.Fatalf("got %+v, %v for a key that no record has", got, err)
		}
	}},
	{"depths count each entry once", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")), backlog(cc("b")))
		for i, it := range b.fetch(10, 2, 0).Items {
			b.apply(10, retry(it, engine.Instant(100+300*i)))
		}
		b.apply(30, fresh(cc("c")), fresh(cc("d")), backlog(cc("e")))
		b.fetch(30, 1, 0)
		got, err := b.console().Depths(b.ctx, 200)
		b.must(err)
		b.same("depths", got, store.Depths{Fresh: 1, Backlog: 2, Delayed: 1, Leased: 1, Oldest: 30})
		got, err = newBench(t, open).console().Depths(b.ctx, 200)
		b.must(err)
		b.same("depths of an empty queue", got, store.Depths{})
	}},
}

// sameRecord compares all of two records, empty lists and missing ones apart.
func (b *bench) sameRecord(got, want *engine.Record) {
	b.Helper()
	if !reflect.DeepEqual(got, want) {
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want)
		b.Fatalf("got %s\nwant %s", g, w)
	}
}
