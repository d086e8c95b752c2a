package sim

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/sim/trace"
)

// backlogEnv is how many records TestBacklog plays; `make backlog` sets it.
const backlogEnv = "SYNCPROOF_BACKLOG"

// backlogQuota is what the CRM allows a minute.
const backlogQuota = 20_000

// backlog is a world in which every record is edited while the CRM cannot be
// reached, so that all of them wait when it is back, under a quota. More notices
// come than the engine can take at once: polling finds the rest.
func backlog(t *testing.T, records int) *World {
	t.Helper()
	sc := parse(t, fmt.Sprintf("systems:\n  cc: {kind: genesys, quota: {requests: 1000000, per: 1s}}\n"+
		"  crm: {kind: rest, quota: {requests: %d, per: 1m}}\n"+
		"engine: {working_set: 256, concurrency: {cc: 64, crm: 64}, poll: {cc: 10m, crm: off}, audit: off}\nrecords: {count: %d}\n", backlogQuota, records),
		"  - {at: 1s, partition: [engine, crm], for: 30m}\n"+
			"  - {at: 2s, edit: \"*\", on: cc, as: agent, set: {notes: called back}}\n")
	w, err := newWorld(sc, Options{Fidelity: Model, EventsMax: 1 << 40, Sink: func(*trace.Event) {}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestBacklog drains a backlog and reports three figures: the memory of the
// engine's own part, that of the process, and the share of the quota that the
// recovery used. The process is reported and not held to a bound: both mocks,
// the engine's disk and the world keep all records in its memory.
func TestBacklog(t *testing.T) {
	records, err := strconv.Atoi(os.Getenv(backlogEnv))
	if err != nil {
		t.Skipf("set %s to a number of records, or run `make backlog`", backlogEnv)
	}
	w := backlog(t, records)
	var p pace
	w.journal.Sink = p.note
	w.start()
	began, most, own := time.Now(), uint64(0), uint64(0)
	for n := 0; w.ended == ""; n++ {
		if n%500_000 == 0 {
			most, own = max(most, inUse()), max(own, w.engineSize())
		}
		w.goOn(t, 1)
	}
	if w.ended != "idle" {
		t.Fatalf("the run ended with %s", w.ended)
	}
	share, minutes := p.share()
	t.Logf("%d records, %d events, %s of wall time: engine %d KiB, process %d MiB, %.1f %% of the quota in %d minutes",
		records, w.journal.Len(), time.Since(began).Round(time.Second), own>>10, most>>20, 100*share, minutes)
	if share < 0.95 {
		t.Errorf("it drains at %.1f %% of the quota, want 95 %%", 100*share)
	}
	if own >= 256<<20 {
		t.Errorf("the engine's own part is %d MiB, want less than 256", own>>20)
	}
}

// pace counts what the CRM answers a minute, since it is back.
type pace struct{ minutes []int }

func (p *pace) note(e *trace.Event) {
	const back = int64(30*time.Minute + time.Second)
	if e.Kind == trace.Answer && e.On == trace.CRM && e.At >= back && e.Status != 429 {
		n := int((e.At - back) / int64(time.Minute))
		for len(p.minutes) <= n {
			p.minutes = append(p.minutes, 0)
		}
		p.minutes[n]++
	}
}

// share is how much of the quota was used in the whole minutes of the
// recovery: neither the first, in which it finds its pace, nor the last.
func (p *pace) share() (share float64, minutes int) {
	used := 0
	for _, n := range p.minutes[1 : len(p.minutes)-1] {
		if n*20 < backlogQuota {
			break // the backlog is gone
		}
		used, minutes = used+n, minutes+1
	}
	return float64(used) / float64(max(minutes, 1)*backlogQuota), minutes
}

// inUse is what is alive on the heap.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// engineSize is what the core holds by itself: what a copy of it adds.
func (w *World) engineSize() uint64 {
	before := inUse()
	c := w.host.machine.(*engine.Core).Clone()
	after := inUse()
	runtime.KeepAlive(c)
	return max(after, before) - before
}
