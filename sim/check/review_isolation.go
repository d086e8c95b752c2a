package check

import "github.com/syncproof/syncproof/sim/trace"

// review is a time in which a record waits for a person.
type review struct {
	from, to int32 // indexes; to is -1 while it still waits
	ended    string
}

// reviewIsolation: while a record is flagged nobody writes a business field or
// the version of it automatically; its status may be written once.
func reviewIsolation(m *model) Result {
	t := &tally{m: m}
	for _, p := range m.people {
		for _, in := range m.reviews(p) {
			t.seen++
			if p.simple() {
				m.isolated(t, p, in)
			}
		}
		m.pending(t, p)
	}
	return t.verdict(phrase{"flagged record was left alone", "flagged records were left alone"}, "nothing was flagged")
}

func (m *model) isolated(t *tally, p *person, in review) {
	var statuses [2]int
	for _, w := range p.story.writes {
		if m.sentAt(w.ev) < in.from && w.ev != in.from || in.to >= 0 && w.ev > in.to || w.outlived {
			continue
		}
		e := &m.ev[w.ev]
		blind := w.business() && m.blind(p, w, in)
		if blind {
			statuses = [2]int{} // it carried its own: a flag begins anew behind it (CR-10)
			continue
		}
		if w.business() {
			t.fail(p.name, append([]uint64{m.op(in.from)}, m.chain(w.ev, nil)...),
				"%s was flagged at %s, and at %s the engine wrote it in %s before a person had decided",
				p.name, clockText(m.ev[in.from].At), clockText(e.At), sideNames[w.side])
			continue
		}
		if w.status && !w.hidden && !m.crashBetween(in.from, e.At) {
			if statuses[w.side]++; statuses[w.side] == 2 {
				t.fail(p.name, []uint64{m.op(in.from), e.Op}, "the status of the flagged %s was written twice in %s", p.name, sideNames[w.side])
			}
		}
	}
}

// pending looks for a stored status PENDING, which is never written (CR-10).
func (m *model) pending(t *tally, p *person) {
	for _, w := range p.story.writes {
		if st := m.who[w.ev].states[w.state].status; st == "PENDING" && (w.status || w.state == 0) {
			t.seen++
			t.fail(p.name, m.chain(w.ev, nil), "at %s the engine stored the status PENDING of %s in %s",
				clockText(m.ev[w.ev].At), p.name, sideNames[w.side])
		}
	}
}

// blind says that a write carries a person's decision which an edit had made
// stale, and that the engine had not read the record since that edit: no
// engine can close that gap (EV-10).
func (m *model) blind(p *person, w *write, in review) bool {
	for _, i := range p.story.persons {
		stale := m.staleSince(p, i)
		if i < in.from || stale < 0 || stale > w.ev {
			continue
		}
		sent := m.sentAt(w.ev)
		if i < sent && m.readBefore(m.who[stale], sent) < stale {
			return true
		}
	}
	return false
}

// reviews are the times in which a person's record waited: from the first
// sign that the engine flagged it, until a person acted, the sides came to
// agree, or the engine lost its store. A message alone is no sign where the
// process that sent it died before the flag can have been durable: it told
// first, so that nothing goes untold, and the next life judges anew.
func (m *model) reviews(p *person) []review {
	var out []review
	for _, f := range p.story.flags {
		if n := len(out); n > 0 && (out[n-1].to < 0 || f.ev <= out[n-1].to) || f.side < 0 && m.diedKnowing(f.ev) {
			continue
		}
		to, why := m.reviewEnd(p, f.ev)
		out = append(out, review{f.ev, to, why})
	}
	return out
}

func (m *model) reviewEnd(p *person, from int32) (int32, string) {
	if m.agreeAt(p, from) && p.story.causedAt(from) {
		return from, "the sides had come to agree when it was flagged"
	}
	end, why := int32(-1), ""
	earlier := func(i int32, reason string) {
		if i > from && (end < 0 || i < end) {
			end, why = i, reason
		}
	}
	for _, i := range p.story.persons {
		if m.staleSince(p, i) < 0 {
			earlier(i, "a person decided")
		}
	}
	sent := m.sentAt(from)
	for _, i := range m.approvals {
		if m.answersFor(p, i) && sent < i && i <= from {
			return from, "a person approved the mass delete while that was being written"
		}
		if m.answersFor(p, i) {
			earlier(i, "a person approved the mass delete")
		}
	}
	for k := range m.outages {
		if m.outages[k].wipe {
			earlier(m.outages[k].crash, "the store was lost")
		}
	}
	for _, i := range p.log {
		if e := &m.ev[i]; i > from && e.Kind == trace.Commit && (e.Actor != trace.ActorEngine || e.Verb == trace.Delete) && m.agreeAt(p, i) {
			earlier(i, "the sides agree")
			break
		}
	}
	return end, why
}

// agreeAt says that the two sides held the same content after an event.
func (m *model) agreeAt(p *person, i int32) bool {
	a, b := p.node(cc), p.node(crm)
	if a == nil || b == nil {
		return false
	}
	x, y := a.at(i), b.at(i)
	if x == nil || y == nil || x.gone != y.gone {
		return false
	}
	if x.gone {
		return true
	}
	return m.agree(p.fields, x, y)
}

// at is the state that a record was in after an event, nil before its first.
func (n *node) at(ev int32) *state {
	for k := len(n.states) - 1; k >= 0; k-- {
		if n.states[k].ev <= ev {
			return &n.states[k]
		}
	}
	return nil
}
