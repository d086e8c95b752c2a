package sqlfile

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine/store"
)

// lock holds a file for this process. It lies beside the file, so that SQLite's
// own locks stay free for the programs that only look. It ends with the
// process, however that dies; the file that carries it stays.
type lock struct{ file *os.File }

func holdPath(path string) string { return path + ".lock" }

// hold takes the lock of a file, or says by whose process it is held.
func hold(path string) (*lock, error) {
	f, err := os.OpenFile(holdPath(path), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, judged(path, err)
	}
	free, err := tryLock(f)
	if err == nil && !free {
		err = fmt.Errorf("%s: %w%s", path, store.ErrBusy, holder(f))
	}
	if err == nil {
		err = sign(f)
	}
	if err != nil {
		return nil, closing(f, judged(path, err))
	}
	return &lock{f}, nil
}

// sign leaves the process's number for whoever finds the file held.
func sign(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// holder says which process signed, "" if none is known.
func holder(f *os.File) string {
	text, err := io.ReadAll(io.LimitReader(f, 32))
	pid, bad := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || bad != nil {
		return ""
	}
	return fmt.Sprintf(": process %d has it open", pid)
}

func (l *lock) release() error { return l.file.Close() }
