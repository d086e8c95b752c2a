package explore

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// TestGenerateIsValid writes generated worlds as files and reads them back: a
// world that no file can hold could not be kept as a failure.
func TestGenerateIsValid(t *testing.T) {
	sizes := []Size{{}, {Records: 1, Edits: 1, Faults: 1}, DefaultSize, {Records: 20, Edits: 60, Faults: 3, Exact: true}, {Records: 3, Edits: 9, Faults: 12}}
	for seed := range uint64(400) {
		size := sizes[seed%uint64(len(sizes))]
		sc := Generate(NewNumbers(seed), size)
		text, err := sc.Marshal()
		if err != nil {
			t.Fatalf("seed %d, size %+v: %v", seed, size, err)
		}
		again, err := scenarios.Parse("again.yaml", text)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		second, err := again.Marshal()
		if err != nil || string(second) != string(text) {
			t.Fatalf("seed %d: the world read back is another one (%v):\n%s\n%s", seed, err, text, second)
		}
	}
}

// TestGenerateIsExact holds exact worlds to their size.
func TestGenerateIsExact(t *testing.T) {
	for seed := range uint64(50) {
		sc := Generate(NewNumbers(seed), Size{Records: 20, Edits: 60, Faults: 3, Exact: true})
		created, deeds, faults := 0, 0, 0
		for _, s := range sc.Timeline {
			switch {
			case s.Verb == scenarios.Create:
				created++
			case s.Verb.Fault():
				faults++
			default:
				deeds++
			}
		}
		if len(sc.Records.List)+created != 20 || deeds != 60 || faults != 3 {
			t.Fatalf("seed %d: %d records, %d created, %d deeds, %d faults", seed, len(sc.Records.List), created, deeds, faults)
		}
	}
}

// TestFaultKindsAreComplete: every fault of the scenario format is generated.
func TestFaultKindsAreComplete(t *testing.T) {
	known := map[scenarios.Verb]bool{}
	for _, k := range faultKinds {
		known[k.verb()] = true
	}
	for _, v := range scenarios.Verbs() {
		// A zone is a setting of the generated systems: they keep it for life. And
		// where every record is gone, or nothing can be written, there is nothing
		// left to explore.
		if v.Fault() && !known[v] && v != scenarios.ClockZone && v != scenarios.RestartEmpty && v != scenarios.DiskFull {
			t.Errorf("no generated world has a %s", v)
		}
	}
}

// TestGenerateIsReproducible: one seed, one world.
func TestGenerateIsReproducible(t *testing.T) {
	for seed := range uint64(50) {
		a, errA := Generate(NewNumbers(seed), DefaultSize).Marshal()
		b, errB := Generate(NewNumbers(seed), DefaultSize).Marshal()
		if errA != nil || errB != nil || string(a) != string(b) {
			t.Fatalf("seed %d gives two worlds (%v, %v)", seed, errA, errB)
		}
	}
}
