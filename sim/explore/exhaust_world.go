package explore

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// Placement is a scenario made ready for an exhaustive search: its crashes,
// lost webhooks and lost messages are taken off the timeline and become a
// budget, to be spent wherever it hurts.
type Placement struct {
	Scenario *scenarios.Scenario
	Budget   sim.Budget
}

// downtime is how long the engine stays down after a crash where the scenario
// does not say it.
const downtime = time.Second

// Place takes the faults off the timeline that an exhaustive search places by
// itself: each `crash` and `lose_webhooks` and `loss` is one crash, one lost
// webhook, one lost message. All other steps stay where they are.
func Place(sc *scenarios.Scenario) Placement {
	p := Placement{Scenario: cloneScenario(sc), Budget: sim.Budget{Down: downtime}}
	p.Scenario.Timeline = slices.DeleteFunc(p.Scenario.Timeline, func(s scenarios.Step) bool {
		switch {
		case s.Verb == scenarios.CrashEngine && !s.Crash.Wipe:
			p.Budget.Crashes++
			if s.Crash.Down > 0 {
				p.Budget.Down = s.Crash.Down.Std()
			}
		case s.Verb == scenarios.LoseWebhooks:
			p.Budget.LostWebhooks++
		case s.Verb == scenarios.Loss:
			p.Budget.LostMessages++
		default:
			return false
		}
		return true
	})
	return p
}

// messageTime is how long a message takes where the order is free: it has to
// be some time, so that what is decided by time can be.
const messageTime = 0

// Start makes the first state of a search.
func (p Placement) Start(vary func() *sim.Variation) func() (State, error) {
	return func() (State, error) {
		o := sim.Options{Fidelity: sim.Model, EventsMax: SearchEvents, Budget: p.Budget, Tick: messageTime}
		if vary != nil {
			o.Variation = vary()
		}
		w, err := sim.NewWorld(p.Scenario, o)
		if err != nil {
			return nil, err
		}
		s := &worldState{sc: p.Scenario, world: w}
		if err := s.begin(); err != nil {
			return nil, err
		}
		return s, s.settle()
	}
}

// worldState is a world at model fidelity with a digest of its past.
type worldState struct {
	sc    *scenarios.Scenario
	world *sim.World
	open  []sim.Choice
	// read is how many events of the journal are in the digest.
	read int
	past [4][16]byte // by trace.System
}

// Clone implements State.
func (s *worldState) Clone() State {
	c := *s
	c.world = s.world.Clone()
	return &c
}

// Fingerprint implements State.
func (s *worldState) Fingerprint() [16]byte {
	now := s.world.Fingerprint()
	b := now[:]
	for _, p := range s.past {
		b = append(b, p[:]...)
	}
	sum := sha256.Sum256(b)
	return [16]byte(sum[:16])
}

// Choices implements State.
func (s *worldState) Choices() []string {
	names := make([]string, len(s.open))
	for i := range s.open {
		names[i] = s.open[i].String()
	}
	return names
}

// Take implements State.
func (s *worldState) Take(i int) error {
	if err := s.world.Take(s.open[i]); err != nil {
		return err
	}
	return s.settle()
}

// begin lets the engine start in peace: orders of what happens before the
// first step of the scenario are all the same to it.
func (s *worldState) begin() error {
	for !s.world.Done() {
		choices := s.world.Choices()
		if len(choices) == 0 || choices[0].Kind != sim.Message {
			return nil
		}
		if err := s.world.Take(choices[0]); err != nil {
			return err
		}
	}
	return nil
}

// settle lets happen what commutes with everything else, and brings choices
// and digest up to date.
func (s *worldState) settle() error {
	for {
		quiet, ok := s.world.Quiet()
		if !ok {
			break
		}
		if err := s.world.Take(quiet); err != nil {
			return err
		}
	}
	s.open = nil
	if !s.world.Done() {
		s.open = s.world.Choices()
	}
	events := s.world.Events()
	for ; s.read < len(events); s.read++ {
		s.remember(&events[s.read])
	}
	return nil
}

// remember adds to the digest what the checkers judge the order of. Instants
// are no part of it: of two pasts that differ by them alone one is judged.
func (s *worldState) remember(e *trace.Event) {
	switch e.Kind {
	case trace.Commit, trace.Read, trace.ClaimDecision, trace.Told, trace.Crash:
	default:
		return
	}
	b := append(s.past[e.On][:], byte(e.Kind))
	b = binary.AppendVarint(b, e.Version)
	b = binary.AppendVarint(b, int64(e.Status))
	for _, text := range [...]string{e.Actor, e.Verb, e.Record, e.External, e.Code} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	for _, c := range e.Changes {
		for _, text := range [...]string{c.Field, c.Before, c.After} {
			b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
		}
	}
	sum := sha256.Sum256(b)
	s.past[e.On] = [16]byte(sum[:16])
}

// Judge implements State. The world is over: it is not used again.
func (s *worldState) Judge() []Failure {
	return FailuresOf(check.Judge(check.Case{Scenario: s.sc, Events: s.world.Clone().Finish().Events}))
}

// Result is the run that led to this state.
func (s *worldState) Result() *sim.Result { return s.world.Finish() }
