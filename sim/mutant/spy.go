package mutant

import (
	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/sim"
)

// spy tells a resolver, which sees content only, which record it decides and
// how the machine came to hear of it.
type spy struct {
	reads map[engine.Op]engine.Read // under way
	items map[string]engine.Ref     // what the queue entry of a record named
	heard map[engine.Ref]int        // which notice of a reference came first since it was last worked on
	refs  map[string][2]string      // native ids by record
	count int
	key   string // of the record that is being decided
}

// watch puts the spy in front of a machine.
func (s *spy) watch(inner sim.Machine) sim.Machine {
	s.reads, s.items = map[engine.Op]engine.Read{}, map[string]engine.Ref{}
	s.heard, s.refs = map[engine.Ref]int{}, map[string][2]string{}
	polls := map[engine.Op]mapping.Side{}
	return &wrapped{Machine: inner, step: func(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
		switch e := e.(type) {
		case engine.Noticed:
			s.hear(e.Ref)
		case engine.PollDone:
			for i := range e.Page.Changed {
				s.hear(engine.Ref{Side: polls[e.Op], ID: e.Page.Changed[i].ID})
			}
			delete(polls, e.Op)
		case engine.Fetched:
			for i := range e.Items {
				s.items[e.Items[i].Key] = e.Items[i].Ref
			}
		case engine.ReadDone:
			s.key = s.reads[e.Op].Key
			delete(s.reads, e.Op)
		}
		before := len(out.List)
		inner.Step(now, e, out)
		for _, effect := range out.List[before:] {
			switch effect := effect.(type) {
			case engine.Read:
				s.reads[effect.Op] = effect
				ids := s.refs[effect.Key]
				ids[effect.Ref.Side] = effect.Ref.ID
				s.refs[effect.Key] = ids
			case engine.Poll:
				polls[effect.Op] = effect.Side
			case engine.Persist:
				s.forget(effect.Batch)
			}
		}
	}}
}

// forget begins anew with every record whose work is done.
func (s *spy) forget(b engine.Batch) {
	for _, op := range b.Ops {
		done, ok := op.(engine.Done)
		if !ok {
			continue
		}
		for side, id := range s.refs[done.Key] {
			delete(s.heard, engine.Ref{Side: mapping.Side(side), ID: id})
		}
	}
}

func (s *spy) hear(ref engine.Ref) {
	if _, known := s.heard[ref]; !known {
		s.count++
		s.heard[ref] = s.count
	}
}

// heardFirst is the side of the present record whose notice came first.
func (s *spy) heardFirst() mapping.Side {
	ids := s.refs[s.key]
	cc, heardCC := s.heard[engine.Ref{Side: mapping.CC, ID: ids[mapping.CC]}]
	crm, heardCRM := s.heard[engine.Ref{Side: mapping.CRM, ID: ids[mapping.CRM]}]
	if heardCRM && (!heardCC || crm < cc) {
		return mapping.CRM
	}
	return mapping.CC
}

// named is the side that the present record's queue entry named.
func (s *spy) named() mapping.Side { return s.items[s.key].Side }
