package check

import (
	"net/http"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// What an engine may read of one record in one system, beside what follows.
const (
	readsAtRest   = 40 // from one outside act to the next
	readsPerEvent = 6  // for each failure, message, page or write of the engine's that may ask for a look
)

// looks counts the reads of one record since something last stirred it.
type looks struct {
	open           bool // it was read
	reads, allowed int
	since          int64
	failures       int
	told           bool
}

// rereads fails for a record that the engine reads again and again without
// cause: no user, no person, no failure, no page that showed it, no audit.
// The bound is generous; it is there for an engine that spins.
func (m *model) rereads(t *tally) {
	all := make([]looks, len(m.nodes)) // by record
	failures := 0                      // answers so far that ask for another attempt at anything
	of := func(n *node, at int64) *looks {
		l := &all[n.number]
		if !l.open {
			*l = looks{open: true, since: at, failures: failures}
		}
		return l
	}
	for i, e := range m.only(
		trace.Lose, trace.Receive, trace.Restart, trace.FaultBegin, trace.FaultEnd, trace.Crash,
		trace.Person, trace.Commit, trace.Deliver, trace.Feed, trace.Arrive,
	) {
		switch e.Kind {
		case trace.Lose:
			failures++
		case trace.Receive:
			if e.Status >= 400 {
				failures++
			}
		case trace.Restart, trace.FaultBegin, trace.FaultEnd, trace.Crash:
			clear(all)
		case trace.Person:
			if p := m.whom(e); p != nil {
				m.stir(all, p)
			}
		case trace.Commit:
			switch n := m.who[i]; {
			case e.Actor != trace.ActorEngine:
				m.stir(all, n.person)
			default:
				m.allow(all, n.person)
			}
		case trace.Deliver:
			if n := m.who[i]; n != nil {
				m.allow(all, n.person)
			}
		case trace.Feed:
			for _, id := range e.Records {
				if n := m.find(e.On, id); n != nil {
					m.allow(all, n.person)
				}
			}
		case trace.Arrive:
			n := m.who[i]
			if n == nil || e.Actor != trace.ActorEngine || e.Method != http.MethodGet {
				continue
			}
			l := of(n, e.At)
			if l.reads++; l.reads > m.mostReads(l, e.At, failures) && !l.told {
				l.told = true
				t.fail(n.person.name, []uint64{e.Op}, "the engine read %s in %s %d times from %s to %s, and nothing asked for it",
					n.person.name, e.On, l.reads, clockText(l.since), clockText(e.At))
			}
		}
	}
}

func (m *model) mostReads(l *looks, at int64, failures int) int {
	most := readsAtRest + l.allowed + readsPerEvent*(failures-l.failures)
	if m.set.audit > 0 {
		most += readsPerEvent * int(time.Duration(at-l.since)/m.set.audit)
	}
	return most
}

func (m *model) stir(all []looks, p *person) {
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			all[n.number] = looks{}
		}
	}
}

func (m *model) allow(all []looks, p *person) {
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			all[n.number].allowed += readsPerEvent // which counts where it was read
		}
	}
}
