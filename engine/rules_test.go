package engine_test

import (
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// tell carries out the commands of a story, one a line.
func tell(t *testing.T, commands string) *driver {
	t.Helper()
	s := &story{silent: true}
	for _, line := range strings.Split(strings.TrimSpace(commands), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := s.command(line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	return s.driver
}

func (d *driver) contents(id string) (cc, crm string) {
	describe := func(s *system, id string) string {
		if r := s.present(id); r != nil {
			return strings.TrimSpace(describeContent(s.canonical(r)))
		}
		return "(gone)"
	}
	return describe(d.systems[mapping.CC], id), describe(d.systems[mapping.CRM], "003"+id)
}

// DM-10: the CRM stores whole seconds and says who was last. A user who saves
// in the second of an engine's write has made an edit at a known time, and the
// contact center's, ten seconds later, wins by CR-5: nobody has to be asked.
func TestDM10TimeOfAnEditInTheSecondOfAnEngineWriteIsKnown(t *testing.T) {
	d := tell(t, `
		config
		link ada v=4 name=Lovelace notes=old
		start
		run
		wait 100ms
		edit cc ada notes="call back"
		notice cc:ada
		run
		wait 500ms
		edit crm 003ada notes=VIP
		wait 10s
		edit cc ada notes="call later"
		notice cc:ada
		settle`)
	rec := d.store.record("cc:ada")
	if cc, crm := d.contents("ada"); rec.Status != engine.Overwritten || cc != crm || !strings.Contains(cc, "call later") {
		t.Errorf("cc %s, crm %s, status %s; expected cc to win by CR-5: %s", cc, crm, rec.Status, d.store.ledger[1].Why)
	}
}

// CR-12: without a base each side gives the other what it lacks, whatever the
// granularity is. What half of that has reached is no edit of a whole record: a
// field that a user clears meanwhile is cleared, and the other half arrives.
func TestCR12HalfOfADecisionIsCarriedOnByField(t *testing.T) {
	for _, granularity := range []string{"field", "record"} {
		for _, edited := range []string{"cc ada", "crm 003ada"} {
			t.Run(granularity+" "+edited, func(t *testing.T) {
				d := tell(t, `
					config granularity=`+granularity+`
					add cc ada v=3 mirrors=003ada name=Lovelace notes="call back" city=London
					add crm 003ada v=3 mirrors=ada name=Lovelace phone="+14155550123" city=London
					start
					run
					notice cc:ada
					down cc kind=unavailable writes
					run
					wait 500ms
					edit `+edited+` city=""
					up cc
					wait 10s
					notice cc:ada
					settle`)
				cc, crm := d.contents("ada")
				if cc != crm || strings.Contains(cc, "London") || !strings.Contains(cc, "call back") || !strings.Contains(cc, "4155550123") {
					t.Errorf("cc %s, crm %s; expected notes and phone on both sides, and no city", cc, crm)
				}
			})
		}
	}
}

// EV-11, RL-6: a person is told of a missing permission as soon as one system
// refuses, however long the other takes to answer.
func TestEV11MissingPermissionIsToldAtOnce(t *testing.T) {
	d := tell(t, `
		config
		link ada name=Lovelace
		start
		run
		notice cc:ada
		carry persist
		carry fetch
		fail "read cc:ada" kind=forbidden`)
	if len(d.told) != 1 || d.told[0].Topic != "permission" {
		t.Errorf("told %v; expected the permission, while crm is still being read", d.told)
	}
}

// CR-13: a deletion that is tried again because the target does not answer is
// one deletion, not a mass delete.
func TestCR13RetriedDeletionCountsOnce(t *testing.T) {
	d := tell(t, `
		config mass-delete=2
		link ada name=Lovelace
		start
		run
		delete cc ada
		down crm kind=unavailable writes
		notice cc:ada
		run
		wait 1m
		up crm
		settle`)
	if _, crm := d.contents("ada"); crm != "(gone)" || len(d.told) > 0 {
		t.Errorf("crm holds %s, told %v; expected the deletion to travel", crm, d.told)
	}
}

// CR-13: nor does it count twice when the process dies right after it counted.
func TestCR13DeletionCountsOnceThroughACrash(t *testing.T) {
	d := tell(t, `
		config mass-delete=1
		link ada name=Lovelace
		start
		run
		delete cc ada
		notice cc:ada
		step 4
		carry "recent deletions"
		crash
		start
		settle`)
	if _, crm := d.contents("ada"); crm != "(gone)" || len(d.told) > 0 {
		t.Errorf("crm holds %s, told %v; expected the deletion to travel", crm, d.told)
	}
}

// CR-10, EV-3: a decision that was accepted is carried out, also when one
// system answers only later.
func TestCR10AcceptedDecisionOutlivesAFailure(t *testing.T) {
	const flagged = `
		config
		link ada v=4 name=Lovelace notes=old
		start
		run
		wait 10s
		edit cc ada notes="call back"
		wait 1s
		edit crm 003ada notes=VIP
		notice cc:ada
		run
		`
	for name, interruption := range map[string]string{
		"the other system does not answer": `
			down cc kind=unavailable writes
			review cc:ada choose=cc notes=both
			run
			wait 5s
			up cc`,
		"the process dies between the writes": `
			review cc:ada choose=cc notes=both
			step 6
			crash
			start
			run`,
	} {
		t.Run(name, func(t *testing.T) {
			d := tell(t, flagged+interruption+"\nsettle")
			for _, r := range d.replies {
				if !r.OK {
					t.Errorf("refused: %s", r.Why)
				}
			}
			if cc, crm := d.contents("ada"); cc != crm || !strings.Contains(cc, "both") {
				t.Errorf("cc %s, crm %s; expected the decision on both sides", cc, crm)
			}
		})
	}
}

// EV-11: a message that is told again because the process died before the flag
// was durable carries the same identifier, so that it counts as one.
func TestEV11RepeatedMessageIsRecognised(t *testing.T) {
	d := tell(t, `
		config
		link ada v=4 name=Lovelace notes=old
		start
		run
		wait 10s
		edit cc ada notes="call back"
		wait 1s
		edit crm 003ada notes=VIP
		notice cc:ada
		step 4
		crash
		wait 30s
		start
		settle`)
	if len(d.told) != 2 || d.told[0].ID != d.told[1].ID {
		t.Errorf("told %d times, expected twice under one identifier: %v", len(d.told), d.told)
	}
}

// EV-11: the process dies right after the pause of a mass delete was to be made
// durable. Whatever reached the disk, a person is told.
func TestEV11MassDeleteIsToldWhateverCrashes(t *testing.T) {
	for effects := 1; effects < 12; effects++ {
		d := tell(t, `
			config mass-delete=1
			link ada name=Lovelace
			link bob name=Babbage
			start
			run
			delete cc ada
			delete cc bob
			notice cc:ada
			run
			notice cc:bob`)
		d.crashAfter, d.survives = effects, 99
		d.run()
		if d.core == nil {
			d.start()
		}
		if !d.settle(settleMost) || d.store.meta.Deletes.Number == 0 {
			t.Fatalf("crash after %d effects: the deletions are not paused", effects)
		}
		told := false
		for _, m := range d.told {
			told = told || m.Topic == "mass-delete"
		}
		if !told {
			t.Errorf("crash after %d effects: paused, and nobody was told", effects)
		}
	}
}

// CR-13, EV-7: a record is created in the CRM, the answer is lost, and its
// origin is deleted before the next try. The durable intent says that it may
// be there: it is looked for, and the deletion travels.
func TestCR13DeletionDuringACreationTravels(t *testing.T) {
	d := tell(t, `
		config upsert=nobody
		start
		run
		add cc ada v=1 name=Lovelace
		notice cc:ada
		step 5
		fail create kind=unavailable committed
		delete cc ada
		notice cc:ada
		settle`)
	for _, r := range d.systems[mapping.CRM].rows {
		if !r.gone {
			t.Errorf("crm keeps %s", describeRow(d.systems[mapping.CRM], r))
		}
	}
}

// Base: an intent whose write was refused, or never sent, has not arrived. A
// user who by chance gave one of its fields the intended value does not make
// it so: the other values are still edits, and none of them is lost.
func TestBaseRefusedIntentHasNotArrived(t *testing.T) {
	for _, conditional := range []string{"unconditional", "by-version", "by-tag"} {
		t.Run(conditional, func(t *testing.T) {
			d := tell(t, `
				config crm=`+conditional+`
				link ada v=4 name=Lovelace notes=old city=London
				start
				run
				edit cc ada notes=mine city=""
				notice cc:ada
				step 5
				edit crm 003ada notes=yours city=""
				notice crm:003ada
				settle`)
			cc, crm := d.contents("ada")
			for _, v := range []string{"mine", "yours"} {
				lost := !strings.Contains(cc+crm, v)
				for i := range d.store.ledger {
					for _, l := range d.store.ledger[i].Lost {
						lost = lost && l.Value != v
					}
				}
				if lost {
					t.Errorf("the edit %s is lost: cc %s, crm %s", v, cc, crm)
				}
			}
		})
	}
}
