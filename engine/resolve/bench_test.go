package resolve_test

import (
	"testing"

	"github.com/syncproof/syncproof/engine/resolve"
)

var sink resolve.Decision

// BenchmarkDecide measures the three decisions of a busy day. At model
// fidelity a decision is a part of each event's budget of a microsecond.
func BenchmarkDecide(b *testing.B) {
	base := []string{"x", "silver"}
	for _, c := range []struct {
		name    string
		cc, crm []string
	}{
		{"nothing", base, base},
		{"push", []string{"a", "silver"}, base},
		{"conflict", []string{"a", "silver"}, []string{"b", "silver"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			in := pair(base, c.cc, c.crm)
			b.ReportAllocs()
			for b.Loop() {
				sink = resolve.Decide(in)
			}
		})
	}
}
