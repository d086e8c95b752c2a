package service

import (
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/resolve"
)

type traits = resolve.SystemTraits

// run owns the core: it steps it with one event after the other and carries
// out what follows.
func (l *life) run() {
	defer close(l.done)
	defer l.disarm()
	defer l.work.close()
	var batch []input
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-l.inbox.ready:
		}
		batch = l.inbox.take(batch)
		for i := range batch {
			if l.ctx.Err() != nil {
				return
			}
			if batch[i].look != nil {
				batch[i].look(l)
				continue
			}
			l.step(batch[i].event)
		}
		l.s.metrics.sizes(l.machine.Gauges())
		if l.drained.Load() && l.finished() {
			return
		}
	}
}

func (l *life) step(e engine.Event) {
	if _, tick := e.(engine.Tick); tick {
		l.wakeAt = 0
	}
	now := l.clock.now()
	l.effects.Reset()
	l.machine.Step(now, e, &l.effects)
	if l.s.recorder != nil {
		l.s.recorder.step(now, e, &l.effects)
	}
	l.s.metrics.steps.Inc()
	if fetched, ok := e.(engine.Fetched); ok {
		l.work.taken(fetched.Items)
	}
	for _, effect := range l.effects.List {
		l.carryOut(effect)
	}
	l.arm(now, l.effects.Wake)
}

// finished reports whether a life that begins nothing new has nothing left,
// and refuses further events then.
func (l *life) finished() bool {
	return l.machine.Gauges().WorkingSet == 0 && l.calls.Load() == 0 && l.keeper.idle() && l.inbox.closeIfEmpty()
}

// arm arranges the Tick that the core asked for.
func (l *life) arm(now, wake engine.Instant) {
	if wake == l.wakeAt {
		return
	}
	l.disarm()
	l.wakeAt = wake
	if wake == 0 {
		return
	}
	l.stopWake = l.s.opts.Clock.AfterFunc(max(wake.Sub(now), time.Microsecond), func() { l.put(engine.Tick{}) })
}

func (l *life) disarm() {
	if l.stopWake != nil {
		l.stopWake()
		l.stopWake = nil
	}
}

// look is what f sees of the core between two events; false means that the
// life is over, or that it took too long.
func look[T any](l *life, f func(*life) T, late <-chan struct{}) (seen T, ok bool) {
	answer := make(chan T, 1)
	if !l.inbox.put(input{look: func(l *life) { answer <- f(l) }}) {
		return seen, false
	}
	select {
	case seen = <-answer:
		return seen, true
	case <-l.done:
	case <-late:
	}
	return seen, false
}
