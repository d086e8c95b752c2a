package mutant

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/sim"
)

// spanning are the mutants that take two objects for one, or one system for
// two, where an engine keeps several in step (DM-11): the machine is wrapped.
// With contacts alone they do nothing wrong.
var spanning = []Mutant{
	{
		Name:       "one-watermark-for-all-objects",
		Defect:     "polls one object after the other, and moves one watermark for each system",
		Source:     "field report",
		KilledBy:   []string{"a-watermark-for-each-object"},
		Invariants: []string{"convergence", "liveness"},
		Accounts:   50,
		Vary:       varyOneWatermark,
	},
	{
		Name:       "a-pause-for-each-object",
		Defect:     "pauses the object that a limit signal was about, and goes on with the others",
		Source:     "field report",
		KilledBy:   []string{"one-pause-for-both-objects"},
		Invariants: []string{"backoff"},
		Accounts:   50,
		Vary:       stepping(pauseForEachObject),
	},
}

// varyOneWatermark lets no look behind the watermark make up for it.
func varyOneWatermark() *sim.Variation {
	return &sim.Variation{
		Config: func(c *engine.Config) {
			for side := range c.Systems {
				c.Systems[side].Overlap = 1
			}
		},
		Machine: func(inner sim.Machine) sim.Machine {
			w := &oneWatermark{polls: map[engine.Op]engine.Poll{}}
			return &wrapped{Machine: inner, step: w.step}
		},
	}
}

// oneWatermark is one watermark a system: where the last page ended, whatever
// object it was of.
type oneWatermark struct {
	mark    [2]adapter.Cursor
	polls   map[engine.Op]engine.Poll // under way
	reading [2]bool                   // a round of contacts is under way
	waits   [2]*engine.Poll           // for its end
}

func (w *oneWatermark) step(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
	var next *engine.Poll
	if done, ok := e.(engine.PollDone); ok {
		next = w.done(done)
	}
	before := len(out.List)
	inner.Step(now, e, out)
	made := slices.DeleteFunc(out.List[before:], func(effect engine.Effect) bool {
		poll, ok := effect.(engine.Poll)
		if ok && poll.Object > 0 && w.reading[poll.Side] {
			w.waits[poll.Side] = &poll
			return true
		}
		if ok && poll.Object == 0 {
			w.reading[poll.Side] = true
		}
		return false
	})
	out.List = out.List[:before+len(made)]
	if next != nil {
		out.List = append(out.List, *next)
	}
	for i, effect := range out.List[before:] {
		if poll, ok := effect.(engine.Poll); ok {
			if poll.Object > 0 || poll.After != "" {
				poll.After = w.mark[poll.Side]
			}
			w.polls[poll.Op] = poll
			out.List[before+i] = poll
		}
	}
}

// done moves the watermark, and returns the poll that waited for the end of a
// round of contacts.
func (w *oneWatermark) done(e engine.PollDone) (next *engine.Poll) {
	poll := w.polls[e.Op]
	delete(w.polls, e.Op)
	if e.Err == nil {
		w.mark[poll.Side] = e.Page.Next
	}
	if poll.Object == 0 && !e.Page.More {
		w.reading[poll.Side] = false
		next, w.waits[poll.Side] = w.waits[poll.Side], nil
	}
	return next
}

// pauseForEachObject keeps the signals that name a time from the core's own
// gate, and holds back the questions about the object that was refused.
func pauseForEachObject() step {
	held := holding{}
	objects := map[engine.Op]int{}
	calls := map[uint64]line{}
	signals := 0
	return func(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
		switch x := e.(type) {
		case engine.Asked:
			l := line{side: x.Side, object: objects[x.Op]}
			calls[x.Call] = l
			if held.hold(now, l, x) {
				e = engine.Tick{}
			}
		case engine.Exchanged:
			if x.Signal.Limited && x.Signal.RetryAfter > 0 {
				signals++
				held.pause(calls[x.Call], now.Add(x.Signal.RetryAfter+spread(x.Signal.RetryAfter, signals)))
				x.Signal.Limited = false
				e = x
			}
			delete(calls, x.Call)
		}
		before := len(out.List)
		held.step(inner, now, e, out)
		for _, effect := range out.List[before:] {
			if op, object, ok := objectOf(effect); ok {
				objects[op] = object
			}
		}
	}
}

// spread is a jitter of up to a tenth of d, another one for each signal.
func spread(d time.Duration, n int) time.Duration { return d / 100 * time.Duration(1+n*7%10) }

// objectOf is the object that an exchange with a system is about.
func objectOf(effect engine.Effect) (op engine.Op, object int, ok bool) {
	names := engine.Objects{"", "account"}
	switch effect := effect.(type) {
	case engine.Read:
		object, _ = names.Split(effect.Ref.ID)
		return effect.Op, object, true
	case engine.Write:
		object, _ = names.Split(effect.Ref.ID)
		return effect.Op, object, true
	case engine.Find:
		return effect.Op, effect.Object, true
	case engine.Poll:
		return effect.Op, effect.Object, true
	case engine.Describe:
		return effect.Op, effect.Object, true
	}
	return 0, 0, false
}
