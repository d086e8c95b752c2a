package sqlfile

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock reports whether the lock was free and is now this process's. It is
// of a byte far behind the text, which can so be read by others.
func tryLock(f *os.File) (bool, error) {
	at := &windows.Overlapped{OffsetHigh: math.MaxInt32}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
