package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/queue"
	"github.com/syncproof/syncproof/engine/queue/queuetest"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/powerloss"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
)

// clock is the test's own.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestConformance(t *testing.T) {
	queuetest.Run(t, func(t queuetest.T) *queuetest.Subject {
		c := &clock{now: time.Unix(1_800_000_000, 0)}
		path := filepath.Join(t.TempDir(), "queue.db")
		var q *Queue
		next := func() queue.Queue {
			var err error
			if q, err = Open(context.Background(), path, Options{Visibility: time.Minute, MaxAttempts: 3, Now: c.Now}); err != nil {
				t.Fatalf("%v", err)
			}
			return q
		}
		closeIt := func() {
			if err := q.Close(); err != nil {
				t.Fatalf("%v", err)
			}
		}
		s := &queuetest.Subject{Queue: next(), Pass: c.pass, Visibility: time.Minute, MaxAttempts: 3}
		s.Again = func() queue.Queue {
			closeIt()
			return next()
		}
		t.Cleanup(closeIt)
		return s
	})
}

// TestPowerLoss: a message whose Enqueue returned is there, or was settled by
// an Ack that was under way; without syncs the drills find one that is lost.
func TestPowerLoss(t *testing.T) {
	var unsynced error
	for seed := range uint64(15) {
		if err := drill(t, seed, sqlfile.Options{}); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		unsynced = errors.Join(unsynced, drill(t, seed, sqlfile.Options{Unsynced: true}))
	}
	if unsynced == nil {
		t.Error("the drills found nothing wrong with a queue that never syncs")
	}
}

func drill(t *testing.T, seed uint64, o sqlfile.Options) (wrong error) {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "queue.db")
	made, err := Open(ctx, path, Options{})
	if err := errors.Join(err, made.Close()); err != nil {
		t.Fatal(err)
	}
	disk, err := powerloss.New()
	if err != nil {
		t.Fatal(err)
	}
	o.VFS = disk.Name()
	q, err := Open(ctx, path, Options{File: o})
	if err != nil {
		t.Fatal(err)
	}
	disk.CutAfter(1 + rand.New(rand.NewPCG(seed, 3)).IntN(800)) //nolint:gosec // it must be repeatable
	waits := map[string]bool{}
	for i := 0; !disk.Cut(); i++ {
		key := fmt.Sprint(i)
		err := q.Enqueue(ctx, queue.Message{Key: key})
		if err == nil && !disk.Cut() {
			waits[key] = true
		}
		if i%3 == 2 {
			got, _ := q.Receive(ctx, 1, 0)
			for _, d := range got {
				delete(waits, d.Key)
				err = errors.Join(err, q.Ack(ctx, d.Receipt))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Close(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if _, err := disk.Survivors(seed, folder); err != nil {
		t.Fatal(err)
	}
	return missing(filepath.Join(folder, "queue.db"), waits)
}

// missing says which message of those is not in the queue.
func missing(path string, waits map[string]bool) (wrong error) {
	q, err := Open(context.Background(), path, Options{})
	if err != nil {
		return err
	}
	defer func() { wrong = errors.Join(wrong, q.Close()) }()
	got, err := q.Receive(context.Background(), 1<<20, 0)
	if err != nil {
		return err
	}
	for _, d := range got {
		delete(waits, d.Key)
	}
	for key := range waits {
		return fmt.Errorf("message %s was acknowledged and is lost", key)
	}
	return nil
}

// TestAStoreIsNoQueue: the two kinds of file are told apart.
func TestAStoreIsNoQueue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file.db")
	other := *kind
	other.Application, other.Name = 1, "other"
	f, err := sqlfile.Open(context.Background(), path, &other, sqlfile.Options{})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	var damaged *store.DamagedError
	if _, err := Open(context.Background(), path, Options{}); !errors.As(err, &damaged) {
		t.Errorf("got %v, want a DamagedError", err)
	}
}
