package sim

import (
	"context"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

func BenchmarkTry(b *testing.B) {
	sc, err := scenarios.ParseFile("../scenarios/library/backlog-meets-rate-limit.yaml")
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		r, err := Run(context.Background(), sc, Options{})
		if err != nil {
			b.Fatal(err)
		}
		n += r.Exchanges
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "exch/s")
}
