// Package mocks holds what every mock vendor shares: a mock is a pure model of
// one system, wrapped as an http.Handler.
//
// A mock never imports the engine: it is the independent oracle. It reads no
// clock and no global randomness; the instant comes with every call, ids come
// from its seed. It refuses what the vendor refuses, with the vendor's status,
// headers and body, and it writes its own journal.
package mocks

import (
	"net/http"
	"net/url"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// Request is one HTTP request as it arrived, body read and bounded.
type Request struct {
	Method string
	Path   string // escaped path, without the query
	Query  url.Values
	Header http.Header
	Body   []byte
	Call   uint64 // the exchange's number in the journal
	Cause  uint64 // Op of the Send event, 0 if unknown
}

// Response is the system's answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// Held, not 0, says that the answer waits; it is in Holding.Resume, and the
	// rest of this one is empty.
	Held uint64
}

// Journal takes what a mock saw. It assigns and returns the Op of the event,
// and fills At.
type Journal interface {
	Emit(e trace.Event) uint64
}

// Origin of an edit made by a user of the system.
type Origin string

// Origins, highest first (spec: edit).
const (
	Agent      Origin = "agent"
	User       Origin = "user"
	Automation Origin = "system"
)

// Edit is a change made by a user of the system, never by the engine.
type Edit struct {
	Object Object // of a new record; a stored one is known by its id
	By     string // the user's name, e.g. "maria"
	Origin Origin
	Record string // native id; empty creates a record
	// Set holds native field names and native values: string, bool, int64,
	// float64 written as json.Number, []string, or nil for a clear. Keys are
	// applied in sorted order.
	Set map[string]any
	// Version, when not nil, stores this sync_version with the edit (a data
	// loader that sets it itself); the trigger does not run then.
	Version *int64
	// Bypass makes the edit skip the version trigger (a data loader).
	Bypass bool
	// CommitAfter delays the visibility of the edit: it is stamped now and
	// committed later (a long transaction). Zero commits at once.
	CommitAfter time.Duration
	Cause       uint64 // Op of the timeline event
}

// Delivery is a webhook that the system wants delivered.
type Delivery struct {
	Notice  uint64 // the notice's number in the journal
	Attempt int    // from 1
	Record  string
	Object  Object // of the record
	URL     string
	Header  http.Header
	Body    []byte
	Cause   uint64 // Op of the Notify event
	// MergedInto and Modified are what the body says of the record: where it
	// was merged to, if it was, and its stamp.
	MergedInto string
	Modified   time.Time
}

// System is a mock vendor. All methods take now, the system's own clock
// (already skewed by the harness). Not safe for concurrent use; the HTTP
// wrapper serialises.
type System interface {
	// Handle answers one request.
	Handle(now time.Time, r *Request) *Response
	// Edit applies a user's change and returns the record's native id.
	// It fails only for a request that makes no sense (an unknown record, an
	// unknown field, a value the vendor's UI would refuse).
	Edit(now time.Time, e Edit) (id string, err error)
	// Save is a save without a change: timestamps move, nothing else does.
	Save(now time.Time, by string, origin Origin, id string, cause uint64) error
	Remove(now time.Time, by string, origin Origin, id string, cause uint64) error
	Restore(now time.Time, by string, origin Origin, id string, cause uint64) error
	// Merge makes loser part of winner, as the vendor does, or says that the
	// vendor cannot.
	Merge(now time.Time, by string, winner, loser string, cause uint64) error
	// Seed lays a record as it stands before the run: no notice, no trigger.
	// Keys of set are native names; external is the other system's native id.
	// version nil leaves the field at its default. modified is the stamp.
	Seed(s Seed) (id string, err error)
	// Peek returns a record's stored native fields, for the harness's
	// expectations and final states: never for the engine.
	Peek(id string) (Snapshot, bool)
	// Each calls f for every stored record in a fixed order, contacts first.
	Each(f func(Snapshot) bool)
	// Deliveries drains the webhooks that became due, in order. Systems
	// without webhooks return nil.
	Deliveries(now time.Time) []Delivery
	// Answered tells the system how a delivery ended: the HTTP status, or 0
	// for a timeout or connection failure. It may schedule a retry.
	Answered(now time.Time, d Delivery, status int)
	// NextDue is the next instant at which the system does something by
	// itself (a late commit, a delivery retry); ok is false if never.
	NextDue() (at time.Time, ok bool)
	// Advance does what became due by now.
	Advance(now time.Time)
	// ClockSet tells the system that its clock was set forward or back: what
	// it will do by itself waits as long as before.
	ClockSet(by time.Duration)
	// Faults is the system's switchboard.
	Faults() *Faults
}

// Seed is one record laid before the run.
type Seed struct {
	Object   Object
	Alias    string // the scenario's name, for the journal
	ID       string // native id to use, or "" to let the mock make one
	Set      map[string]any
	Version  *int64
	External string
	Modified time.Time
	By       string // last modifying actor, default setup
}

// Snapshot is a record's stored state.
type Snapshot struct {
	ID       string
	Object   Object
	Alias    string
	External string
	Version  int64
	Deleted  bool
	MergedTo string
	Modified time.Time
	// Fields holds native names and native text; a cleared field is absent.
	Fields map[string]string
}
