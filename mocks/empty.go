package mocks

import (
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// Emptied is a mock that can restart without its records, as a vendor's sandbox
// does when it is refreshed.
type Emptied interface {
	System
	// Empty takes every record away, and what the system was about to do. No
	// webhook and no feed tells of it, nothing is left in a recycle bin, and no
	// native id is given out again. The journal has a deletion by automation for
	// each record that was there.
	Empty(now time.Time)
}

// Refreshed is who takes the records away, as the journal names the actor.
const Refreshed = "refresh"

// Gone records that a record went with all others.
func (j Recorder) Gone(s *Snapshot, now time.Time) {
	j.Commit(Committed{
		Object: s.Object, Actor: ActorOf(Automation, Refreshed), Origin: Automation, Verb: trace.Delete,
		Record: s.ID, Alias: s.Alias, External: s.External, Version: s.Version, Before: s.Version, Stamp: now,
	})
}
