package mutant

import (
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/sim"
)

// unheard is a limit signal of which nothing was read but that it is one.
func unheard(s adapter.Signal) adapter.Signal {
	return adapter.Signal{Limited: s.Limited, RetryAfter: -1, Allowed: -1, Remaining: -1, Reset: -1}
}

func retryAfterIgnored(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
	if x, ok := e.(engine.Exchanged); ok {
		x.Signal = unheard(x.Signal)
		e = x
	}
	inner.Step(now, e, out)
}

// noJitter keeps the signals from the core's own gate and holds the questions
// of the transports back by itself, to the instant.
func noJitter() step {
	held := holding{}
	return func(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
		switch x := e.(type) {
		case engine.Asked:
			if held.hold(now, line{side: x.Side}, x) {
				e = engine.Tick{}
			}
		case engine.Exchanged:
			if x.Signal.Limited && x.Signal.RetryAfter > 0 {
				held.pause(line{side: x.Side}, now.Add(x.Signal.RetryAfter))
				x.Signal.Limited = false
				e = x
			}
		}
		held.step(inner, now, e, out)
	}
}

func varyNoBackoff() *sim.Variation {
	return &sim.Variation{Config: func(c *engine.Config) {
		c.Retry.Base, c.Retry.Factor, c.Retry.Cap = 100*time.Millisecond, 1, 100*time.Millisecond
	}}
}

func varyNoCap() *sim.Variation {
	return &sim.Variation{Config: func(c *engine.Config) { c.Retry.Cap = 100 * 365 * 24 * time.Hour }}
}

// varyOwnClock reads dates by the clock of the process.
func varyOwnClock() *sim.Variation {
	var clock engine.Instant
	v := stateless(func(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
		clock = now
		inner.Step(now, e, out)
	})()
	v.Signals = func(_ mapping.Side, read adapter.Signals) adapter.Signals {
		return func(res *http.Response) adapter.Signal {
			s := read(res)
			if date, err := http.ParseTime(res.Header.Get("Retry-After")); err == nil {
				s.RetryAfter = max(date.Sub(time.Unix(0, int64(clock))), 0)
			}
			return s
		}
	}
	return v
}
