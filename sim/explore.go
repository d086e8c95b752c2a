package sim

import (
	"fmt"
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// Budget bounds what may go wrong, beside the scenario's own faults, in a world
// whose order is chosen.
type Budget struct {
	Crashes      int // of the engine's process; it is back after Down
	LostWebhooks int
	LostMessages int // requests and answers
	Down         time.Duration
}

// ChoiceKind is what a Choice is about.
type ChoiceKind uint8

// The kinds of choice.
const (
	// Message lets one message in flight reach its end: a request, an answer, a
	// webhook or its answer, a write that becomes durable.
	Message ChoiceKind = iota
	// Appointment lets the next thing happen that waits for its time.
	Appointment
	// LoseMessage loses a request or an answer, LoseWebhook a webhook.
	LoseMessage
	LoseWebhook
	// Crash kills the engine's process now.
	Crash
)

// Choice is one thing that may happen next. Equal worlds have equal choices.
type Choice struct {
	Kind ChoiceKind
	// ID tells the choices of one world apart; 0 of a crash.
	ID   uint64
	text string
}

// String says what happens, as a sentence without its end.
func (c Choice) String() string { return c.text }

// NewWorld is a world at model fidelity whose order of events is chosen from
// outside: it has been started, and waits for the first choice.
func NewWorld(sc *scenarios.Scenario, o Options) (*World, error) {
	o.Fidelity = Model
	w, err := newWorld(sc, o)
	if err != nil {
		return nil, err
	}
	if CopyMachine(w.host.parts.machine()) == nil || copyStore(w.host.disk.store) == nil {
		return nil, ErrNotCopyable
	}
	w.agenda.patient, w.budget = true, o.Budget
	w.start()
	w.rest()
	return w, nil
}

// Choices are the things that may happen next, in the order of their time. The
// order of messages is free, and each takes Options.Tick, whatever the
// latency: two orders of the same messages take the same time. Other time
// passes only where none is in flight, but for people, who do not wait.
func (w *World) Choices() []Choice {
	if w.ended != "" {
		return nil
	}
	entries := slices.Clone(w.agenda.heap)
	slices.SortFunc(entries, func(a, b appointment[happening]) int {
		if a.before(&b) {
			return -1
		}
		return 1
	})
	var choices []Choice
	next := -1
	for i, x := range entries {
		switch {
		case w.void(x.do):
		case x.do.message():
			choices = append(choices, Choice{Message, x.seq, w.tell(x.do)})
		case next < 0:
			next = i
		}
	}
	messages := len(choices)
	if next >= 0 && (messages == 0 || w.mayComeEarly(entries[next])) {
		choices = append(choices, Choice{Appointment, entries[next].seq, w.tell(entries[next].do)})
	}
	for _, x := range entries {
		if c, ok := w.loss(x); ok {
			choices = append(choices, c)
		}
	}
	if w.budget.Crashes > 0 && w.host.up {
		choices = append(choices, Choice{Kind: Crash, text: w.crashText()})
	}
	return choices
}

// mayComeEarly: people act while messages are under way, as long as no client
// would have lost its patience with them by then.
func (w *World) mayComeEarly(x appointment[happening]) bool {
	if x.do.what != stepComes {
		return false
	}
	for other := range w.net.exchanges.all() {
		if w.net.awaited(other) && other.deadline < x.at {
			return false
		}
	}
	return true
}

// loss is the choice to lose a message, if it can be lost and the budget allows it.
func (w *World) loss(x appointment[happening]) (Choice, bool) {
	switch x.do.what {
	case arrives, returns:
		if w.budget.LostMessages > 0 && w.net.awaited(w.net.exchanges.get(x.do.id)) {
			return Choice{LoseMessage, x.seq, "lose: " + w.tell(x.do)}, true
		}
	case knocks:
		if w.budget.LostWebhooks > 0 && !w.deliveries[x.do.id].extra {
			return Choice{LoseWebhook, x.seq, "lose: " + w.tell(x.do)}, true
		}
	}
	return Choice{}, false
}

// Take lets one choice happen, and everything that follows from it at once.
func (w *World) Take(c Choice) error {
	if w.ended != "" {
		return fmt.Errorf("the world has ended: %s", w.ended)
	}
	if c.Kind == Crash {
		if w.budget.Crashes <= 0 || !w.host.up {
			return fmt.Errorf("the engine cannot crash now")
		}
		w.budget.Crashes--
		w.host.crash(scenarios.Crash{Down: scenarios.Duration(w.budget.Down)}, c.text)
		w.rest()
		return nil
	}
	i := slices.IndexFunc(w.agenda.heap, func(x appointment[happening]) bool { return x.seq == c.ID })
	if i < 0 {
		return fmt.Errorf("%q is not among the choices", c.text)
	}
	x := w.agenda.remove(i)
	switch c.Kind {
	case LoseMessage:
		w.budget.LostMessages--
		w.loseExchange(x.do.id)
	case LoseWebhook:
		w.budget.LostWebhooks--
		w.deliveries[x.do.id].pending--
		w.later(x.do.id, x.at+int64(webhookTimeout), missesLost, 0)
	case Message:
		w.agenda.now += int64(w.options.Tick)
		w.happen(x.do)
	default:
		w.agenda.now = max(w.agenda.now, x.at)
		w.happen(x.do)
	}
	w.rest()
	return nil
}

// loseExchange loses what is in flight of an exchange: its client waits in vain.
func (w *World) loseExchange(call uint64) {
	x := w.net.exchanges.get(call)
	x.pending--
	w.net.timeout(x, endedByLoss)
}

// rest lets everything happen that waits for nothing, and ends the run where
// nothing is left to do.
func (w *World) rest() {
	for w.ended == "" && w.agenda.head < len(w.agenda.ready) {
		h, _ := w.agenda.next()
		w.happen(h)
	}
	w.sweep()
	switch {
	case w.ended != "":
	case w.agenda.settledNow() && w.idle():
		w.Emit(trace.Event{Kind: trace.Idle})
		w.stop("idle")
	case len(w.agenda.heap) == 0 || w.agenda.now > w.deadline():
		w.stop("deadline")
	case w.journal.Len() > w.options.eventsMax():
		w.stop("steps")
	}
}

// sweep takes what has become void off the agenda.
func (w *World) sweep() {
	for i := 0; i < len(w.agenda.heap); {
		if !w.void(w.agenda.heap[i].do) {
			i++
			continue
		}
		w.happen(w.agenda.remove(i).do)
		i = 0
	}
}

// Done reports whether the run has ended: nothing is left to do, or it is out
// of time.
func (w *World) Done() bool { return w.ended != "" }

// Finish ends the run, and gives its journal for judgement.
func (w *World) Finish() *Result {
	w.stop("stopped")
	return w.result()
}

// tell says what an entry of the agenda is, for people.
func (w *World) tell(h happening) string {
	switch h.what {
	case arrives:
		return "the request to " + w.tellExchange(h.id) + " arrives"
	case arrivesTwice:
		return "a copy of the request to " + w.tellExchange(h.id) + " arrives"
	case returns:
		return "the answer to " + w.tellExchange(h.id) + " arrives"
	case knocks:
		return "the webhook about " + w.tellDelivery(h.id) + " arrives"
	case answers:
		return fmt.Sprintf("the vendor gets %d for its webhook about %s", h.n, w.tellDelivery(h.id))
	case syncs:
		return "the engine's disk has synced"
	case stepComes:
		return w.schedule[h.id].String()
	case faultEnds:
		return "the end of " + w.faults[h.id].step.String()
	case restarts:
		return "the engine's process is back"
	case wakes:
		return "the engine's timer"
	case stirs:
		return "the timer of " + w.systems[h.id].side.String()
	case ends, givesUp:
		return "the engine has no patience left to " + w.tellExchange(h.id)
	case readsOn:
		return "the rest of the answer to " + w.tellExchange(h.id)
	case missesLost, missesSlow, tires:
		return "the vendor has no patience left with its webhook about " + w.tellDelivery(h.id)
	default:
		return "something that waits for nothing"
	}
}

var opWords = map[mocks.OpKind]string{
	mocks.OpToken: "get a token", mocks.OpRead: "read", mocks.OpFind: "find", mocks.OpCreate: "create", mocks.OpUpdate: "write",
	mocks.OpDelete: "delete", mocks.OpDescribe: "describe the schema", mocks.OpChanges: "poll the feed",
}

func (w *World) tellExchange(call uint64) string {
	x := w.net.exchanges.get(call)
	o := x.asked
	name := o.Record
	if alias := w.natives[x.side][name]; alias != "" {
		name = alias
	}
	if name == "" && o.External != "" {
		if name = w.natives[x.side.Other()][o.External]; name == "" {
			name = o.External
		}
	}
	words := opWords[o.Kind]
	if name != "" {
		words += " " + name
	}
	return words + " on " + x.side.String()
}

func (w *World) tellDelivery(id uint64) string {
	k := w.deliveries[id]
	if alias := w.natives[k.side][k.d.Record]; alias != "" {
		return alias
	}
	return k.d.Record
}

func (w *World) crashText() string {
	if w.host.disk.syncing {
		return "crash before persisted"
	}
	return "crash"
}
