// Package store is the contract between the engine's live driver and its
// durable state: the queue, the records, the ledger and what the core keeps
// of each system. One change of it is an engine.Batch, which is durable as a
// whole or not at all, so that a crash never parts an acknowledgement from its
// notice, or a record from its queue entry (EV-2).
//
// What the operations of a batch mean is written at their types in package
// engine; package memory says it in code, and storetest holds every store to
// it. A store never decides anything.
package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/syncproof/syncproof/engine"
)

// Store is the durable state of one engine. One driver uses it at a time, and
// may call its methods from several goroutines.
type Store interface {
	// Reopen begins a life of the engine, at its clock now: leases of an
	// earlier life are gone; whatever is no retry is due at once even if the
	// clock went back; the delays of retries, and pauses, that a wrong clock
	// made absurd are cut to latest.
	Reopen(ctx context.Context, now, latest engine.Instant) (engine.Meta, error)
	// Apply makes the batches durable in this order, in one transaction, and
	// returns when they are. After an error none of them is, and the next call
	// may succeed. now is the engine's clock: notices become due then. What
	// Validate refuses is refused. Calls made at once may share a transaction.
	Apply(ctx context.Context, now engine.Instant, batches ...engine.Batch) error
	// Fetch leases due entries as engine.Fetch asks. Leases live in memory:
	// they end by Done, Requeue or Reopen.
	Fetch(ctx context.Context, now engine.Instant, f engine.Fetch) (engine.Fetched, error)
	// Lookup returns the record that holds the reference, nil if none does.
	Lookup(ctx context.Context, ref engine.Ref) (*engine.Record, error)
	// Close releases the store. What was applied stays.
	Close() error
}

// Console is the store as people look at it: nothing here changes anything.
type Console interface {
	// Records lists records in the order of their keys' bytes, after a key, at
	// most limit.
	Records(ctx context.Context, filter Filter, after string, limit int) ([]*engine.Record, error)
	// Record returns the record with a key, nil if there is none.
	Record(ctx context.Context, key string) (*engine.Record, error)
	// Ledger returns a record's entries in the order of their numbers.
	Ledger(ctx context.Context, key string) ([]engine.LedgerEntry, error)
	// Depths counts queue entries at an instant.
	Depths(ctx context.Context, now engine.Instant) (Depths, error)
}

// Filter says which records to list; the zero Filter lists all.
type Filter struct {
	Statuses []engine.Status
}

// Depths counts queue entries (EV-9): each waits in one of these.
type Depths struct {
	Fresh   int `json:"fresh"`   // due, in the fresh lane
	Backlog int `json:"backlog"` // due, in the other
	Delayed int `json:"delayed"` // waiting for a retry
	Leased  int `json:"leased"`  // being worked on
	// Oldest is when the entry that waits longest became due, 0 if none is due.
	Oldest engine.Instant `json:"oldest"`
}

// Keeper is a store that can be copied while it is in use.
type Keeper interface {
	// Backup writes a whole, consistent copy that can be opened as a store. The
	// path must not exist; it does so only once the copy is durable.
	Backup(ctx context.Context, path string) error
}

// What a caller may decide on with errors.Is.
var (
	// ErrBusy: another process holds the store, or this one does already.
	ErrBusy = errors.New("the store is held by another")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrFull: the disk has no room. With room again, the store goes on.
	ErrFull = errors.New("the disk is full")
	// ErrReadOnly: the file, its folder or the disk cannot be written.
	ErrReadOnly = errors.New("the store cannot be written")
)

// DamagedError is a store whose content is not what was written. It is never
// mended or recreated without a person's word.
type DamagedError struct {
	Path string
	What string // what is wrong, and where
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%s: the store is damaged: %s; restore a backup, or move the file away to begin anew", e.Path, e.What)
}

// NewerError is a store that a newer release of the product has written.
type NewerError struct {
	Path         string
	Found, Known int // versions of the schema
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s: the store has version %d, this release knows versions up to %d: use the newer release", e.Path, e.Found, e.Known)
}
