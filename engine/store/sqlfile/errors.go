package sqlfile

import (
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/syncproof/syncproof/engine/store"
)

// judged gives an error of SQLite or of the machine the type that a caller
// decides on, and names the file.
func judged(path string, err error) error {
	if err == nil {
		return nil
	}
	var damaged *store.DamagedError
	var newer *store.NewerError
	if errors.As(err, &damaged) || errors.As(err, &newer) || errors.Is(err, store.ErrBusy) {
		return err
	}
	var content *ContentError
	if errors.As(err, &content) {
		return &store.DamagedError{Path: path, What: content.What}
	}
	var coded *sqlite.Error
	if errors.As(err, &coded) {
		switch coded.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return fmt.Errorf("%s: %w: %w", path, store.ErrFull, err)
		case sqlite3.SQLITE_READONLY:
			return fmt.Errorf("%s: %w: %w", path, store.ErrReadOnly, err)
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return &store.DamagedError{Path: path, What: err.Error()}
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return fmt.Errorf("%s: %w: another program has been writing to it for seconds: %w", path, store.ErrBusy, err)
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%s: %w: %w", path, store.ErrFull, err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return fmt.Errorf("%s: %w: %w", path, store.ErrReadOnly, err)
	}
	return err
}

// ContentError is a value in a file that is not what was written there.
type ContentError struct{ What string }

func (e *ContentError) Error() string { return e.What }
