package explore

import (
	"runtime"
	"testing"

	"github.com/syncproof/syncproof/sim"
)

// TestMemoryStaysFlat: an exploration keeps nothing of a world but its count,
// whatever the number of worlds. Journals that were kept would add fifty
// times what is allowed here, coroutines that were not ended ten times.
func TestMemoryStaysFlat(t *testing.T) {
	const some, events, spareMax = 50, 2000, 1 << 20
	for _, fidelity := range []sim.Fidelity{sim.Wire, sim.Model} {
		var early, late uint64
		var waiting, stillWaiting int
		h := Hunt{
			Player: &Player{Fidelity: fidelity, EventsMax: events}, Size: Size{Records: 4, Edits: 10, Faults: 2, Exact: true},
			Seed: 5, Runs: 4 * some, Clock: still,
		}
		h.Watch = func(tally *Tally) {
			switch tally.Runs {
			case some:
				early, waiting = liveHeap(), runtime.NumGoroutine()
			case 4 * some:
				late, stillWaiting = liveHeap(), runtime.NumGoroutine()
			}
		}
		if tally := h.Run(t.Context()); tally.Runs != 4*some {
			t.Fatalf("%s: %d runs of %d, fault %v", fidelity, tally.Runs, 4*some, tally.Fault)
		}
		t.Logf("%s: %d KiB live after %d worlds, %d KiB after %d", fidelity, early>>10, some, late>>10, 4*some)
		if stillWaiting > waiting {
			t.Errorf("%s: %d coroutines after %d worlds, %d after %d", fidelity, waiting, some, stillWaiting, 4*some)
		}
		if late > early+spareMax {
			t.Errorf("%s: %d bytes live after %d worlds, %d after %d", fidelity, early, some, late, 4*some)
		}
	}
}

// liveHeap is what the collector leaves. It runs twice: what a pool gives up is
// free only after the second time.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
