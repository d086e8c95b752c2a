// Package bad does everything that a simulation must not do.
package bad

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"hash/maphash"
	"maps"
	"math/rand"
	randv2 "math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"
)

func clocks(ctx context.Context, t time.Time) {
	_ = time.Now()                                   // want `clock: time.Now`
	_ = time.Since(t)                                // want `clock: time.Since`
	time.Sleep(time.Second)                          // want `clock: time.Sleep`
	<-time.After(time.Second)                        // want `clock: time.After`
	_ = time.NewTimer                                // want `clock: time.NewTimer`
	_ = time.Tick(time.Second)                       // want `clock: time.Tick`
	_ = t.Local()                                    // want `clock: time.Time.Local`
	_, stop := context.WithTimeout(ctx, time.Second) // want `clock: context.WithTimeout`
	stop()
	_ = http.Client{Timeout: time.Second} // want `clock: net/http.Timeout`
}

func order(a, b chan int) {
	go clocks(nil, time.Time{}) // want `go: a goroutine`
	select {                    // want `select: select picks`
	case <-a:
	case <-b:
	}
}

func chance() {
	_ = rand.Intn(3)     // want `rand: math/rand.Intn`
	_ = randv2.IntN(3)   // want `rand: math/rand/v2.IntN`
	_ = crand.Text()     // want `rand: crypto/rand.Text`
	var h maphash.Hash   // want `rand: hash/maphash.Hash`
	h.WriteString("x")   // want `rand: hash/maphash.Hash.WriteString`
	rand.Shuffle(1, nil) // want `rand: math/rand.Shuffle`
	f := rand.Int        // want `rand: math/rand.Int`
	_ = f
}

func addresses(p *int) string {
	s := fmt.Sprintf("at %p", p)         // want `pointer: %p`
	s += fmt.Sprintf("%d%% %-12p", 1, p) // want `pointer: %p`
	return s
}

func machine() {
	_ = os.Getenv("HOME")            // want `os: os.Getenv`
	_, _ = os.ReadFile("/etc/hosts") // want `os: os.ReadFile`
	_ = os.Args                      // want `os: os.Args`
	_ = runtime.NumCPU()             // want `machine: runtime.NumCPU`
}

func maps_(m map[string]int, seen map[int]bool, o *sync.Map) (string, []string) {
	var last string
	for k := range m { // want `map: the order of a map`
		last = k
	}
	var keys []string
	for k := range m { // want `map: the order of a map`
		keys = append(keys, k)
	}
	var early []string
	for k := range m { // want `map: the order of a map`
		early = append(early, k)
	}
	last = early[0]
	slices.Sort(early)
	n := 0
	rank := map[string]int{}
	for k := range m { // want `map: the order of a map`
		n++
		rank[k] = n
	}
	for k, v := range m { // want `map: the order of a map`
		if v > 3 {
			return k, nil
		}
	}
	for k, v := range m { // want `map: the order of a map`
		if v > n {
			n = v
			last = k
		}
	}
	for range m {
		n++
	}
	for _, v := range m { // want `map: the order of a map`
		n += v
		n *= 2
	}
	for k := range m { // want `map: the order of a map`
		if n > 2 {
			return "", nil
		}
		n += len(k)
	}
	for k := range m { // want `map: the order of a map`
		fmt.Sprint(k)
	}
	for _, v := range m { // want `map: the order of a map`
		seen[v] = len(seen) > 2
	}
	for k := range maps.Keys(m) { // want `map: maps.Keys`
		last += k
	}
	all := slices.Collect(maps.Values(m)) // want `map: maps.Values`
	_ = all
	o.Range(nil) // want `map: sync.Map.Range`
	return last, keys
}

func excuses(m map[string]int) (last string) {
	//syncproof:unordered // want `an exception needs a reason`
	for k := range m { // want `map: the order of a map`
		last = k
	}
	//syncproof:allow go the wrong rule for a clock // want `this exception excuses nothing`
	_ = time.Now() // want `clock: time.Now`
	return last
}
