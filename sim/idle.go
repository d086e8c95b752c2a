package sim

import (
	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/sim/trace"
)

// sight is what the engine has seen of one system, as far as the end of the
// run depends on it.
type sight struct {
	changed uint64 // Op of the last commit
	seen    uint64 // the last whole round of polling began before this Op, 0 if none
	round   uint64 // the round under way did, 0 if none
	polling engine.Op
	// hidden are records of which only an audit can show the last change;
	// true if that was a deletion.
	hidden map[string]bool
}

// noteCommit takes down a change of a system.
func (w *World) noteCommit(e *trace.Event, op uint64) {
	s := &w.sights[e.On-trace.CC]
	s.changed = op
	if e.Actor == trace.ActorEngine || e.Verb == trace.Setup || e.Verb == trace.Touch {
		return
	}
	if w.onlyAuditsShow(int(e.On-trace.CC), e.Verb) {
		s.hidden[e.Record] = e.Verb == trace.Delete
	}
}

// onlyAuditsShow reports whether a change is seen by an audit, and by nothing
// else, if its webhook is lost: nobody polls there, or the feed shows no
// deletions.
func (w *World) onlyAuditsShow(side int, verb string) bool {
	if w.host.parts.config.Audit == 0 {
		return false
	}
	return !w.host.polls(side) || (verb == trace.Delete && !w.host.parts.config.Systems[side].Capabilities.FeedHasDeletes)
}

// noteContact takes down that the engine came to a record: it read it, or it
// asked for it and so learns of its deletion.
func (w *World) noteContact(e *trace.Event) {
	s := &w.sights[e.On-trace.CC]
	if len(s.hidden) == 0 || e.Actor != trace.ActorEngine {
		return
	}
	if deleted := s.hidden[e.Record]; e.Kind == trace.Read || deleted {
		delete(s.hidden, e.Record)
	}
}

// noteRound takes down that the engine asks for a page of a feed.
func (h *host) noteRound(e engine.Poll) {
	s := &h.w.sights[e.Side]
	if s.round == 0 {
		s.round = uint64(h.w.journal.Len()) + 1
	}
	s.polling = e.Op
}

// notePage takes down that the engine took in a page: with its last one it
// has seen everything that was committed before the round began. A failure
// ends the round with nothing seen.
func (h *host) notePage(e engine.PollDone) {
	for i := range h.w.sights {
		s := &h.w.sights[i]
		if s.polling != e.Op {
			continue
		}
		s.polling = 0
		switch {
		case e.Err != nil:
			s.round = 0
		case !e.Page.More:
			s.seen, s.round = s.round, 0
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
		s.seen, s.round, s.polling = 0, 0, 0
	}
}

// idle reports whether nothing is left to do: the timeline is over, faults
// have ended, nothing travels, the engine has nothing queued, and it has seen
// the last change of each system, or will never look.
func (w *World) idle() bool {
	if w.steps > 0 || w.windows > 0 || w.net.busy() || !w.host.idle() {
		return false
	}
	for side, s := range w.systems {
		if _, due := s.mock.NextDue(); due {
			return false
		}
		if w.host.toldDrift[side] && w.host.describedAt[side] <= s.touchedAt {
			return false
		}
		sight := &w.sights[side]
		if len(sight.hidden) > 0 || (w.host.polls(side) && sight.seen <= sight.changed) {
			return false
		}
	}
	return true
}
