package service

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/config"
	"github.com/syncproof/syncproof/engine/store"
)

// Machine is an engine's core as the service drives it; *engine.Core is one.
type Machine interface {
	Step(now engine.Instant, e engine.Event, out *engine.Effects)
	Idle() bool
	Gauges() engine.Gauges
}

// Sink is told what a person must know (EV-11). An error is followed by
// further tries.
type Sink interface {
	Tell(ctx context.Context, m engine.Message) error
}

// Recorder writes down what the core was given and what it asked for, so that
// a run can be replayed. It is called by one goroutine at a time.
type Recorder interface {
	// Begin starts a life of the core; specs are the mappings of its objects.
	Begin(c *engine.Config, specs []mapping.Spec) error
	// Step is one event with its instant, and the effects that followed.
	Step(now engine.Instant, e engine.Event, out *engine.Effects) error
}

// Options are the parts that a service is made of. Config and Store are
// required; everything else has a default.
type Options struct {
	// Config is complete and its secrets are resolved (config.Load).
	Config *config.Config
	// Store stays the caller's: the service does not close it.
	Store store.Store
	Clock Clock        // default Wall
	Log   *slog.Logger // default: nothing is logged
	// Level is set to log.level whenever a configuration is loaded; nil if
	// nobody listens to it.
	Level *slog.LevelVar
	// Transport wraps the connections to one side, below the gate.
	Transport func(side mapping.Side, base http.RoundTripper) http.RoundTripper
	// Adapter makes one side's client for c.Object; default: that of the side's kind.
	Adapter func(side mapping.Side, c adapter.Config) (adapter.System, adapter.Signals, error)
	Sink    Sink // told beside the log, the metrics and the configured webhook
	// Core makes the machine of one life; default engine.New.
	Core     func(engine.Config) Machine
	Recorder Recorder
	Traces   trace.TracerProvider // nil for no traces
	// Ping is how long a notification channel may be silent before it is asked
	// whether it lives, default 30s; three times in vain, and it does not. It
	// runs by the machine's time.
	Ping time.Duration
	// Version is the release, for metrics and logs.
	Version string
}

func (o *Options) complete() error {
	if o.Config == nil || o.Store == nil {
		return errors.New("service: a configuration and a store are required")
	}
	if o.Clock == nil {
		o.Clock = Wall()
	}
	if o.Ping <= 0 {
		o.Ping = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Transport == nil {
		o.Transport = func(_ mapping.Side, base http.RoundTripper) http.RoundTripper { return base }
	}
	if o.Adapter == nil {
		o.Adapter = func(side mapping.Side, c adapter.Config) (adapter.System, adapter.Signals, error) {
			return builtin(o.Config, side, c)
		}
	}
	if o.Core == nil {
		o.Core = func(c engine.Config) Machine { return engine.New(c) }
	}
	return nil
}
