package sqlfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	if _, err := f.readers.ExecContext(ctx, "VACUUM INTO ?", draft); err != nil {
		return errors.Join(judged(f.path, err), remove(draft, draft+"-journal"))
	}
	if err := unused(path); err != nil { // the copy took its time
		return errors.Join(err, remove(draft))
	}
	return judged(path, settle(draft, path))
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
