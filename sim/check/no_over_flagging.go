package check

import "github.com/syncproof/syncproof/sim/trace"

// patience is how many failed requests for one record make a dead letter
// acceptable whatever the cause of the failures.
const patience = 5

// noOverFlagging: no flag and no dead letter without a cause that the model
// accepts.
func noOverFlagging(m *model) Result {
	t := &tally{m: m}
	for _, p := range m.people {
		for _, f := range p.story.flags {
			t.seen++
			if why := m.flagCause(p, f.ev); why == "" {
				t.fail(p.name, m.chain(f.ev, p), "%s was flagged at %s, and no two states that the engine had read call for it",
					p.name, clockText(m.ev[f.ev].At))
			}
		}
		m.overDead(t, p)
	}
	if t.seen > 0 && m.reads == 0 && t.failed > 0 {
		t.failed, t.findings = 0, nil
		t.doubt("the journal holds no reads: what the engine knew cannot be told")
	}
	return t.verdict("flags and dead letters, each with a cause", "nothing was flagged or dead-lettered")
}

// flagCause is why the model accepts a flag at an event, "" if it does not.
func (m *model) flagCause(p *person, at int32) string {
	s := p.story
	switch {
	case s.flagCause >= 0 && s.flagCause <= at:
		return "a conflict that the table may call simultaneous"
	case !p.simple():
		return "its identity is in question"
	case m.massDelete() && everGoneAny(p):
		return "a mass delete"
	case everGoneAny(p) && s.baseless:
		return "a lost store and a deleted record"
	}
	return ""
}

// overDead looks at a person's dead letters.
func (m *model) overDead(t *tally, p *person) {
	for _, i := range p.log {
		e := &m.ev[i]
		dead := e.Kind == trace.Told && e.Verb == "failed"
		if e.Kind == trace.Commit && e.Actor == trace.ActorEngine {
			for k := range e.Changes {
				c := &e.Changes[k]
				dead = dead || c.Field == m.fields.status[sideOf(e.On)] && c.After == "FAILED"
			}
		}
		if !dead {
			continue
		}
		t.seen++
		if m.deadLetterCause(p) == "" && m.troubles(p) < patience {
			t.fail(p.name, m.chain(i, p), "%s was dead-lettered at %s: nothing refused it and its values fit both systems",
				p.name, clockText(e.At))
		}
	}
}

// troubles counts the requests for a person that failed.
func (m *model) troubles(p *person) int {
	n := 0
	for _, i := range p.log {
		if e := &m.ev[i]; e.Kind == trace.Arrive && e.Actor == trace.ActorEngine && m.troubled(e.Call) {
			n++
		}
	}
	return n
}

func (m *model) troubled(n uint64) bool {
	c := m.exchange(n)
	return c != nil && (c.lose > 0 || c.answer > 0 && m.ev[c.answer-1].Status >= 400)
}
