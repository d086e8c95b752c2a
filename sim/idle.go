package sim

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// sight is what the engine has seen of one system, as far as the end of the
// run depends on it.
type sight struct {
	changed uint64 // Op of the last commit
	seen    uint64 // the last whole round of polling began before this Op, 0 if none
	round   uint64 // the round under way did, 0 if none
	polling engine.Op
	paged   bool // the round under way has brought a page, and may go on after a failure
	// began is when the last round did, 0 if none that is of use, and restless
	// that it lasted longer than the interval: the one under way followed at once.
	began    int64
	restless bool
	// newest is the latest time that the system's clock had when a round
	// began, or that a change is stamped with: polls look back from there.
	newest int64
	// hidden are records of which only an audit can show the last change.
	hidden map[string]bool
}

// noteCommit takes down a change of a system.
func (w *World) noteCommit(e *trace.Event, op uint64) {
	place := placeOf(objectNamed(e.Object), mapping.Side(e.On-trace.CC))
	s := &w.sights[place]
	s.changed = op
	defer func() { s.newest = max(s.newest, e.Stamp) }()
	if e.Actor == trace.ActorEngine || e.Verb == trace.Setup {
		return
	}
	// A save is no change, but takes one before it along into the past.
	if w.overlooked(s, e) || (e.Verb != trace.Touch && w.onlyAuditsShow(place, e.Verb)) {
		s.hidden[e.Record] = true
	}
}

// overlooked reports whether a change may be seen by an audit alone if its
// webhook is lost: it is stamped below what polls look back to, since it was
// committed late or the system's clock was put back, or so late that a feed may
// have shown another state under the same stamp.
func (w *World) overlooked(s *sight, e *trace.Event) bool {
	const resolution = int64(time.Second) // stamps may be whole seconds
	side := e.On - trace.CC
	c := &w.host.parts.config
	behind := s.newest - int64(c.Systems[side].Overlap) + resolution
	late := w.systems[side].now(w).UnixNano() - 2*resolution
	return c.Audit != 0 && e.Stamp != 0 && e.Stamp < max(behind, late)
}

// onlyAuditsShow reports whether a change is seen by an audit, and by nothing
// else, if its webhook is lost: nobody polls there, or the feed shows no
// deletions.
func (w *World) onlyAuditsShow(place int, verb string) bool {
	if w.host.parts.config.Audit == 0 {
		return false
	}
	return !w.host.polls(place%2) || (verb == trace.Delete && !capabilities(&w.host.parts.config, place).FeedHasDeletes)
}

// noteContact takes down that the engine asked for a record by itself. What a
// page shows beside others, it may pass over.
func (w *World) noteContact(e *trace.Event) {
	for place := int(e.On - trace.CC); place < w.placesUsed(); place += 2 {
		if s := &w.sights[place]; len(s.hidden) > 0 && e.Actor == trace.ActorEngine {
			delete(s.hidden, e.Record)
		}
	}
}

// noteRound takes down that the engine asks for a page of a feed.
func (h *host) noteRound(e engine.Poll) {
	s := &h.w.sights[placeOf(e.Object, e.Side)]
	if s.round == 0 {
		s.round = uint64(h.w.journal.Len()) + 1
		now, interval := h.w.agenda.now, int64(h.parts.config.Systems[e.Side].Poll)
		s.restless = s.began != 0 && now-s.began > interval
		s.began = now
	}
	s.newest = max(s.newest, h.w.systems[e.Side].now(h.w).UnixNano())
	s.polling = e.Op
}

// notePage takes down that the engine took in a page: with its last one it
// has seen everything that was committed before the round began. A failure
// ends a round that had brought no page with nothing seen.
func (h *host) notePage(e engine.PollDone) {
	for i := range h.w.sights {
		s := &h.w.sights[i]
		if s.polling != e.Op {
			continue
		}
		s.polling = 0
		switch {
		case e.Err != nil && s.paged:
		case e.Err != nil:
			s.round, s.began = 0, 0
		case !e.Page.More:
			s.seen, s.round, s.paged = s.round, 0, false
		default:
			s.paged = true
		}
	}
}

// noteAudit takes down that a sweep of all records is in the queue.
func (w *World) noteAudit() {
	for i := range w.sights {
		clear(w.sights[i].hidden)
	}
}

// noteBoot forgets what a process saw that may not be on its disk.
func (w *World) noteBoot() {
	for i := range w.sights {
		s := &w.sights[i]
		s.seen, s.round, s.polling, s.paged, s.began, s.restless = 0, 0, 0, false, 0, false
	}
}

// noteShown takes down that a system answers a request. The last one of a look
// at the schema is the one that shows it.
func (h *host) noteShown(x *exchange) {
	op := x.errand
	if x.task != nil {
		op = engine.Op(x.task.op)
	}
	for place := int(x.side); place < h.w.placesUsed(); place += 2 {
		if x.answer == nil && x.outcome == nil && op != 0 && op == h.describing[place] {
			h.shownAt[place] = h.w.agenda.now
		}
	}
}

// noteSchema takes down that the engine saw a schema. Of one that was shown
// after every field was back, and of one that fits the mapping for all that is
// still changed, the engine has no reason to look again.
func (h *host) noteSchema(e engine.Described) {
	for place := range h.w.placesUsed() {
		if h.describing[place] != e.Op || e.Err != nil {
			continue
		}
		s := h.w.systems[place%2]
		h.describedAt[place] = h.shownAt[place]
		fits := len(h.w.mappings[place/2].Drift(s.side, e.Schema.Fields)) == 0
		if fits || h.describedAt[place] > s.touchedAt && !s.schemaOpen() {
			h.knowsDrift[place] = false
		}
	}
}

// schemaOpen reports whether a fault is open that changes what the system's
// schema shows.
func (s *system) schemaOpen() bool {
	return slices.ContainsFunc(s.windows, func(x *window) bool {
		return x.step.Verb == scenarios.Drift || x.step.Verb == scenarios.Permission
	})
}

// looksAgain reports whether the engine will look at a system's schema of an
// object, and has not since it was touched last.
func (w *World) looksAgain(place int) bool {
	h := w.host
	deadLetters := h.toldFailed[place] && h.disk.failed > 0
	return (h.knowsDrift[place] || deadLetters) && h.describedAt[place] <= w.systems[place%2].touchedAt
}

// caughtUp reports whether a system's feed has nothing to show that the engine
// has not seen.
func (s *sight) caughtUp() bool { return len(s.hidden) == 0 && s.seen > s.changed }

// spareRounds counts the rounds of polling under way that can show nothing new
// where rounds follow each other without a rest, and their exchanges under way:
// an engine that does nothing else is idle, or it never would be.
func (w *World) spareRounds() (rounds, exchanges int) {
	for side := range w.sights {
		s := &w.sights[side]
		if s.polling == 0 || !s.restless || !s.caughtUp() {
			continue
		}
		if !w.host.carriesOut(s.polling) {
			continue
		}
		x := w.exchangeOf(s.polling)
		if x != nil && x.post {
			continue // it asks for a token, which others may wait for
		}
		rounds++
		if x != nil && !x.left {
			exchanges++
		}
	}
	return rounds, exchanges
}

// carriesOut reports whether an effect of the running process has not ended.
func (h *host) carriesOut(op engine.Op) bool {
	return h.errands[op] != nil || slices.ContainsFunc(h.tasks.live, func(t *task) bool { return t.op == uint64(op) })
}

// exchangeOf is the exchange of an effect that its client waits for, nil if
// there is none.
func (w *World) exchangeOf(op engine.Op) *exchange {
	for x := range w.net.exchanges.all() {
		errand := x.errand == op && x.life == w.host.life
		if !x.done && (errand || x.task != nil && x.task.op == uint64(op)) {
			return x
		}
	}
	return nil
}

// idle reports whether nothing is left to do: the timeline is over, faults
// have ended, nothing travels, the engine has nothing queued, and it has seen
// the last change of each system, or will never look.
func (w *World) idle() bool {
	if w.steps > 0 || w.windows > 0 {
		return false
	}
	if rounds, exchanges := w.spareRounds(); w.net.flying > exchanges || !w.host.idle(rounds) {
		return false
	}
	for side, s := range w.systems {
		if _, due := s.mock.NextDue(); due {
			return false
		}
		for place := side; place < w.placesUsed(); place += 2 {
			if w.looksAgain(place) {
				return false
			}
			sight := &w.sights[place]
			if len(sight.hidden) > 0 || (w.host.polls(side) && !sight.caughtUp()) {
				return false
			}
		}
	}
	return true
}
