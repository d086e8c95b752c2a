package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/powerloss"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
)

// drills is how many power cuts a test plays.
const drills = 24

// TestPowerLoss: whatever a power cut leaves of the writes that were not
// synced, each batch that was acknowledged is there, and none by half.
func TestPowerLoss(t *testing.T) {
	lost := 0
	for seed := range uint64(drills) {
		n, wrong := drill(t, seed, sqlfile.Options{})
		if wrong != nil {
			t.Errorf("seed %d: %v", seed, wrong)
		}
		lost += n
	}
	if lost == 0 {
		t.Error("no drill lost a write: the power never went in mid-write")
	}
}

// TestPowerLossNoticesUnsyncedWrites: the drills find the loss in a store that
// acknowledges what is not synced.
func TestPowerLossNoticesUnsyncedWrites(t *testing.T) {
	for seed := range uint64(drills) {
		if _, wrong := drill(t, seed, sqlfile.Options{Unsynced: true}); wrong != nil {
			t.Logf("seed %d: %v", seed, wrong)
			return
		}
	}
	t.Errorf("%d drills found nothing wrong with a store that never syncs", drills)
}

// drill lets producers write until the power goes, and returns how many writes
// that cost, and what is wrong with the store that is then opened.
func drill(t *testing.T, seed uint64, o sqlfile.Options) (lost int, wrong error) {
	t.Helper()
	draw := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // it must be repeatable
	path := filepath.Join(t.TempDir(), "store.db")
	full(t, path)
	disk, err := powerloss.New()
	if err != nil {
		t.Fatal(err)
	}
	o.VFS = disk.Name()
	s, err := open(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	disk.CutAfter(1 + draw.IntN(4000))
	acknowledged := produce(t, s, disk)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if lost, err = disk.Survivors(seed, folder); err != nil {
		t.Fatal(err)
	}
	again, err := Open(context.Background(), filepath.Join(folder, "store.db"))
	if err != nil {
		return lost, err
	}
	defer func() { wrong = errors.Join(wrong, again.Close()) }()
	return lost, complete(again, append(acknowledged, "0", "299"))
}

// produce applies pairs at once until the power is gone, and returns those that
// were acknowledged before.
func produce(t *testing.T, s *Store, disk *powerloss.Disk) (acknowledged []string) {
	var mu sync.Mutex
	var group sync.WaitGroup
	for producer := range 3 {
		group.Go(func() {
			for i := 0; !disk.Cut(); i++ {
				id := fmt.Sprint(producer, "-", i)
				if err := s.Apply(context.Background(), 10, pair(id)); err != nil {
					t.Error(err)
					return
				}
				if !disk.Cut() {
					mu.Lock()
					acknowledged = append(acknowledged, id)
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	return acknowledged
}

// TestFullDisk: a batch that finds no room is refused whole, and the store goes
// on when there is room again.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	full(t, path)
	disk, err := powerloss.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(context.Background(), path, sqlfile.Options{VFS: disk.Name()})
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i := range 60 {
		id := "full-" + strconv.Itoa(i)
		disk.Room(int64(i * 700))
		err := s.Apply(context.Background(), 10, pair(id))
		switch {
		case err == nil:
		case errors.Is(err, store.ErrFull) && strings.HasPrefix(err.Error(), path+": the disk is full"):
			refused++
			if rec, err := s.Record(context.Background(), "cc:"+id); rec != nil || err != nil {
				t.Fatalf("with room for %d bytes: a refused batch left %v, %v", i*700, rec, err)
			}
		default:
			t.Fatalf("with room for %d bytes: got %v, want ErrFull", i*700, err)
		}
	}
	if refused == 0 || refused == 60 {
		t.Errorf("%d of 60 batches were refused: the bound was not crossed", refused)
	}
	disk.Room(-1)
	if err := s.Apply(context.Background(), 10, pair("after")); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := complete(opened(t, path), []string{"0", "299", "after"}); err != nil {
		t.Error(err)
	}
}

// TestFailingSync: a batch whose sync fails is not acknowledged, its leases are
// as before, and the store goes on when the disk does.
func TestFailingSync(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "store.db")
	full(t, path)
	disk, err := powerloss.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(ctx, path, sqlfile.Options{VFS: disk.Name()})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Fetch(ctx, 10, engine.Fetch{Max: 1})
	if err != nil {
		t.Fatal(err)
	}
	finish := engine.Batch{Ops: []engine.StoreOp{engine.Done{Key: got.Items[0].Key, Generation: got.Items[0].Generation}}}
	disk.Break(true)
	if err := s.Apply(ctx, 10, finish); err == nil {
		t.Fatal("a batch was acknowledged though its sync failed")
	}
	if d, err := s.Depths(ctx, 10); err != nil || d.Leased != 1 || d.Fresh != 299 {
		t.Errorf("after the failure: %+v, %v", d, err)
	}
	disk.Break(false)
	if err := errors.Join(s.Apply(ctx, 10, finish), s.Close()); err != nil {
		t.Fatal(err)
	}
}
