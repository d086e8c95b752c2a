package engine

import (
	"slices"
	"strings"

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
	// Review is a person's decision that waits to be carried out; Later are
	// those that came while it waited.
	Review *Reviewed
	Later  []*Reviewed
}

// Batch is an atomic change of the durable state: queue, records, ledger and
// meta in one transaction.
type Batch struct {
	Ops []StoreOp
}

// StoreOp is one change of a Batch: one of the types below.
type StoreOp interface{ storeOp() }

// Enqueue adds a notice. Entries coalesce by the record that holds Ref, else
// by Ref; the lane becomes the more urgent one. An entry that waits for a retry
// becomes due at once by a fresh notice, and by no other.
type Enqueue struct {
	Ref    Ref
	Lane   Lane
	Hint   string
	Review *Reviewed
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

// Requeue puts an entry back for a later try. A review that waited stays, and
// so does the fresh lane if a fresh notice came since it was given out.
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
	Object string `json:",omitempty"` // the object's name, "" for the first
}

// PutDeletes stores the instants of recent deletions, and the mass deletes so
// far: they are numbered, and up to Approved a person let them travel.
type PutDeletes struct {
	Recent   []Instant
	Number   uint32
	Approved uint32
}

// paused reports whether a mass delete waits for approval.
func (d *PutDeletes) paused() bool { return d.Number > d.Approved }

// PutTold stores what a person was told of a system and not yet untold.
type PutTold struct {
	Side   mapping.Side
	Told   Told
	Object string `json:",omitempty"` // the object's name, "" for the first and for the system itself
}

// Told is since when a lasting trouble of a system stands that a person was
// told of, 0 for none: after a restart it is not told again.
type Told struct {
	Outage, Permission, Credentials Instant
}

// Meta is what the core needs of the disk when it starts.
type Meta struct {
	Gates   [2]Instant
	Cursors [2]adapter.Cursor
	Deletes PutDeletes
	Told    [2]Told
	// Objects are those beside the first of which something is remembered, by name.
	Objects []ObjectMeta `json:",omitempty"`
}

// ObjectMeta is what the core needs of the disk for one object beside the first.
type ObjectMeta struct {
	Name    string
	Cursors [2]adapter.Cursor
	Told    [2]Told // the permission alone
}

// Object is what is remembered of the object with this name.
func (m *Meta) Object(name string) ObjectMeta {
	i, found := m.objectAt(name)
	if !found {
		return ObjectMeta{Name: name}
	}
	return m.Objects[i]
}

// Into notes the position where the core will look for it.
func (op PutCursor) Into(m *Meta) {
	if op.Object == "" {
		m.Cursors[op.Side] = op.Cursor
		return
	}
	m.place(op.Object).Cursors[op.Side] = op.Cursor
}

// Into notes what was told where the core will look for it.
func (op PutTold) Into(m *Meta) {
	if op.Object == "" {
		m.Told[op.Side] = op.Told
		return
	}
	m.place(op.Object).Told[op.Side] = op.Told
}

// place is where an object's are; copies of m made before do not share it.
func (m *Meta) place(object string) *ObjectMeta {
	i, found := m.objectAt(object)
	m.Objects = slices.Clone(m.Objects)
	if !found {
		m.Objects = slices.Insert(m.Objects, i, ObjectMeta{Name: object})
	}
	return &m.Objects[i]
}

func (m *Meta) objectAt(name string) (int, bool) {
	return slices.BinarySearchFunc(m.Objects, name, func(o ObjectMeta, name string) int { return strings.Compare(o.Name, name) })
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
func (PutTold) storeOp()    {}
