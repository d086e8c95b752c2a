package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
	"github.com/syncproof/syncproof/engine/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t storetest.T) (store.Store, func() store.Store) {
		path := filepath.Join(t.TempDir(), "store.db")
		var s *Store
		next := func() store.Store {
			var err error
			if s, err = open(context.Background(), path, sqlfile.Options{Unsynced: true}); err != nil {
				t.Fatalf("%v", err)
			}
			return s
		}
		first := next()
		closeIt := func() {
			if err := s.Close(); err != nil {
				t.Fatalf("%v", err)
			}
		}
		t.Cleanup(closeIt)
		return first, func() store.Store {
			closeIt()
			return next()
		}
	})
}
