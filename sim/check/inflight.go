package check

import (
	"net/http"
	"strings"

	"github.com/syncproof/syncproof/sim/trace"
)

// together fails for each two writes of the engine that were under way at once
// for one record: one record is worked on by one worker at a time (EV-5).
func (m *model) together(t *tally) {
	under := map[*node]uint64{} // the exchange of the write that is under way
	about := map[uint64]*node{}
	told := map[*node]bool{}
	for _, e := range m.only(trace.Send, trace.Receive, trace.Lose, trace.Crash) {
		switch e.Kind {
		case trace.Send:
			n := m.writeTo(e)
			if n == nil {
				continue
			}
			if call, busy := under[n]; busy && !told[n] {
				told[n] = true
				t.fail(n.person.name, []uint64{m.op(m.exchange(call).send - 1), e.Op}, "at %s the engine sent a write for %s to %s while another was under way (EV-5)",
					clockText(e.At), n.person.name, e.On)
			}
			under[n], about[e.Call] = e.Call, n
		case trace.Receive, trace.Lose:
			if n := about[e.Call]; n != nil {
				delete(about, e.Call)
				if under[n] == e.Call {
					delete(under, n)
				}
			}
		case trace.Crash:
			clear(under)
			clear(about)
		}
	}
}

// writeTo is the record at whose own address a request of the engine's writes,
// nil if it is none.
func (m *model) writeTo(e *trace.Event) *node {
	if e.Method == "" || e.Method == http.MethodGet || e.Call == 0 || e.On != trace.CC && e.On != trace.CRM {
		return nil
	}
	return m.addressed(e)
}

// addressed is the record whose own address a request goes to, nil if there is
// none.
func (m *model) addressed(e *trace.Event) *node {
	if c := m.exchange(e.Call); c != nil && c.arrive > 0 {
		if n := m.who[c.arrive-1]; n != nil {
			return n
		}
	}
	path, _, _ := strings.Cut(e.Path, "?")
	return m.find(e.On, path[strings.LastIndexByte(path, '/')+1:])
}
