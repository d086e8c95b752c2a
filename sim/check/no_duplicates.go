package check

import "github.com/syncproof/syncproof/sim/trace"

// noDuplicates: the engine never makes a second living record for one
// identity. A request that took effect after its process was gone is a vendor
// race (EV-10).
func noDuplicates(m *model) Result {
	t := &tally{m: m}
	type made struct {
		n  *node
		ev int32
	}
	owner := map[place][]made{} // by system and the external id carried
	for i, e := range m.only(trace.Commit) {
		if e.External == "" || e.Verb == trace.Merge {
			continue
		}
		n := m.who[i]
		at := n.at(i)
		key := place{e.On, e.External}
		created := e.Verb == trace.Create && e.Actor == trace.ActorEngine
		if created {
			t.seen++
		}
		known := false
		for _, o := range owner[key] {
			known = known || o.n == n
		}
		if known || at.gone {
			continue
		}
		for _, o := range owner[key] {
			st := o.n.at(i)
			mine := engineMade(m, n)
			if st.gone || st.external != e.External || !mine && !engineMade(m, o.n) || m.disowned(o.n, n, i) {
				continue
			}
			if m.outlived(i, e) || m.outlived(o.ev, &m.ev[o.ev]) || o.ev > m.sentAt(i) && !engineMade(m, o.n) || !mine {
				continue
			}
			t.fail(or(n.person.name, n.id), []uint64{m.op(o.ev), e.Op}, "the engine made %s in %s for %s, which %s stands for already",
				n.id, e.On, e.External, o.n.id)
		}
		owner[key] = append(owner[key], made{n, i})
	}
	return t.verdict(phrase{"record made, for one identity", "records made, one for each identity"}, "the engine created no record")
}

// disowned says that the record which two others name as theirs names neither
// of them at an event, but a third: the first has no better claim (CR-14).
func (m *model) disowned(first, second *node, at int32) bool {
	o := m.find(systemOf(1-first.side), first.at(at).external)
	if o == nil || o.at(at) == nil {
		return false
	}
	named := o.at(at).external
	return named != "" && named != first.id && named != second.id && m.find(first.on, named) != nil
}

// engineMade says that a record was created by the engine.
func engineMade(m *model, n *node) bool {
	e := &m.ev[n.states[0].ev]
	return e.Actor == trace.ActorEngine && e.Verb == trace.Create
}
