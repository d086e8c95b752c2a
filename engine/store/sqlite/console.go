package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
)

// Records lists records in the order of their keys, after a key, at most limit.
func (s *Store) Records(ctx context.Context, filter store.Filter, after string, limit int) ([]*engine.Record, error) {
	text, args := "SELECT key, record FROM records WHERE key > ?", []any{after}
	if len(filter.Statuses) > 0 {
		text += " AND status IN (?" + strings.Repeat(", ?", len(filter.Statuses)-1) + ")"
		for _, status := range filter.Statuses {
			args = append(args, status.String())
		}
	}
	var out []*engine.Record
	err := s.each(ctx, func(row scanner) error {
		var key, text string
		if err := row.Scan(&key, &text); err != nil {
			return err
		}
		rec, err := decodeRecord(key, text)
		out = append(out, rec)
		return err
	}, text+" ORDER BY key LIMIT ?", append(args, max(limit, 0))...)
	return out, err
}

// Record returns the record with a key, nil if there is none.
func (s *Store) Record(ctx context.Context, key string) (*engine.Record, error) {
	return s.record(ctx, "SELECT key, record FROM records WHERE key = ?", key)
}

func (s *Store) record(ctx context.Context, query string, args ...any) (*engine.Record, error) {
	var key, text string
	err := s.file.Reader().QueryRowContext(ctx, query, args...).Scan(&key, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, s.judge(err)
	}
	rec, err := decodeRecord(key, text)
	return rec, s.judge(err)
}

// Ledger returns a record's entries in the order of their numbers.
func (s *Store) Ledger(ctx context.Context, key string) ([]engine.LedgerEntry, error) {
	var out []engine.LedgerEntry
	err := s.each(ctx, func(row scanner) error {
		var text string
		if err := row.Scan(&text); err != nil {
			return err
		}
		var e engine.LedgerEntry
		err := decode("the ledger of "+key, text, &e)
		out = append(out, e)
		return err
	}, "SELECT entry FROM ledger WHERE key = ? ORDER BY number", key)
	return out, err
}

// Depths counts queue entries at an instant.
func (s *Store) Depths(ctx context.Context, now engine.Instant) (d store.Depths, err error) {
	leased := []string{} // JSON tells it from no list
	var tx *sql.Tx
	err = s.file.Between(ctx, func(context.Context, *sql.Conn) error {
		for key := range s.leases {
			leased = append(leased, key)
		}
		var err error
		tx, err = s.file.Snapshot(ctx) // of the queue as the leases are now
		return err
	})
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, s.judge(tx.Rollback())) }()
	return s.count(ctx, tx, now, leased)
}

// count counts entries by lane and by whether they are due, those apart that
// are leased. Each count is a range of an index.
func (s *Store) count(ctx context.Context, tx *sql.Tx, now engine.Instant, leased []string) (d store.Depths, err error) {
	list, err := encode("the leases", leased)
	if err != nil {
		return d, err
	}
	const given = "SELECT count(*) FROM queue WHERE key IN (SELECT value FROM json_each(?))"
	var all, leasedFresh, leasedBacklog int
	for _, c := range []struct {
		into *int
		text string
		args []any
	}{
		{&d.Fresh, "SELECT count(*) FROM queue WHERE lane = 0 AND due <= ?", []any{int64(now)}},
		{&d.Backlog, "SELECT count(*) FROM queue WHERE lane = 1 AND due <= ?", []any{int64(now)}},
		{&all, "SELECT count(*) FROM queue", nil},
		{&leasedFresh, given + " AND lane = 0 AND due <= ?", []any{list, int64(now)}},
		{&leasedBacklog, given + " AND lane = 1 AND due <= ?", []any{list, int64(now)}},
		{&d.Leased, given, []any{list}},
	} {
		if err := tx.QueryRowContext(ctx, c.text, c.args...).Scan(c.into); err != nil {
			return d, s.judge(err)
		}
	}
	d.Fresh -= leasedFresh
	d.Backlog -= leasedBacklog
	d.Delayed = all - d.Leased - d.Fresh - d.Backlog
	return d, s.judge(oldest(ctx, tx, &d, now, list))
}

// oldest finds when the entry that waits longest became due.
func oldest(ctx context.Context, tx *sql.Tx, d *store.Depths, now engine.Instant, leased string) error {
	if d.Fresh+d.Backlog == 0 {
		return nil
	}
	d.Oldest = now
	for _, lane := range []engine.Lane{engine.Fresh, engine.Backlog} {
		var due engine.Instant
		err := tx.QueryRowContext(ctx, "SELECT due FROM queue WHERE lane = ? AND due <= ? AND key NOT IN (SELECT value FROM json_each(?)) ORDER BY due LIMIT 1", int64(lane), int64(now), leased).Scan(&due)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil {
			d.Oldest = min(d.Oldest, due)
		}
	}
	return nil
}

// each runs a query and reads its rows.
func (s *Store) each(ctx context.Context, read func(row scanner) error, query string, args ...any) (err error) {
	rows, err := s.file.Reader().QueryContext(ctx, query, args...)
	if err != nil {
		return s.judge(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := read(rows); err != nil {
			return s.judge(err)
		}
	}
	return s.judge(rows.Err())
}

// judge gives an error its type; a store that was closed says so.
func (s *Store) judge(err error) error { return s.file.Judge(err) }
