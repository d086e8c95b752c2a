package sqlfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// settle syncs a finished draft and moves it to its place.
func settle(draft, path string) error {
	if err := syncAt(draft, os.O_RDWR); err != nil {
		return err
	}
	if err := os.Rename(draft, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncAt(path string, flag int) error {
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return err
	}
	return closing(f, f.Sync())
}

// remove removes files that may not be there.
func remove(paths ...string) error {
	for _, p := range paths {
		if err := os.Remove(p); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// closing closes c, and returns the first of the two errors.
func closing(c io.Closer, err error) error {
	if bad := c.Close(); err == nil {
		return bad
	}
	return err
}
