package memory

import (
	"context"
	"maps"
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
)

// Records lists records in the order of their keys, after a key, at most limit.
func (s *Store) Records(ctx context.Context, filter store.Filter, after string, limit int) (out []*engine.Record, err error) {
	err = s.use(ctx, func(m *State) {
		for _, key := range slices.Sorted(maps.Keys(m.records)) {
			rec := m.records[key]
			if len(out) < limit && key > after && (len(filter.Statuses) == 0 || slices.Contains(filter.Statuses, rec.Status)) {
				out = append(out, rec)
			}
		}
	})
	return out, err
}

// Record returns the record with a key, nil if there is none.
func (s *Store) Record(ctx context.Context, key string) (rec *engine.Record, err error) {
	err = s.use(ctx, func(m *State) { rec = m.records[key] })
	return rec, err
}

// Ledger returns a record's entries in the order of their numbers.
func (s *Store) Ledger(ctx context.Context, key string) (out []engine.LedgerEntry, err error) {
	err = s.use(ctx, func(m *State) {
		out = slices.Clone(m.ledger[key])
		slices.SortFunc(out, func(a, b engine.LedgerEntry) int { return int(int64(a.Number) - int64(b.Number)) })
	})
	return out, err
}

// Depths counts queue entries at an instant.
func (s *Store) Depths(ctx context.Context, now engine.Instant) (d store.Depths, err error) {
	err = s.use(ctx, func(m *State) {
		oldest := now
		for _, e := range m.entries { //syncproof:unordered counts and the least do not depend on the order
			switch {
			case e.leased:
				d.Leased++
			case e.due > now:
				d.Delayed++
			case e.lane == engine.Fresh:
				d.Fresh++
			default:
				d.Backlog++
			}
			if !e.leased && e.due <= now {
				oldest = min(oldest, e.due)
			}
		}
		if d.Fresh+d.Backlog > 0 {
			d.Oldest = oldest
		}
	})
	return d, err
}
