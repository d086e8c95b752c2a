package sim_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
)

// edited is a world in which every record is edited four times on each side.
func edited(tb testing.TB, records int) *scenarios.Scenario {
	tb.Helper()
	sc, err := scenarios.Parse("bench.yaml", fmt.Appendf(nil, `
scenario: every record is edited on both sides
systems:
  cc:  {kind: genesys, quota: {requests: 1000000, per: 1m}}
  crm: {kind: rest, quota: {requests: 1000000, per: 1m}}
engine: {working_set: 100, concurrency: {cc: 64, crm: 64}, poll: {cc: off}}
records: %d
timeline:
  - {at: 1s, edit: "*", on: cc, as: agent, set: {notes: "call {n}"}, every: 10m, times: 4}
  - {at: 5m, edit: "*", on: crm, as: user, set: {title: "Director {n}"}, every: 10m, times: 4}
expect:
  - flags == 0
`, records))
	if err != nil {
		tb.Fatal(err)
	}
	return sc
}

// BenchmarkWire measures exchanges/s of the whole harness, engine, checks and
// journal on, against the bare in-memory HTTP exchange of the same run.
func BenchmarkWire(b *testing.B) {
	sc := edited(b, 1000)
	var exchanges int
	var whole, bare time.Duration
	var bareExchanges int
	for b.Loop() {
		start := time.Now()
		r, err := sim.Run(context.Background(), sc, sim.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, result := range check.Judge(check.Case{Scenario: sc, Events: r.Events}) {
			if result.Verdict == check.Fail {
				b.Fatalf("%s: %s", result.Name, result.Reason)
			}
		}
		whole += time.Since(start)
		exchanges += r.Exchanges
		start = time.Now()
		bareExchanges += sim.BareLoop(100, r.Exchanges)
		bare += time.Since(start)
	}
	full := float64(exchanges) / whole.Seconds()
	ref := float64(bareExchanges) / bare.Seconds()
	b.ReportMetric(full, "exchanges/s")
	b.ReportMetric(ref, "bare-exchanges/s")
	b.ReportMetric(full/ref, "of-bare")
}
