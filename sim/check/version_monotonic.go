package check

import (
	"fmt"

	"github.com/syncproof/syncproof/sim/trace"
)

// versionMonotonic: no engine write lowers the stored version, and none brings
// back content that it had already replaced with newer.
func versionMonotonic(m *model) Result {
	t := &tally{m: m}
	for _, p := range m.people {
		for _, w := range p.story.writes {
			t.seen++
			e := &m.ev[w.ev]
			if w.verb != trace.Create && e.Version < e.Before && !w.outlived && !w.raced {
				t.fail(p.name, m.chain(w.ev, p), "at %s the engine lowered the version of %s in %s from %d to %d",
					clockText(e.At), p.name, sideNames[w.side], e.Before, e.Version)
			}
			if w.stale != "" {
				t.fail(p.name, m.chain(w.ev, p), "at %s in %s: %s", clockText(e.At), sideNames[w.side], w.stale)
			}
		}
	}
	return t.verdict(phrase{"engine write, not older than what it replaced", "engine writes, none older than what they replaced"}, "the engine wrote nothing")
}

// findStale marks a write that puts back a value which the other side gave up
// before both sides were brought in step on a newer one.
func (s *story) findStale(w *write) {
	if w.outlived || s.word != nil || s.settledAt == nil {
		return
	}
	other := s.p.node(1 - w.side)
	for k := range w.changes {
		ch := &w.changes[k]
		since := s.settledAt[ch.field]
		f := s.p.fields.list[ch.field]
		if since == 0 || other == nil || len(s.base[w.side].values[ch.field]) != 1 || s.base[w.side].values[ch.field][0] != ch.before {
			continue
		}
		if !heldSince(other, ch.field, ch.after, since-1) && !heldSince(s.p.node(w.side), ch.field, ch.after, since-1) && ch.after != f.def {
			w.stale = fmt.Sprintf("%s went from %s back to %s, which %s gave up before both sides were in step on the newer value",
				f.name, shown(ch.before), shown(ch.after), sideNames[1-w.side])
			return
		}
	}
}

// heldSince says that a record held a value at or after an event, but for the
// state that is being judged.
func heldSince(n *node, f int, v string, since int32) bool {
	for k := len(n.states) - 1; k >= 0; k-- {
		st := &n.states[k]
		if st.content[f] == v && st.by != byEngine {
			return true
		}
		if st.ev <= since {
			return st.content[f] == v
		}
	}
	return false
}
