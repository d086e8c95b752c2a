package engine_test

import (
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// watch judges what must hold at every instant.
func (s *stage) watch() {
	d := s.driver
	d.onEvent = func(e engine.Event) {
		s.current = e
		if s.story != nil {
			s.note(describeEvent(e))
		}
		if x, ok := e.(engine.Exchanged); ok && x.Signal.Limited {
			s.limited(x)
		}
	}
	d.onApply = s.applied
	d.onSend = s.sent
	d.onWrite = s.written
	d.onEffect = func(e engine.Effect) {
		s.journal = append(s.journal, e)
		if s.story != nil {
			s.note("  " + describeEffect(e))
		}
		switch e := e.(type) {
		case engine.Persist:
			if n, ok := s.current.(engine.Noticed); ok {
				s.noticed[n.Token] = append(s.noticed[n.Token], e.Op)
			}
		case engine.Acknowledge:
			s.answered(e)
		}
		s.gauge()
	}
}

// applied notes what is durable. What was read before an intent became durable
// was not read immediately before its write.
func (s *stage) applied(p engine.Persist) {
	s.durable[p.Op] = true
	for _, op := range p.Batch.Ops {
		if put, ok := op.(engine.PutRecord); ok {
			for side, id := range put.Record.ID {
				delete(s.last, engine.Ref{Side: mapping.Side(side), ID: id})
			}
		}
	}
}

// answered is EV-2: 200 only after the batch of the notice is durable.
func (s *stage) answered(e engine.Acknowledge) {
	if e.Status != 200 {
		return
	}
	ops := s.noticed[e.Token]
	if len(ops) == 0 || !s.durable[ops[0]] {
		s.broken("a notice was acknowledged before it was durable")
		return
	}
	s.noticed[e.Token] = ops[1:]
	s.acknowledged(e.Token)
}

// gauge is EV-9.
func (s *stage) gauge() {
	g := s.driver.core.Gauges()
	if g.WorkingSet > g.WorkingSetLimit {
		s.broken("the working set outgrew its limit:", strconv.Itoa(g.WorkingSet))
	}
	for side := range g.InFlight {
		if g.InFlight[side] > g.InFlightLimit[side] {
			s.broken("too many requests in flight:", strconv.Itoa(g.InFlight[side]))
		}
	}
}

// limited notes from when on a target may be called again. What was admitted
// before counts as in flight.
func (s *stage) limited(x engine.Exchanged) {
	d := s.driver
	asks := min(x.Signal.RetryAfter, 15*time.Minute)
	s.pauses[x.Side] = max(s.pauses[x.Side], d.now.Add(max(asks, 0)))
	s.exempt[x.Side] = map[engine.Op]bool{}
	for _, e := range d.todo {
		if side, remote := target(e); remote && side == x.Side && d.admitted[opOf(e)] {
			s.exempt[x.Side][opOf(e)] = true
		}
	}
}

// sent is RL-1: nothing goes out during a pause; and EV-10: what cannot be
// refused as stale is read immediately before it is written.
func (s *stage) sent(e engine.Effect) {
	side, _ := target(e)
	if s.driver.now < s.pauses[side] && !s.exempt[side][opOf(e)] {
		s.broken("a request was sent to", side.String(), "during its pause")
	}
	switch e := e.(type) {
	case engine.Read:
		s.last[e.Ref] = e
	case engine.Write:
		_, justRead := s.last[e.Ref].(engine.Read)
		decided := e.Kind == engine.DeleteRecord || (e.Kind == engine.UpdateRecord && len(e.Data.Fields) > 0)
		if decided && !justRead && !s.guarded(&e) {
			s.broken("no reading immediately before the write to", e.Ref.String())
		}
		s.last[e.Ref] = e
	}
}

// guarded: the target refuses the write if the record has changed.
func (s *stage) guarded(w *engine.Write) bool {
	switch s.play.Conditional[w.Ref.Side] {
	case adapter.ByTag:
		return true
	case adapter.ByVersion:
		return w.Kind == engine.UpdateRecord && s.play.Trigger[w.Ref.Side]
	}
	return false
}

// written judges a write that committed: before is the row until then.
func (s *stage) written(w *engine.Write, before *row) {
	s.idle.look(w, before, s.driver.systems[w.Ref.Side].row(w.Ref.ID))
	if before == nil {
		return
	}
	side := w.Ref.Side
	// EV-10: a user's edit in the gap that the target leaves open.
	race := s.play.Conditional[side] != adapter.ByTag && before.tag != before.readTag
	if race {
		for i, v := range s.driver.systems[side].canonical(before) {
			if w.Kind == engine.DeleteRecord || slices.ContainsFunc(w.Data.Fields, func(f adapter.FieldValue) bool { return f.Index == i }) {
				s.raced[v] = true
			}
		}
		return
	}
	if w.Data.SetVersion && w.Data.Version < before.version {
		s.broken("the version of", w.Ref.String(), "went down")
	}
	if rec := s.driver.store.lookup(w.Ref); rec != nil && rec.Flag != nil && len(w.Data.Fields) > 0 {
		s.broken("a flagged record was written:", w.Ref.String())
	}
}
