package explore_test

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/explore"
)

// crowded is a world with something of everything.
const crowded = `
scenario: something of everything
requirements: [CR-7]
seed: 7
start: 2024-02-29T23:59:30Z
systems:
  cc:  {kind: genesys, versioning: none, clock: {skew: 3h, drift: 50ppm}, latency: 137ms, page_size: 3}
  crm: {kind: rest, jitter: 12ms, quota: {requests: 7, per: 11s}, times: Europe/Berlin, token_life: 20m}
engine: {working_set: 3, concurrency: {cc: 2, crm: 3}, poll: {cc: off}, retry: {base: 3s, jitter: 0}, clock: {skew: -2s}}
policy: {simultaneous: merge, granularity: record, tolerance: 5s}
records:
  - {id: mallory, linked: false, version: 41, last_name: Noyce, phone: "+14155550123", notes: old}
  - {id: oscar, on: crm, mirrors: mallory}
  - {id: peggy, version: 9, cc: {notes: differs}}
timeline:
  - {at: 9m, edit: peggy, on: cc, set: {notes: later, city: Paris}, late: 3s}
  - {at: 4321ms, edit: mallory, on: crm, as: user, by: loader, set: {notes: VIP, phone: null, city: London}, version: 99, bypass: true}
  - {at: 10s, throttle: crm, for: 7m, retry_after: 77, rate: 40}
  - {at: 11s, partition: [engine, crm], for: 17m, way: request, flap: 4s}
  - {at: 13s, create: victor, on: cc, set: {last_name: Victor, notes: new}}
  - {at: 14s, save: victor, on: cc, every: 7s, times: 30}
  - {at: 15s, edit: "*", on: cc, set: {notes: "call {n}"}, every: 3s, times: 12}
  - {at: 20s, crash: engine, before: persist, nth: 3, of: peggy, down: 9s, torn: true}
  - {at: 30s, clock_drift: crm, ppm: 777ppm, for: 3h}
  - {at: 40s, delay_webhooks: cc, add: 47s, rate: 30, for: 95s}
  - {at: 50s, review: mallory, choose: merge, set: {notes: both}, fields: [notes]}
  - {at: 60s, repeat_webhooks: cc, count: 9}
expect:
  - peggy.cc.notes == "later"
  - victor.cc.exists
`

// step finds a step that fits.
func step(fits func(*scenarios.Step) bool) func(*scenarios.Scenario) bool {
	return func(sc *scenarios.Scenario) bool {
		return slices.ContainsFunc(sc.Timeline, func(s scenarios.Step) bool { return fits(&s) })
	}
}

func verb(v scenarios.Verb) func(*scenarios.Scenario) bool {
	return step(func(s *scenarios.Step) bool { return s.Verb == v })
}

// fake is a failure that shows wherever a scenario is so.
func fake(shows func(*scenarios.Scenario) bool) explore.Trial {
	return func(_ context.Context, sc *scenarios.Scenario) ([]explore.Failure, bool) {
		if shows(sc) {
			return []explore.Failure{{Invariant: "other", Role: "before it"}, {Invariant: "no-loop", Role: "in vain", Message: "again"}}, true
		}
		return []explore.Failure{{Invariant: "no-loop", Role: "in another way"}}, true
	}
}

var inVain = explore.Failure{Invariant: "no-loop", Role: "in vain", Message: "at first"}

func parsed(t *testing.T, text string) *scenarios.Scenario {
	t.Helper()
	sc, err := scenarios.Parse("big.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// said is a scenario's file without its first lines and the plain systems.
func said(t *testing.T, sc *scenarios.Scenario) string {
	t.Helper()
	text, err := sc.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[2:] {
		if line != "systems:" && line != "  cc:  {kind: genesys}" && line != "  crm: {kind: salesforce}" {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n")
}

// TestPasses: what a failure does not need goes, what it needs stays.
func TestPasses(t *testing.T) {
	for _, c := range []struct {
		needs string
		shows func(*scenarios.Scenario) bool
		want  string
	}{
		{"nothing", func(*scenarios.Scenario) bool { return true }, ""},
		{"a user's edit", step(func(s *scenarios.Step) bool { return s.Verb == scenarios.Edit && s.On == "crm" }),
			"records:\n- {id: ada}\ntimeline:\n- {at: 1s, edit: ada, on: crm, as: user, set: {notes: a}}"},
		{"a field of an edit", step(func(s *scenarios.Step) bool {
			return slices.ContainsFunc(s.Set, func(set scenarios.FieldSet) bool { return set.Field == "phone" && set.Clear })
		}), "records:\n- {id: ada}\ntimeline:\n- {at: 1s, edit: ada, on: crm, as: user, set: {phone: null}}"},
		{"a data loader's version", step(func(s *scenarios.Step) bool { return s.Version != nil && s.Bypass }),
			"records:\n- {id: ada}\ntimeline:\n- {at: 1s, edit: ada, on: crm, as: user, version: 99, bypass: true}"},
		{"a storm of limit signals", verb(scenarios.Throttle), "timeline:\n- {at: 1s, throttle: crm, count: 1}"},
		{"a storm of a minute", step(func(s *scenarios.Step) bool {
			return s.Verb == scenarios.Throttle && s.For >= scenarios.Duration(time.Minute)
		}),
			"timeline:\n- {at: 1s, throttle: crm, for: 1m, count: 1}"},
		{"a partition", verb(scenarios.Partition), "timeline:\n- {at: 1s, partition: [engine, crm]}"},
		{"two faults in this order", func(sc *scenarios.Scenario) bool {
			at := func(v scenarios.Verb) scenarios.Duration {
				i := slices.IndexFunc(sc.Timeline, func(s scenarios.Step) bool { return s.Verb == v })
				if i < 0 {
					return -1
				}
				return sc.Timeline[i].At
			}
			return at(scenarios.Partition) > 0 && at(scenarios.CrashEngine) >= at(scenarios.Partition)+scenarios.Duration(3*time.Second)
		}, "timeline:\n- {at: 1s, partition: [engine, crm]}\n- {at: 6s, crash: engine}"},
		{"a crash at an effect for one record", step(func(s *scenarios.Step) bool { return s.Crash.Record != "" }),
			"records:\n- {id: ada}\ntimeline:\n- {at: 1s, crash: engine, before: persist, of: ada}"},
		{"repetitions", step(func(s *scenarios.Step) bool { return s.Verb == scenarios.Save && s.Times >= 4 }),
			"timeline:\n- {at: 1s, create: ada, on: cc, as: agent, set: {notes: a}}\n- {at: 1s, save: ada, on: cc, as: agent, every: 1s, times: 5}"},
		{"a step for all", func(sc *scenarios.Scenario) bool {
			return sc.Records.Count() > 0 && step(func(s *scenarios.Step) bool { return s.Verb == scenarios.Edit && s.Times >= 12 })(sc)
		}, "records:\n- {id: ada}\ntimeline:\n- {at: 1s, edit: ada, on: cc, as: agent, set: {notes: \"a{n}\"}, every: 1s, times: 12}"},
		{"a duplicate", func(sc *scenarios.Scenario) bool {
			return slices.ContainsFunc(sc.Records.List, func(r scenarios.Record) bool { return r.Mirrors != "" })
		}, "records:\n- {id: ada}\n- {id: bob, on: crm, mirrors: ada}"},
		{"late webhooks", verb(scenarios.DelayWebhooks), "timeline:\n- {at: 1s, delay_webhooks: cc, add: 1s}"},
		{"a drifting clock", verb(scenarios.ClockDrift), "timeline:\n- {at: 1s, clock_drift: crm, ppm: 2ppm}"},
		{"a person's decision", verb(scenarios.Review), "records:\n- {id: ada}\ntimeline:\n- {at: 1s, review: ada, choose: merge}"},
		{"repeated webhooks", verb(scenarios.RepeatWebhooks), "timeline:\n- {at: 1s, repeat_webhooks: cc}"},
		{"a clock that is ahead", func(sc *scenarios.Scenario) bool { return sc.Systems.CC.Clock.Skew >= scenarios.Duration(time.Minute) },
			"cc:  {kind: genesys, clock: {skew: 1m}}"},
		{"a REST CRM with its quota", func(sc *scenarios.Scenario) bool { return sc.Systems.CRM.Kind == "rest" && sc.Systems.CRM.Quota != nil },
			"crm: {kind: rest, quota: {requests: 1, per: 11s}}"},
		{"a long text", step(func(s *scenarios.Step) bool {
			return slices.ContainsFunc(s.Set, func(set scenarios.FieldSet) bool { return len(set.Value) >= 4 && set.Field == "last_name" })
		}), "timeline:\n- {at: 1s, create: ada, on: cc, as: agent, set: {last_name: Victor}}"},
		{"a policy", func(sc *scenarios.Scenario) bool { return sc.Policy.Granularity == "record" }, "policy: {granularity: record}"},
		{"its seed", func(sc *scenarios.Scenario) bool { return sc.Seed == 7 }, "seed: 7"},
		{"another seed than 1", func(sc *scenarios.Scenario) bool { return sc.Seed != 1 }, "seed: 0"},
	} {
		t.Run(c.needs, func(t *testing.T) {
			sc := parsed(t, crowded)
			before := said(t, sc)
			got, stats := explore.Shrink(t.Context(), sc, inVain, fake(c.shows), explore.ShrinkOptions{})
			if text := said(t, got); text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
			if said(t, sc) != before {
				t.Error("the scenario that was given has changed")
			}
			if stats.Ended != explore.Smallest || stats.Before != (explore.Extent{Records: 3, Steps: 12, Faults: 6}) || stats.After != explore.ExtentOf(got) {
				t.Errorf("got the stats %+v", stats)
			}
		})
	}
}

// TestGeneratedRecords become fewer, and are listed where they are few.
func TestGeneratedRecords(t *testing.T) {
	const many = "scenario: many\nrecords: {count: 400, dataset: phones, version: 3}\ntimeline:\n  - {at: 3s, save: r7, on: cc}\n  - {at: 4s, save: r300, on: cc}\n"
	for _, c := range []struct {
		needs string
		shows func(*scenarios.Scenario) bool
		want  string
	}{
		{"none", verb(scenarios.Save), "records:\n- {id: ada}\ntimeline:\n- {at: 1s, save: ada, on: cc, as: agent}"},
		{"three", func(sc *scenarios.Scenario) bool { return sc.Records.Count() >= 3 }, "records:\n- {id: ada}\n- {id: bob}\n- {id: cleo}"},
		{"a hundred", func(sc *scenarios.Scenario) bool { return sc.Records.Count() >= 100 }, "records: 100"},
	} {
		got, stats := explore.Shrink(t.Context(), parsed(t, many), inVain, fake(c.shows), explore.ShrinkOptions{})
		if text := said(t, got); text != c.want || stats.Before.Records != 400 {
			t.Errorf("%s: got\n%s\nwant\n%s\n%+v", c.needs, text, c.want, stats)
		}
	}
}

// TestExpectation: where an expectation fails, it stays with the records that
// it names, and the others go.
func TestExpectation(t *testing.T) {
	want := explore.Failure{Invariant: "expect", Role: "_.cc.exists"}
	trial := func(_ context.Context, sc *scenarios.Scenario) ([]explore.Failure, bool) {
		if len(sc.Expect) == 0 || !strings.HasSuffix(sc.Expect[len(sc.Expect)-1].Text, ".cc.exists") {
			return nil, true
		}
		return []explore.Failure{want}, true
	}
	got, _ := explore.Shrink(t.Context(), parsed(t, crowded), want, trial, explore.ShrinkOptions{})
	if text, want := said(t, got), "timeline:\n- {at: 1s, create: ada, on: cc, as: agent, set: {notes: a}}\nexpect:\n- ada.cc.exists"; text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// TestNotReproduced: a failure that does not show gives the scenario itself.
func TestNotReproduced(t *testing.T) {
	sc := parsed(t, crowded)
	for _, trial := range []explore.Trial{
		fake(func(*scenarios.Scenario) bool { return false }),
		func(context.Context, *scenarios.Scenario) ([]explore.Failure, bool) {
			return []explore.Failure{inVain}, false
		},
	} {
		got, stats := explore.Shrink(t.Context(), sc, inVain, trial, explore.ShrinkOptions{})
		if stats.Ended != explore.NotReproduced || stats.Runs != 2 || said(t, got) != said(t, sc) {
			t.Errorf("got %+v and\n%s", stats, said(t, got))
		}
	}
}

// TestLimits: a search that is ended early gives what it had reached, which
// fails and is valid.
func TestLimits(t *testing.T) {
	shows := step(func(s *scenarios.Step) bool { return s.Verb == scenarios.Save })
	sc := parsed(t, crowded)
	_, whole := explore.Shrink(t.Context(), sc, inVain, fake(shows), explore.ShrinkOptions{})
	for runs := 1; runs < whole.Runs; runs++ {
		got, stats := explore.Shrink(t.Context(), sc, inVain, fake(shows), explore.ShrinkOptions{Runs: runs, Workers: 3})
		if stats.Runs > runs || stats.Ended != explore.OutOfRuns || !shows(got) {
			t.Fatalf("after %d runs: %+v\n%s", runs, stats, said(t, got))
		}
	}
	for stop := int64(1); stop < int64(whole.Runs); stop += 3 {
		ctx, cancel := context.WithCancel(t.Context())
		var played atomic.Int64
		got, stats := explore.Shrink(ctx, sc, inVain, func(ctx context.Context, sc *scenarios.Scenario) ([]explore.Failure, bool) {
			if played.Add(1) == stop {
				cancel()
			}
			return fake(shows)(ctx, sc)
		}, explore.ShrinkOptions{})
		cancel()
		if !shows(got) || said(t, got) == "" || (stats.Ended != explore.Cancelled && stats.Ended != explore.NotReproduced) {
			t.Fatalf("cancelled at %d: %+v\n%s", stop, stats, said(t, got))
		}
	}
}

// TestWorkers: how many trials are made at once changes nothing.
func TestWorkers(t *testing.T) {
	shows := func(sc *scenarios.Scenario) bool { return verb(scenarios.CrashEngine)(sc) && len(sc.Timeline) >= 4 }
	var want string
	for _, workers := range []int{0, 1, 2, 5} {
		steps := 0
		got, stats := explore.Shrink(t.Context(), parsed(t, crowded), inVain, fake(shows), explore.ShrinkOptions{
			Workers: workers, Progress: func(explore.ShrinkStats) { steps++ },
		})
		if want == "" {
			want = said(t, got)
		}
		if said(t, got) != want || steps != stats.Accepted {
			t.Errorf("%d workers: %d of %+v told; got\n%s\nwant\n%s", workers, steps, stats, said(t, got), want)
		}
	}
}
