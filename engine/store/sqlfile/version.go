package sqlfile

import (
	"context"
	"errors"
	"fmt"

	"github.com/syncproof/syncproof/engine/store"
)

// upgrade refuses the files of newer releases, and brings an older one to the
// newest version, one transaction a step.
func (f *File) upgrade(ctx context.Context, kind *Kind) error {
	var version int
	if err := f.writer.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(kind.Migrations) {
		return &store.NewerError{Path: f.path, Found: version, Known: len(kind.Migrations)}
	}
	if version < 1 {
		return f.damaged("its version is %d, and versions begin with 1", version)
	}
	for ; version < len(kind.Migrations); version++ {
		if err := f.migrate(ctx, kind.Migrations[version], version+1); err != nil {
			return fmt.Errorf("bringing it from version %d to %d: %w", version, version+1, err)
		}
	}
	return nil
}

func (f *File) migrate(ctx context.Context, change string, version int) error {
	tx, err := f.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("%s; PRAGMA user_version = %d", change, version)); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
