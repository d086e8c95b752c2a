package engine_test

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/engine"
)

// idleWrites are the committed writes of a play that changed nothing.
type idleWrites []string

// look judges a write that committed: before is the row until then. A write
// that a user forestalled, in the gap behind the engine's reading, was meant to
// change something.
func (i *idleWrites) look(w *engine.Write, before, after *row) {
	if before == nil || after == nil || before.tag != before.readTag {
		return
	}
	same := before.version == after.version && before.status == after.status && before.external == after.external &&
		before.gone == after.gone && slices.Equal(before.fields, after.fields)
	if same {
		*i = append(*i, w.Ref.String())
	}
}

// checkNoLoop: a write that changes nothing repeats one whose outcome a fault
// or a crash hid, so that there are at most as many of them. That writes stop
// at all is what perform waits for.
func checkNoLoop(t *rapid.T, s *stage) {
	hidden := 0
	for _, m := range s.play.Moves {
		switch m.Do {
		case doFail, doCrash, doCrashLater:
			hidden++
		}
	}
	if len(s.idle) > hidden {
		t.Fatalf("%d writes changed nothing, and %d outcomes can have been hidden: %v", len(s.idle), hidden, s.idle)
	}
}
