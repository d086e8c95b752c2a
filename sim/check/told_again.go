package check

import "github.com/syncproof/syncproof/sim/trace"

// message is what somebody reads: two that agree in it say the same.
type message struct{ topic, side, text string }

// toldAgain finds repeats that cannot be recognised: two messages about one
// person that differ in nothing but their identifier, with nothing between them
// that a person would have to be told of anew (EV-11). Messages about a whole
// system are not judged: when its trouble ended and began again shows no journal.
func (m *model) toldAgain(t *tally) {
	for _, p := range m.people {
		if p.simple() && len(p.story.told) > 1 {
			m.toldTwice(t, p)
		}
	}
}

func (m *model) toldTwice(t *tally, p *person) {
	said := map[message]int32{}
	for _, i := range p.story.told {
		e := &m.ev[i]
		if e.Text == "" || e.External == "" {
			continue
		}
		this := message{e.Verb, e.Code, e.Text}
		first, again := said[this]
		said[this] = i
		if old := &m.ev[max(first, 0)]; again && old.External != e.External && m.nothingNew(p, first, i) {
			t.fail(p.name, []uint64{old.Op, e.Op}, "%s is told again at %s what was told at %s, and nothing happened between, under another identifier (%s, %s): the repeat cannot be recognised",
				e.Verb, clockText(e.At), clockText(old.At), old.External, e.External)
			return
		}
	}
}

// nothingNew says that between two messages nobody changed the record, nobody
// decided on it, no fault began or ended, and the engine wrote nothing to it but
// the mark that it waits for somebody.
func (m *model) nothingNew(p *person, from, to int32) bool {
	for k := range m.faults {
		f := &m.faults[k]
		if f.begin > from && f.begin < to || f.end > from && f.end < to {
			return false
		}
	}
	for _, i := range p.log {
		if i <= from || i >= to {
			continue
		}
		switch e := &m.ev[i]; e.Kind {
		case trace.Person:
			return false
		case trace.Commit:
			if e.Actor != trace.ActorEngine || !p.statusOnly(e) || !waits(p, e) {
				return false
			}
		}
	}
	return true
}

// waits says that a commit marks the record as one that waits for a person.
func waits(p *person, e *trace.Event) bool {
	status := p.fields.status[sideOf(e.On)]
	for k := range e.Changes {
		if c := &e.Changes[k]; c.Field == status {
			return c.After == "FLAGGED" || c.After == "FAILED"
		}
	}
	return false
}
