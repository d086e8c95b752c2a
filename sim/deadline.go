package sim

import (
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

// deadline is when the run is given up. It is far beyond what the retry
// policy and the quotas imply, so that the liveness check, which computes the
// exact bound, always sees the run miss it.
func (w *World) deadline() int64 {
	audits := time.Duration(0)
	if w.waitsForAudits() {
		audits = 2 * w.host.parts.config.Audit
	}
	return int64(giveUp(w.sc, audits))
}

// giveUp is the deadline of a run in which sweeps of all records take audits.
func giveUp(sc *scenarios.Scenario, audits time.Duration) time.Duration {
	work := int64(sc.Records.Count()+sc.Occurrences()) * 40
	spare := 4*(sc.Engine.Retry.Cap.Std()+sc.Engine.Retry.RetryAfterCap.Std()) + 4*sc.Engine.Timeout.Std()
	spare += 10*(on(sc.Engine.Poll.CC)+on(sc.Engine.Poll.CRM)) + 2*sc.Engine.Overlap.Std() + time.Hour + audits
	for _, spec := range [...]*scenarios.System{&sc.Systems.CC, &sc.Systems.CRM} {
		if q := spec.Quota; q != nil && q.Requests > 0 {
			spare += time.Duration(work/int64(q.Requests)+2) * q.Per.Std()
		} else {
			spare += time.Duration(work/300+2) * time.Minute
		}
	}
	return sc.End().Std() + spare
}

// waitsForAudits reports whether the run may hold a change that nothing but an
// audit shows: polling is off somewhere, a record is deleted where the feed
// shows no deletions, or a change is stamped long before it is committed.
func (w *World) waitsForAudits() bool {
	for side := range w.systems {
		if w.onlyAuditsShow(side, "") {
			return true
		}
	}
	for i := range w.sc.Timeline {
		step := &w.sc.Timeline[i]
		if step.Verb.Group() == scenarios.Clocks || step.Late > 0 {
			return true
		}
		if step.Verb == scenarios.Delete && w.onlyAuditsShow(int(sideNamed(step.On)), string(step.Verb)) {
			return true
		}
	}
	return false
}
