package watchdog

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatchBarksOnceWhenTheHeartStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var barks atomic.Int32
		var at time.Time
		begin := time.Now()
		stop := Watch(func() uint64 { return 7 }, 30*time.Second, func(stack string) {
			barks.Add(1)
			at = time.Now()
			if !strings.Contains(stack, "goroutine ") {
				t.Errorf("not a stack: %q", stack)
			}
		})
		defer stop()
		advance(5 * time.Minute)
		if barks.Load() != 1 {
			t.Fatalf("%d calls, want 1", barks.Load())
		}
		if after := at.Sub(begin); after < 30*time.Second || after > 35*time.Second {
			t.Errorf("called after %v, want 30 s", after)
		}
	})
}

func TestWatchIsSilentWhileTheHeartBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var beats atomic.Uint64
		stop := Watch(beats.Load, 30*time.Second, func(string) { t.Error("barked at a living run") })
		for range 20 {
			advance(25 * time.Second)
			beats.Add(1)
		}
		stop()
		stop()
		advance(10 * time.Minute)
	})
}

// advance lets virtual time pass in a synctest bubble.
func advance(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// blocked stands for an adapter that holds a mutex across a round trip.
func blocked(mu *sync.Mutex, began chan<- struct{}) {
	close(began)
	mu.Lock()
	defer mu.Unlock()
}

func TestSuspectsNameTheFunctionThatBlocks(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	began := make(chan struct{})
	go blocked(&mu, began)
	<-began
	var found []Suspect
	for range 10000 {
		found = Suspects(Stacks(), "watchdog.blocked")
		if len(found) == 1 && found[0].State == "sync.Mutex.Lock" {
			break
		}
	}
	mu.Unlock()
	if len(found) != 1 {
		t.Fatalf("%d suspects, want 1: %v", len(found), found)
	}
	s := found[0]
	if !strings.HasSuffix(s.Function, "watchdog.blocked") || !strings.Contains(s.Place, "watchdog_test.go:") || s.State != "sync.Mutex.Lock" {
		t.Errorf("suspect %v", s)
	}
}

func TestSuspectsOverlooksParkedCoroutines(t *testing.T) {
	const dump = `goroutine 1 [chan receive]:
main.main()
	/src/main.go:9 +0x1d

goroutine 7 [coroutine]:
iter.Pull[...].func2()
	/go/iter.go:300
example.test/adapter.(*Client).Read(0xc0001)
	/src/adapter.go:40 +0x20
example.test/sim.(*tasks).run()
	/src/tasks.go:12 +0x20

goroutine 8 [sleep, 2 minutes]:
time.Sleep(0x3b9aca00)
	/go/time.go:364
example.test/adapter.(*Client).Update(0xc0001)
	/src/adapter.go:71 +0x20
example.test/sim.(*tasks).run()
	/src/tasks.go:12 +0x20
created by iter.Pull in goroutine 6
	/go/iter.go:100`
	found := Suspects(dump, "sim.(*tasks).run")
	if len(found) != 1 || found[0].Function != "example.test/adapter.(*Client).Update" || found[0].Place != "/src/adapter.go:71" || found[0].State != "sleep" {
		t.Errorf("suspects %v", found)
	}
}
