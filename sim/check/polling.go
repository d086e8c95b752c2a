package check

import (
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// fewestPolls is how many requests it takes before the engine counts as one that
// never stops polling.
const fewestPolls = 20

// neverStopsPolling says that from an instant on the engine did nothing but ask
// for pages of feeds, one right after the other: a round of polling lasts longer
// than its interval, and whatever else it may have to do, it is never at rest.
func (m *model) neverStopsPolling(from int64) bool {
	feeds := map[string]bool{}
	for i := range m.ev {
		e := &m.ev[i]
		if c := m.exchange(e.Call); e.Kind == trace.Feed && c != nil && c.send > 0 {
			feeds[pathOf(&m.ev[c.send-1])] = true
		}
	}
	pause := int64(2*m.set.fsync + time.Second)
	sent, flying, since := 0, 0, from
	for i := range m.ev {
		e := &m.ev[i]
		if e.At < from || e.On != trace.CC && e.On != trace.CRM {
			continue
		}
		switch e.Kind {
		case trace.Commit, trace.Deliver:
			return false
		case trace.Send:
			if !feeds[pathOf(e)] && !tokenPath(e.Path) || sent > 0 && flying == 0 && e.At-since > pause {
				return false
			}
			sent, flying = sent+1, flying+1
		case trace.Receive, trace.Lose:
			flying, since = max(flying-1, 0), e.At
		}
	}
	return sent >= fewestPolls
}

func pathOf(e *trace.Event) string {
	path, _, _ := strings.Cut(e.Path, "?")
	return path
}
