package explore

import (
	"path/filepath"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
)

// TestFoundWorlds plays what the search once found and made small: the file's
// name and comment say what went wrong. None fails any more, at either fidelity.
func TestFoundWorlds(t *testing.T) {
	files, err := filepath.Glob("testdata/found/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no worlds: %v", err)
	}
	for _, file := range files {
		sc, err := scenarios.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []sim.Fidelity{sim.Model, sim.Wire} {
			p := &Player{Fidelity: f}
			if out := p.Play(t.Context(), sc); out.Fault != nil || len(out.Failures)+len(out.Undecided) > 0 {
				t.Errorf("%s at %v fidelity: fault %v, failures %v, undecided %v\nrerun: syncproof run sim/explore/%s --fidelity %v",
					file, f, out.Fault, out.Failures, out.Undecided, file, f)
			}
		}
	}
}
