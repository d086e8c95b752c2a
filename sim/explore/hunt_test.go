package explore

import (
	"context"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/syncproof/syncproof/internal/sketch"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/mutant"
)

func still() time.Duration { return 0 }

// TestHuntIsTheSameWithAnyWorkers: what a bounded hunt finds depends on its
// seed alone.
func TestHuntIsTheSameWithAnyWorkers(t *testing.T) {
	size := Size{Records: 3, Edits: 8, Faults: 3}
	hunt := func(workers int) *Tally {
		h := Hunt{Player: &Player{}, Size: size, Seed: 7, Runs: 40, Workers: workers, Clock: still}
		return h.Run(t.Context())
	}
	a, b := hunt(1), hunt(3)
	if a.Runs != 40 || b.Runs != 40 || a.Events != b.Events || a.Failed != b.Failed || len(a.Found) != len(b.Found) {
		t.Errorf("one worker: %d runs, %d events, %d failed; three: %d, %d, %d", a.Runs, a.Events, a.Failed, b.Runs, b.Events, b.Failed)
	}
	if a.Events == 0 {
		t.Error("nothing happened in 40 worlds")
	}
	if string(a.Coverage.Seen) != string(b.Coverage.Seen) {
		t.Error("the coverage depends on the number of workers")
	}
}

// TestEnoughIsTheSameWithAnyWorkers: a hunt that ends because it has found
// enough has counted the worlds up to the last failure, whoever was ready first.
func TestEnoughIsTheSameWithAnyWorkers(t *testing.T) {
	wins, ok := mutant.Find("last-write-wins")
	if !ok {
		t.Fatal("no such mutant")
	}
	for _, enough := range []int{1, 3} {
		var first *Tally
		for _, workers := range []int{1, 2, 5} {
			h := Hunt{
				Player: &Player{Vary: wins.Vary}, Size: Size{Records: 3, Edits: 8, Faults: 2},
				Seed: 4, Runs: 300, Workers: workers, Enough: enough, Clock: still,
			}
			tally := h.Run(t.Context())
			if first == nil {
				first = tally
			}
			if len(tally.Found) < enough || tally.Runs == 300 {
				t.Fatalf("%d workers found %d of %d in %d worlds", workers, len(tally.Found), enough, tally.Runs)
			}
			if last := tally.Found[len(tally.Found)-1]; last.Run != tally.Runs {
				t.Errorf("%d workers counted %d worlds, the last failure is in %d", workers, tally.Runs, last.Run)
			}
			if !reflect.DeepEqual(first, tally) {
				t.Errorf("one worker: %d runs, %d events, %d failed, %d kinds; %d workers: %d, %d, %d, %d", first.Runs, first.Events, first.Failed, len(first.Found),
					workers, tally.Runs, tally.Events, tally.Failed, len(tally.Found))
			}
		}
	}
}

// TestSlowWorldHoldsNothingUp: worlds behind one that takes long are played,
// and counted after it; but not without bound.
func TestSlowWorldHoldsNothingUp(t *testing.T) {
	const slow, workers = 1, 2
	release := make(chan struct{})
	var others atomic.Int32
	h := Hunt{Player: &Player{}, Size: Size{Records: 1, Edits: 1}, Seed: 1, Runs: 4 * aheadMost * workers, Workers: workers, Clock: still}
	h.Recheck = func(_ context.Context, sc *scenarios.Scenario, _ *Outcome) (string, error) {
		switch {
		case sc.Seed == World(1, slow-1, h.Size).Seed:
			<-release
		case others.Add(1) == aheadMost*workers-1:
			close(release)
		}
		return "", nil
	}
	h.Watch = func(tally *Tally) {
		if tally.Runs == slow && others.Load() != aheadMost*workers-1 {
			t.Errorf("%d worlds were played beside the slow one", others.Load())
		}
	}
	if tally := h.Run(t.Context()); tally.Runs != h.Runs || tally.Fault != nil {
		t.Errorf("%d of %d worlds, fault %v", tally.Runs, h.Runs, tally.Fault)
	}
}

// TestShardsDivideTheSequence: shards play each world once between them.
func TestShardsDivideTheSequence(t *testing.T) {
	size := Size{Records: 2, Edits: 4, Faults: 2}
	whole := (&Hunt{Player: &Player{}, Size: size, Seed: 3, Runs: 12, Clock: still}).Run(t.Context())
	events := 0
	seen := sketch.New()
	for shard := 1; shard <= 3; shard++ {
		part := (&Hunt{Player: &Player{}, Size: size, Seed: 3, Runs: 4, Shard: shard, Shards: 3, Clock: still}).Run(t.Context())
		events += part.Events
		seen.Merge(part.Coverage.Seen)
	}
	if events != whole.Events {
		t.Errorf("three shards saw %d events, the whole %d", events, whole.Events)
	}
	if seen.Distinct() != whole.Coverage.Seen.Distinct() {
		t.Errorf("three shards saw %d situations, the whole %d", seen.Distinct(), whole.Coverage.Seen.Distinct())
	}
}

// TestHuntKeepsWhatItHas: an interrupted hunt gives what it found so far.
func TestHuntKeepsWhatItHas(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := Hunt{Player: &Player{}, Size: Size{Records: 2, Edits: 4}, Seed: 1, Workers: 2, Clock: still}
	h.Watch = func(tally *Tally) {
		if tally.Runs == 5 {
			cancel()
		}
	}
	if tally := h.Run(ctx); tally.Runs < 5 || tally.Runs > 5+2*aheadMost || tally.Fault != nil || !tally.Interrupted {
		t.Errorf("an interrupted hunt has %d runs, fault %v, interrupted: %v", tally.Runs, tally.Fault, tally.Interrupted)
	}
}

// TestInterruptedRecheckIsNoFault: a world whose repetition was interrupted
// says nothing, and neither the engine nor the harness is to blame.
func TestInterruptedRecheckIsNoFault(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := Hunt{Player: &Player{}, Size: Size{Records: 2, Edits: 4}, Seed: 1, Runs: 3, Workers: 1, Clock: still}
	h.Recheck = func(ctx context.Context, _ *scenarios.Scenario, _ *Outcome) (string, error) {
		cancel()
		return "", ctx.Err()
	}
	if tally := h.Run(ctx); tally.Fault != nil || tally.Runs != 0 || !tally.Interrupted {
		t.Errorf("%d runs, fault %v, interrupted: %v", tally.Runs, tally.Fault, tally.Interrupted)
	}
}

// TestCompleteHuntIsNotInterrupted: an interruption after the last world takes
// nothing away.
func TestCompleteHuntIsNotInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := Hunt{Player: &Player{}, Size: Size{Records: 1, Edits: 1}, Seed: 1, Runs: 2, Workers: 1, Clock: still}
	h.Watch = func(tally *Tally) {
		if tally.Runs == 2 {
			cancel()
		}
	}
	if tally := h.Run(ctx); tally.Runs != 2 || tally.Interrupted {
		t.Errorf("%d runs, interrupted: %v", tally.Runs, tally.Interrupted)
	}
}

// TestHuntPanicIsAFault: a panic beside the play of a world stops the hunt with
// that world, and not the process.
func TestHuntPanicIsAFault(t *testing.T) {
	h := Hunt{Player: &Player{}, Size: Size{Records: 1, Edits: 1}, Seed: 1, Runs: 2, Workers: 2, Clock: still}
	h.Recheck = func(context.Context, *scenarios.Scenario, *Outcome) (string, error) { panic("made for a test") }
	tally := h.Run(t.Context())
	if tally.Fault == nil || tally.Fault.Error() == "" || tally.FaultIn == nil || len(tally.Found) != 0 {
		t.Errorf("fault %v in %v, %d failures", tally.Fault, tally.FaultIn, len(tally.Found))
	}
}

// TestHuntAgainstABrokenEngine: if the engine to compare with cannot be played,
// that is a fault and no excuse.
func TestHuntAgainstABrokenEngine(t *testing.T) {
	broken := func() *sim.Variation { panic("made for a test") }
	null, ok := mutant.Find("null-engine")
	if !ok {
		t.Fatal("no null engine")
	}
	h := Hunt{
		Player: &Player{Vary: null.Vary}, Against: &Player{Vary: broken},
		Size: Size{Records: 2, Edits: 4}, Seed: 1, Runs: 20, Workers: 1, Clock: still,
	}
	if tally := h.Run(t.Context()); tally.Fault == nil || len(tally.Found) != 0 {
		t.Errorf("fault %v, %d failures", tally.Fault, len(tally.Found))
	}
}
