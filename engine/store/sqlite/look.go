package sqlite

import (
	"context"
	"errors"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
)

// View is a store that is looked at, while the service may be using it.
type View struct{ *sqlfile.View }

// Look opens the store in a file without holding it.
func Look(ctx context.Context, path string) (View, error) {
	v, err := sqlfile.Look(ctx, path, kind)
	return View{v}, err
}

// Stats say what is in a store.
type Stats struct {
	Version int   `json:"version"` // of the schema
	Bytes   int64 `json:"bytes"`
	// Records by status, in the order of the statuses' names.
	Records []StatusCount `json:"records"`
	Ledger  int           `json:"ledger"` // entries
	Queue   store.Depths  `json:"queue"`  // what is worked on counts as due
}

// StatusCount is how many records have a status.
type StatusCount struct {
	Status string `json:"status"`
	Count  int    `json:"count"`
}

// Stats counts what is in the store, at the service's clock now.
func (v View) Stats(ctx context.Context, now engine.Instant) (stats Stats, err error) {
	stats.Version = v.Version
	if stats.Bytes, err = v.Size(); err != nil {
		return stats, err
	}
	tx, err := v.Snapshot(ctx)
	if err != nil {
		return stats, v.Judge(err)
	}
	defer func() { err = v.Judge(errors.Join(err, tx.Rollback())) }()
	rows, err := tx.QueryContext(ctx, "SELECT status, count(*) FROM records GROUP BY status ORDER BY status")
	if err != nil {
		return stats, err
	}
	stats.Records = []StatusCount{}
	for rows.Next() {
		var c StatusCount
		if err := rows.Scan(&c.Status, &c.Count); err != nil {
			return stats, errors.Join(err, rows.Close())
		}
		stats.Records = append(stats.Records, c)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return stats, err
	}
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM ledger").Scan(&stats.Ledger); err != nil {
		return stats, err
	}
	stats.Queue, err = (&Store{file: v.File}).count(ctx, tx, now, []string{})
	return stats, err
}
