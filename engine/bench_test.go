package engine_test

import (
	"strconv"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// BenchmarkStepSteadyEdits is Step alone on a steady stream of one-sided
// edits: the inputs are recorded once and fed to fresh cores, so that neither
// the systems nor the store are in the measure.
func BenchmarkStepSteadyEdits(b *testing.B) {
	const records = 500
	caps := [2]adapter.Capabilities{genesysLike(), salesforceLike()}
	cfg := defaultConfig(caps)
	d := newDriver(cfg, caps)
	for i := range records {
		d.link("r"+strconv.Itoa(i), 1, map[string]string{"name": "N", "phone": "+14155550123", "notes": "old"})
	}
	var inputs []input
	d.onEvent = func(e engine.Event) { inputs = append(inputs, input{d.now, e}) }
	d.start()
	for i := range records {
		id := "r" + strconv.Itoa(i)
		d.systems[mapping.CC].edit(d.now, id, "somebody", map[string]string{"notes": "new"})
		d.step(engine.Noticed{Ref: engine.Ref{Side: mapping.CC, ID: id}, Token: uint64(i)})
		for range 6 {
			if ready := d.carryable(); len(ready) > 0 {
				d.carry(ready[0], nil)
			}
		}
	}
	if !d.settle(settleMost) {
		b.Fatal("the stream does not settle")
	}

	b.ReportAllocs()
	var out engine.Effects
	for b.Loop() {
		core := engine.New(cfg)
		for i := range inputs {
			out.Reset()
			core.Step(inputs[i].now, inputs[i].event, &out)
		}
	}
	events := float64(len(inputs)) * float64(b.N)
	b.ReportMetric(events/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(len(inputs))/records, "events/edit")
}

// BenchmarkClone and BenchmarkFingerprint are what exploration pays for a state.
func BenchmarkClone(b *testing.B) {
	core := busyCore(b)
	b.ReportAllocs()
	for b.Loop() {
		core.Clone()
	}
}

func BenchmarkFingerprint(b *testing.B) {
	core := busyCore(b)
	b.ReportAllocs()
	for b.Loop() {
		core.Fingerprint(epoch)
	}
}

// busyCore works on two records.
func busyCore(b *testing.B) *engine.Core {
	b.Helper()
	caps := [2]adapter.Capabilities{genesysLike(), salesforceLike()}
	d := newDriver(defaultConfig(caps), caps)
	for _, name := range []string{"ada", "bob"} {
		d.link(name, 1, map[string]string{"name": "N", "notes": "old"})
	}
	d.start()
	d.run()
	for _, name := range []string{"ada", "bob"} {
		d.systems[mapping.CC].edit(d.now, name, "somebody", map[string]string{"notes": "new"})
		d.step(engine.Noticed{Ref: engine.Ref{Side: mapping.CC, ID: name}})
	}
	for range 6 {
		d.carry(d.carryable()[0], nil)
	}
	return d.core
}
