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
	return t.verdict(phrase{"flag or dead letter, with a cause", "flags and dead letters, each with a cause"}, "nothing was flagged or dead-lettered")
}

// flagCause is why the model accepts a flag at an event, "" if it does not.
func (m *model) flagCause(p *person, at int32) string {
	s := p.story
	switch {
	case s.causedAt(at):
		return "a conflict that the table may call simultaneous"
	case m.doubted(p, at):
		return "its identity is in question"
	case m.massDelete() && everGoneAny(p):
		return "a mass delete"
	case everGoneAny(p) && (p.simple() && s.baseless || m.storeless(p, at)):
		return "a lost store and a deleted record"
	case !p.simple() && m.mayConflict(p):
		return "edits that met while the record's identity changed"
	}
	return ""
}

// storeless says that the engine's store knew nothing of a person at an event:
// from the start, or because it was lost.
func (m *model) storeless(p *person, at int32) bool {
	if p.spec != nil && p.spec.Base == "lost" {
		return true
	}
	for k := range m.outages {
		if m.outages[k].wipe && m.outages[k].crash < at {
			return true
		}
	}
	return false
}

// mayConflict says that both sides of a person of several records were edited,
// or that a deletion may have met an edit.
func (m *model) mayConflict(p *person) bool {
	var edited [2]bool
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			for k := 1; k < len(n.states); k++ {
				edited[side] = edited[side] || n.states[k].by == byUser && !sameContent(n, k)
			}
		}
	}
	return edited[cc] && edited[crm] || everGoneAny(p) && m.set.deleteVsEdit == "review" && (edited[cc] || edited[crm])
}

// overDead looks at a person's dead letters.
func (m *model) overDead(t *tally, p *person) {
	for _, i := range p.log {
		e := &m.ev[i]
		dead := e.Kind == trace.Told && e.Verb == "failed"
		if e.Kind == trace.Commit && e.Actor == trace.ActorEngine {
			for k := range e.Changes {
				c := &e.Changes[k]
				dead = dead || c.Field == p.fields.status[sideOf(e.On)] && c.After == "FAILED"
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
