package mutant

import (
	"context"
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/sim"
)

func tellsNobody(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
	inner.Step(now, e, out)
	out.List = slices.DeleteFunc(out.List, func(effect engine.Effect) bool {
		_, tell := effect.(engine.Tell)
		return tell
	})
}

// varySilent keeps quiet about dead letters, in its own records as well.
func varySilent() *sim.Variation {
	v := stateless(func(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
		inner.Step(now, e, out)
		out.List = slices.DeleteFunc(out.List, func(effect engine.Effect) bool {
			tell, ok := effect.(engine.Tell)
			return ok && tell.Message.Topic == "failed"
		})
		rewriteOps(out.List, func(op engine.StoreOp) engine.StoreOp {
			put, ok := op.(engine.PutRecord)
			if !ok || put.Record.Status != engine.Failed {
				return op
			}
			rec := *put.Record
			rec.Status = engine.InSync
			return engine.PutRecord{Record: &rec}
		})
	})()
	v.Adapter = func(_ mapping.Side, s adapter.System) adapter.System { return &discreet{client{s}} }
	return v
}

// discreet is a client that marks no record as failed.
type discreet struct{ client }

func (c *discreet) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	if w.Status == engine.Failed.String() {
		w.Status = ""
	}
	if len(w.Fields) == 0 && w.Status == "" && w.External == "" && !w.SetVersion {
		return c.System.Read(ctx, id)
	}
	return c.System.Update(ctx, id, w)
}
