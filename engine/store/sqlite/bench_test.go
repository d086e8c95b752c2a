package sqlite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// notice is an entry of some record.
func notice(i int64) engine.Enqueue {
	return engine.Enqueue{Ref: engine.Ref{Side: mapping.CC, ID: fmt.Sprintf("%08x-0000-4000-8000-%012x", i*2654435761%(1<<32), i)}}
}

// syncedAppends is how many appends of 512 bytes a second the same disk syncs
// one by one: what no store that syncs each call on its own can pass.
func syncedAppends(b *testing.B) float64 {
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	row := []byte(strings.Repeat("x", 511) + "\n")
	const n = 500
	start := time.Now()
	for range n {
		if _, err := f.Write(row); err != nil {
			b.Fatal(err)
		}
		if err := datasync(f); err != nil {
			b.Fatal(err)
		}
	}
	return n / time.Since(start).Seconds()
}

// BenchmarkApply is one durable notice a call, by so many callers at once; of-raw
// compares it with appends that are synced one by one.
func BenchmarkApply(b *testing.B) {
	for _, producers := range []int{1, 8, 128} {
		b.Run(strconv.Itoa(producers)+"-producers", func(b *testing.B) {
			s := benchStore(b)
			raw := syncedAppends(b)
			var next atomic.Int64
			b.ResetTimer()
			inParallel(b, producers, func() error {
				return s.Apply(context.Background(), 10, engine.Batch{Ops: []engine.StoreOp{notice(next.Add(1))}})
			})
			rate := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "applied/s")
			b.ReportMetric(rate/raw, "of-raw")
		})
	}
}

// BenchmarkLife is the whole life of an entry: noticed, given out, its record
// and ledger entry stored and the entry done, by so many workers at once.
func BenchmarkLife(b *testing.B) {
	for _, workers := range []int{1, 64} {
		b.Run(strconv.Itoa(workers)+"-workers", func(b *testing.B) {
			s := benchStore(b)
			var next atomic.Int64
			b.ResetTimer()
			inParallel(b, workers, func() error { return life(s, next.Add(1)) })
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lives/s")
		})
	}
}

func life(s *Store, i int64) error {
	ctx := context.Background()
	if err := s.Apply(ctx, 10, engine.Batch{Ops: []engine.StoreOp{notice(i)}}); err != nil {
		return err
	}
	got, err := s.Fetch(ctx, 10, engine.Fetch{Max: 1})
	if err != nil || len(got.Items) == 0 {
		return err
	}
	it := got.Items[0]
	rec := &engine.Record{Key: it.Key, ID: [2]string{it.Ref.ID, "003" + it.Ref.ID}, Status: engine.InSync}
	for side := range rec.Base {
		rec.Base[side] = engine.Base{Known: true, Present: true, Version: 42, Content: []string{"+14155550123", "ada@example.org", "Ada", "Lovelace", "call back"}}
	}
	return s.Apply(ctx, 10, engine.Batch{Ops: []engine.StoreOp{
		engine.PutRecord{Record: rec},
		engine.Append{Entry: engine.LedgerEntry{Key: it.Key, Number: 1, Rule: "CR-4"}},
		engine.Done{Key: it.Key, Generation: it.Generation},
	}})
}

func benchStore(b *testing.B) *Store {
	b.Helper()
	s, err := Open(context.Background(), filepath.Join(b.TempDir(), "store.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// inParallel does b.N times what do does, with so many at once.
func inParallel(b *testing.B, at int, do func() error) {
	var left atomic.Int64
	left.Store(int64(b.N))
	var group sync.WaitGroup
	for range at {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				if err := do(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

// BenchmarkOpenMillion opens a store with a million entries that wait, each of a
// record that is there, and reports what that costs and how much memory the
// process has while it works on them.
func BenchmarkOpenMillion(b *testing.B) {
	const entries, step = 1_000_000, 10_000
	if os.Getenv("MILLION") == "" {
		b.Skip("MILLION=1 makes the store of a million entries, which takes minutes and 2 GiB of disk")
	}
	ctx := context.Background()
	path := filepath.Join(b.TempDir(), "store.db")
	s, err := Open(ctx, path)
	if err != nil {
		b.Fatal(err)
	}
	for i := int64(0); i < entries; i += step {
		batch := engine.Batch{}
		for k := i; k < i+step; k++ {
			n := notice(k)
			if os.Getenv("MILLION") == "records" {
				batch.Ops = append(batch.Ops, engine.PutRecord{Record: &engine.Record{
					Key: n.Ref.String(), ID: [2]string{n.Ref.ID, "003" + n.Ref.ID},
					Base: [2]engine.Base{{Content: []string{"+14155550123", "ada@example.org"}}, {Content: []string{"+14155550123", "ada@example.org"}}},
				}})
			}
			batch.Ops = append(batch.Ops, n)
		}
		if err := s.Apply(ctx, engine.Instant(i), batch); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	size, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(size.Size())/(1<<20), "file-MiB")
	b.ResetTimer()
	for range b.N {
		s, err := Open(ctx, path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Reopen(ctx, entries, 2*entries); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "open-s")
		b.StopTimer()
		workOn(b, s, entries)
		b.StartTimer()
	}
}

// workOn carries ten thousand entries through, and reports the pace and the
// memory of the process, peak included.
func workOn(b *testing.B, s *Store, now engine.Instant) {
	ctx := context.Background()
	start := time.Now()
	const n, set = 10_000, 64
	for done := 0; done < n; done += set {
		got, err := s.Fetch(ctx, now, engine.Fetch{Max: set})
		if err != nil || len(got.Items) != set {
			b.Fatalf("%d entries, %v", len(got.Items), err)
		}
		batch := engine.Batch{}
		for _, it := range got.Items {
			batch.Ops = append(batch.Ops, engine.Done{Key: it.Key, Generation: it.Generation})
		}
		if err := s.Apply(ctx, now, batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(n/time.Since(start).Seconds(), "drained/s")
	start = time.Now()
	if _, err := s.Depths(ctx, now); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(time.Since(start).Seconds()*1000, "depths-ms")
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
			b.ReportMetric(kib/1024, "peak-MiB")
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
}
