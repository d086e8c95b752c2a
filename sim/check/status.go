package check

import "github.com/syncproof/syncproof/sim/trace"

// statusOf is a record's Sync_Status as stored: by the record that carries the
// name, else by one that is linked with it, else as the engine claimed last.
func (m *model) statusOf(p *person, name string) string {
	if st := p.stored(func(n *node) bool { return n.alias == name }); st != "" {
		return st
	}
	at := int32(len(m.ev))
	if st := p.stored(func(n *node) bool { return p.simple() || m.tiedTo(n, name, at) }); st != "" {
		return st
	}
	for k := len(p.log) - 1; k >= 0; k-- {
		if e := &m.ev[p.log[k]]; e.Kind == trace.ClaimStatus && (p.simple() || e.Alias == "" || e.Alias == name) {
			return e.Code
		}
	}
	return ""
}

// stored is the first status that a person's records of a kind hold.
func (p *person) stored(of func(*node) bool) string {
	for _, side := range [...]int{crm, cc} {
		for _, n := range p.nodes[side] {
			if st := n.last().status; st != "" && of(n) {
				return st
			}
		}
	}
	return ""
}

// tiedTo says that a record is tied to one of the name, or that none has it.
func (m *model) tiedTo(n *node, name string, at int32) bool {
	named := false
	for side := range n.person.nodes {
		for _, o := range n.person.nodes[side] {
			if o.alias != name {
				continue
			}
			named = true
			if o.side != n.side && m.tied(n, o, at) {
				return true
			}
		}
	}
	return !named
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
		case e.Kind == trace.Commit && e.Actor == trace.ActorEngine && len(e.Changes) > 0 && !p.statusOnly(e):
			dead = false
		}
	}
	return dead
}

// statusOnly says that a commit changed nothing but the status.
func (p *person) statusOnly(e *trace.Event) bool {
	status := p.fields.status[sideOf(e.On)]
	for k := range e.Changes {
		if c := &e.Changes[k]; c.Field != status || status == "" {
			return false
		}
	}
	return e.Version == e.Before
}

// flaggedNow says that a record waits for a person at the end.
func (m *model) flaggedNow(p *person) bool { return m.stands(p) && !m.inStep(p) }
