package check

import "github.com/syncproof/syncproof/sim/trace"

// statusOf is the record's Sync_Status as stored in the systems, else the last
// that the engine claimed.
func (m *model) statusOf(p *person) string {
	for _, side := range [...]int{crm, cc} {
		if n := p.node(side); n != nil && n.last().status != "" {
			return n.last().status
		}
	}
	for k := len(p.log) - 1; k >= 0; k-- {
		if e := &m.ev[p.log[k]]; e.Kind == trace.ClaimStatus {
			return e.Code
		}
	}
	return ""
}

// deadNow says that a record is dead-lettered at the end: its status says so,
// or somebody was told and the engine has not written it since.
func (m *model) deadNow(p *person) bool {
	for _, side := range [...]int{crm, cc} {
		if n := p.node(side); n != nil && n.last().status != "" {
			if n.last().status == "FAILED" {
				return true
			}
		}
	}
	dead := false
	for _, i := range p.log {
		e := &m.ev[i]
		switch {
		case e.Kind == trace.Told && e.Verb == "failed":
			dead = true
		case e.Kind == trace.Commit && e.Actor == trace.ActorEngine && len(e.Changes) > 0 && !m.statusOnly(e):
			dead = false
		}
	}
	return dead
}

// wasDead says that the journal holds a sign that the engine gave a record up.
func (m *model) wasDead(p *person) bool {
	for _, i := range p.story.told {
		if m.ev[i].Verb == "failed" {
			return true
		}
	}
	return m.deadNow(p)
}

// statusOnly says that a commit changed nothing but the status.
func (m *model) statusOnly(e *trace.Event) bool {
	status := m.fields.status[sideOf(e.On)]
	for k := range e.Changes {
		if c := &e.Changes[k]; c.Field != status || status == "" {
			return false
		}
	}
	return e.Version == e.Before
}

// flaggedNow says that a record waits for a person at the end.
func (m *model) flaggedNow(p *person) bool {
	for _, in := range m.reviews(p) {
		if in.to < 0 {
			return true
		}
	}
	return false
}
