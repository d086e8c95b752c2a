package service

import (
	"log/slog"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// recording guards a Recorder: one that fails is told of once and dropped,
// because the service goes on without it.
type recording struct {
	to     Recorder
	log    *slog.Logger
	failed bool
}

func (r *recording) begin(c *engine.Config, spec mapping.Spec) {
	if !r.failed {
		r.check(r.to.Begin(c, spec))
	}
}

func (r *recording) step(now engine.Instant, e engine.Event, out *engine.Effects) {
	if !r.failed {
		r.check(r.to.Step(now, e, out))
	}
}

func (r *recording) check(err error) {
	if err != nil {
		r.failed = true
		r.log.Error("the recording ends here", "error", err.Error())
	}
}
