package storetest

import (
	"context"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/memory"
)

// likeTheModel plays random histories on a store and on package memory, which
// must give the same answers at each step.
func likeTheModel(t *testing.T, open Open) {
	rapid.Check(t, func(r *rapid.T) {
		folder := &scratch{T: t, r: r}
		defer folder.end()
		s, again := open(folder)
		h := &history{r: r, t: folder, real: s, again: again, model: memory.Open(), now: 1 << 20}
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			h.step()
		}
		h.compareAll()
	})
}

// scratch is a test whose failures are rapid's, to be shrunk, and whose end is
// that of one history.
type scratch struct {
	T
	r        *rapid.T
	cleanups []func()
}

func (s *scratch) Fatalf(format string, args ...any) { s.r.Fatalf(format, args...) }
func (s *scratch) Cleanup(f func())                  { s.cleanups = append(s.cleanups, f) }
func (s *scratch) end() {
	for i := len(s.cleanups) - 1; i >= 0; i-- {
		s.cleanups[i]()
	}
}

// history drives both stores.
type history struct {
	r      *rapid.T
	t      *scratch
	real   store.Store
	again  func() store.Store
	model  *memory.Store
	now    engine.Instant
	leased []engine.Item
}

func (h *history) step() {
	h.now += engine.Instant(rapid.IntRange(0, 20).Draw(h.r, "passes"))
	switch rapid.IntRange(0, 9).Draw(h.r, "step") {
	case 0:
		h.reopen()
	case 1, 2, 3:
		h.fetch()
	default:
		h.apply()
	}
}

func (h *history) reopen() {
	h.now -= engine.Instant(rapid.SampledFrom([]int{0, 0, 300}).Draw(h.r, "clock back"))
	h.leased = nil
	h.real, h.model = h.again(), h.model.Again()
	got, err := h.real.Reopen(context.Background(), h.now, h.now+latest)
	want, wrong := h.model.Reopen(context.Background(), h.now, h.now+latest)
	h.compare("meta", got, err, want, wrong)
}

func (h *history) fetch() {
	most := rapid.IntRange(0, 5).Draw(h.r, "max")
	f := engine.Fetch{Op: 3, Max: most, Fresh: rapid.IntRange(0, most).Draw(h.r, "fresh")}
	got, err := h.real.Fetch(context.Background(), h.now, f)
	want, wrong := h.model.Fetch(context.Background(), h.now, f)
	h.compare("fetched", got, err, want, wrong)
	h.leased = append(h.leased, want.Items...)
}

func (h *history) apply() {
	batches := make([]engine.Batch, rapid.IntRange(1, 2).Draw(h.r, "batches"))
	for i := range batches {
		for range rapid.IntRange(1, 4).Draw(h.r, "operations") {
			batches[i].Ops = append(batches[i].Ops, h.operation())
		}
	}
	got, want := h.real.Apply(context.Background(), h.now, batches...), h.model.Apply(context.Background(), h.now, batches...)
	h.compare("applied", nil, got, nil, want)
}

var (
	someIDs  = [2][]string{{"a", "b", "c"}, {"1", "2", "3"}}
	someKeys = []string{"cc:a", "cc:b", "cc:c", "crm:1", "crm:2", "crm:3"}
)

func (h *history) side() mapping.Side {
	return rapid.SampledFrom([]mapping.Side{mapping.CC, mapping.CRM}).Draw(h.r, "side")
}

func (h *history) lane() engine.Lane {
	return rapid.SampledFrom([]engine.Lane{engine.Fresh, engine.Backlog}).Draw(h.r, "lane")
}

// worked is an entry that is worked on, or now and then any.
func (h *history) worked() engine.Item {
	if len(h.leased) == 0 || rapid.IntRange(0, 9).Draw(h.r, "stray") == 0 {
		return engine.Item{Key: rapid.SampledFrom(someKeys).Draw(h.r, "key"), Generation: uint64(rapid.IntRange(0, 3).Draw(h.r, "generation"))}
	}
	i := rapid.IntRange(0, len(h.leased)-1).Draw(h.r, "which")
	it := h.leased[i]
	h.leased = append(h.leased[:i:i], h.leased[i+1:]...)
	return it
}

func (h *history) operation() engine.StoreOp {
	switch rapid.IntRange(0, 14).Draw(h.r, "operation") {
	case 0, 1, 2, 3:
		return h.notice()
	case 4, 5:
		return done(h.worked())
	case 6, 7:
		return engine.Requeue{
			Key: h.worked().Key, Lane: h.lane(), Attempt: rapid.IntRange(1, 5).Draw(h.r, "attempt"),
			Due: h.now + engine.Instant(rapid.SampledFrom([]int{0, 10, 50, 5000}).Draw(h.r, "delay")),
		}
	case 8, 9:
		return put(h.record())
	case 10:
		return engine.EnqueueAll{Lane: h.lane(), Mass: rapid.Bool().Draw(h.r, "mass"), Failed: rapid.Bool().Draw(h.r, "failed")}
	case 11:
		return engine.Append{Entry: engine.LedgerEntry{
			Key: rapid.SampledFrom(someKeys).Draw(h.r, "key"), Number: uint32(rapid.IntRange(1, 3).Draw(h.r, "number")), At: h.now,
		}}
	case 12:
		return engine.PutGate{Side: h.side(), Until: h.now + engine.Instant(rapid.SampledFrom([]int{10, 5000}).Draw(h.r, "pause"))}
	case 13:
		return engine.PutCursor{Side: h.side(), Cursor: adapter.Cursor(rapid.String().Draw(h.r, "cursor")), Object: h.object()}
	default:
		return engine.PutTold{Side: h.side(), Told: engine.Told{Outage: h.now}, Object: h.object()}
	}
}

func (h *history) object() string {
	return rapid.SampledFrom([]string{"", "account", "asset"}).Draw(h.r, "object")
}

func (h *history) notice() engine.Enqueue {
	side := h.side()
	op := engine.Enqueue{
		Ref: engine.Ref{Side: side, ID: rapid.SampledFrom(someIDs[side]).Draw(h.r, "id")}, Lane: h.lane(),
		Hint: rapid.SampledFrom([]string{"", "", "hint"}).Draw(h.r, "hint"),
	}
	if rapid.IntRange(0, 3).Draw(h.r, "decision") == 0 {
		op.Review = &engine.Reviewed{Ref: op.Ref, Token: uint64(h.now)}
	}
	return op
}

func (h *history) record() *engine.Record {
	rec := &engine.Record{
		Key:    rapid.SampledFrom(someKeys).Draw(h.r, "key"),
		Status: rapid.SampledFrom([]engine.Status{engine.InSync, engine.Flagged, engine.Failed}).Draw(h.r, "status"),
	}
	for side := range rec.ID {
		rec.ID[side] = rapid.SampledFrom(append(someIDs[side], "")).Draw(h.r, "id")
		rec.Base[side] = engine.Base{Known: true, Content: []string{rapid.String().Draw(h.r, "content")}}
	}
	if rapid.IntRange(0, 3).Draw(h.r, "flag") == 0 {
		rec.Flag = &engine.FlagState{Mass: uint32(rapid.IntRange(0, 1).Draw(h.r, "mass"))}
	}
	if rapid.IntRange(0, 3).Draw(h.r, "failure") == 0 {
		rec.Failure = &engine.FailureState{Rule: "FC-1"}
	}
	return rec
}

// compareAll compares what is there in the end.
func (h *history) compareAll() {
	ctx := context.Background()
	for side, ids := range someIDs {
		for _, id := range ids {
			ref := engine.Ref{Side: mapping.Side(side), ID: id}
			got, err := h.real.Lookup(ctx, ref)
			want, wrong := h.model.Lookup(ctx, ref)
			h.compare("record of "+ref.String(), got, err, want, wrong)
		}
	}
	console, ok := h.real.(store.Console)
	if !ok {
		return
	}
	gotDepths, err := console.Depths(ctx, h.now)
	wantDepths, wrong := h.model.Depths(ctx, h.now)
	h.compare("depths", gotDepths, err, wantDepths, wrong)
	got, err := console.Records(ctx, store.Filter{}, "", 99)
	want, wrong := h.model.Records(ctx, store.Filter{}, "", 99)
	h.compare("records", got, err, want, wrong)
	for _, key := range someKeys {
		got, err := console.Ledger(ctx, key)
		want, wrong := h.model.Ledger(ctx, key)
		h.compare("ledger of "+key, got, err, want, wrong)
	}
}

func (h *history) compare(what string, got any, err error, want any, wrong error) {
	if err != nil || wrong != nil {
		h.r.Fatalf("%s: %v; the model: %v", what, err, wrong)
	}
	g, err := json.Marshal(got)
	w, wrong := json.Marshal(want)
	if err != nil || wrong != nil || string(g) != string(w) {
		h.r.Fatalf("%s at %d: got %s, the model %s", what, h.now, g, w)
	}
}
