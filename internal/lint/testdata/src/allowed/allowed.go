// Package allowed is the near neighbour of each ban: what is like it and does
// no harm.
package allowed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"maps"
	"math/rand"
	randv2 "math/rand/v2"
	"net/http"
	"os"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Times that the caller gives, and zones that are named.
func times(now time.Time, wait time.Duration) time.Time {
	until := now.Add(wait).In(time.UTC).Truncate(time.Second)
	if until.Before(time.Date(2026, time.March, 29, 1, 0, 0, 0, time.FixedZone("CET", 3600))) {
		return until
	}
	return time.UnixMilli(until.Sub(now).Milliseconds()).UTC()
}

// A context that only its owner ends, and a client without a clock.
func waits(ctx context.Context, via http.RoundTripper) (*http.Client, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(errors.ErrUnsupported)
	return &http.Client{Transport: via}, context.WithoutCancel(ctx)
}

type timed struct{ Timeout time.Duration }

// A field that is only called as the one of http.Client is.
func (t timed) bound() time.Duration { return t.Timeout }

// Channels and coroutines without go and select, and locks.
func turns(seq iter.Seq[int], mu *sync.Mutex, once *sync.Once, out chan<- int) {
	mu.Lock()
	defer mu.Unlock()
	next, stop := iter.Pull(seq)
	defer stop()
	for v, ok := next(); ok; v, ok = next() {
		out <- v
	}
	once.Do(func() { close(out) })
}

// Randomness of a source of one's own, and hashes without a seed.
func chance(r *rand.Rand, seed uint64) (int, uint64) {
	keyed := randv2.New(randv2.NewPCG(seed, 7))
	keyed.Shuffle(3, func(int, int) {})
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, seed)
	return r.Intn(3) + keyed.IntN(9) + rand.New(rand.NewSource(int64(seed))).Int(), h.Sum64()
}

// Texts that only look as if they printed an address.
func texts(p *int, err error) string {
	return fmt.Sprintf("%d%%p %v %s 100%% p", *p, err, "printed") + "%p"
}

// The machine's types, errors and constants, and where in the source one is.
func machine(f *os.File, mode os.FileMode, err error) (string, bool) {
	_, file, _, _ := runtime.Caller(0)
	return file + mode.String() + f.Name() + runtime.Version(), errors.Is(err, os.ErrNotExist)
}

// A type that is looked at, not its map.
func fields(v any) (names []string) {
	t := reflect.TypeOf(v)
	for i := range t.NumField() {
		names = append(names, t.Field(i).Name)
	}
	return names
}

// Maps that are looked up, copied, counted, sorted, or ranged over where each
// round touches what is its own.
func lookups(m map[string]int, o *sync.Map) (int, []string) {
	n := 0
	for range m {
		n++
	}
	bits, odd := 0, map[string]bool{}
	for k, v := range m {
		bits |= v
		odd[k] = v%2 == 1
	}
	smallest := n
	for _, v := range m {
		smallest = min(smallest, v)
	}
	all := maps.Clone(m)
	maps.DeleteFunc(all, func(_ string, v int) bool { return v == 0 })
	_, _ = o.Load("key")
	byLength := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	copied := maps.Collect(maps.All(m))
	return bits + smallest + len(odd) + len(copied), append(byLength, slices.Sorted(maps.Keys(m))...)
}

// Whole numbers decide.
func decide(a, b int64) bool { return 100*a >= 95*b }
