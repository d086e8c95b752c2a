package check

import (
	"net/http"
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// unfed are the users' changes that no feed shows: a deletion where the feed
// lists what lives, and a change that is stamped below what the overlap of the
// polls reaches back to, because it was committed late or the system's clock was
// put back, or that is stamped as one before it was; a save takes the change
// before it along. If its notice is lost too, only an audit shows it (EV-8).
func (m *model) unfed() []int32 {
	if m.unfedFound {
		return m.unfedCommits
	}
	m.unfedFound = true
	const resolution = int64(2 * time.Second) // of dates and of stamps
	var newest [2]int64                       // the latest time that a system has shown, or stamped a change with
	var shown [2]string                       // the date read last: most answers repeat it
	for i, e := range m.only(trace.Answer, trace.Commit) {
		switch {
		case e.Kind == trace.Answer && e.Date != "" && (e.On == trace.CC || e.On == trace.CRM):
			side := sideOf(e.On)
			if e.Date == shown[side] {
				continue
			}
			shown[side] = e.Date
			if at, ok := dateOf(e.Date); ok {
				newest[side] = max(newest[side], at.UnixNano())
			}
		case e.Kind == trace.Commit && (e.On == trace.CC || e.On == trace.CRM):
			side := sideOf(e.On)
			late := e.Stamp != 0 && e.Stamp < newest[side]-int64(m.set.overlap)+resolution
			byUser := e.Actor != trace.ActorEngine && e.Verb != trace.Setup
			if byUser && (late || m.shownBefore(i) || e.Verb == trace.Delete && !m.set.feedsDeletes[side]) {
				m.unfedCommits = append(m.unfedCommits, i)
			}
			newest[side] = max(newest[side], e.Stamp)
		}
	}
	return m.unfedCommits
}

// shownBefore says that a feed shows a change as one before it, since it was
// committed late: under the same stamp, and by the same author where it tells.
func (m *model) shownBefore(i int32) bool {
	e, n := &m.ev[i], m.who[i]
	if e.Stamp == 0 || n == nil {
		return false
	}
	res, last := int64(m.set.resolution), len(n.states)-1
	for last >= 0 && n.states[last].ev > i {
		last--
	}
	if last < 0 || n.states[last].ev != i {
		return false
	}
	for k := range last {
		o := &m.ev[n.states[k].ev]
		if m.shownAuthor(n, k) == m.shownAuthor(n, last) && floor(o.Stamp, res) == floor(e.Stamp, res) && e.At-o.At > res {
			return true
		}
	}
	return false
}

// shownAuthor is whom a feed names for a record's k-th state, "" where it names
// nobody: where automation leaves that alone, whoever came before it.
func (m *model) shownAuthor(n *node, k int) string {
	if !m.set.namesAuthor[n.side] {
		return ""
	}
	for ; k > 0 && m.set.hidesAutomation[n.side] && strings.HasPrefix(m.ev[n.states[k].ev].Actor, "automation:"); k-- {
	}
	return m.ev[n.states[k].ev].Actor
}

// dateOf reads a Date header. Its own form names no zone that would have to be
// made up.
func dateOf(text string) (time.Time, bool) {
	if at, ok := fixedDate(text); ok {
		return at, true
	}
	at, err := time.Parse(http.TimeFormat, text)
	if err != nil {
		at, err = time.Parse(time.RFC1123, text)
	}
	return at, err == nil
}

// waitsForAudit says that an audit had to show some change: nothing promised to
// look at the record, and the engine did not come to it within the time that it
// has otherwise.
func (m *model) waitsForAudit(otherwise time.Duration) bool {
	if m.set.audit == 0 {
		return false
	}
	for _, i := range m.unfed() {
		if !m.promised(i) && !m.cameTo(i, m.lastAct+int64(otherwise)) {
			return true
		}
	}
	return false
}

// hidden says that a change of one of a side's records was shown by nothing,
// audits being off.
func (m *model) hidden(p *person) bool {
	if m.set.audit > 0 {
		return false
	}
	for _, i := range m.unfed() {
		if m.who[i].person == p && !m.promised(i) && !m.cameTo(i, m.ev[len(m.ev)-1].At) {
			return true
		}
	}
	return false
}

// promised says that the engine acknowledged a notice of a commit and has kept
// its store since.
func (m *model) promised(commit int32) bool {
	for _, i := range m.who[commit].log {
		e := &m.ev[i]
		if i < commit || e.Kind != trace.Ack || e.Status/100 != 2 || m.wipedSince(i) {
			continue
		}
		if k := m.notices[e.Notice]; k != nil && k.notify > 0 && m.ev[k.notify-1].Cause == m.op(commit) {
			return true
		}
	}
	return false
}

// wipedSince says that the engine's store was lost after an event.
func (m *model) wipedSince(i int32) bool {
	for k := range m.outages {
		if m.outages[k].wipe && m.outages[k].crash > i {
			return true
		}
	}
	return false
}

// cameTo says that the engine asked for a record by itself after a commit and
// not later than an instant. What a page shows beside others, it may pass over.
func (m *model) cameTo(commit int32, until int64) bool {
	for _, i := range m.who[commit].log {
		if e := &m.ev[i]; i > commit && e.At <= until && e.Actor == trace.ActorEngine && e.Kind == trace.Arrive && m.heard(e.Call) {
			return true
		}
	}
	return false
}

// heard says that the answer to an exchange reached the engine, as far as the
// journal tells.
func (m *model) heard(n uint64) bool {
	c := m.exchange(n)
	return c == nil || c.send == 0 || c.receive > 0
}
