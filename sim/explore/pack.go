package explore

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// pack is the workers of a hunt and what they share. Worlds are counted in the
// order of their numbers, whoever is ready first: where a hunt ends because it
// has found enough, it has counted the same worlds with any number of workers.
type pack struct {
	hunt  *Hunt
	began time.Duration

	mu     sync.Mutex
	moved  *sync.Cond // counted moved on, or the hunt is over
	next   int        // the next world of this shard to be played, from 0
	counts int        // the worlds before this one are in the tally
	played map[int]*played
	tally  *Tally
	done   bool
}

// played is what is to be counted of one world.
type played struct {
	sc                *scenarios.Scenario
	failures          []Failure
	undecided         []string
	events, exchanges int
	coverage          *Coverage
	fault             error
	at                time.Duration
	// void: the run was interrupted, and says nothing.
	void bool
}

// aheadMost is how many worlds a worker may be ahead of the one that is counted
// next: what waits to be counted takes memory.
const aheadMost = 64

func newPack(h *Hunt) *pack {
	p := &pack{
		hunt: h, began: h.Clock(), played: map[int]*played{},
		tally: &Tally{Open: map[string]int{}, Coverage: NewCoverage()},
	}
	p.moved = sync.NewCond(&p.mu)
	return p
}

func (p *pack) work(ctx context.Context) {
	var room []trace.Event
	for {
		n, ok := p.take(ctx)
		if !ok {
			return
		}
		sc, out := p.play(ctx, p.number(n), room)
		w := &played{void: ctx.Err() != nil} // of this run or of its repetition
		if !w.void {
			w = p.sum(sc, &out)
		}
		p.count(n, w)
		room = recycled(room, out.Events)
		if out.Fault != nil {
			room = nil // a run that was given up may still write to it
		}
	}
}

// take gives the number of the next world of this shard.
func (p *pack) take(ctx context.Context) (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.hunt
	over := func() bool {
		return p.done || ctx.Err() != nil || h.Runs > 0 && p.next >= h.Runs || h.For > 0 && h.Clock()-p.began >= h.For
	}
	for !over() && p.next-p.counts >= aheadMost*max(h.Workers, 1) {
		p.moved.Wait()
	}
	if over() {
		return 0, false
	}
	p.next++
	return p.next - 1, true
}

// number is that of a shard's n-th world in the whole sequence, from 0.
func (p *pack) number(n int) int {
	return n*max(p.hunt.Shards, 1) + max(p.hunt.Shard, 1) - 1
}

// sum is what is to be counted of a run. It keeps nothing of the journal.
func (p *pack) sum(sc *scenarios.Scenario, out *Outcome) *played {
	w := &played{
		failures: out.Failures, undecided: out.Undecided, events: len(out.Events), exchanges: out.Exchanges,
		coverage: NewCoverage(), fault: out.Fault, at: p.hunt.Clock() - p.began,
	}
	if len(out.Failures) > 0 || out.Fault != nil {
		w.sc = sc
	}
	w.coverage.Add(out.Events)
	return w
}

// count adds a world, and those behind it that were ready before, to the tally.
func (p *pack) count(n int, w *played) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.played[n] = w
	for !p.done && p.played[p.counts] != nil {
		w := p.played[p.counts]
		delete(p.played, p.counts)
		p.counts++
		p.add(p.number(p.counts-1), w)
	}
	p.moved.Broadcast()
}

// add counts the i-th world.
func (p *pack) add(i int, w *played) {
	t := p.tally
	switch {
	case w.void:
		return
	case w.fault != nil:
		t.Fault, t.FaultRun, t.FaultIn = w.fault, i+1, w.sc
		p.done = true
		return
	}
	t.Runs++
	t.Events += w.events
	t.Exchanges += w.exchanges
	t.Coverage.Merge(w.coverage)
	for _, name := range w.undecided {
		t.Open[name]++
	}
	switch {
	case len(w.failures) > 0:
		t.Failed++
	case len(w.undecided) > 0:
		t.Undecided++
	}
	for _, f := range w.failures {
		p.found(i, w, f)
	}
	p.done = p.hunt.Enough > 0 && len(t.Found) >= p.hunt.Enough
	if p.hunt.Watch != nil {
		t.Wall = p.hunt.Clock() - p.began
		p.hunt.Watch(t)
	}
}

// found adds a failure to its kind, which keeps the first world that showed it.
func (p *pack) found(i int, w *played, f Failure) {
	t := p.tally
	if k := slices.IndexFunc(t.Found, func(k *Found) bool { return k.Failure.Same(f) }); k >= 0 {
		t.Found[k].Times++
		return
	}
	t.Found = append(t.Found, &Found{Failure: f, Scenario: w.sc, Run: i + 1, At: w.at, Events: w.events, Times: 1})
}
