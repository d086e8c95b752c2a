package engine_test

import (
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// TestEV8AnOutageOfTheFeedHidesNoLateCommit: rounds look behind the watermark
// until a whole one began after nothing can be committed there any more. One
// that failed showed nothing, however long it took.
func TestEV8AnOutageOfTheFeedHidesNoLateCommit(t *testing.T) {
	const interval, overlap = time.Minute, 2 * time.Minute
	cfg := defaultConfig([2]adapter.Capabilities{genesysLike(), salesforceLike()})
	cfg.Systems[mapping.CRM].Poll, cfg.Systems[mapping.CRM].Overlap = interval, overlap
	s := &steps{core: engine.New(cfg)}
	meta := engine.Meta{}
	engine.PutCursor{Side: mapping.CRM, Cursor: "here"}.Into(&meta)
	now := epoch
	out := s.step(now, engine.Started{Meta: meta})
	round := func(e engine.PollDone) (lookedBehind bool) {
		t.Helper()
		for i := range out {
			if p, ok := out[i].(engine.Poll); ok {
				e.Op = p.Op
				s.step(now, e)
				now = now.Add(time.Hour)
				out = s.step(now, engine.Tick{})
				return p.Rewind
			}
		}
		t.Fatalf("no poll at %v: %v", now, out)
		return false
	}
	failed := engine.PollDone{Err: &adapter.Error{Kind: adapter.Unavailable}}
	nothing := engine.PollDone{Page: adapter.Page{Next: "here"}}
	for i, want := range []struct {
		done   engine.PollDone
		behind bool
	}{{nothing, true}, {failed, true}, {failed, true}, {nothing, true}, {nothing, false}, {failed, false}, {nothing, false}} {
		if got := round(want.done); got != want.behind {
			t.Errorf("round %d looks behind the watermark: %v, want %v", i+1, got, want.behind)
		}
	}
}
