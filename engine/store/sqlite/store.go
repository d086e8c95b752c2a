package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
)

// Store is the durable state of one engine in one file.
type Store struct {
	file     *sqlfile.File
	prepared statements
	// leases are the entries being worked on. Whoever holds the writing
	// connection may use them.
	leases map[string]lease
}

// lease is what was given out with an entry.
type lease struct {
	taken bool // the decision that the row holds is being carried out
}

var (
	_ store.Store   = (*Store)(nil)
	_ store.Console = (*Store)(nil)
	_ store.Keeper  = (*Store)(nil)
)

// Open opens the store in a file, and makes it if there is none. Errors:
// store.ErrBusy, *store.DamagedError, *store.NewerError, store.ErrReadOnly,
// store.ErrFull.
func Open(ctx context.Context, path string) (*Store, error) {
	return open(ctx, path, sqlfile.Options{})
}

func open(ctx context.Context, path string, o sqlfile.Options) (*Store, error) {
	f, err := sqlfile.Open(ctx, path, kind, o)
	if err != nil {
		return nil, err
	}
	s := &Store{file: f, leases: map[string]lease{}}
	if err := s.prepared.prepare(ctx, f); err != nil {
		return nil, errors.Join(f.Judge(err), f.Close())
	}
	return s, nil
}

// Apply makes the batches durable in one transaction, which it may share with
// other calls. A *TooLargeError is a value that no row takes.
func (s *Store) Apply(ctx context.Context, now engine.Instant, batches ...engine.Batch) error {
	if err := store.Validate(batches...); err != nil {
		return err
	}
	var c *change
	return s.file.Write(ctx, sqlfile.Job{
		Do: func(ctx context.Context, _ *sql.Conn) error {
			c = &change{Store: s, ctx: ctx, ended: map[string]lease{}}
			return c.applyAll(now, batches)
		},
		Undo: func() { c.undo() },
	})
}

// Lookup returns the record that holds the reference, nil if none does.
func (s *Store) Lookup(ctx context.Context, ref engine.Ref) (*engine.Record, error) {
	return s.record(ctx, "SELECT records.key, record FROM refs JOIN records ON records.key = refs.key WHERE side = ? AND id = ?", ref.Side.String(), ref.ID)
}

// Backup writes a copy that can be opened as a store.
func (s *Store) Backup(ctx context.Context, path string) error { return s.file.Backup(ctx, path) }

// Close releases the file. What is being applied is applied first.
func (s *Store) Close() error { return s.file.Close() }
