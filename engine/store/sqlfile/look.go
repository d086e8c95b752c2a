package sqlfile

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/syncproof/syncproof/engine/store"
)

// View is a file that is looked at, while another process may be using it.
type View struct {
	*File
	kind *Kind
	// Version is that of the file's schema.
	Version int
}

// Look opens a file without holding it: it is neither made, checked nor
// migrated. Its Reader, Snapshot, Backup and Close may be used. A file of an
// older version is refused with an *OlderError. Other errors are those of
// Open.
func Look(ctx context.Context, path string, kind *Kind) (*View, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, closing: make(chan struct{}), stopped: make(chan struct{}), carried: make(chan struct{})}
	close(f.stopped) // nothing commits
	close(f.carried)
	v := &View{File: f, kind: kind}
	err = f.recognise(kind)
	if err == nil {
		err = f.connectReaders(Options{})
	}
	if err == nil {
		v.Version, err = f.version(ctx, kind, f.readers)
	}
	if err == nil && v.Version < len(kind.Migrations) {
		err = &OlderError{Path: path, Found: v.Version, Known: len(kind.Migrations)}
	}
	if err != nil {
		return nil, errors.Join(judged(path, err), f.release())
	}
	return v, nil
}

// Check reads the whole file. A *store.DamagedError says what is wrong with it.
func (v *View) Check(ctx context.Context) error { return v.Judge(v.check(ctx, v.kind)) }

// Size is how large the file and its write-ahead log are, in bytes.
func (v *View) Size() (int64, error) {
	var size int64
	for _, p := range []string{v.path, v.path + "-wal"} {
		info, err := os.Stat(p)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return 0, judged(v.path, err)
		}
		if err == nil {
			size += info.Size()
		}
	}
	return size, nil
}

var _ store.Keeper = (*View)(nil)
