package mutant

import (
	"context"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/sim"
)

// client is an adapter of which a mutant replaces some of the methods. It
// keeps the optional capabilities of the adapter inside.
type client struct {
	adapter.System
}

func (c *client) Changes(ctx context.Context, after adapter.Cursor, limit int) (adapter.Page, error) {
	return c.System.(adapter.Feed).Changes(ctx, after, limit)
}

// Rewind leaves a cursor of a feed that cannot be rewound where it is.
func (c *client) Rewind(at adapter.Cursor, by time.Duration) adapter.Cursor {
	if r, ok := c.System.(adapter.Rewinder); ok {
		return r.Rewind(at, by)
	}
	return at
}

// Verify refuses every delivery of a system that sends none.
func (c *client) Verify(h http.Header, body []byte) ([]adapter.Notice, error) {
	if w, ok := c.System.(adapter.Webhooks); ok {
		return w.Verify(h, body)
	}
	return nil, adapter.ErrUnauthentic
}

// through is a variation in which both systems are reached through other clients.
func through(wrap func(mapping.Side, client) adapter.System) func() *sim.Variation {
	return func() *sim.Variation {
		return &sim.Variation{Adapter: func(side mapping.Side, s adapter.System) adapter.System {
			return wrap(side, client{s})
		}}
	}
}
