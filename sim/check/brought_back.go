package check

import (
	"net/http"

	"github.com/syncproof/syncproof/sim/trace"
)

// broughtBack says that a user made or undeleted a record after another one of
// its identity was gone, and before an event: it comes back on the other side as
// well. That order is the engine's, by what it could read: a record that it had
// found gone and that came back before the other went counts too, where the
// engine saw it there again only after it had found both gone (CR-13: a deletion
// that both sides have is settled, and an undelete is an edit).
func (s *story) broughtBack(o, old *node, gone, until int32) bool {
	for k := range o.states {
		st := &o.states[k]
		if st.by != byUser || st.ev >= until || s.m.ev[st.ev].Verb != trace.Undelete && s.m.ev[st.ev].Verb != trace.Create {
			continue
		}
		if st.ev > gone || s.m.foundBothGone(o, old, st.ev, gone, until) {
			return true
		}
	}
	return false
}

// foundBothGone says that the engine was told of one record that it was gone
// before it came back, and of the other after it went, and that it had not read
// the first again between.
func (m *model) foundBothGone(o, old *node, back, gone, until int32) bool {
	if m.foundGone(o, -1, back) < 0 {
		return false
	}
	found := m.foundGone(old, gone, until)
	if found < 0 {
		return false
	}
	for _, i := range o.log {
		if e := &m.ev[i]; i > back && i < found && e.Kind == trace.Read && e.Actor == trace.ActorEngine && m.single(e) {
			return false
		}
	}
	return true
}

// foundGone is the first event between two others at which a request of the
// engine's about a record was answered that there is none, -1 if none was.
func (m *model) foundGone(n *node, from, until int32) int32 {
	for _, i := range n.log {
		e := &m.ev[i]
		if i <= from || i >= until || e.Kind != trace.Arrive || e.Actor != trace.ActorEngine {
			continue
		}
		c := m.exchange(e.Call)
		if c == nil || c.answer == 0 || c.receive == 0 {
			continue
		}
		if status := m.ev[c.answer-1].Status; status == http.StatusNotFound || status == http.StatusGone {
			return i
		}
	}
	return -1
}
