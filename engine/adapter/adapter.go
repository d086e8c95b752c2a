// Package adapter is the contract between the engine and one system: a small
// required interface, optional capabilities as further interfaces, and typed
// errors that say whether a failed request may have taken effect.
//
// An adapter is ordinary blocking Go over an injected http.Client. It never
// retries, sleeps, reads a clock, draws random numbers or starts goroutines:
// all of that belongs to the engine and its driver, which is why the same
// adapter runs in production and under virtual time.
package adapter

import (
	"context"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
)

// System is what every adapter offers.
type System interface {
	// Capabilities are fixed for the adapter's life.
	Capabilities() Capabilities
	// Read returns the record's current state, never a cached one. A record
	// that does not exist or is deleted is an Error of kind NotFound.
	Read(ctx context.Context, id string) (Record, error)
	// Find returns the records that carry the external id, in id order, at
	// most 10. None is an empty slice, not an error.
	Find(ctx context.Context, external string) ([]Record, error)
	// Create makes a record. With Capabilities.CreateByExternal it is
	// idempotent by w.External.
	Create(ctx context.Context, w Write) (Record, error)
	// Update changes the fields that w names and no others.
	Update(ctx context.Context, id string, w Write) (Record, error)
	// Delete removes the record; one that is already gone is NotFound.
	Delete(ctx context.Context, id string, w Precondition) error
	// Describe returns the object's schema as the engine's account sees it.
	Describe(ctx context.Context) (Schema, error)
}

// Feed is a system that can list what changed.
type Feed interface {
	// Changes returns changes after the cursor, at most limit, oldest first.
	// Records that share a timestamp with the cursor are included (EV-8).
	Changes(ctx context.Context, after Cursor, limit int) (Page, error)
}

// Rewinder is a Feed whose cursors are instants. A change may commit late,
// under a stamp that a poll has already passed: the engine looks behind its
// watermark by an overlap (EV-8).
type Rewinder interface {
	// Rewind returns c moved back by the given time. The zero Cursor stays.
	Rewind(c Cursor, by time.Duration) Cursor
}

// Webhooks is a system that sends signed notices.
type Webhooks interface {
	// Verify checks the delivery's authenticity before it reads anything
	// else of it, in constant time (EV-1), and parses the notices in it.
	// An unauthentic delivery is ErrUnauthentic; a body that cannot be
	// parsed is an Error of kind Malformed.
	Verify(h http.Header, body []byte) ([]Notice, error)
}

// Channels is a system that pushes notices over a connection which the engine
// holds open, a websocket, about records that the engine names. Nothing that
// happens without a connection is told later.
type Channels interface {
	// OpenChannel makes a channel, which tells of nothing yet.
	OpenChannel(ctx context.Context) (Channel, error)
	// Listen lets a channel tell of the records with these ids, beside those
	// that it tells of already; ChannelRecords bounds them together.
	Listen(ctx context.Context, channel string, ids []string) error
	// ChannelRecords is how many records one channel can tell of.
	ChannelRecords() int
	// Heard reads one message of the connection. One that cannot be read is an
	// Error of kind Malformed.
	Heard(message []byte) (Heard, error)
	// Ping is a message that the system answers, whatever else it has to say.
	Ping() []byte
}

// Channel is one channel of notices.
type Channel struct {
	ID      string
	Address string    // of the websocket, ws or wss; it carries the right to connect, and is never logged
	Expires time.Time // by the system's clock
}

// Heard is what one message of a channel says; the zero Heard says only that
// the connection lives.
type Heard struct {
	Notices []Notice
	// Closing: the system will end the connection soon, and takes another.
	Closing bool
}

// Capabilities of a system.
type Capabilities struct {
	// Conditional: Update and Delete honour Precondition.
	Conditional Conditional
	// UpdatesOnly: it is updates alone that honour it.
	UpdatesOnly bool
	// CreateByExternal: Create is an upsert by external id.
	CreateByExternal bool
	// Resolution of the timestamps that the system reports.
	Resolution time.Duration
	// ReportsActor: Record.By says who changed the record last.
	ReportsActor bool
	// FeedHasDeletes: Changes reports deletions.
	FeedHasDeletes bool
	// Undelete: a deleted record can come back under the same id.
	Undelete bool
}

// Conditional is how strongly a system guards a write.
type Conditional uint8

// The strengths.
const (
	Unconditional Conditional = iota
	ByVersion                 // refuses if the stored sync_version is not Precondition.Version
	ByTag                     // refuses if anything changed since Precondition.Tag
)

// Precondition is the state that a write rests on.
type Precondition struct {
	Version int64
	Tag     string // "" asks for no check by tag
}

// Record is one record as a system stores it.
type Record struct {
	ID string
	// Fields is aligned with Config.Fields. Absent where the system did not
	// say; Null where the field is empty.
	Fields   []mapping.Native
	Version  mapping.Native // the sync_version field
	Status   mapping.Native // the status field, Absent where there is none
	External string         // the other system's id, "" if none
	Modified time.Time      // last change by the system's clock; zero if unknown
	By       string         // who made the last change, "" if the system does not say
	Own      bool           // By is the engine's own account
	// Automation: the system shows that the last change was automation's.
	Automation bool
	Tag        string // opaque state tag for Precondition, "" if none
	// MergedInto is the surviving record's id where this one was merged away.
	MergedInto string
	// Unread is why what was just written could not be read back, nil where it
	// was, or where nobody tried.
	Unread *Error
}

// Write is an intended change. Only what is set travels.
type Write struct {
	// Fields are indexes into Config.Fields with their new values; Null clears.
	Fields []FieldValue
	// Version to store, always set by the engine.
	Version int64
	// SetVersion is false for a write of the status or external id alone.
	SetVersion bool
	Status     string // "" leaves it
	External   string // "" leaves it
	If         Precondition
}

// FieldValue is one field of a Write.
type FieldValue struct {
	Index int
	Value mapping.Native
}

// Cursor is an opaque position in a feed. It is durable and survives
// restarts; the zero Cursor means from now on backwards over everything.
type Cursor string

// Page is one step through a feed.
type Page struct {
	Changed []Change
	Next    Cursor
	More    bool // another page is ready now
}

// Change is one entry of a feed: a hint that the record may have changed.
type Change struct {
	ID      string
	Deleted bool
	// Stamp identifies this state of the record (a timestamp or sequence
	// number as text): the engine skips what it has already seen.
	Stamp string
	// By is who made the change, "" if the feed does not say; Own is true for
	// the engine's own account.
	By  string
	Own bool
}

// Notice is one webhook notice.
type Notice struct {
	ID         string
	MergedInto string
	Stamp      string
}

// Config is what every adapter is built from.
type Config struct {
	BaseURL      string
	LoginURL     string // token endpoint's host; default BaseURL
	ClientID     string
	ClientSecret string
	// HTTP is the client to use; its Transport is the harness's. The adapter
	// must not set Timeout or Jar.
	HTTP *http.Client
	// Flight shares one token refresh among all calls that wait for it (RL-5).
	Flight Flight
	// Login shares the token with the adapters of the system's other objects;
	// nil for a token of the adapter's own.
	Login  *Login
	Fields []string // native names of business fields
	// Types are what the mapping says that Fields are, in their order; nil if
	// unknown. Dynamics 365 needs them: its choices are numbers on the wire.
	Types         []mapping.Type
	VersionField  string
	StatusField   string // "" if the system carries none
	ExternalField string
	// BaseVersionField carries Precondition.Version in Salesforce; "" if the
	// tenant has no conditional-version rule.
	BaseVersionField string
	// NoTags: the tenant has no conditional writes by tag (REST CRM).
	NoTags        bool
	Object        Object // what the records are
	WebhookSecret string
	// MaxBody bounds response bodies in bytes; default 4 MiB.
	MaxBody int64
}

// Flight makes calls with the same key that overlap in time share one
// execution. golang.org/x/sync/singleflight live; cooperative in the simulator.
type Flight interface {
	Do(key string, fn func() (string, error)) (string, error)
}

// Schema describes the object in one system.
type Schema struct {
	// Fields is in a fixed order.
	Fields []mapping.Constraint
	// Revision identifies this state of the schema.
	Revision string
}

// Signals reads what a response says about limits. Each adapter package
// exports one as `Signals`. It must leave the body readable.
type Signals func(*http.Response) Signal

// Signal is what one response said about limits (RL-1, RL-2).
type Signal struct {
	// Limited: the response is a limit signal.
	Limited bool
	// RetryAfter as the header said, -1 if absent or unreadable. An HTTP date
	// counts from the response's own Date.
	RetryAfter time.Duration
	// Allowed and Remaining requests of the current window, -1 if unknown;
	// Reset is the time to the window's end, -1 if unknown.
	Allowed, Remaining int
	Reset              time.Duration
}
