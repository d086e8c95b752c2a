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
	version, err := f.version(ctx, kind, f.writer)
	if err != nil {
		return err
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

// version is that of the file, one that this release knows.
func (f *File) version(ctx context.Context, kind *Kind, q Querier) (int, error) {
	var version int
	if err := q.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, err
	}
	if version > len(kind.Migrations) {
		return 0, &store.NewerError{Path: f.path, Found: version, Known: len(kind.Migrations)}
	}
	if version < 1 {
		return 0, f.damaged("its version is %d, and versions begin with 1", version)
	}
	return version, nil
}

// OlderError is a file that is to be brought to the newest version before it
// can be looked at.
type OlderError struct {
	Path         string
	Found, Known int // versions of the schema
}

func (e *OlderError) Error() string {
	return fmt.Sprintf("%s: the file has version %d, this release looks at version %d: start the service once, which brings it there", e.Path, e.Found, e.Known)
}
