package explore

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// Hunt plays many generated worlds.
type Hunt struct {
	Player *Player
	Size   Size
	// Seed begins the sequence of worlds; the same seed gives the same ones,
	// whatever the number of workers.
	Seed uint64
	// Shard of Shards, from 1: only its share of the sequence is played.
	// 0 of 0 plays all.
	Shard, Shards int
	// Runs and For end the hunt, whichever comes first; 0 is no bound. Runs
	// counts the worlds of this shard.
	Runs int
	For  time.Duration
	// Workers play at once, at least one.
	Workers int
	// Enough ends the hunt with the world that shows the last of so many different
	// failures, by its number; 0 is no bound. Later worlds are not counted, even
	// if they were played.
	Enough int
	// Clock is the wall time since some fixed instant; it must be safe for
	// concurrent use.
	Clock func() time.Duration
	// Watch, if not nil, is called after each run, in their order, one call at a
	// time.
	Watch func(*Tally)
	// Against, if not nil, plays each world that failed once more with another
	// engine: what fails there as well is not counted. A mutant's failures are
	// those that the engine without its defect does not have.
	Against *Player
	// Recheck, if not nil, is asked after each run whether it can be repeated;
	// a text says how it could not. It must be safe for concurrent use.
	Recheck func(ctx context.Context, sc *scenarios.Scenario, out *Outcome) (difference string, err error)
}

// Found is a kind of failure: the same invariant in the same role.
type Found struct {
	Failure  Failure
	Scenario *scenarios.Scenario // the first world that showed it
	Run      int                 // its number in the whole sequence, from 1
	At       time.Duration       // wall time since the hunt began
	Events   int                 // of that run
	Times    int                 // runs that showed it
}

// Tally is what a hunt has come to. Those who watch must not keep it.
type Tally struct {
	Runs      int
	Events    int
	Exchanges int
	// Failed and Undecided count runs: with a violated invariant, and with none
	// but one that could not be decided.
	Failed    int
	Undecided int
	// Open counts the undecided runs by invariant.
	Open map[string]int
	// Found are the kinds of failure, by the number of their first run.
	Found []*Found
	// Fault is what stopped the hunt: the harness could not go on with a world.
	Fault    error
	FaultRun int
	FaultIn  *scenarios.Scenario // nil if it could not be generated
	Coverage *Coverage
	Wall     time.Duration
	// Interrupted says that ctx ended before a bound was reached.
	Interrupted bool
}

// World is the i-th world of a seed's sequence, from 0.
func World(seed uint64, i int, size Size) *scenarios.Scenario {
	return Generate(NewNumbers(scramble(seed)+uint64(i)), size)
}

// Run plays until a bound is reached, ctx ends or the harness fails. What was
// found by then is in the tally.
func (h *Hunt) Run(ctx context.Context) *Tally {
	p := newPack(h)
	var all sync.WaitGroup
	for range max(h.Workers, 1) {
		all.Add(1)
		go func() { //syncproof:allow go worlds are independent; the tally does not depend on which comes first
			defer all.Done()
			p.work(ctx)
		}()
	}
	all.Wait()
	t := p.tally
	t.Wall = h.Clock() - p.began
	complete := p.done || h.Runs > 0 && t.Runs >= h.Runs || h.For > 0 && t.Wall >= h.For
	t.Interrupted = ctx.Err() != nil && !complete
	return t
}

// roomMost bounds the memory that a worker keeps for its next journal, in
// events: longer ones are too rare to be worth it.
const roomMost = 1 << 16

// recycled is the memory for the next journal: the run that filled it is
// counted, and nothing of it is kept.
func recycled(room, used []trace.Event) []trace.Event {
	if cap(used) > cap(room) && cap(used) <= roomMost {
		room = used
	}
	clear(room[:min(len(used), cap(room))]) // what it holds may be collected
	return room
}

// play generates a world and plays it, as often as was asked. The world of a
// fault is nil if it could not be generated.
func (p *pack) play(ctx context.Context, i int, room []trace.Event) (sc *scenarios.Scenario, out Outcome) {
	defer func() {
		if v := recover(); v != nil {
			out = Outcome{Fault: panicked(v)}
		}
	}()
	sc = World(p.hunt.Seed, i, p.hunt.Size)
	out = p.hunt.Player.play(ctx, sc, room)
	p.excuse(ctx, sc, &out)
	if p.hunt.Recheck == nil || out.Fault != nil || ctx.Err() != nil {
		return sc, out
	}
	difference := ""
	if difference, out.Fault = p.hunt.Recheck(ctx, sc, &out); difference != "" {
		out.Failures = append(out.Failures, Failure{Invariant: Determinism, Role: "the journals differ", Message: difference})
	}
	return sc, out
}

// excuse drops the failures that the other engine has in the same world. If
// the harness cannot play that one, nothing is known of either.
func (p *pack) excuse(ctx context.Context, sc *scenarios.Scenario, out *Outcome) {
	if p.hunt.Against == nil || len(out.Failures) == 0 {
		return
	}
	other := p.hunt.Against.Play(ctx, sc)
	if other.Fault != nil {
		out.Fault = other.Fault
		return
	}
	out.Failures = slices.DeleteFunc(out.Failures, func(f Failure) bool {
		return slices.ContainsFunc(other.Failures, func(o Failure) bool { return o.Invariant == f.Invariant })
	})
}

// Determinism is the name of the failure of a run that could not be repeated.
const Determinism = "determinism"
