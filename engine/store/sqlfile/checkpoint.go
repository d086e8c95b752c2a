package sqlfile

import (
	"context"
	"database/sql"

	"modernc.org/sqlite"
)

// After checkpointPages, 8 MiB, the write-ahead log is carried over into the
// file. After checkpointMost, 64 MiB, the commits wait for that: they are
// faster than the disk carries, and the log would grow without bounds.
const (
	checkpointPages = 2000
	checkpointMost  = 8 * checkpointPages
)

// wrote counts the pages that commits have added to the write-ahead log since
// it began, and asks for a checkpoint when there are enough. It is called while no
// transaction is open.
func (f *File) wrote() {
	err := f.writer.Raw(func(c any) error {
		written, _, err := c.(sqlite.DBStatus).Status(sqlite.DBStatusCacheWrite, true)
		f.pages += written
		return err
	})
	switch {
	case f.pages >= checkpointMost:
		f.finish()
	case f.pages >= checkpointPages || err != nil:
		select {
		case f.grown <- struct{}{}:
		default: // one is asked for already
		}
	}
}

// connectCheckpoints opens the connection that carries the log over.
func (f *File) connectCheckpoints(level string) error {
	var err error
	f.carrier, err = sql.Open("sqlite", address(f.path, f.options, "busy_timeout(5000)", "synchronous("+level+")", "cache_size(-1024)"))
	if err == nil {
		f.carrier.SetMaxOpenConns(1)
	}
	return err
}

// checkpoints carries the write-ahead log over into the file beside the
// commits, which would otherwise stand still for it: it reads and writes
// thousands of pages and syncs twice. What commits have added meanwhile is
// little; it is carried over between two of them. Then nothing is left, and
// only then does the log begin anew.
//
// A checkpoint that fails loses nothing: the log holds all of it, and the next
// one tries again. What is wrong with the disk the commits say themselves.
func (f *File) checkpoints() {
	defer close(f.carried)
	for {
		select {
		case <-f.closing:
			return
		case <-f.grown:
		}
		if f.checkpoint() == nil {
			f.mu.Lock()
			f.finish()
			f.mu.Unlock()
		}
	}
}

// finish carries over what is left while nothing is committed, so that the next
// commit begins the log anew, unless a reader needs what is in it.
func (f *File) finish() {
	if f.checkpoint() == nil {
		f.pages = 0
	}
}

// checkpoint carries over what is committed and no reader needs where it is.
func (f *File) checkpoint() error {
	var busy, logged, carried int
	return f.carrier.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &logged, &carried)
}
