package explore

import (
	"bytes"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// TestWorldsWithAccounts: every one is valid and comes back as it was written,
// and a world that draws none is the one that it was without the feature.
func TestWorldsWithAccounts(t *testing.T) {
	with, without := 0, 0
	for seed := range uint64(300) {
		size := Size{Records: 8, Edits: 20, Faults: 2}
		before, err := Generate(NewNumbers(seed), size).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		size.Accounts = 50
		sc := Generate(NewNumbers(seed), size)
		text, err := sc.Marshal()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		back, err := scenarios.Parse("x.yaml", text)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		if again, err := back.Marshal(); err != nil || !bytes.Equal(again, text) {
			t.Fatalf("seed %d: %v: written again as\n%s\nfirst as\n%s", seed, err, again, text)
		}
		switch {
		case len(sc.Accounts()) > 0:
			with++
		case sc.Objects.Account == nil:
			without++
			if !bytes.Equal(before, text) {
				t.Fatalf("seed %d: a world without accounts became\n%s\nof\n%s", seed, text, before)
			}
		}
	}
	if with < 60 || without < 60 {
		t.Errorf("%d worlds with accounts and %d without; expected about half of each", with, without)
	}
}
