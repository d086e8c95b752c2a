package check

import (
	"slices"

	"github.com/syncproof/syncproof/sim/trace"
)

// deletionForgotten says that the CRM deleted a person's record, that the engine's
// store was lost, and that nothing has told the engine of the person since: a
// feed that is read from its beginning may list only what is there (Dynamics
// 365), and where the contact center is not polled nothing shows what it holds.
func (m *model) deletionForgotten(p *person) bool {
	wiped := int32(-1)
	for k := range m.outages {
		if o := &m.outages[k]; o.wipe {
			wiped = max(wiped, o.crash)
		}
	}
	if wiped < 0 || !m.set.beginsBlind[crm] || !m.set.pollOff[cc] || !slices.ContainsFunc(p.nodes[crm], everGone) {
		return false
	}
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			if m.shownAfter(n, wiped) {
				return false
			}
		}
	}
	return true
}

// shownAfter says that the engine was told of a record after an event: by an
// acknowledged notice, a reading, or a page of a feed.
func (m *model) shownAfter(n *node, event int32) bool {
	for _, i := range n.log {
		if e := &m.ev[i]; i > event && (e.Kind == trace.Ack && e.Status/100 == 2 || e.Kind == trace.Read && e.Actor == trace.ActorEngine && m.heard(e.Call)) {
			return true
		}
	}
	for i := event + 1; int(i) < len(m.ev); i++ {
		if e := &m.ev[i]; e.Kind == trace.Feed && e.On == n.on && m.heard(e.Call) && slices.Contains(e.Records, n.id) {
			return true
		}
	}
	return false
}
