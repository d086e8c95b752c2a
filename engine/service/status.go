package service

import (
	"time"

	"github.com/syncproof/syncproof/engine"
)

// Status is what the service is doing.
type Status struct {
	Ready    bool `json:"ready"`
	Stopping bool `json:"stopping"`
	Lives    int  `json:"lives"`
	// Idle: nothing is under way, and nothing waits but the next poll.
	Idle       bool          `json:"idle"`
	Gauges     engine.Gauges `json:"gauges"`
	Calls      int           `json:"calls"`      // adapter calls under way
	Batches    int           `json:"batches"`    // asked of the store and not answered
	Deliveries int           `json:"deliveries"` // webhooks that wait for their answer
	Reviews    int           `json:"reviews"`    // decisions that wait for their answer
	Store      string        `json:"store"`      // "ok", or what it fails with
	// Channels are the notification channels, by side; nil where none is configured.
	Channels map[string]Channels `json:"channels,omitempty"`
}

// Status looks between two events of the core.
func (s *Service) Status() Status {
	out, alive := lookAt(s, func(l *life) Status {
		at := Status{Lives: l.number, Gauges: l.machine.Gauges(), Calls: int(l.calls.Load()), Batches: int(l.keeper.pending.Load())}
		at.Idle = l.machine.Idle() && at.Calls == 0 && at.Batches == 0 && l.inbox.len() == 0
		for _, p := range l.pushes {
			if at.Channels == nil {
				at.Channels = map[string]Channels{}
			}
			at.Channels[p.side.String()] = p.status()
		}
		return at
	})
	out.Stopping, out.Store, out.Deliveries, out.Reviews = s.stopping(), "ok", s.doors.len(), s.replies.len()
	if trouble := s.trouble.Load(); trouble != nil {
		out.Store = *trouble
	}
	out.Ready = alive && !out.Stopping && out.Store == "ok"
	out.Idle = out.Idle && out.Deliveries == 0 && out.Reviews == 0 && s.teller.quiet()
	return out
}

// lookTimeout bounds how long a look waits for the core's loop.
const lookTimeout = 5 * time.Second

// lookAt is what f sees of the core between two events of the current life, or
// of the next one while one ends; false means that there is none.
func lookAt[T any](s *Service, f func(*life) T) (seen T, ok bool) {
	late := make(chan struct{})
	stop := s.opts.Clock.AfterFunc(lookTimeout, func() { close(late) })
	defer stop()
	for {
		l, changed := s.life()
		if l == nil {
			return seen, false
		}
		if seen, ok = look(l, f, late); ok {
			return seen, true
		}
		select {
		case <-changed:
		case <-late:
			return seen, false
		case <-s.dead:
			return seen, false
		}
	}
}

// Idle reports whether nothing is under way, and nothing waits but the next
// poll. It is a look at one instant: where polls are frequent, ask again.
func (s *Service) Idle() bool { return s.Status().Idle }
