package sqlite

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
	"github.com/syncproof/syncproof/engine/store/storetest"
)

// TestCloseLeavesOneFile: after Close the file alone is the store. A
// write-ahead log would be left if anything of it were still open.
func TestCloseLeavesOneFile(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "store.db")
	s := opened(t, path)
	if _, err := s.Records(ctx, store.Filter{}, "", 4); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Depths(ctx, 5); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tail := range []string{"-wal", "-shm", ".new"} {
		if _, err := os.Stat(path + tail); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", tail, err)
		}
	}
}

// opened opens a store that is closed with the test.
func opened(t storetest.T, path string) *Store {
	t.Helper()
	s, err := Open(context.Background(), path)
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Fatalf("%v", err)
		}
	})
	return s
}

// unchecked makes a change that the tables do not allow.
const unchecked = "PRAGMA ignore_check_constraints = 1; UPDATE queue SET review = '{'"

// TestRefusals: a file that is not what was written is refused with what is
// wrong, and left as it is.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		want string
	}{
		"empty":              {func(t *testing.T, path string) { write(t, path, "") }, "it is empty"},
		"text":               {func(t *testing.T, path string) { write(t, path, "dear diary, today") }, `it begins with "dear diary, toda"`},
		"short":              {func(t *testing.T, path string) { write(t, path, "SQLite") }, `it begins with "SQLite"`},
		"cut":                {func(t *testing.T, path string) { full(t, path); resize(t, path, 8192) }, "malformed"},
		"another program's":  {func(t *testing.T, path string) { run(t, path, "CREATE TABLE t (x)") }, "another program: its application_id is 0"},
		"a page of zeros":    {func(t *testing.T, path string) { full(t, path); zero(t, path, 8192, 4096) }, "store is damaged"},
		"a table gone":       {func(t *testing.T, path string) { full(t, path); run(t, path, "DROP TABLE ledger") }, "table ledger is missing"},
		"an index gone":      {func(t *testing.T, path string) { full(t, path); run(t, path, "DROP INDEX queue_due") }, "index queue_due is missing"},
		"a record gone":      {func(t *testing.T, path string) { full(t, path); run(t, path, "DELETE FROM records") }, `a native id leads to record "cc:0", which is missing`},
		"a decision no JSON": {func(t *testing.T, path string) { full(t, path); run(t, path, unchecked) }, "CHECK constraint failed in queue"},
		"meta unknown":       {func(t *testing.T, path string) { full(t, path); run(t, path, "INSERT INTO meta VALUES ('x.cc', 1)") }, "meta x.cc is unknown"},
		"only the log":       {func(t *testing.T, path string) { write(t, path+"-wal", "log") }, "its write-ahead log store.db-wal is there"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			c.make(t, path)
			before, _ := os.ReadFile(path)
			_, err := Open(context.Background(), path)
			var damaged *store.DamagedError
			if !errors.As(err, &damaged) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path+": ") {
				t.Fatalf("got %v, want a DamagedError of the path with %q", err, c.want)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

// TestALargeFileIsCheckedInPart: of a file that is too large to be read whole
// at the start, what every start works on is checked, and a record is refused
// when it is read; the whole check finds it too.
func TestALargeFileIsCheckedInPart(t *testing.T) {
	ctx := context.Background()
	large := sqlfile.Options{WholeBytes: 1}
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		want string
	}{
		"cut":                {func(t *testing.T, path string) { full(t, path); resize(t, path, 81920) }, "malformed"},
		"a table gone":       {func(t *testing.T, path string) { full(t, path); run(t, path, "DROP TABLE ledger") }, "table ledger is missing"},
		"a decision no JSON": {func(t *testing.T, path string) { full(t, path); run(t, path, unchecked) }, "CHECK constraint failed in queue"},
		"meta unknown":       {func(t *testing.T, path string) { full(t, path); run(t, path, "INSERT INTO meta VALUES ('x.cc', 1)") }, "meta x.cc is unknown"},
	} {
		path := filepath.Join(t.TempDir(), "store.db")
		c.make(t, path)
		_, err := open(ctx, path, large)
		var damaged *store.DamagedError
		if !errors.As(err, &damaged) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want a DamagedError with %q", name, err, c.want)
		}
	}
	path := filepath.Join(t.TempDir(), "store.db")
	full(t, path)
	run(t, path, "DELETE FROM records WHERE key = 'cc:0'; UPDATE records SET record = '{' WHERE key = 'cc:1'")
	s, err := open(ctx, path, large)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var damaged *store.DamagedError
	if _, err := s.Fetch(ctx, 100, engine.Fetch{Max: 9}); !errors.As(err, &damaged) {
		t.Errorf("a record that cannot be read was given out: %v", err)
	}
	view, err := Look(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	if err := view.Check(ctx); !errors.As(err, &damaged) || !strings.Contains(err.Error(), `leads to record "cc:0", which is missing`) {
		t.Errorf("the whole check: got %v", err)
	}
}

// TestTheLogBeginsAnew: what is committed is carried over into the file while
// the store is in use, so that its write-ahead log does not grow for ever.
func TestTheLogBeginsAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := opened(t, path)
	began := func() uint32 {
		head := make([]byte, 32)
		f, err := os.Open(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := io.ReadFull(f, head); err != nil {
			t.Fatal(err)
		}
		return binary.BigEndian.Uint32(head[12:]) // how often the log has begun
	}
	store := func(i int) {
		batches := make([]engine.Batch, 200)
		for k := range batches {
			batches[k] = pair(fmt.Sprint(i, "-", k))
		}
		if err := s.Apply(t.Context(), 10, batches...); err != nil {
			t.Fatal(err)
		}
	}
	store(0)
	first, deadline := began(), time.Now().Add(time.Minute)
	for i := 1; began() == first; i++ {
		if time.Now().After(deadline) {
			t.Fatalf("after %d transactions the log has not begun anew", i)
		}
		store(i)
	}
}

// TestDamagedRecord: a record that is not what was written is refused when it
// is read, by all that read it.
func TestDamagedRecord(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "store.db")
	full(t, path)
	run(t, path, "UPDATE records SET record = '{'; UPDATE ledger SET entry = '{'")
	s := opened(t, path)
	_, fetch := s.Fetch(ctx, 100, engine.Fetch{Max: 1})
	_, lookup := s.Lookup(ctx, engine.Ref{Side: mapping.CC, ID: "0"})
	_, list := s.Records(ctx, store.Filter{}, "", 9)
	_, ledger := s.Ledger(ctx, "cc:0")
	for _, err := range []error{fetch, lookup, list, ledger} {
		var damaged *store.DamagedError
		if !errors.As(err, &damaged) || !strings.Contains(err.Error(), "cc:0 cannot be read: unexpected EOF") {
			t.Errorf("got %v, want a DamagedError that names the record", err)
		}
	}
	if d, err := s.Depths(ctx, 100); err != nil || d.Leased != 0 {
		t.Errorf("what could not be read is leased: %+v, %v", d, err)
	}
}

// TestNewerIsRefused: what a newer release wrote is for that release.
func TestNewerIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	full(t, path)
	run(t, path, "PRAGMA user_version = 7")
	_, err := Open(context.Background(), path)
	var newer *store.NewerError
	if !errors.As(err, &newer) || newer.Found != 7 || newer.Known != len(kind.Migrations) {
		t.Fatalf("got %v, want a NewerError of version 7", err)
	}
}

// TestHeldByAnother: one process at a time, and its number is named; a process
// that was killed holds nothing.
func TestHeldByAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	full(t, path)
	holder := exec.Command(os.Args[0], "-test.run=^TestHoldForParent$", "-test.timeout=1m")
	holder.Env = append(os.Environ(), "HOLD_STORE="+path)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "held"; {
	}
	_, err = Open(context.Background(), path)
	if want := fmt.Sprintf("process %d has it open", holder.Process.Pid); !errors.Is(err, store.ErrBusy) || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want ErrBusy with %q", err, want)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := holder.Process.Wait(); err != nil {
		t.Fatal(err)
	}
	opened(t, path)
	if _, err := Open(context.Background(), path); !errors.Is(err, store.ErrBusy) {
		t.Errorf("a second opening in one process: got %v, want ErrBusy", err)
	}
}

// TestHoldForParent is the process that TestHeldByAnother kills.
func TestHoldForParent(t *testing.T) {
	path := os.Getenv("HOLD_STORE")
	if path == "" {
		return // nobody is there to hold it for
	}
	opened(t, path)
	fmt.Fprintln(os.Stdout, "\nheld")
	select {} // until it is killed
}

// TestBackup: a copy taken in mid-work is whole, opens as a store, and never
// replaces anything.
func TestBackup(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	s := opened(t, filepath.Join(folder, "store.db"))
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := s.Apply(ctx, 10, pair(strconv.Itoa(i))); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	copied := filepath.Join(folder, "copy.db")
	err := s.Backup(ctx, copied)
	close(stop)
	<-stopped
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(ctx, copied); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second copy to one place: got %v, want os.ErrExist", err)
	}
	if err := complete(opened(t, copied), nil); err != nil {
		t.Error(err)
	}
}

// pair is a batch of a record, its notice and its ledger entry, which are there
// together or not at all.
func pair(id string) engine.Batch {
	rec := &engine.Record{Key: "cc:" + id, ID: [2]string{id, ""}, Base: [2]engine.Base{{Content: []string{strings.Repeat("x", 200)}}}}
	return engine.Batch{Ops: []engine.StoreOp{
		engine.PutRecord{Record: rec},
		engine.Enqueue{Ref: engine.Ref{Side: mapping.CC, ID: id}},
		engine.Append{Entry: engine.LedgerEntry{Key: "cc:" + id, Number: 1}},
	}}
}

// complete says what is wrong with a store of pairs: one that is there by half,
// or one of these ids that is not there at all.
func complete(s *Store, ids []string) error {
	ctx := context.Background()
	if _, err := s.Reopen(ctx, 100, 200); err != nil {
		return err
	}
	got, err := s.Fetch(ctx, 100, engine.Fetch{Max: 1 << 20})
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, it := range got.Items {
		entries, err := s.Ledger(ctx, it.Key)
		if err != nil || it.Record == nil || len(entries) != 1 {
			return fmt.Errorf("%s is there by half: record %v, %d ledger entries, %w", it.Key, it.Record, len(entries), err)
		}
		there[it.Ref.ID] = true
	}
	records, err := s.Records(ctx, store.Filter{}, "", 1<<20)
	if err != nil || len(records) != len(there) {
		return fmt.Errorf("there are %d records and %d entries, %w", len(records), len(there), err)
	}
	for _, id := range ids {
		if !there[id] {
			return fmt.Errorf("%s was acknowledged and is lost", id)
		}
	}
	return nil
}

// full makes a store with a few hundred records.
func full(t *testing.T, path string) {
	t.Helper()
	s, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	batches := make([]engine.Batch, 300)
	for i := range batches {
		batches[i] = pair(strconv.Itoa(i))
	}
	if err := errors.Join(s.Apply(context.Background(), 10, batches...), s.Close()); err != nil {
		t.Fatal(err)
	}
}

// run changes a file behind the store's back.
func run(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(statement)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func resize(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func zero(t *testing.T, path string, at, n int) {
	t.Helper()
	all, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(all[at : at+n])
	write(t, path, string(all))
}
