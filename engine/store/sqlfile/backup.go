package sqlfile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/syncproof/syncproof/engine/store"
)

// Backup writes a consistent copy while the file is in use, compacted and
// without a write-ahead log. The path must not exist; it does so only once the
// copy is whole and synced.
func (f *File) Backup(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := unused(path); err != nil {
		return err
	}
	draft := path + ".new"
	if err := remove(draft, draft+"-journal"); err != nil {
		return judged(path, err)
	}
	if err := f.copyTo(ctx, draft); err != nil {
		return errors.Join(f.Judge(err), remove(draft, draft+"-journal"))
	}
	if err := unused(path); err != nil { // the copy took its time
		return errors.Join(err, remove(draft))
	}
	return judged(path, settle(draft, path))
}

// copyTo copies what is committed now, on a connection of its own: the readers
// may not write, not even elsewhere, and the writer has other work.
func (f *File) copyTo(ctx context.Context, path string) error {
	if f.isClosed() {
		return store.ErrClosed
	}
	db, err := sql.Open("sqlite", address(f.path, f.options, "busy_timeout(5000)", "cache_size(-16384)"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", path)
	return closing(db, err)
}

// unused says whether a copy may be made there.
func unused(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fmt.Errorf("%s: a backup overwrites nothing: %w", path, os.ErrExist)
	case errors.Is(err, os.ErrNotExist):
		return nil
	}
	return judged(path, err)
}
