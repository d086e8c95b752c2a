package mutant

import (
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/sim"
)

// step is a machine's Step with the machine inside to call.
type step func(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects)

// wrapped is a machine of which a mutant replaces some of the methods.
type wrapped struct {
	sim.Machine
	step step
}

func (w *wrapped) Step(now engine.Instant, e engine.Event, out *engine.Effects) {
	w.step(w.Machine, now, e, out)
}

// stepping is a variation in which every process has another Step. make is
// called for each process, so that what a closure remembers dies with it.
func stepping(make func() step) func() *sim.Variation {
	return func() *sim.Variation {
		return &sim.Variation{Machine: func(inner sim.Machine) sim.Machine {
			return &wrapped{Machine: inner, step: make()}
		}}
	}
}

// stateless is a step that remembers nothing: worlds can copy its machine.
func stateless(s step) func() *sim.Variation {
	return func() *sim.Variation {
		return &sim.Variation{Machine: func(inner sim.Machine) sim.Machine {
			return &copied{wrapped{Machine: inner, step: s}}
		}}
	}
}

// copied is a wrapped machine whose step remembers nothing.
type copied struct{ wrapped }

// Copy implements sim.Copier.
func (c *copied) Copy() sim.Machine {
	return &copied{wrapped{Machine: sim.CopyMachine(c.Machine), step: c.step}}
}

// Fingerprint implements sim.Copier.
func (c *copied) Fingerprint(now engine.Instant, dst []byte) []byte {
	return sim.PrintMachine(c.Machine, now, dst)
}

// rewriteOps changes what is about to be made durable, in copies of the batches.
func rewriteOps(effects []engine.Effect, rewrite func(engine.StoreOp) engine.StoreOp) {
	for i, effect := range effects {
		p, ok := effect.(engine.Persist)
		if !ok {
			continue
		}
		ops := slices.Clone(p.Batch.Ops)
		for k := range ops {
			ops[k] = rewrite(ops[k])
		}
		effects[i] = engine.Persist{Op: p.Op, Batch: engine.Batch{Ops: ops}}
	}
}
