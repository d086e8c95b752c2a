package mutant

import (
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/sim"
)

// varyTwoWorkers runs two cores on one queue that knows no leases.
func varyTwoWorkers() *sim.Variation {
	var alone engine.Config
	return &sim.Variation{
		Config: func(c *engine.Config) {
			alone = *c
			alone.Audit = 0
			for side := range alone.Systems {
				alone.Systems[side].Poll = 0
			}
		},
		Machine: func(inner sim.Machine) sim.Machine {
			w := &workers{second: engine.New(alone), busy: map[string]bool{}, ends: map[engine.Op]string{}}
			return &wrapped{Machine: inner, step: w.step}
		},
	}
}

// workers gives what the machine inside fetched to a second core as well. The
// second one reads and writes; queue, feeds and webhooks are the first one's.
type workers struct {
	second *engine.Core
	out    engine.Effects
	busy   map[string]bool      // records that the second works on
	ends   map[engine.Op]string // its batches that end the work on a record
}

func (w *workers) step(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
	forFirst, forSecond := e, engine.Event(engine.Tick{})
	var items []engine.Item
	if own, mine := owned(e); mine {
		forFirst, forSecond = engine.Tick{}, own
	} else {
		switch e := e.(type) {
		case engine.Started, engine.Withdrawn, engine.Exchanged:
			forSecond = e
		case engine.Fetched:
			forSecond, items = engine.Redelivered{}, e.Items
		}
	}
	inner.Step(now, forFirst, out)
	w.work(now, forSecond, items, out)
	if done, ok := forSecond.(engine.Persisted); ok {
		delete(w.busy, w.ends[done.Op])
		delete(w.ends, done.Op)
	}
}

// work steps the second core. When it asks the queue it is given the items.
func (w *workers) work(now engine.Instant, e engine.Event, items []engine.Item, out *engine.Effects) {
	w.out.Reset()
	w.second.Step(now, e, &w.out)
	for i := 0; i < len(w.out.List); i++ {
		if fetch, ok := w.out.List[i].(engine.Fetch); ok {
			w.second.Step(now, engine.Fetched{Op: fetch.Op, Items: w.take(items)}, &w.out)
			items = nil
			continue
		}
		out.List = append(out.List, w.marked(w.out.List[i]))
	}
	if out.Wake == 0 || w.out.Wake != 0 && w.out.Wake < out.Wake {
		out.Wake = w.out.Wake
	}
}

// take leaves out what a person decided, which has one answer.
func (w *workers) take(items []engine.Item) []engine.Item {
	var taken []engine.Item
	for _, it := range items {
		if it.Review == nil && len(it.Later) == 0 && !w.busy[it.Key] {
			w.busy[it.Key] = true
			taken = append(taken, it)
		}
	}
	return taken
}

// second marks the ops of the second core.
const second engine.Op = 1 << 62

// marked is an effect of the second core as the world gets it.
func (w *workers) marked(effect engine.Effect) engine.Effect {
	switch e := effect.(type) {
	case engine.Persist:
		ops := slices.DeleteFunc(slices.Clone(e.Batch.Ops), func(op engine.StoreOp) bool { return w.leaves(e.Op, op) })
		return engine.Persist{Op: e.Op | second, Batch: engine.Batch{Ops: ops}}
	case engine.Lookup:
		e.Op |= second
		return e
	case engine.Read:
		e.Op |= second
		return e
	case engine.Find:
		e.Op |= second
		return e
	case engine.Write:
		e.Op |= second
		return e
	case engine.Describe:
		e.Op |= second
		return e
	}
	return effect
}

// leaves says that an op ends the work on a record: the entry is the first's
// to take off the queue.
func (w *workers) leaves(batch engine.Op, op engine.StoreOp) bool {
	switch op := op.(type) {
	case engine.Done:
		w.ends[batch] = op.Key
	case engine.Requeue:
		w.ends[batch] = op.Key
	default:
		return false
	}
	return true
}

// owned is an answer to an op of the second core, as that core knows it.
func owned(e engine.Event) (own engine.Event, mine bool) {
	switch e := e.(type) {
	case engine.Persisted:
		mine = unmark(&e.Op)
		return e, mine
	case engine.LookedUp:
		mine = unmark(&e.Op)
		return e, mine
	case engine.ReadDone:
		mine = unmark(&e.Op)
		return e, mine
	case engine.FindDone:
		mine = unmark(&e.Op)
		return e, mine
	case engine.WriteDone:
		mine = unmark(&e.Op)
		return e, mine
	case engine.Described:
		mine = unmark(&e.Op)
		return e, mine
	case engine.Asked:
		mine = unmark(&e.Op)
		return e, mine
	}
	return e, false
}

func unmark(op *engine.Op) bool {
	marked := *op&second != 0
	*op &^= second
	return marked
}
