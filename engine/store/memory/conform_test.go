package memory_test

import (
	"testing"

	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/memory"
	"github.com/syncproof/syncproof/engine/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t storetest.T) (store.Store, func() store.Store) {
		s := memory.Open()
		return s, func() store.Store {
			if err := s.Close(); err != nil {
				t.Fatalf("%v", err)
			}
			s = s.Again()
			return s
		}
	})
}
