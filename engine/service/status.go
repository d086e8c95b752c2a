package service

import (
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
}

// Status looks between two events of the core.
func (s *Service) Status() Status {
	out := Status{Stopping: s.stopping(), Store: "ok", Deliveries: s.doors.len(), Reviews: s.replies.len()}
	if trouble := s.trouble.Load(); trouble != nil {
		out.Store = *trouble
	}
	s.mu.Lock()
	l := s.now
	out.Lives = s.lives
	s.mu.Unlock()
	if l == nil {
		return out
	}
	alive := l.look(func(l *life) {
		out.Gauges = l.machine.Gauges()
		out.Calls, out.Batches = int(l.calls.Load()), int(l.keeper.pending.Load())
		out.Idle = l.machine.Idle() && out.Calls == 0 && out.Batches == 0 && l.inbox.len() == 0
	})
	out.Ready = alive && !out.Stopping && out.Store == "ok"
	out.Idle = out.Idle && out.Deliveries == 0 && out.Reviews == 0 && s.teller.quiet()
	return out
}

// Idle reports whether nothing is under way, and nothing waits but the next
// poll. It is a look at one instant: where polls are frequent, ask again.
func (s *Service) Idle() bool { return s.Status().Idle }
