package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/syncproof/syncproof/engine"
)

// entry is a row of the queue.
type entry struct {
	engine.Item
	due engine.Instant
}

// scanner is a row, of one or of many.
type scanner interface{ Scan(into ...any) error }

// scanEntry reads entryColumns, and more columns behind them.
func scanEntry(row scanner, more ...any) (*entry, error) {
	var (
		e             entry
		side          string
		review, later sql.NullString
	)
	columns := []any{&e.Key, &side, &e.Ref.ID, &e.Hint, &e.Lane, &e.Generation, &e.due, &e.Attempt, &review, &later}
	if err := row.Scan(append(columns, more...)...); err != nil {
		return nil, err
	}
	var err error
	if e.Ref.Side, err = sideOf(side); err != nil {
		return nil, err
	}
	if review.Valid {
		e.Review = &engine.Reviewed{}
		if err := decode("the decision on "+e.Key, review.String, e.Review); err != nil {
			return nil, err
		}
	}
	if later.Valid {
		if err := decode("the later decisions on "+e.Key, later.String, &e.Later); err != nil {
			return nil, err
		}
	}
	return &e, nil
}

// Fetch leases due entries as engine.Fetch asks. It looks at no more rows than
// are leased and given out, however long the queue is, and reads only those
// that it gives out.
func (s *Store) Fetch(ctx context.Context, now engine.Instant, f engine.Fetch) (engine.Fetched, error) {
	out := engine.Fetched{Op: f.Op}
	err := s.file.Between(ctx, func(ctx context.Context, _ *sql.Conn) error {
		fresh, err := s.look(ctx, &out, engine.Fresh, now, f.Max)
		if err != nil {
			return err
		}
		backlog, err := s.look(ctx, &out, engine.Backlog, now, f.Max-max(f.Fresh, len(out.Items)))
		if err != nil {
			return err
		}
		out.FreshWaits = fresh.there && fresh.due <= now
		for _, next := range []waits{fresh, backlog} {
			if next.there && (out.Next == 0 || next.due < out.Next) {
				out.Next = next.due
			}
		}
		return s.lease(ctx, out.Items)
	})
	if err != nil {
		return engine.Fetched{}, err
	}
	return out, nil
}

// waits is the first entry of a lane that was not given out, if one is there.
type waits struct {
	due   engine.Instant
	there bool
}

// look adds up to n due entries of a lane, and returns the first that it left.
func (s *Store) look(ctx context.Context, out *engine.Fetched, from engine.Lane, now engine.Instant, n int) (waits, error) {
	keys, left, err := s.due(ctx, from, now, n)
	if err != nil {
		return waits{}, err
	}
	return left, s.entries(ctx, out, keys)
}

// due are the keys of up to n due entries of a lane that are not leased.
func (s *Store) due(ctx context.Context, from engine.Lane, now engine.Instant, n int) (keys []string, left waits, err error) {
	rows, err := s.prepared.lane.QueryContext(ctx, int64(from))
	if err != nil {
		return nil, left, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var key string
	for rows.Next() {
		if err := rows.Scan(&key, &left.due); err != nil {
			return nil, left, err
		}
		if _, leased := s.leases[key]; leased {
			continue
		}
		if len(keys) >= n || left.due > now {
			left.there = true
			return keys, left, nil
		}
		keys = append(keys, key)
	}
	return keys, left, rows.Err()
}

// entries adds the entries with these keys, with their records, in this order.
func (s *Store) entries(ctx context.Context, out *engine.Fetched, keys []string) (err error) {
	if len(keys) == 0 {
		return nil
	}
	list, err := json.Marshal(keys)
	if err != nil {
		return err
	}
	rows, err := s.prepared.entries.QueryContext(ctx, string(list))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var record sql.NullString
		e, err := scanEntry(rows, &record)
		if err != nil {
			return err
		}
		if record.Valid {
			if e.Record, err = decodeRecord(e.Key, record.String); err != nil {
				return err
			}
		}
		out.Items = append(out.Items, e.Item)
	}
	return rows.Err()
}

// lease marks entries as given out. Later decisions are given out once: they
// are refused at once, and nobody waits for a second answer.
func (s *Store) lease(ctx context.Context, items []engine.Item) error {
	for i := range items {
		if len(items[i].Later) > 0 {
			if _, err := s.prepared.told.ExecContext(ctx, items[i].Key); err != nil {
				return err
			}
		}
	}
	for i := range items {
		s.leases[items[i].Key] = lease{taken: items[i].Review != nil}
	}
	return nil
}
