package engine_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// TestRandomPlays lets random plays run to their end. Whatever was repeated,
// reordered, lost, refused or cut short, the invariants hold.
func TestRandomPlays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlay(t)
		s := newStage(&p)
		s.perform()
		defer retellIfFailed(t, &p)
		if s.breach != "" {
			t.Fatalf("%s", s.breach)
		}
		checkQuiet(t, s)
		checkPairs(t, s)
		checkNoDuplicates(t, s)
		checkNoLostEdit(t, s)
		checkTold(t, s)
		checkNoLoop(t, s)
	})
}

// retellIfFailed plays a play that failed once more and logs it.
func retellIfFailed(t *rapid.T, p *play) {
	if !t.Failed() || !testing.Verbose() {
		return
	}
	s := newStage(p)
	s.story = &[]string{}
	s.perform()
	t.Log(strings.Join(*s.story, "\n"))
}

// CR-8: the same play gives the same effects, value for value.
func TestCR8SamePlaySameEffects(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlay(t)
		a, b := newStage(&p), newStage(&p)
		a.perform()
		b.perform()
		for i := range min(len(a.journal), len(b.journal)) {
			if !reflect.DeepEqual(a.journal[i], b.journal[i]) {
				t.Fatalf("effect %d differs: %s and %s", i, describeEffect(a.journal[i]), describeEffect(b.journal[i]))
			}
		}
		if len(a.journal) != len(b.journal) {
			t.Fatalf("%d effects and %d", len(a.journal), len(b.journal))
		}
	})
}

// checkQuiet: nothing is left in the queue, and the core knows it.
func checkQuiet(t *rapid.T, s *stage) {
	if len(s.driver.store.entries) > 0 || !s.driver.core.Idle() {
		t.Fatalf("%d entries are left, idle %v", len(s.driver.store.entries), s.driver.core.Idle())
	}
}

// excused: a person has to look at the record.
func excused(r *engine.Record) bool { return r.Flag != nil || r.Failure != nil }

// checkPairs is convergence: both sides agree, or a person was asked.
func checkPairs(t *rapid.T, s *stage) {
	for side, sys := range s.driver.systems {
		for _, r := range sys.rows {
			rec := s.driver.store.lookup(engine.Ref{Side: mapping.Side(side), ID: r.id})
			switch {
			case rec == nil && r.gone:
			case rec == nil:
				t.Fatalf("%s %s was never linked", mapping.Side(side), r.id)
			case !excused(rec):
				checkPair(t, s, rec)
			}
		}
	}
}

func checkPair(t *rapid.T, s *stage, rec *engine.Record) {
	cc, crm := s.driver.systems[mapping.CC].present(rec.ID[mapping.CC]), s.driver.systems[mapping.CRM].present(rec.ID[mapping.CRM])
	if cc == nil || crm == nil {
		if cc != nil || crm != nil {
			t.Fatalf("%s is left on one side only", rec.Key)
		}
		return
	}
	if a, b := s.driver.systems[mapping.CC].canonical(cc), s.driver.systems[mapping.CRM].canonical(crm); !slices.Equal(a, b) {
		t.Fatalf("%s: cc has %q, crm %q", rec.Key, a, b)
	}
	if cc.version != crm.version {
		t.Fatalf("%s: cc is at version %d, crm at %d", rec.Key, cc.version, crm.version)
	}
	if rec.Intent != nil {
		t.Fatalf("%s still intends %s", rec.Key, rec.Intent.Rule)
	}
}

// checkNoDuplicates is EV-7.
func checkNoDuplicates(t *rapid.T, s *stage) {
	for side, sys := range s.driver.systems {
		seen := map[string]string{}
		for _, r := range sys.rows {
			if r.gone || r.external == "" {
				continue
			}
			if other := seen[r.external]; other != "" {
				t.Fatalf("%s has %s and %s for one record of the other side", mapping.Side(side), other, r.id)
			}
			seen[r.external] = r.id
		}
	}
}

// checkNoLostEdit: every value that a user entered is visible, superseded by a
// user, in the ledger, or lost in a vendor race.
func checkNoLostEdit(t *rapid.T, s *stage) {
	accounted := map[string]bool{}
	for _, sys := range s.driver.systems {
		for _, r := range sys.rows {
			for _, v := range sys.canonical(r) {
				accounted[v] = accounted[v] || !r.gone
			}
		}
	}
	for i := range s.driver.store.ledger {
		for _, l := range s.driver.store.ledger[i].Lost {
			accounted[l.Value] = true
		}
	}
	for _, v := range s.values {
		if !accounted[v] && !s.superseded[v] && !s.raced[v] {
			t.Fatalf("the edit %s is lost", v)
		}
	}
}

// checkTold is EV-11.
func checkTold(t *rapid.T, s *stage) {
	for _, rec := range s.driver.store.records {
		if !excused(rec) || (rec.Flag != nil && rec.Flag.Mass > 0) {
			continue
		}
		if !slices.ContainsFunc(s.driver.told, func(m engine.Message) bool { return m.Key == rec.Key }) {
			t.Fatalf("nobody was told of %s, %s", rec.Key, rec.Status)
		}
	}
}
