package engine

import (
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// Status of a record (spec: status).
type Status uint8

// The statuses.
const (
	Pending Status = iota
	InSync
	Resolved
	Overwritten
	Flagged
	Failed
)

var statusNames = [...]string{"PENDING", "IN_SYNC", "RESOLVED", "OVERWRITTEN", "FLAGGED", "FAILED"}

func (s Status) String() string { return statusNames[s] }

func statusOf(s resolve.Status) Status {
	switch s {
	case resolve.Resolved:
		return Resolved
	case resolve.Overwritten:
		return Overwritten
	case resolve.Flagged:
		return Flagged
	default:
		return InSync
	}
}

// Record is everything durable about one pair of records. It is replaced as a
// whole, never changed in place, so that copies may share it.
type Record struct {
	// Key identifies the pair for ever: the reference first seen.
	Key string
	// ID holds the native ids by side, "" where there is none yet (spec: link).
	ID     [2]string
	Base   [2]Base
	Status Status
	// Intent is what is being written, durable before it is sent (spec: base).
	Intent *Intent
	Flag   *FlagState
	// Failure explains status FAILED.
	Failure *FailureState
	// Unmirrored: the link moved, and the side has not been told of the other
	// side's new id yet.
	Unmirrored [2]bool
	// Decisions counts decisions carried out, and numbers ledger entries.
	Decisions uint32
}

// parkedAlone reports whether a person is asked about a deletion of which the
// other side shows no more than a record that names the deleted one.
func (r *Record) parkedAlone() bool {
	return r.Flag != nil && r.Flag.Rule == "CR-13" && (r.ID[0] == "" || r.ID[1] == "")
}

// Base is the merge base of one side (spec: base).
type Base struct {
	Known   bool
	Present bool
	Content []string
	Version int64
	// Stamp is the system's time of the engine's own last write there, 0 if
	// unknown: a reading with this stamp is nobody's edit.
	Stamp Instant
	// Held is what the side held after the engine's last write to it, while
	// that decision is still being carried out: until both sides have it, the
	// base cannot move over fields that were not written. nil otherwise.
	Held []string
	// Wrote is the version that this write set: stored still, it tells of no
	// edit. 0 if there was none.
	Wrote int64
	// Hidden are the fields of Held that the system did not show then.
	Hidden []int
	// Edit and Origin are of the last change that was not the engine's (DM-10).
	Edit   Instant
	Origin resolve.Origin
}

// comparable reports whether the base has a content to compare with: what is
// known to have been gone has none, like what is not known (CR-12).
func (b *Base) comparable() bool { return b.Known && b.Present }

// Intent is a decision being carried out.
type Intent struct {
	Decision uint32 // number of its ledger entry
	Rule     string
	Why      string
	Status   Status
	Winner   resolve.Side
	Version  int64
	Sides    [2]IntendedWrite
	Lost     []LedgerLoss
	Logged   bool
	// Review is the person's decision that this one is, nil for the table's:
	// interrupted between two writes, it is carried on, not judged again.
	Review *Reviewed
	// CarriesOn: an earlier try of this review has written something already.
	CarriesOn bool
}

// IntendedWrite is what one side is meant to hold afterwards.
type IntendedWrite struct {
	Needed  bool
	Done    bool
	Kind    WriteKind
	Content []string // the whole canonical content after the write
	Changed []int    // the indexes that the write carries
	// Before is the content that the decision read on this side, of every
	// side, written or not; Version the stored version then.
	Before  []string
	Version int64
	// Refused: the system said that the write did not and will not happen.
	Refused bool
	// Edit and Origin of the reading that the decision rests on.
	Edit   Instant
	Origin resolve.Origin
}

// FlagState is why a record waits for a person.
type FlagState struct {
	Rule string
	Why  string
	// State identifies the two readings that the flag rests on (CR-10).
	State string
	Since Instant
	// Mass numbers the mass delete that this deletion waits for the approval
	// of; 0 for other flags.
	Mass uint32
	// Sides holds what was read, for the console.
	Sides [2]Base
}

// FailureState is why a record was dead-lettered.
type FailureState struct {
	Side  mapping.Side
	Field string // native name, "" if none
	Rule  string
	Shape string // of the value, never the value
	Since Instant
	// State identifies the two readings that the failure rests on.
	State string
	// Discarded is when a person took the letter off the list, 0 if nobody did.
	// It holds for this State alone.
	Discarded Instant
	// Sides holds what was read, for the console; a side that could not be
	// read is not Known.
	Sides [2]Base
}

// LedgerEntry is one decision that was carried out (CR-11). Number counts
// within Key; the same entry may be appended again after a crash.
type LedgerEntry struct {
	Key     string
	Number  uint32
	At      Instant
	Rule    string
	Why     string
	Winner  resolve.Side
	Status  Status
	Version int64
	Lost    []LedgerLoss
}

// LedgerLoss is one overwritten value, enough to restore it.
type LedgerLoss struct {
	Field   string
	Index   int
	Side    mapping.Side
	Value   string
	Version int64
	Time    Instant
	Origin  resolve.Origin
	Rule    string
}

// Message goes to the notification sink (EV-11). ID makes repeats
// recognisable.
type Message struct {
	ID    string
	Topic string // flagged | failed | mass-delete | outage | drift | permission | credentials
	Key   string // the record's key, "" for a message about a system
	Ref   Ref    // a native id of the record, for a person
	Side  mapping.Side
	// Object names the object that a message about a system is about, "" for the
	// first and for the system itself.
	Object string `json:",omitempty"`
	Text   string // what happened
	Do     string // what to do
}
