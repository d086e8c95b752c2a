//go:build unix

package explore

import (
	"context"
	"runtime/debug"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/syncproof/syncproof/sim"
)

// BenchmarkExploreWire measures exploration at wire fidelity, in worlds of the
// default size, with one worker and with two.
func BenchmarkExploreWire(b *testing.B) { benchmarkExplore(b, sim.Wire) }

// BenchmarkExploreModel measures the same worlds at model fidelity.
func BenchmarkExploreModel(b *testing.B) { benchmarkExplore(b, sim.Model) }

func benchmarkExplore(b *testing.B, fidelity sim.Fidelity) {
	for _, workers := range []int{1, 2} {
		b.Run("workers="+strconv.Itoa(workers), func(b *testing.B) { explored(b, fidelity, workers) })
	}
}

// explored plays b.N worlds as the command does. Time of the processor is told
// beside that of the wall, for a machine that is shared. Worlds that fail are
// much longer than those that pass, as nothing comes to rest in them: with one
// worker, those that pass are told apart.
func explored(b *testing.B, fidelity sim.Fidelity, workers int) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	size := DefaultSize
	size.Exact = true
	h := Hunt{Player: &Player{Fidelity: fidelity}, Size: size, Seed: 1, Runs: b.N, Workers: workers, Clock: still}
	var last Tally
	var passed struct {
		runs, events int
		cpu          time.Duration
	}
	began := cpuTime()
	at := began
	h.Watch = func(t *Tally) {
		now := cpuTime()
		if t.Failed == last.Failed {
			passed.runs++
			passed.events += t.Events - last.Events
			passed.cpu += now - at
		}
		last, at = *t, now
	}
	tally := h.Run(context.Background())
	cpu, n := cpuTime()-began, float64(b.N)
	if tally.Fault != nil {
		b.Fatal(tally.Fault)
	}
	b.ReportMetric(n/b.Elapsed().Seconds(), "runs/s")
	b.ReportMetric(1000*cpu.Seconds()/n, "cpu-ms/run")
	b.ReportMetric(float64(tally.Events)/n, "events/run")
	b.ReportMetric(float64(tally.Events)/cpu.Seconds(), "events/cpu-s")
	b.ReportMetric(float64(tally.Failed)/n, "failed/run")
	if workers == 1 && passed.runs > 0 {
		b.ReportMetric(1000*passed.cpu.Seconds()/float64(passed.runs), "cpu-ms/passed")
		b.ReportMetric(float64(passed.events)/float64(passed.runs), "events/passed")
	}
	b.ReportMetric(0, "ns/op")
}

// cpuTime is what this process has used, of all its threads.
func cpuTime() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
