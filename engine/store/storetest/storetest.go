// Package storetest holds every store to what the operations of an engine.Batch
// mean. A new store passes when
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t storetest.T) (store.Store, func() store.Store) { ... })
//	}
//
// passes. Each rule is a subtest whose name is the demand; the last one plays
// random histories against package memory.
package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store"
)

// T is what a rule needs of a test: *testing.T, or what records that it failed.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	TempDir() string
	Cleanup(f func())
}

// Open makes an empty store. The function that it returns ends the process that
// uses the store, as far as a test can, and opens it as the next one would.
type Open func(t T) (s store.Store, again func() store.Store)

// Rule is one demand.
type Rule struct {
	Name  string
	Check func(t T, open Open)
}

// Rules lists all demands but the comparison with the model.
func Rules() []Rule {
	return slices.Concat(noticeRules, leaseRules, orderRules, decisionRules, recordRules, durabilityRules, consoleRules)
}

// Run holds a store to every rule.
func Run(t *testing.T, open Open) {
	for _, r := range Rules() {
		t.Run(r.Name, func(t *testing.T) { r.Check(t, open) })
	}
	t.Run("answers like the model", func(t *testing.T) { likeTheModel(t, open) })
}

// bench is one store under a rule.
type bench struct {
	T
	store.Store
	again func() store.Store
	ctx   context.Context
}

func newBench(t T, open Open) *bench {
	s, again := open(t)
	return &bench{T: t, Store: s, again: again, ctx: context.Background()}
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("%v", err)
	}
}

// apply makes one batch durable.
func (b *bench) apply(now engine.Instant, ops ...engine.StoreOp) {
	b.Helper()
	b.must(b.Apply(b.ctx, now, engine.Batch{Ops: ops}))
}

// fetch leases due entries.
func (b *bench) fetch(now engine.Instant, most, fresh int) engine.Fetched {
	b.Helper()
	out, err := b.Fetch(b.ctx, now, engine.Fetch{Op: 7, Max: most, Fresh: fresh})
	b.must(err)
	return out
}

// one leases the only due entry.
func (b *bench) one(now engine.Instant) engine.Item {
	b.Helper()
	out := b.fetch(now, 10, 0)
	if len(out.Items) != 1 {
		b.Fatalf("%d entries are due, want one: %v", len(out.Items), ids(out.Items))
	}
	return out.Items[0]
}

// due demands which entries are given out, in this order.
func (b *bench) due(now engine.Instant, want ...string) []engine.Item {
	b.Helper()
	items := b.fetch(now, 100, 0).Items
	b.same("entries given out", ids(items), want)
	return items
}

// restart opens the store as the next process does.
func (b *bench) restart(now engine.Instant) engine.Meta {
	b.Helper()
	b.Store = b.again()
	meta, err := b.Reopen(b.ctx, now, now+latest)
	b.must(err)
	return meta
}

// latest is how far ahead a delay may lie.
const latest = engine.Instant(1000)

func (b *bench) same(what string, got, want any) {
	b.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		b.Fatalf("%s: got %s, want %s", what, g, w)
	}
}

// ids names entries by their native ids.
func ids(items []engine.Item) []string {
	var out []string
	for i := range items {
		out = append(out, items[i].Ref.ID)
	}
	return out
}

func cc(id string) engine.Ref  { return engine.Ref{Side: mapping.CC, ID: id} }
func crm(id string) engine.Ref { return engine.Ref{Side: mapping.CRM, ID: id} }

func fresh(ref engine.Ref) engine.Enqueue   { return engine.Enqueue{Ref: ref, Lane: engine.Fresh} }
func backlog(ref engine.Ref) engine.Enqueue { return engine.Enqueue{Ref: ref, Lane: engine.Backlog} }

func done(it engine.Item) engine.Done {
	return engine.Done{Key: it.Key, Generation: it.Generation}
}

func retry(it engine.Item, due engine.Instant) engine.Requeue {
	return engine.Requeue{Key: it.Key, Due: due, Attempt: it.Attempt + 1, Lane: engine.Backlog}
}

// linked is a record with both ids.
func linked(key, cc, crm string) *engine.Record {
	return &engine.Record{Key: key, ID: [2]string{cc, crm}, Status: engine.InSync}
}

func put(rec *engine.Record) engine.PutRecord { return engine.PutRecord{Record: rec} }

// decision is a person's decision that can be told from others.
func decision(ref engine.Ref, token uint64) engine.Enqueue {
	return engine.Enqueue{Ref: ref, Lane: engine.Fresh, Review: &engine.Reviewed{
		Ref: ref, Token: token, State: "state", Choose: mapping.CRM, Set: []engine.FieldText{{Index: 2, Value: "VIP"}},
	}}
}
