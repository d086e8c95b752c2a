package again

import (
	"fmt"
	"time"

	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// World is one run that is to be repeated.
type World struct {
	// Path is the scenario's, for messages.
	Path string
	// Scenario is the text of the scenario file.
	Scenario []byte
	Seed     uint64
	Fidelity sim.Fidelity
	// Until and EventsMax are those of sim.Options.
	Until     uint64
	EventsMax int
	// Stall is how long the run may stand still, in wall time.
	Stall time.Duration
}

// ask is what a request is for.
type ask uint8

const (
	askPlay        ask = iota + 1 // World: play it and keep its journal
	askCheckpoints                // the kept journal's checkpoints
	askBlock                      // the kept journal's events From up to To
)

// request goes to the other process, by gob: a journal may hold bytes that no
// JSON string can.
type request struct {
	Ask      ask
	World    World
	From, To int
}

// reply comes back. A beat is no answer: it says that the run still moves.
type reply struct {
	Beat        bool
	Hash        string
	Events      int
	Trouble     *Trouble
	Checkpoints [][8]byte
	Block       []trace.Event
}

// Trouble is a second run that could not be had, so that nothing can be said
// of determinism. It never is the engine's failure to keep step.
type Trouble struct {
	// Inconclusive: the code under test blocked the simulator; otherwise the
	// harness is broken.
	Inconclusive bool
	Message      string
	Stack        string
}

func (t *Trouble) Error() string { return t.Message }

func troublef(format string, args ...any) *Trouble {
	return &Trouble{Message: "the second run, in another process: " + fmt.Sprintf(format, args...)}
}
