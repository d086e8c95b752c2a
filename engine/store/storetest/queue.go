package storetest

import (
	"github.com/syncproof/syncproof/engine"
)

var noticeRules = []Rule{
	{"notices of one reference coalesce", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")), fresh(cc("a")), backlog(cc("a")))
		it := b.one(10)
		b.same("key", it.Key, "cc:a")
		b.same("generation", it.Generation, 3)
		b.same("lane, the more urgent one", it.Lane, engine.Fresh)
	}},
	{"notices of both sides of a record coalesce under its key", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, put(linked("cc:a", "a", "1")), backlog(crm("1")), backlog(cc("a")))
		it := b.one(10)
		b.same("key", it.Key, "cc:a")
		b.same("reference, the first one", it.Ref, crm("1"))
		if it.Record == nil || it.Record.Key != "cc:a" {
			t.Fatalf("the entry comes without its record: %+v", it.Record)
		}
	}},
	{"a notice without a hint keeps the hint", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, engine.Enqueue{Ref: cc("a"), Hint: "1"}, fresh(cc("a")))
		b.same("hint", b.one(10).Hint, "1")
	}},
	{"a fresh notice makes a waiting retry due at once", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")))
		b.apply(10, retry(b.one(10), 500))
		b.due(20)
		b.apply(20, fresh(cc("a")))
		b.same("attempt", b.one(20).Attempt, 1)
	}},
	{"a notice of the backlog leaves a retry waiting", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, fresh(cc("a")))
		b.apply(10, retry(b.one(10), 500))
		b.apply(20, backlog(cc("a")))
		b.due(499)
		b.due(500, "a")
	}},
	{"all linked records are noticed, in the order in which they came", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, put(linked("z", "z", "1")), put(linked("crm:2", "", "2")), put(linked("nobody", "", "")), put(linked("a", "a", "")))
		b.apply(20, engine.EnqueueAll{Lane: engine.Backlog})
		b.due(20, "z", "2", "a")
	}},
	{"an audit coalesces with what waits and with what is worked on", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, put(linked("a", "a", "1")), put(linked("b", "b", "2")), fresh(cc("a")))
		it := b.one(10)
		b.apply(20, engine.EnqueueAll{Lane: engine.Fresh})
		b.same("of the leased one", it.Key, "a")
		b.due(20, "b")
		b.apply(30, done(it))
		again := b.one(30)
		b.same("after the lease: key, generation, lane", []any{again.Key, again.Generation, again.Lane}, []any{"a", 2, engine.Fresh})
	}},
	{"only what a mass delete flagged is noticed for it", func(t T, open Open) {
		b := newBench(t, open)
		mass, single := linked("a", "a", ""), linked("b", "b", "")
		mass.Flag, single.Flag = &engine.FlagState{Mass: 3}, &engine.FlagState{}
		b.apply(10, put(mass), put(single), put(linked("c", "c", "")))
		b.apply(20, engine.EnqueueAll{Lane: engine.Fresh, Mass: true})
		b.due(20, "a")
	}},
	{"only what is dead-lettered is noticed for it", func(t T, open Open) {
		b := newBench(t, open)
		failed, healed := linked("a", "a", ""), linked("b", "b", "")
		failed.Failure, healed.Failure = &engine.FailureState{Rule: "FC-1"}, &engine.FailureState{Rule: "FC-1"}
		b.apply(10, put(failed), put(healed), put(linked("c", "c", "")), put(linked("b", "b", "")))
		b.apply(20, engine.EnqueueAll{Lane: engine.Backlog, Failed: true})
		b.due(20, "a")
	}},
}

var leaseRules = []Rule{
	{"an entry is given out once", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, fresh(cc("a")))
		b.one(10)
		b.due(999)
	}},
	{"done removes an entry", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, fresh(cc("a")))
		b.apply(10, done(b.one(10)))
		b.restart(20)
		b.due(999)
	}},
	{"done leaves an entry that was noticed again", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")))
		it := b.one(10)
		b.apply(20, backlog(cc("a")))
		b.due(999)
		b.apply(30, done(it))
		b.same("generation", b.one(30).Generation, 2)
	}},
	{"done of what is gone changes nothing", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, engine.Done{Key: "cc:x", Generation: 1}, engine.Requeue{Key: "cc:x", Due: 20}, fresh(cc("a")))
		b.due(30, "a")
	}},
	{"a fresh notice during a lease moves the entry to the fresh lane", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")))
		it := b.one(10)
		b.apply(20, fresh(cc("a")))
		b.apply(30, done(it))
		b.same("lane", b.one(30).Lane, engine.Fresh)
	}},
	{"a requeued entry waits, counts its attempts and keeps a fresh lane", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")))
		it := b.one(10)
		b.apply(20, fresh(cc("a")), retry(it, 300))
		b.due(299)
		it = b.one(300)
		b.same("attempt and lane", []any{it.Attempt, it.Lane}, []any{1, engine.Fresh})
	}},
	{"leases end when the store is reopened", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, fresh(cc("a")), fresh(cc("b")), fresh(cc("c")))
		b.fetch(10, 2, 0)
		b.restart(20)
		b.due(20, "a", "b", "c")
	}},
	{"a fresh notice during a lease outlives the process", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")))
		b.one(10)
		b.apply(20, fresh(cc("a")))
		b.restart(30)
		b.same("lane", b.one(30).Lane, engine.Fresh)
	}},
}

var orderRules = []Rule{
	{"the fresh lane comes first", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")), fresh(cc("b")), backlog(cc("c")), fresh(cc("d")))
		b.due(10, "b", "d", "a", "c")
	}},
	{"slots kept for the fresh lane are not given to the backlog", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")), backlog(cc("b")), backlog(cc("c")), fresh(cc("d")))
		b.same("with one fresh entry", ids(b.fetch(10, 4, 2).Items), []string{"d", "a", "b"})
		b.same("with none", ids(b.fetch(10, 4, 4).Items), []string(nil))
	}},
	{"within a lane what became due first comes first", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")), backlog(cc("b")))
		for i, it := range b.fetch(10, 2, 0).Items {
			b.apply(10, retry(it, engine.Instant(300-100*i)))
		}
		b.apply(250, backlog(cc("c")))
		b.due(400, "b", "c", "a")
	}},
	{"what waits for later is not given out and its instant is told", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")), backlog(cc("b")))
		for i, it := range b.fetch(10, 2, 0).Items {
			b.apply(10, retry(it, engine.Instant(300-100*i)))
		}
		b.same("next", b.fetch(50, 5, 0).Next, 200)
		b.same("next of an empty queue", newBench(t, open).fetch(50, 5, 0).Next, 0)
	}},
	{"what is left for want of slots is told", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, fresh(cc("a")), fresh(cc("b")))
		got := b.fetch(10, 1, 0)
		b.same("next and fresh waits", []any{got.Next, got.FreshWaits, got.Op}, []any{10, true, 7})
		got = b.fetch(10, 1, 0)
		b.same("next and fresh waits, leased entries apart", []any{got.Next, got.FreshWaits}, []any{0, false})
	}},
	{"after a restart nothing but retries waits, whatever the clock says", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(900, backlog(cc("a")), backlog(cc("b")))
		b.apply(900, retry(b.fetch(900, 1, 0).Items[0], 990))
		b.restart(100)
		b.due(100, "b")
		b.due(990, "a")
	}},
	{"an absurd delay is cut when the store is reopened", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, backlog(cc("a")))
		b.apply(10, retry(b.one(10), 1<<60))
		b.restart(10)
		b.due(10 + latest - 1)
		b.due(10+latest, "a")
	}},
}

var decisionRules = []Rule{
	{"a decision is given out with its entry", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, decision(cc("a"), 1))
		got := b.one(10).Review
		if got == nil {
			t.Fatalf("the entry comes without its decision")
		}
		b.same("decision", *got, *decision(cc("a"), 1).Review)
	}},
	{"a second decision waits behind the first and is given out once", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, decision(cc("a"), 1), decision(cc("a"), 2), decision(cc("a"), 3))
		it := b.one(10)
		b.same("tokens", tokens(it), []uint64{1, 2, 3})
		b.apply(20, retry(it, 20))
		b.same("tokens of the retry", tokens(b.one(20)), []uint64{1})
	}},
	{"a decision that comes while one is carried out waits behind it", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, decision(cc("a"), 1))
		it := b.one(10)
		b.apply(20, decision(cc("a"), 2))
		b.apply(30, retry(it, 30))
		b.same("tokens", tokens(b.one(30)), []uint64{1, 2})
	}},
	{"a decision that was carried out is gone", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, decision(cc("a"), 1))
		it := b.one(10)
		b.apply(20, fresh(cc("a")))
		b.apply(30, done(it))
		b.same("tokens", tokens(b.one(30)), []uint64(nil))
	}},
	{"a decision that was not carried out outlives the process", func(t T, open Open) {
		b := newBench(t, open)
		b.apply(10, decision(cc("a"), 1))
		b.one(10)
		b.restart(20)
		b.same("tokens", tokens(b.one(20)), []uint64{1})
	}},
}

// tokens names the decisions that come with an entry, the waiting one first.
func tokens(it engine.Item) []uint64 {
	var out []uint64
	if it.Review != nil {
		out = append(out, it.Review.Token)
	}
	for _, late := range it.Later {
		out = append(out, late.Token)
	}
	return out
}
