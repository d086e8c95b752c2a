package mutant

import (
	"testing"

	"github.com/syncproof/syncproof/sim"
)

// TestDefectsAreTheSameAtModelFidelity: an engine whose defect is not in an
// adapter does the same wrong things without HTTP, event by event.
func TestDefectsAreTheSameAtModelFidelity(t *testing.T) {
	all, err := trials()
	if err != nil {
		t.Fatal(err)
	}
	played := 0
	for _, m := range All() {
		if m.Vary().WireOnly() {
			continue
		}
		for _, tr := range all {
			if tr.name != m.KilledBy[0] {
				continue
			}
			played++
			o := sim.Options{Variation: m.Vary(), EventsMax: 2*tr.events + 1_000}
			wire, err := sim.Run(t.Context(), tr.sc, o)
			if err != nil {
				t.Fatal(err)
			}
			o.Variation, o.Fidelity = m.Vary(), sim.Model
			model, err := sim.Run(t.Context(), tr.sc, o)
			if err != nil {
				t.Fatal(err)
			}
			if wire.Hash != model.Hash {
				t.Errorf("%s in %s: %d events at wire fidelity, %d others at model fidelity", m.Name, tr.name, len(wire.Events), len(model.Events))
			}
		}
	}
	if played*2 < len(All()) {
		t.Errorf("only %d of %d defects were played", played, len(All()))
	}
}
