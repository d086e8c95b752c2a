//go:build unix

package serve

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store/memory"
)

// syncTimes are those of one small append and fsync on the disk of a folder,
// at a steady pace: the median, and the 99th percentile, which is the disk's
// and the scheduler's alone.
func syncTimes(b *testing.B, folder string) (p50, p99 time.Duration) {
	b.Helper()
	f, err := os.Create(filepath.Join(folder, "sync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	times := make([]time.Duration, 1000)
	for i := range times {
		<-tick.C
		began := time.Now()
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	return times[len(times)/2], times[len(times)*99/100]
}

// BenchmarkLiveAcks: durable acknowledgements a second, against the lower of
// the same handler without durability and the store's own group commit, and
// what each costs of the processor; and how long one takes at half that load,
// in fsyncs by their median and by their own 99th percentile, and beside the
// store alone at that pace. runqueue is how many of the process's threads waited
// for a processor meanwhile, on average: with more than a few tenths of one the
// times are the machine's, not the service's.
func BenchmarkLiveAcks(b *testing.B) {
	for b.Loop() {
		volatile := intake(b, memory.Open())
		k := newKnocker(volatile)
		plain, plainCost := costly(b, func() error { return k.knock(b.Context()) })
		volatile.service.Abort()

		raw := openSQLite(b)
		if _, err := raw.Reopen(b.Context(), 1, 2); err != nil {
			b.Fatal(err)
		}
		var n atomic.Uint64
		commit := func(ctx context.Context) error {
			ref := engine.Ref{ID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", n.Add(1))}
			return raw.Apply(ctx, engine.Instant(time.Now().UnixNano()), engine.Batch{Ops: []engine.StoreOp{engine.Enqueue{Ref: ref}}})
		}
		commits := rate(b, connections, func() error { return commit(b.Context()) })

		durable := intake(b, openSQLite(b))
		k = newKnocker(durable)
		acks, cost := costly(b, func() error { return k.knock(b.Context()) })
		waited, began := queued(), time.Now()
		p50, p99 := latencies(b, k.knock, acks/2)
		runqueue := float64(queued()-waited) / float64(time.Since(began))
		_, alone := latencies(b, commit, acks/2)
		if err := raw.Close(); err != nil {
			b.Fatal(err)
		}
		durable.service.Abort()
		fsync, worst := syncTimes(b, b.TempDir())
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(acks, "acks/s")
		b.ReportMetric(plain, "volatile/s")
		b.ReportMetric(commits, "commits/s")
		b.ReportMetric(acks/min(plain, commits), "ratio")
		b.ReportMetric(cost*1e6, "cpu-µs/ack")
		b.ReportMetric(plainCost/cost, "cpu-ratio")
		b.ReportMetric(runqueue, "runqueue")
		b.ReportMetric(float64(p50)/1e6, "p50-ms")
		b.ReportMetric(float64(p99)/1e6, "p99-ms")
		b.ReportMetric(float64(p99)/float64(fsync), "p99/fsync")
		b.ReportMetric(float64(p99)/float64(worst), "p99/fsync-p99")
		b.ReportMetric(float64(alone)/1e6, "store-p99-ms")
		b.ReportMetric(float64(p99)/float64(alone), "p99/store-p99")
	}
}

// queued is how long the process's threads have waited for a processor that
// others had, 0 where the system does not tell (Linux does, in schedstat).
func queued() time.Duration {
	var all time.Duration
	files, _ := filepath.Glob("/proc/self/task/*/schedstat") // the pattern is sound
	for _, name := range files {
		text, err := os.ReadFile(name)
		var ran, waited time.Duration
		if err != nil { // the thread has ended
			continue
		}
		if _, err := fmt.Sscan(string(text), &ran, &waited); err == nil {
			all += waited
		}
	}
	return all
}

// costly is a rate over all connections, and the processor's time that one
// costs in seconds, client included.
func costly(b *testing.B, do func() error) (perSecond, cost float64) {
	used, began := cpuTime(b), time.Now()
	perSecond = rate(b, connections, do)
	return perSecond, (cpuTime(b) - used).Seconds() / (perSecond * time.Since(began).Seconds())
}

// latencies are those of what is begun at a steady pace, from the instant at
// which each was due.
func latencies(b *testing.B, do func(context.Context) error, perSecond float64) (p50, p99 time.Duration) {
	b.Helper()
	var mu sync.Mutex
	var all []time.Duration
	var group sync.WaitGroup
	gap := time.Duration(float64(time.Second) / perSecond)
	tick := time.NewTicker(max(gap, time.Millisecond))
	defer tick.Stop()
	began, sent := time.Now(), 0
	for time.Since(began) < part {
		<-tick.C
		for ; sent < int(time.Since(began)/gap); sent++ {
			at := began.Add(time.Duration(sent+1) * gap)
			group.Go(func() {
				if err := do(b.Context()); err != nil {
					b.Error(err)
				}
				took := time.Since(at)
				mu.Lock()
				all = append(all, took)
				mu.Unlock()
			})
		}
	}
	group.Wait()
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*99/100]
}
