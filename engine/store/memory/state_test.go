package memory_test

import (
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store/memory"
)

func TestLeasesEndWithTheProcess(t *testing.T) {
	m := memory.New()
	refs := []engine.Ref{{Side: mapping.CC, ID: "a"}, {Side: mapping.CC, ID: "b"}, {Side: mapping.CC, ID: "c"}}
	for _, ref := range refs {
		m.Apply(0, engine.Batch{Ops: []engine.StoreOp{engine.Enqueue{Ref: ref, Lane: engine.Fresh}}})
	}
	if got := m.Fetch(10, engine.Fetch{Max: 2}); len(got.Items) != 2 {
		t.Fatalf("%d items", len(got.Items))
	}
	m.Reopen(10, 100)
	got := m.Fetch(10, engine.Fetch{Max: 9})
	if len(got.Items) != 3 {
		t.Fatalf("%d items after a restart, want all three", len(got.Items))
	}
	for i, item := range got.Items {
		if item.Ref != refs[i] {
			t.Errorf("item %d is %v, want the order of arrival", i, item.Ref)
		}
	}
}
