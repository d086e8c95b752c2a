package sim_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
)

// edited is a world in which every record is edited four times on each side.
func edited(tb testing.TB, records int) *scenarios.Scenario {
	tb.Helper()
	return parsed(tb, fmt.Sprintf(`
scenario: every record is edited on both sides
systems:
  cc:  {kind: genesys, quota: {requests: 1000000, per: 1m}}
  crm: {kind: rest, quota: {requests: 1000000, per: 1m}}
engine: {working_set: 100, concurrency: {cc: 64, crm: 64}, poll: {cc: off}}
records: %d
timeline:
  - {at: 1s, edit: "*", on: cc, as: agent, set: {notes: "call {n}"}, every: 20m, times: 4}
  - {at: 10m, edit: "*", on: crm, as: user, set: {title: "Director {n}"}, every: 20m, times: 4}
expect:
  - flags == 0
`, records))
}

// sequential is a world in which one thing happens at a time over round trips
// of 50 ms.
func sequential(tb testing.TB) *scenarios.Scenario {
	tb.Helper()
	return parsed(tb, `
scenario: one record after the other over a slow line
systems:
  cc:  {kind: genesys, latency: 25ms, quota: {requests: 1000000, per: 1m}}
  crm: {kind: rest, latency: 25ms, quota: {requests: 1000000, per: 1m}}
engine: {working_set: 1, concurrency: {cc: 1, crm: 1}, poll: {cc: off, crm: off}}
records: 200
timeline:
  - {at: 1s, edit: "*", on: cc, as: agent, set: {notes: "call {n}"}, every: 1m, times: 5}
expect:
  - flags == 0
`)
}

func parsed(tb testing.TB, text string) *scenarios.Scenario {
	tb.Helper()
	sc, err := scenarios.Parse("bench.yaml", []byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	return sc
}

// played runs and judges a scenario that must pass.
func played(tb testing.TB, sc *scenarios.Scenario) *sim.Result {
	tb.Helper()
	r, err := sim.Run(context.Background(), sc, sim.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	for _, result := range check.Judge(check.Case{Scenario: sc, Events: r.Events}) {
		if result.Verdict == check.Fail {
			tb.Fatalf("%s: %s: %s", sc.Title, result.Name, result.Reason)
		}
	}
	return r
}

// BenchmarkWire measures exchanges/s of the whole harness, engine, checks and
// journal on, against the bare in-memory HTTP exchange of the same run.
func BenchmarkWire(b *testing.B) {
	sc := edited(b, 1000)
	var exchanges, bareExchanges int
	var whole, bare time.Duration
	for b.Loop() {
		start := time.Now()
		r := played(b, sc)
		whole += time.Since(start)
		exchanges += r.Exchanges
		start = time.Now()
		bareExchanges += sim.BareLoop(100, r.Exchanges, 20*time.Millisecond).Exchanges
		bare += time.Since(start)
	}
	full := float64(exchanges) / whole.Seconds()
	reference := float64(bareExchanges) / bare.Seconds()
	b.ReportMetric(full, "exchanges/s")
	b.ReportMetric(reference, "bare-exchanges/s")
	b.ReportMetric(full/reference, "of-bare")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkModel measures model fidelity: exchanges/s and journal events/s of
// the whole harness, engine, checks and journal on, and without the checks.
func BenchmarkModel(b *testing.B) {
	sc := edited(b, 1000)
	var exchanges, events int
	var whole, played time.Duration
	for b.Loop() {
		start := time.Now()
		r, err := sim.Run(context.Background(), sc, sim.Options{Fidelity: sim.Model})
		if err != nil {
			b.Fatal(err)
		}
		played += time.Since(start)
		for _, result := range check.Judge(check.Case{Scenario: sc, Events: r.Events}) {
			if result.Verdict == check.Fail {
				b.Fatalf("%s: %s", result.Name, result.Reason)
			}
		}
		whole += time.Since(start)
		exchanges += r.Exchanges
		events += len(r.Events)
	}
	b.ReportMetric(float64(exchanges)/whole.Seconds(), "exchanges/s")
	b.ReportMetric(float64(events)/whole.Seconds(), "events/s")
	b.ReportMetric(float64(events)/played.Seconds(), "unjudged-events/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkClosedLoop measures how much faster than the wall the virtual clock
// runs for one sequential client with round trips of 50 ms, beside a bare loop.
func BenchmarkClosedLoop(b *testing.B) {
	sc := sequential(b)
	var virtual, wall, bareVirtual, bareWall time.Duration
	for b.Loop() {
		start := time.Now()
		r := played(b, sc)
		wall += time.Since(start)
		// Round trips alone: the time between the edits is nobody's work.
		virtual += time.Duration(r.Exchanges) * 50 * time.Millisecond
		start = time.Now()
		bare := sim.BareLoop(1, r.Exchanges, 25*time.Millisecond)
		bareWall += time.Since(start)
		bareVirtual += bare.Virtual
	}
	b.ReportMetric(virtual.Seconds()/wall.Seconds(), "x-wall")
	b.ReportMetric(bareVirtual.Seconds()/bareWall.Seconds(), "bare-x-wall")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkRecords shows how the cost of a record grows with their number.
func BenchmarkRecords(b *testing.B) {
	for _, records := range []int{1_000, 10_000, 100_000} {
		b.Run(strconv.Itoa(records), func(b *testing.B) {
			sc := parsed(b, fmt.Sprintf(`
scenario: every record is edited once
systems:
  cc:  {kind: genesys, quota: {requests: 1000000, per: 1s}}
  crm: {kind: rest, quota: {requests: 1000000, per: 1s}}
engine: {working_set: 100, concurrency: {cc: 64, crm: 64}, poll: {cc: off}}
records: %d
timeline:
  - {at: 1s, edit: "*", on: cc, as: agent, set: {notes: called back}}
expect:
  - flags == 0
`, records))
			start := time.Now()
			n := 0
			for b.Loop() {
				played(b, sc)
				n += records
			}
			b.ReportMetric(float64(time.Since(start).Microseconds())/float64(n), "µs/record")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkLibrary plays and judges the whole embedded library.
func BenchmarkLibrary(b *testing.B) {
	all, err := scenarios.Library()
	if err != nil {
		b.Fatal(err)
	}
	start, n := time.Now(), 0
	for b.Loop() {
		for _, sc := range all {
			r, err := sim.Run(context.Background(), sc, sim.Options{})
			if err != nil {
				b.Fatal(err)
			}
			check.Judge(check.Case{Scenario: sc, Events: r.Events})
		}
		n++
	}
	b.ReportMetric(time.Since(start).Seconds()/float64(n), "s/library")
	b.ReportMetric(0, "ns/op")
}
