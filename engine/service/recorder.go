package service

import (
	"context"
	"errors"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// ErrRecorderFull is what a Recorder's Step returns when it wants to begin
// anew, which it can with a life of the core: the service begins one.
var ErrRecorderFull = errors.New("the recording is full")

// recording guards a Recorder: one that fails is told of once and dropped,
// because the service goes on without it.
type recording struct {
	s      *Service
	to     Recorder
	failed bool
}

func (r *recording) begin(c *engine.Config, specs []mapping.Spec) {
	if !r.failed {
		r.check(r.to.Begin(c, specs))
	}
}

func (r *recording) step(now engine.Instant, e engine.Event, out *engine.Effects) {
	if !r.failed {
		r.check(r.to.Step(now, e, out))
	}
}

func (r *recording) check(err error) {
	switch {
	case err == nil:
	case errors.Is(err, ErrRecorderFull):
		go func() {
			if err := r.s.Renew(context.Background()); err != nil && !errors.Is(err, errNotRunning) {
				r.s.log.Error("the core could not be begun anew", "error", err.Error())
			}
		}()
	default:
		r.failed = true
		r.s.log.Error("the recording ends here", "error", err.Error())
	}
}
