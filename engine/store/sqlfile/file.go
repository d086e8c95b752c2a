package sqlfile

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/syncproof/syncproof/engine/store"
)

// File is an open file: one connection that writes, and a few that read.
type File struct {
	path    string
	options Options
	hold    *lock
	pool    *sql.DB // of the one writing connection
	writer  *sql.Conn
	readers *sql.DB
	carrier *sql.DB // of the connection that makes checkpoints; nil for a View
	// prepared are open on the writer, which is not closed before they are.
	prepared []*sql.Stmt

	mu      sync.Mutex    // held during a transaction
	pages   int           // of the write-ahead log since it began; guarded by mu
	grown   chan struct{} // holds a token when a checkpoint is due
	carried chan struct{} // closed when checkpoints have ended
	jobs    chan *waiting
	closing chan struct{}
	stopped chan struct{} // the committer has ended
	once    sync.Once
	closed  error
}

// magic begins every SQLite file.
const magic = "SQLite format 3\x00"

// Open opens a file, checks it (a large one in part, see fit) and brings it to the newest version. Only a file
// that does not exist is made. Errors: store.ErrBusy, *store.DamagedError,
// *store.NewerError, store.ErrReadOnly, store.ErrFull.
func Open(ctx context.Context, path string, kind *Kind, o Options) (*File, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	held, err := hold(path)
	if err != nil {
		return nil, err
	}
	f := &File{
		path: path, options: o, hold: held, jobs: make(chan *waiting), closing: make(chan struct{}), stopped: make(chan struct{}),
		grown: make(chan struct{}, 1), carried: make(chan struct{}),
	}
	if err := f.open(ctx, kind, o); err != nil {
		return nil, errors.Join(judged(path, err), f.release())
	}
	go f.commits()
	go f.checkpoints()
	return f, nil
}

func (f *File) open(ctx context.Context, kind *Kind, o Options) error {
	if _, err := os.Lstat(f.path); errors.Is(err, os.ErrNotExist) {
		if err := f.create(ctx, kind); err != nil {
			return err
		}
	}
	if err := f.recognise(kind); err != nil {
		return err
	}
	if err := f.connect(ctx, o); err != nil {
		return err
	}
	if err := f.upgrade(ctx, kind); err != nil {
		return err
	}
	return f.fit(ctx, kind, o)
}

// recognise refuses what is no file of the kind, before SQLite touches it.
func (f *File) recognise(kind *Kind) error {
	head, err := os.OpenFile(f.path, os.O_RDWR, 0) // SQLite would open what it may only read, and fail late
	if err != nil {
		return err
	}
	found := make([]byte, headerSize)
	n, err := io.ReadFull(head, found)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		err = f.damaged("it is empty")
	case !strings.HasPrefix(string(found), magic):
		err = f.damaged("it is no SQLite file, it begins with %q", found[:min(n, len(magic))])
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = f.damaged("it ends after %d bytes", n)
	case err == nil:
		err = f.ours(kind, found)
	}
	return closing(head, err)
}

// headerSize is that of a SQLite file's header, applicationAt the place of the
// application_id in it.
const (
	headerSize    = 100
	applicationAt = 68
)

// ours refuses the files of other programs.
func (f *File) ours(kind *Kind, header []byte) error {
	found := int32(binary.BigEndian.Uint32(header[applicationAt:])) //nolint:gosec // the bits are what counts
	if found != kind.Application {
		return f.damaged("it is a SQLite file of another program: its application_id is %d, that of a %s is %d", found, kind.Name, kind.Application)
	}
	return nil
}

// create makes the file beside its place and moves it there when it is whole.
func (f *File) create(ctx context.Context, kind *Kind) error {
	if _, err := os.Lstat(f.path + "-wal"); err == nil {
		return f.damaged("the file is gone, but its write-ahead log %s-wal is there", filepath.Base(f.path))
	}
	draft := f.path + ".new"
	if err := remove(draft, draft+"-journal"); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", address(draft, Options{}, "journal_mode(DELETE)"))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; BEGIN; %s; PRAGMA user_version = 1; COMMIT", kind.Application, kind.Migrations[0]))
	if err = closing(db, err); err != nil {
		return err
	}
	return settle(draft, f.path)
}

// connect opens the writer and the readers. The writer comes first: it makes
// the write-ahead log that the readers need.
func (f *File) connect(ctx context.Context, o Options) error {
	level := "FULL"
	if o.Unsynced {
		level = "OFF"
	}
	var err error
	f.pool, err = sql.Open("sqlite", address(f.path, o,
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous("+level+")", "wal_autocheckpoint(0)", "journal_size_limit(67108864)", "cache_size(-32768)"))
	if err != nil {
		return err
	}
	if f.writer, err = f.pool.Conn(ctx); err != nil {
		return err
	}
	if err := f.connectCheckpoints(level); err != nil {
		return err
	}
	return f.connectReaders(o)
}

func (f *File) connectReaders(o Options) error {
	var err error
	f.readers, err = sql.Open("sqlite", address(f.path, o, "busy_timeout(5000)", "query_only(1)", "cache_size(-16384)"))
	if err != nil {
		return err
	}
	f.readers.SetMaxOpenConns(4)
	return nil
}

// address is what the driver opens.
func address(path string, o Options, pragmas ...string) string {
	q := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}, "mode": {"rwc"}}
	if o.VFS != "" {
		q.Set("vfs", o.VFS)
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	return u.String()
}

func (f *File) damaged(format string, args ...any) error {
	return &store.DamagedError{Path: f.path, What: fmt.Sprintf(format, args...)}
}

// Path is where the file is.
func (f *File) Path() string { return f.path }

// Reader is the pool of connections that see what is committed and change
// nothing.
func (f *File) Reader() *sql.DB { return f.readers }

// Prepare prepares a statement on the writing connection, for Write and
// Between. It is for right after Open; Close closes it.
func (f *File) Prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	s, err := f.writer.PrepareContext(ctx, text)
	if err == nil {
		f.prepared = append(f.prepared, s)
	}
	return s, err
}

// Snapshot begins to read what is committed now, whatever is written
// meanwhile. The caller rolls it back.
func (f *File) Snapshot(ctx context.Context) (*sql.Tx, error) {
	tx, err := f.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// Judge gives an error of a query its type.
func (f *File) Judge(err error) error {
	if err != nil && f.isClosed() {
		return store.ErrClosed
	}
	return judged(f.path, err)
}

func (f *File) isClosed() bool {
	select {
	case <-f.closing:
		return true
	default:
		return false
	}
}

// Close ends the use of the file. What is being committed is committed first.
func (f *File) Close() error {
	f.once.Do(func() {
		close(f.closing)
		<-f.stopped
		<-f.carried
		f.closed = judged(f.path, f.release())
	})
	return f.closed
}

// release closes whatever is open.
func (f *File) release() error {
	var errs []error
	for _, s := range f.prepared {
		errs = append(errs, s.Close())
	}
	if f.carrier != nil {
		errs = append(errs, f.carrier.Close())
	}
	if f.readers != nil {
		errs = append(errs, f.readers.Close())
	}
	if f.writer != nil {
		errs = append(errs, f.writer.Close())
	}
	if f.pool != nil {
		errs = append(errs, f.pool.Close())
	}
	if f.hold != nil {
		errs = append(errs, f.hold.release())
	}
	return errors.Join(errs...)
}
