package sim

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/internal/watchdog"
)

// blocking is an adapter that waits for something else than its RoundTrip.
type blocking struct {
	adapter.System
	entered *atomic.Bool
	until   <-chan struct{}
}

func (b *blocking) Read(ctx context.Context, id string) (adapter.Record, error) {
	b.entered.Store(true)
	<-b.until
	return b.System.Read(ctx, id)
}

// TestBlockingOutsideRoundTripIsSeen: the run stands still, its heart with
// it, and the stacks name the function that blocks.
func TestBlockingOutsideRoundTripIsSeen(t *testing.T) {
	release := make(chan struct{})
	var beats atomic.Uint64
	var entered atomic.Bool
	var found []watchdog.Suspect
	idle := uint64(1 << 32)
	heart := func() uint64 {
		if entered.Load() {
			return beats.Load()
		}
		idle++ // a machine under load that has not come to the call yet
		return idle
	}
	stop := watchdog.Watch(heart, 50*time.Millisecond, func(stack string) {
		found = watchdog.Suspects(stack, "sim.(*blocking)")
		close(release)
	})
	defer stop()
	o := Options{Beat: &beats, Variation: &Variation{Adapter: func(side mapping.Side, s adapter.System) adapter.System {
		if side == mapping.CC {
			return s // its webhooks are what begins the work
		}
		return &blocking{System: s, entered: &entered, until: release}
	}}}
	runWith(t, parse(t, noPolling, editOnCC), o)
	if len(found) != 1 || !strings.HasSuffix(found[0].Function, "(*blocking).Read") || found[0].State != "chan receive" {
		t.Errorf("the suspects are %v", found)
	}
}
