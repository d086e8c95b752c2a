package engine

import (
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Effects is all the output of one Step. The driver carries the list out in
// order; those with an Op are answered by an event.
type Effects struct {
	List []Effect
	// Wake is when the core next wants a Tick, 0 for never. It replaces any
	// earlier Wake.
	Wake Instant
}

// Reset empties the effects for the next Step, keeping the memory.
func (f *Effects) Reset() { f.List, f.Wake = f.List[:0], 0 }

func (f *Effects) add(e Effect) { f.List = append(f.List, e) }

// Effect is what a driver does: one of the types below.
type Effect interface{ effect() }

// Persist makes a batch durable, all of it or none; then comes Persisted.
// Batches become durable in the order in which they were asked for.
type Persist struct {
	Op    Op
	Batch Batch
}

// Fetch asks for due queue entries that no one works on, at most Max; Fresh of
// these slots are kept for the fresh lane. Fresh entries come first, then the
// backlog, each in the order of becoming due. Entries given out are leased
// until they are done or requeued, or until the process dies. A Persisted is
// delivered before any Fetched that was read after its batch.
type Fetch struct {
	Op         Op
	Max, Fresh int
}

// Lookup asks for the durable record that holds a reference.
type Lookup struct {
	Op  Op
	Ref Ref
}

// Read reads a record.
type Read struct {
	Op  Op
	Ref Ref
	Key string // the record's key, for traces
}

// Find looks a record up by the external id it carries, which is native.
type Find struct {
	Op       Op
	Side     mapping.Side
	Object   int `json:",omitempty"` // index into Config.Objects
	External string
	Key      string
}

// WriteKind says what a Write does.
type WriteKind uint8

// The kinds of Write.
const (
	UpdateRecord WriteKind = iota
	CreateRecord
	DeleteRecord
)

// Write changes a record.
type Write struct {
	Op   Op
	Kind WriteKind
	Ref  Ref // of CreateRecord the ID names the object alone
	Key  string
	Data adapter.Write // its External is native
}

// Poll reads the next page of a system's feed of one object.
type Poll struct {
	Op     Op
	Side   mapping.Side
	Object int `json:",omitempty"` // index into Config.Objects
	After  adapter.Cursor
	Rewind bool // look Overlap behind the cursor first
	Limit  int
}

// Describe reads a system's schema of one object.
type Describe struct {
	Op     Op
	Side   mapping.Side
	Object int `json:",omitempty"` // index into Config.Objects
}

// Admit lets a transport send the request of Asked.Call, or with Denied tells
// it not to: the call fails without having been sent.
type Admit struct {
	Side   mapping.Side
	Call   uint64
	Denied bool
}

// Acknowledge answers a webhook delivery (EV-2): 200, or 503 when the engine
// cannot take more now and the vendor shall retry.
type Acknowledge struct {
	Token  uint64
	Status int
}

// Tell sends a message to the notification sink (EV-11).
type Tell struct{ Message Message }

// Reply answers a Reviewed, and an Approved that has a token.
type Reply struct {
	Token uint64
	OK    bool
	Why   string
}

func (Persist) effect()     {}
func (Fetch) effect()       {}
func (Lookup) effect()      {}
func (Read) effect()        {}
func (Find) effect()        {}
func (Write) effect()       {}
func (Poll) effect()        {}
func (Describe) effect()    {}
func (Admit) effect()       {}
func (Acknowledge) effect() {}
func (Tell) effect()        {}
func (Reply) effect()       {}
