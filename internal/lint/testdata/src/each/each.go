// Package each names, one a line, everything that the bans on impurity list.
package each

import (
	"context"
	crand "crypto/rand"
	"hash/maphash"
	"math/rand"
	randv2 "math/rand/v2"
	"net/http"
	"os"
	"reflect"
	"runtime"
	"sync"
	"time"
)

var (
	_ = time.Now              // want `clock: time.Now: the time comes from the caller`
	_ = time.Since            // want `clock: time.Since`
	_ = time.Until            // want `clock: time.Until`
	_ = time.Sleep            // want `clock: time.Sleep`
	_ = time.After            // want `clock: time.After:`
	_ = time.AfterFunc        // want `clock: time.AfterFunc`
	_ = time.NewTimer         // want `clock: time.NewTimer`
	_ = time.NewTicker        // want `clock: time.NewTicker`
	_ = time.Tick             // want `clock: time.Tick`
	_ = time.Local            // want `clock: time.Local`
	_ = time.Time.Local       // want `clock: time.Time.Local`
	_ = time.LoadLocation     // want `clock: time.LoadLocation: the machine's table of zones`
	_ = (*time.Timer).Reset   // a timer cannot be had without one of the above
	_ = context.WithTimeout   // want `clock: context.WithTimeout:`
	_ = context.WithDeadline  // want `clock: context.WithDeadline:`
	_ = http.Client{}.Timeout // want `clock: net/http.Timeout`

	_ = context.WithTimeoutCause  // want `clock: context.WithTimeoutCause`
	_ = context.WithDeadlineCause // want `clock: context.WithDeadlineCause`
)

var (
	_ = (*sync.WaitGroup).Go // want `go: sync.WaitGroup.Go`
	_ = context.AfterFunc    // want `go: context.AfterFunc`
)

var (
	_ = rand.Int                // want `rand: math/rand.Int:`
	_ = rand.Intn               // want `rand: math/rand.Intn`
	_ = rand.Float64            // want `rand: math/rand.Float64`
	_ = rand.Perm               // want `rand: math/rand.Perm`
	_ = rand.Shuffle            // want `rand: math/rand.Shuffle`
	_ = rand.Seed               // want `rand: math/rand.Seed`
	_ = rand.Read               // want `rand: math/rand.Read`
	_ = randv2.Int              // want `rand: math/rand/v2.Int:`
	_ = randv2.IntN             // want `rand: math/rand/v2.IntN`
	_ = randv2.N[int]           // want `rand: math/rand/v2.N:`
	_ = randv2.Perm             // want `rand: math/rand/v2.Perm`
	_ = randv2.Shuffle          // want `rand: math/rand/v2.Shuffle`
	_ = crand.Reader            // want `rand: crypto/rand.Reader`
	_ = crand.Read              // want `rand: crypto/rand.Read:`
	_ = crand.Int               // want `rand: crypto/rand.Int`
	_ = crand.Text              // want `rand: crypto/rand.Text`
	_ = maphash.String          // want `rand: hash/maphash.String`
	_ = maphash.Bytes           // want `rand: hash/maphash.Bytes`
	_ = maphash.MakeSeed        // want `rand: hash/maphash.MakeSeed`
	_ maphash.Hash              // want `rand: hash/maphash.Hash`
	_ = maphash.Comparable[int] // want `rand: hash/maphash.Comparable`
)

var (
	_ = (*sync.Map).Range      // want `map: sync.Map.Range`
	_ = reflect.Value.MapKeys  // want `map: reflect.Value.MapKeys`
	_ = reflect.Value.MapRange // want `map: reflect.Value.MapRange`
	_ = reflect.Value.Seq      // want `map: reflect.Value.Seq:`
	_ = reflect.Value.Seq2     // want `map: reflect.Value.Seq2`
)

var (
	_ = reflect.Value.Pointer       // want `pointer: reflect.Value.Pointer`
	_ = reflect.Value.UnsafePointer // want `pointer: reflect.Value.UnsafePointer`
	_ = reflect.Value.UnsafeAddr    // want `pointer: reflect.Value.UnsafeAddr`
)

var (
	_ = runtime.NumCPU               // want `machine: runtime.NumCPU`
	_ = runtime.GOMAXPROCS           // want `machine: runtime.GOMAXPROCS`
	_ = runtime.NumGoroutine         // want `machine: runtime.NumGoroutine`
	_ = runtime.NumCgoCall           // want `machine: runtime.NumCgoCall`
	_ = runtime.Gosched              // want `machine: runtime.Gosched`
	_ = runtime.GC                   // want `machine: runtime.GC`
	_ = runtime.ReadMemStats         // want `machine: runtime.ReadMemStats`
	_ = runtime.SetFinalizer         // want `machine: runtime.SetFinalizer`
	_ = runtime.AddCleanup[int, int] // want `machine: runtime.AddCleanup`
	_ = os.Getenv                    // want `os: os.Getenv`
	_ = os.Getpid                    // want `os: os.Getpid`
	_ = os.Hostname                  // want `os: os.Hostname`
	_ = os.ReadFile                  // want `os: os.ReadFile`
	_ = os.Open                      // want `os: os.Open`
	_ = os.Args                      // want `os: os.Args`
	_ = os.Stdin                     // want `os: os.Stdin`
)
