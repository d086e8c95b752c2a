package engine

import (
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Lane of a queue entry (RL-4).
type Lane uint8

// The lanes. Fresh entries come from webhooks that have not failed yet.
const (
	Fresh Lane = iota
	Backlog
)

// Item is a queue entry, given out with the durable record it belongs to.
type Item struct {
	// Key is the record's key, or the reference's text while no record holds it.
	Key string
	// Generation grows with every notice that coalesced into the entry.
	Generation uint64
	Ref        Ref
	Lane       Lane
	// Attempt counts failed tries, 0 for the first.
	Attempt int
	Record  *Record
	// Hint is the other side's id as far as a notice or a reading said, "" if unknown.
	Hint string
	// Review is a person's decision that waits to be carried out.
	Review *Reviewed
}

// Batch is an atomic change of the durable state: queue, records, ledger and
// meta in one transaction.
type Batch struct {
	Ops []StoreOp
}

// StoreOp is one change of a Batch: one of the types below.
type StoreOp interface{ storeOp() }

// Enqueue adds a notice. Entries coalesce by the record that holds Ref, else
// by Ref; the lane becomes the more urgent one.
type Enqueue struct {
	Ref    Ref
	Lane   Lane
	Hint   string
	Review *Reviewed
	// Due delays the entry, if it is not already due earlier.
	Due Instant
}

// EnqueueAll adds a notice for every linked record (an audit), or only for
// those that a mass delete flagged or that are dead-lettered.
type EnqueueAll struct {
	Lane   Lane
	Mass   bool
	Failed bool
}

// Done removes an entry unless it was noticed again since it was given out.
type Done struct {
	Key        string
	Generation uint64
}

// Requeue puts an entry back for a later try. A review that waited stays.
type Requeue struct {
	Key     string
	Due     Instant
	Attempt int
	Lane    Lane
}

// PutRecord stores a record and lets both its references lead to it.
type PutRecord struct{ Record *Record }

// Append adds a ledger entry; the same Key and Number replaces.
type Append struct{ Entry LedgerEntry }

// PutGate stores until when a system is paused (RL-1).
type PutGate struct {
	Side  mapping.Side
	Until Instant
}

// PutCursor stores a feed position (EV-8).
type PutCursor struct {
	Side   mapping.Side
	Cursor adapter.Cursor
}

// PutDeletes stores the instants of recent deletions, whether they are paused,
// and up to when a person approved them.
type PutDeletes struct {
	Recent []Instant
	Paused bool
	// Approved: deletions that were parked up to this instant may travel.
	Approved Instant
}

// Meta is what the core needs of the disk when it starts.
type Meta struct {
	Gates   [2]Instant
	Cursors [2]adapter.Cursor
	Deletes PutDeletes
}

func (Enqueue) storeOp()    {}
func (EnqueueAll) storeOp() {}
func (Done) storeOp()       {}
func (Requeue) storeOp()    {}
func (PutRecord) storeOp()  {}
func (Append) storeOp()     {}
func (PutGate) storeOp()    {}
func (PutCursor) storeOp()  {}
func (PutDeletes) storeOp() {}
