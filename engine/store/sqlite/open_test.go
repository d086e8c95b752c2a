package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/syncproof/syncproof/engine/store"
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
