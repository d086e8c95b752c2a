package engine

import (
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Op identifies one effect that will be answered by an event. Ops are unique
// within one life of a Core.
type Op uint64

// Ref names a record in one system. ID is the engine's: the native id, qualified
// by its object (Objects).
type Ref struct {
	Side mapping.Side
	ID   string
}

func (r Ref) String() string { return r.Side.String() + ":" + r.ID }

// Event is what Step consumes: one of the types below.
type Event interface{ event() }

// Started begins a life of the core, with what the disk remembers.
type Started struct{ Meta Meta }

// Noticed is a notice that an adapter found authentic (EV-1). Token is
// answered by an Acknowledge effect once the notice is durable (EV-2).
type Noticed struct {
	Ref   Ref
	Token uint64
	// Into is the record that Ref was merged into, "" if none (CR-14).
	Into string
}

// Persisted says that the batch of this Persist effect is durable.
type Persisted struct{ Op Op }

// Fetched answers a Fetch.
type Fetched struct {
	Op    Op
	Items []Item
	// Next is when the earliest entry that was not given out becomes due,
	// which may be now; 0 if none waits. Leased entries do not count.
	Next Instant
	// FreshWaits: due entries of the fresh lane were left for want of slots.
	FreshWaits bool
}

// LookedUp answers a Lookup: the record that holds the reference, if any.
type LookedUp struct {
	Op     Op
	Record *Record
}

// ReadDone answers a Read.
type ReadDone struct {
	Op     Op
	Record adapter.Record
	Err    *adapter.Error
}

// FindDone answers a Find.
type FindDone struct {
	Op      Op
	Records []adapter.Record
	Err     *adapter.Error
}

// WriteDone answers a Write.
type WriteDone struct {
	Op     Op
	Record adapter.Record
	Err    *adapter.Error
}

// PollDone answers a Poll.
type PollDone struct {
	Op   Op
	Page adapter.Page
	Err  *adapter.Error
}

// Unheard says that notices of a system may have been missed: what tells of its
// changes was down, or said something that nobody understands. Nothing is told
// again, so its feed is read from its watermark on at once (EV-8).
type Unheard struct{ Side mapping.Side }

// Described answers a Describe.
type Described struct {
	Op     Op
	Schema adapter.Schema
	Err    *adapter.Error
}

// Asked is a transport's question whether it may send one request now for
// the effect Op (RL-1). It is answered by an Admit effect with the same Call.
type Asked struct {
	Op   Op
	Side mapping.Side
	Call uint64
	// Urgent requests go before all others: a token that many calls wait for.
	Urgent bool
}

// Withdrawn takes an Asked back that was not yet admitted (a cancelled call).
type Withdrawn struct {
	Side mapping.Side
	Call uint64
}

// Exchanged reports the end of an admitted request: its limit signal, and
// whether the system answered at all.
type Exchanged struct {
	Side     mapping.Side
	Call     uint64
	Signal   adapter.Signal
	Answered bool
}

// Tick says that the instant of the last Wake has come.
type Tick struct{}

// Reviewed is a person's word on one record: a decision on a flagged record
// (CR-10), a restore of what a decision overwrote (CR-11), or what to do with
// a dead letter (FC-1). It is answered by a Reply effect.
type Reviewed struct {
	Ref   Ref
	Token uint64 // for the Reply
	// By names the person, for the ledger; "" is a person without a name.
	By string
	// State is the state token that the person looked at; a decision on
	// another state is refused. Of a restore it is Record.Restorable, or "" for
	// any state, of a dead letter FailureState.Letter. A retry has none.
	State string
	// Choose is the side whose content to take; mapping.Side(2) takes Set alone.
	Choose mapping.Side
	// Set gives canonical values by field index, on top of Choose.
	Set []FieldText
	// Restore marks a restore: only Set is written, on a record in any state.
	Restore bool
	// Letter is what to do with a dead letter; the fields above but Ref, Token
	// and State say nothing then.
	Letter LetterVerb
}

// LetterVerb is what a person does with a dead letter.
type LetterVerb uint8

// The verbs. A retry works the record again now, and is accepted once that is
// durable. Discarding takes the letter off the list and writes nothing: the
// record is left alone until one of its sides changes, or until it is retried.
const (
	NoLetter LetterVerb = iota
	RetryLetter
	DiscardLetter
)

// Approved is a person's permission to go on with paused deletions (CR-13).
// One with a Token is answered by a Reply effect, accepted once it is durable.
type Approved struct{ Token uint64 }

// FieldText is a canonical value of one field.
type FieldText struct {
	Index int
	Value string
}

// Redelivered says that the queue holds entries again that the core did not
// put there: a broker delivered once more what was done.
type Redelivered struct{}

func (Redelivered) event() {}

func (Started) event()   {}
func (Noticed) event()   {}
func (Persisted) event() {}
func (Fetched) event()   {}
func (LookedUp) event()  {}
func (ReadDone) event()  {}
func (FindDone) event()  {}
func (WriteDone) event() {}
func (PollDone) event()  {}
func (Unheard) event()   {}
func (Described) event() {}
func (Asked) event()     {}
func (Withdrawn) event() {}
func (Exchanged) event() {}
func (Tick) event()      {}
func (Reviewed) event()  {}
func (Approved) event()  {}
