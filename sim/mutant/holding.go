package mutant

import (
	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/sim"
)

// line is what one pause holds for: an object in a system.
type line struct {
	side   mapping.Side
	object int
}

// holding keeps the questions of transports from a machine while their line
// is paused, in the order in which they were asked.
type holding struct {
	until map[line]engine.Instant
	asked []question
}

type question struct {
	line  line
	asked engine.Asked
}

// pause holds a line until an instant, or until a later one that holds already.
func (h *holding) pause(l line, until engine.Instant) {
	if h.until == nil {
		h.until = map[line]engine.Instant{}
	}
	h.until[l] = max(h.until[l], until)
}

// hold keeps a question if its line is paused.
func (h *holding) hold(now engine.Instant, l line, asked engine.Asked) bool {
	if now >= h.until[l] {
		return false
	}
	h.asked = append(h.asked, question{l, asked})
	return true
}

// step gives the machine an event and then the questions whose pause is over,
// and wakes it for the next.
func (h *holding) step(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
	inner.Step(now, e, out)
	waiting := h.asked[:0]
	for _, q := range h.asked {
		if now >= h.until[q.line] {
			inner.Step(now, q.asked, out)
			continue
		}
		waiting = append(waiting, q)
	}
	h.asked = waiting
	for _, q := range h.asked {
		if at := h.until[q.line]; out.Wake == 0 || at < out.Wake {
			out.Wake = at
		}
	}
}
