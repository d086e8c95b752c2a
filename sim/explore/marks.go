package explore

import (
	"net/http"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// Marks are situations that an exploration should come to sometimes: one that
// never comes up is not tested, however many runs there are.
var Marks = []string{
	markFlaggedEdited:   "a flagged record was edited again",
	markBothEdited:      "both sides were edited within the engine's reaction",
	markDecidedVersion:  "versions decided (CR-4)",
	markDecidedTime:     "times decided (CR-5)",
	markDecidedPerson:   "simultaneous edits waited for a person (CR-6)",
	markDecidedTie:      "identical times were decided by the priority id (CR-7)",
	markNoBase:          "a record without a base was decided (CR-12)",
	markDeleteEdit:      "a deletion met an edit (CR-13)",
	markWrongPerson:     "contacts were merged or an id matched several (CR-14)",
	markCrashOnWire:     "a crash while a write was on the wire",
	markCrashUnrecorded: "a crash between a write's answer and its record on the disk",
	markCrashAgain:      "a crash within a minute of a restart",
	markLostAnswer:      "an answer was lost after the system had committed",
	markRefusedWrite:    "a write was refused because the record had moved on",
	markVendorRace:      "a person's edit landed between the engine's reading and its write",
	markTokenWrite:      "the token ended under a write",
	markLimitWrite:      "a limit signal met a write",
	markFailedBack:      "a failed record came back into step",
	markRestored:        "a person took back what was overwritten",
	markMassDelete:      "a mass deletion was stopped",
	markStoreLost:       "the store was lost while records were out of step",
}

const (
	markFlaggedEdited = iota
	markBothEdited
	markDecidedVersion
	markDecidedTime
	markDecidedPerson
	markDecidedTie
	markNoBase
	markDeleteEdit
	markWrongPerson
	markCrashOnWire
	markCrashUnrecorded
	markCrashAgain
	markLostAnswer
	markRefusedWrite
	markVendorRace
	markTokenWrite
	markLimitWrite
	markFailedBack
	markRestored
	markMassDelete
	markStoreLost
)

var decidedBy = map[string]int{
	"CR-4": markDecidedVersion, "CR-5": markDecidedTime, "CR-6": markDecidedPerson, "CR-7": markDecidedTie,
	"CR-12": markNoBase, "CR-13": markDeleteEdit, "CR-14": markWrongPerson,
}

// witness reads one journal for what is worth counting.
type witness struct {
	c       *Coverage
	pairs   [64]uint16 // by fault: the states met
	marked  uint64
	open    uint64 // faults under way, by index
	records map[string]*sighting
	calls   map[uint64]*call
	// unrecorded are engine writes whose outcome it knows, and has not yet
	// written down.
	unrecorded int
	restarted  int64
}

// sighting is what is known of one record.
type sighting struct {
	status  int // index of States, 1 (IN_SYNC) at first
	present [2]bool
	edited  [2]int64 // instant of the last edit by a person, 0 for none
	read    [2]uint64
	touched [2]uint64 // Op of the last edit by a person
}

// call is an exchange of the engine under way.
type call struct {
	writes    bool
	committed bool
}

// reaction is how long an engine may take to see an edit, for the mark of
// edits on both sides.
const reaction = int64(2 * time.Second)

func (w *witness) mark(m int) { w.marked |= 1 << m }

func (w *witness) see(e *trace.Event) {
	switch e.Kind {
	case trace.FaultBegin, trace.FaultEnd, trace.Crash, trace.Restart:
		w.fault(e)
	case trace.Send, trace.Answer, trace.Receive, trace.Lose:
		w.exchange(e)
	case trace.Read:
		if r := w.record(e); r != nil && e.Actor == trace.ActorEngine {
			r.read[e.On-trace.CC] = e.Op
		}
	case trace.Commit:
		w.commit(e)
	case trace.ClaimStatus, trace.ClaimDecision:
		w.claim(e)
	case trace.Person:
		if e.Verb == "restore" {
			w.mark(markRestored)
		}
	case trace.Told:
		if e.Verb == "mass-delete" {
			w.mark(markMassDelete)
		}
	}
}

func (w *witness) record(e *trace.Event) *sighting {
	name := e.Alias
	if name == "" {
		name = e.Record
	}
	if name == "" {
		return nil
	}
	r := w.records[name]
	if r == nil {
		r = &sighting{status: 1}
		w.records[name] = r
	}
	return r
}

func (w *witness) fault(e *trace.Event) {
	switch e.Kind {
	case trace.FaultBegin:
		if i, known := faultIndex[e.Code]; known {
			w.open |= 1 << i
			for _, r := range w.records { //syncproof:unordered the states are a set
				w.meet(r)
			}
		}
		if e.Code == "lose_store" {
			w.storeLost()
		}
	case trace.FaultEnd:
		if i, known := faultIndex[e.Code]; known {
			w.open &^= 1 << i
		}
	case trace.Crash:
		w.crash(e)
	default:
		w.restarted = e.At
		w.open &^= 1 << faultIndex["crash"]
	}
}

func (w *witness) crash(e *trace.Event) {
	w.open |= 1 << faultIndex["crash"]
	for _, r := range w.records { //syncproof:unordered the states are a set
		w.meet(r)
	}
	for _, c := range w.calls { //syncproof:unordered one is enough
		if c.writes {
			w.mark(markCrashOnWire)
		}
	}
	if w.unrecorded > 0 {
		w.mark(markCrashUnrecorded)
	}
	if w.restarted != 0 && e.At-w.restarted < int64(time.Minute) {
		w.mark(markCrashAgain)
	}
	clear(w.calls)
	w.unrecorded = 0
}

func (w *witness) storeLost() {
	for _, r := range w.records { //syncproof:unordered one is enough
		if r.edited[0]+r.edited[1] > 0 && r.status == 0 || r.status >= 4 {
			w.mark(markStoreLost)
		}
	}
}

func (w *witness) exchange(e *trace.Event) {
	switch e.Kind {
	case trace.Send:
		if e.Actor == trace.ActorEngine {
			w.calls[e.Call] = &call{writes: e.Method != http.MethodGet}
		}
		return
	case trace.Answer:
		c := w.calls[e.Call]
		if c == nil || !c.writes {
			return
		}
		switch e.Status {
		case http.StatusUnauthorized:
			w.mark(markTokenWrite)
		case http.StatusTooManyRequests:
			w.mark(markLimitWrite)
		case http.StatusPreconditionFailed, http.StatusConflict:
			w.mark(markRefusedWrite)
		}
		return
	}
	c := w.calls[e.Call]
	if c == nil {
		return
	}
	if e.Kind == trace.Lose && c.committed {
		w.mark(markLostAnswer)
	}
	if e.Kind == trace.Receive && c.committed {
		w.unrecorded++
	}
	delete(w.calls, e.Call)
}

func (w *witness) commit(e *trace.Event) {
	r := w.record(e)
	if r == nil {
		return
	}
	side := e.On - trace.CC
	switch {
	case e.Verb == trace.Delete:
		r.present[side] = false
	case e.Verb != trace.Merge:
		r.present[side] = true
	}
	if e.Actor == trace.ActorEngine {
		if c := w.calls[e.Call]; c != nil {
			c.committed = true
		}
		if r.touched[side] > r.read[side] && r.read[side] > 0 {
			w.mark(markVendorRace)
		}
	} else if e.Verb != trace.Setup && e.Verb != trace.Touch {
		w.edited(r, side, e)
	}
	w.meet(r)
}

func (w *witness) edited(r *sighting, side trace.System, e *trace.Event) {
	if States[r.status] == "FLAGGED" {
		w.mark(markFlaggedEdited)
	}
	if other := r.edited[1-side]; other > 0 && e.At-other < reaction {
		w.mark(markBothEdited)
	}
	r.edited[side], r.touched[side] = e.At, e.Op
}

func (w *witness) claim(e *trace.Event) {
	w.unrecorded = 0
	r := w.record(e)
	if r == nil {
		return
	}
	if e.Kind == trace.ClaimDecision {
		if m, rare := decidedBy[e.Code]; rare {
			w.mark(m)
		}
		return
	}
	for i, name := range States {
		if name != e.Code {
			continue
		}
		if States[r.status] == "FAILED" && (name == "IN_SYNC" || name == "RESOLVED" || name == "OVERWRITTEN") {
			w.mark(markFailedBack)
		}
		r.status = i
	}
	w.meet(r)
}

// meet counts the record's state for every open fault, and the situation.
func (w *witness) meet(r *sighting) {
	states := uint16(1) << r.status
	switch {
	case r.present[0] != r.present[1]:
		states |= 1 << stateOneSide
	case !r.present[0]:
		states |= 1 << stateDeleted
	}
	for i := range Faults {
		if w.open>>i&1 == 1 {
			w.pairs[i] |= states
		}
	}
	h := scramble(w.open ^ uint64(states)<<48)
	h = scramble(h ^ w.marked)
	h = scramble(h ^ uint64(order(r.edited[0], r.edited[1]))<<2 ^ uint64(order(int64(r.read[0]), int64(r.touched[0]))) ^ uint64(order(int64(r.read[1]), int64(r.touched[1])))<<4)
	w.c.Seen.Add(h)
}

// order is 0, 1 or 2 as a is equal to, less or more than b.
func order(a, b int64) int {
	switch {
	case a < b:
		return 1
	case a > b:
		return 2
	}
	return 0
}
