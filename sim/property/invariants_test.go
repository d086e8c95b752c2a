package property

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/explore"
	"github.com/syncproof/syncproof/sim/trace"
)

// size of the worlds: small ones are quick, and show most mistakes.
var size = explore.Size{Records: 4, Edits: 12, Faults: 2}

const second = scenarios.Duration(time.Second)

// Each invariant is asked by a test of its own: rapid makes a failure smaller
// only while it fails at the same place, so that a world that breaks one
// invariant is not shrunk into one that breaks another.

func TestConvergence(t *testing.T)      { holds(t, "convergence", anyWorld) }
func TestNoOverFlagging(t *testing.T)   { holds(t, "no-over-flagging", contestedWorld) }
func TestNoLostEdit(t *testing.T)       { holds(t, "no-lost-edit", anyWorld) }
func TestRightWinner(t *testing.T)      { holds(t, "right-winner", contestedWorld) }
func TestNoLoop(t *testing.T)           { holds(t, "no-loop", anyWorld) }
func TestVersionMonotonic(t *testing.T) { holds(t, "version-monotonic", anyWorld) }
func TestDurableAck(t *testing.T)       { holds(t, "durable-ack", unpolledWorld) }
func TestPromptAck(t *testing.T)        { holds(t, "prompt-ack", anyWorld) }
func TestBackoff(t *testing.T)          { holds(t, "backoff", limitedWorld) }
func TestBounded(t *testing.T)          { holds(t, "bounded", crowdedWorld) }
func TestReviewIsolation(t *testing.T)  { holds(t, "review-isolation", contestedWorld) }
func TestValidPayloads(t *testing.T)    { holds(t, "valid-payloads", anyWorld) }
func TestNoDuplicates(t *testing.T)     { holds(t, "no-duplicates", anyWorld) }
func TestTold(t *testing.T)             { holds(t, "told", contestedWorld) }
func TestLiveness(t *testing.T)         { holds(t, "liveness", anyWorld) }
func TestSecrecy(t *testing.T)          { holds(t, "secrecy", anyWorld) }

// TestEveryInvariantIsAProperty: a new invariant of the specification needs
// its line above.
func TestEveryInvariantIsAProperty(t *testing.T) {
	known := []string{
		"convergence", "no-over-flagging", "no-lost-edit", "right-winner", "no-loop", "version-monotonic",
		"durable-ack", "prompt-ack", "backoff", "bounded", "review-isolation", "valid-payloads",
		"no-duplicates", "told", "liveness", "secrecy",
	}
	for _, inv := range check.Invariants() {
		if !slices.Contains(known, inv.Name) {
			t.Errorf("the invariant %s is no property", inv.Name)
		}
	}
}

// holds: no world of a kind breaks the invariant. A set of worlds of which it
// speaks of none would prove nothing, and fails as well; the few worlds of
// -short may be such a set.
func holds(t *testing.T, invariant string, draw func(explore.Draw) *scenarios.Scenario) {
	spoken := 0
	forAll(t, invariant, func(t *rapid.T, k *keeper) {
		sc := draw(draws{t})
		k.looksAt(sc)
		r := verdictOf(arena{t: t, keeper: k}.play(sc), invariant)
		switch r.Verdict {
		case check.Pass:
			spoken++
		case check.Fail:
			t.Fatalf("%s: %s%s", invariant, r.Reason, findings(r))
		}
	})
	t.Logf("%s spoke of %d worlds", invariant, spoken)
	if spoken == 0 && !testing.Short() {
		t.Errorf("no world had anything to do with %s: the property was not tested", invariant)
	}
}

func verdictOf(c check.Case, invariant string) check.Result {
	for _, r := range check.Judge(c) {
		if r.Name == invariant {
			return r
		}
	}
	return check.Result{Name: invariant, Verdict: check.Fail, Reason: "nobody judges it"}
}

func findings(r check.Result) string {
	text := ""
	for _, f := range r.Findings {
		text += "\n  " + f.Record + ": " + f.Message
	}
	return text
}

func anyWorld(d explore.Draw) *scenarios.Scenario { return explore.Generate(d, size) }

// contestedWorld: both sides give one field different values, about the same
// time.
func contestedWorld(d explore.Draw) *scenarios.Scenario {
	sc := explore.Generate(d, size)
	var both []string
	for _, r := range sc.Records.List {
		if r.On == "both" {
			both = append(both, r.ID)
		}
	}
	for range d.Int("contests", 1, 3) {
		if len(both) == 0 {
			break
		}
		name, field := of(d, "who", both...), of(d, "contested", "notes", "city", "title")
		at := instantOf(d, sc) + scenarios.Duration(d.Int("wait", 0, 120))*second
		for _, side := range sideNames {
			s := scenarios.NewStep(scenarios.Edit)
			s.Record, s.On, s.As, s.By = name, side, "agent", "maria"
			if side == "crm" {
				s.As, s.By = "user", "sam"
			}
			s.Set = []scenarios.FieldSet{{Field: field, Value: "of " + side}}
			s.At = at + of(d, "apart", 0, 0, 300*milli, 999*milli, second, 2*second)
			addStep(sc, s)
		}
	}
	return sc
}

// unpolledWorld: a notice that is forgotten shows only where no poll heals it,
// and is forgotten mostly in a crash.
func unpolledWorld(d explore.Draw) *scenarios.Scenario {
	sc := explore.Generate(d, size)
	sc.Engine.Poll.CC = scenarios.Off
	*sc.Systems.CC.Webhooks = true
	for range d.Int("crashes", 1, 3) {
		s := scenarios.NewStep(scenarios.CrashEngine)
		s.On, s.At = "engine", instantOf(d, sc)
		s.Crash.Effect = []string{"persist", "persisted", "ack", "read", "written", ""}[d.Int("effect", 0, 5)]
		s.Crash.Nth = d.Int("nth", 1, 3)
		if s.Crash.Effect == "" {
			s.Crash.Nth = 0
			s.At += scenarios.Duration(d.Int("after", 0, 200)) * scenarios.Duration(time.Millisecond)
		}
		s.Crash.Lost = d.Int("lost", 0, 1) == 1
		addStep(sc, s)
	}
	return sc
}

// limitedWorld: a system says for a while, or all the time, that it is enough.
func limitedWorld(d explore.Draw) *scenarios.Scenario {
	sc := explore.Generate(d, size)
	s := scenarios.NewStep(scenarios.Throttle)
	s.At, s.On, s.For = instantOf(d, sc), []string{"cc", "crm"}[d.Int("limited", 0, 1)], scenarios.Duration(d.Int("for", 1, 120))*second
	s.Retry = []string{"3", "none", "date", "date+20", "0", "banana", "99999"}[d.Int("retry after", 0, 6)]
	s.Rate = []int{100, 50}[d.Int("rate", 0, 1)]
	addStep(sc, s)
	return sc
}

// crowdedWorld: more records than the engine may work on at once.
func crowdedWorld(d explore.Draw) *scenarios.Scenario {
	sc := explore.Generate(d, size)
	sc.Engine.WorkingSet = d.Int("working set", 1, 3)
	sc.Engine.Concurrency = scenarios.Pair[int]{CC: d.Int("cc at once", 1, 2), CRM: d.Int("crm at once", 1, 2)}
	return sc
}

// instantOf draws one at which something else happens, if anything does.
func instantOf(d explore.Draw, sc *scenarios.Scenario) scenarios.Duration {
	if len(sc.Timeline) == 0 {
		return second
	}
	return sc.Timeline[d.Int("with", 0, len(sc.Timeline)-1)].At
}

// addStep puts a step behind those of the same instant.
func addStep(sc *scenarios.Scenario, s scenarios.Step) {
	at := len(sc.Timeline)
	for at > 0 && sc.Timeline[at-1].At > s.At {
		at--
	}
	sc.Timeline = slices.Insert(sc.Timeline, at, s)
}

// TestDeterminism: one world, one journal, whatever else the process does and
// however many processors it has. Other processes are sim's own test.
func TestDeterminism(t *testing.T) {
	processors := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(processors)
	forAll(t, "determinism", func(t *rapid.T, k *keeper) {
		sc, other := anyWorld(draws{t}), anyWorld(draws{t})
		k.looksAt(sc)
		a := arena{t: t, keeper: k}
		runtime.GOMAXPROCS(1)
		first := a.play(sc)
		runtime.GOMAXPROCS(max(processors, 2))
		a.play(other)
		second := a.play(sc)
		if i := trace.FirstDifference(first.Events, second.Events); i >= 0 {
			t.Fatalf("event %d differs in two runs of one world:\n%+v\n%+v", i+1, first.Events[i:][:1], second.Events[i:][:1])
		}
	})
}
