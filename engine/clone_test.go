package engine_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/engine"
)

// input is one call of Step.
type input struct {
	now   engine.Instant
	event engine.Event
}

// record plays a play in one life and returns all inputs of its core.
func record(p *play, shift time.Duration) (*stage, []input) {
	cfg, caps := p.config()
	s := newStage(p)
	d := newDriver(cfg, caps)
	d.now = d.now.Add(shift)
	for side := range d.systems {
		d.systems[side].trigger = p.Trigger[side]
	}
	for i := range p.Records {
		d.link(recordName(i), 1, map[string]string{"name": "N", "notes": "old", "city": "old"})
	}
	s.driver = d
	s.watch()
	var all []input
	watch := d.onEvent
	d.onEvent = func(e engine.Event) {
		all = append(all, input{d.now, e})
		watch(e)
	}
	d.start()
	for i := range p.Moves {
		if m := &p.Moves[i]; m.Do != doCrash && m.Do != doCrashLater {
			s.move(m)
		}
	}
	return s, all
}

// feed steps a core through inputs and returns what it wants done.
func feed(c *engine.Core, inputs []input) []engine.Effects {
	all := make([]engine.Effects, len(inputs))
	for i, in := range inputs {
		c.Step(in.now, in.event, &all[i])
	}
	return all
}

// CR-8: a clone and its original do the same, and neither shows in the other.
func TestCloneIsIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlay(t)
		cfg, _ := p.config()
		_, inputs := record(&p, 0)
		cut := rapid.IntRange(0, len(inputs)).Draw(t, "cut")
		core := engine.New(cfg)
		feed(core, inputs[:cut])
		now := epoch
		if cut > 0 {
			now = inputs[cut-1].now
		}
		before := core.Fingerprint(now)
		clone := core.Clone()
		if clone.Fingerprint(now) != before {
			t.Fatal("the clone's fingerprint differs")
		}
		first := feed(clone, inputs[cut:])
		if core.Fingerprint(now) != before {
			t.Fatal("stepping the clone changed the original")
		}
		second := feed(core, inputs[cut:])
		if !reflect.DeepEqual(first, second) {
			t.Fatal("the same events gave other effects")
		}
		end := epoch
		if len(inputs) > 0 {
			end = inputs[len(inputs)-1].now
		}
		if core.Fingerprint(end) != clone.Fingerprint(end) {
			t.Fatal("the same events gave another state")
		}
	})
}

// The same play at another time of history leaves the same fingerprint.
func TestFingerprintForgetsWhenItAllBegan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlay(t)
		const shift = 1000 * time.Hour
		a, _ := record(&p, 0)
		b, _ := record(&p, shift)
		if a.driver.core.Fingerprint(a.driver.now) != b.driver.core.Fingerprint(b.driver.now) {
			t.Fatal("the fingerprint depends on the date")
		}
	})
}

// The numbering of effects does not enter the fingerprint: a core that has
// worked on a record that is not there is as it was.
func TestFingerprintForgetsNumbers(t *testing.T) {
	const prologue = "config\nlink ada v=4 name=Lovelace\nstart\nrun\n"
	const nobody = "notice cc:nobody\nrun\n"
	a := tell(t, prologue)
	b := tell(t, prologue+nobody+nobody+nobody+nobody)
	if a.core.Fingerprint(a.now) != b.core.Fingerprint(b.now) {
		t.Error("the fingerprint depends on the numbers of effects")
	}
}

// States that go on differently have different fingerprints, whatever it is
// that tells them apart.
func TestFingerprintTellsStatesApart(t *testing.T) {
	const pair = "link ada v=4 name=Lovelace notes=old\nlink bob v=4 name=Babbage notes=old\nstart\nrun\n"
	const two = "config concurrency=1\n" + pair + "edit cc ada notes=new\nedit cc bob notes=new\n"
	for name, c := range map[string][2]string{
		"a notice under way":   {"config\n" + pair, "config\n" + pair + "notice cc:ada"},
		"which record":         {"config\n" + pair + "notice cc:ada\nstep 3", "config\n" + pair + "notice cc:bob\nstep 3"},
		"what was read":        {"config\n" + pair + "notice cc:ada\nstep 3", "config\n" + pair + "edit cc ada notes=x\nnotice cc:ada\nstep 3"},
		"the kind of an error": {"config\n" + pair + "notice cc:ada\nstep 2\nfail \"read cc\" kind=unavailable", "config\n" + pair + "notice cc:ada\nstep 2\nfail \"read cc\" kind=forbidden"},
		"the times of edits": {
			"config\n" + pair + "edit cc ada notes=x\nwait 10s\nnotice cc:ada\nstep 3",
			"config\n" + pair + "wait 10s\nedit cc ada notes=x\nnotice cc:ada\nstep 3",
		},
		"how long an outage lasts": {
			"config\n" + pair + "wait 4m\ndown crm kind=unavailable\nnotice cc:ada\nrun",
			"config\n" + pair + "down crm kind=unavailable\nnotice cc:ada\nrun\nwait 243s",
		},
		"who waits at the gate": {
			two + "notice cc:ada cc:bob\nstep 3",
			two + "notice cc:bob cc:ada\nstep 3",
		},
		"a pause":   {"config\n" + pair, "config\n" + pair + "limit crm retry-after=30s\nnotice cc:ada\nrun"},
		"deletions": {"config\n" + pair, "config\n" + pair + "delete cc ada\nnotice cc:ada\nrun"},
		"when a deletion was": {
			"config mass-delete=1\n" + pair + "delete cc ada\nnotice cc:ada\nrun\nwait 10m",
			"config mass-delete=1\n" + pair + "delete cc ada\nnotice cc:ada\nrun\nwait 59m",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := tell(t, c[0]), tell(t, c[1])
			if a.core.Fingerprint(a.now) == b.core.Fingerprint(b.now) {
				t.Error("two different states have one fingerprint")
			}
		})
	}
}
