package sim

import "github.com/syncproof/syncproof/engine"

// Store is the engine's durable state as the world drives it: the queue, the
// records, the ledger and the meta data of one process after the other.
type Store interface {
	// Apply makes a batch part of the durable state, at the engine's clock now.
	Apply(now engine.Instant, b engine.Batch)
	Fetch(now engine.Instant, f engine.Fetch) engine.Fetched
	Lookup(ref engine.Ref) *engine.Record
	// Reopen is what a new process does first: leases are gone, and delays
	// that a wrong clock made absurd are bounded by latest.
	Reopen(now, latest engine.Instant) engine.Meta
	// Empty reports whether no queue entry is left.
	Empty() bool
	// Latest is the last ledger entry of a record that lost values.
	Latest(key string) (engine.LedgerEntry, bool)
}
