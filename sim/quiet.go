package sim

import (
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
)

// Quiet is a choice that commutes with all others, if there is one: whoever
// takes it at once loses no order that anybody could tell from those that are
// left. Such are the vendor's hearing of its webhook's answer, and the arrival
// of a request that changes nothing at a system that nothing else is about to
// change.
func (w *World) Quiet() (Choice, bool) {
	if w.ended != "" || w.budget.LostMessages > 0 {
		return Choice{}, false
	}
	for _, x := range w.agenda.heap {
		if w.void(x.do) || !w.quiet(x.do) {
			continue
		}
		return Choice{Message, x.seq, w.tell(x.do)}, true
	}
	return Choice{}, false
}

func (w *World) quiet(h happening) bool {
	switch h.what {
	case answers:
		return true
	case arrives:
		x := w.net.exchanges.get(h.id)
		if fate(h.n) != passes {
			return false
		}
		switch x.asked.Kind {
		case mocks.OpToken, mocks.OpDescribe:
			return true
		case mocks.OpRead, mocks.OpFind:
			return !w.mayChange(x.side)
		case mocks.OpChanges:
			return !w.mayChange(x.side) && w.host.up && w.host.machine.Gauges().WorkingSet == 0
		}
	case returns:
		return w.net.exchanges.get(h.id).asked.Kind == mocks.OpToken
	}
	return false
}

// mayChange reports whether a person or a write under way may change a system.
func (w *World) mayChange(side mapping.Side) bool {
	if _, due := w.systems[side].mock.NextDue(); due {
		return true
	}
	for _, x := range w.agenda.heap {
		switch x.do.what {
		case stepComes:
			if w.schedule[x.do.id].On == side.String() {
				return true
			}
		case arrives, arrivesTwice:
			other := w.net.exchanges.get(x.do.id)
			writes := other.asked.Kind == mocks.OpCreate || other.asked.Kind == mocks.OpUpdate || other.asked.Kind == mocks.OpDelete
			if other.side == side && writes {
				return true
			}
		}
	}
	return false
}
