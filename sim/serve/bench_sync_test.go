//go:build unix

package serve

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
	"github.com/syncproof/syncproof/engine/adapter/restcrm"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
)

const syncedRecords = 2000

// BenchmarkLiveSync: records that the service brings from one side to the
// other in a second, against a bare loop of the same calls; and the process's
// time on a processor for each, both mocks included, which other work on the
// machine does not change.
func BenchmarkLiveSync(b *testing.B) {
	for b.Loop() {
		r := newRig(b, setup{store: openSQLite(b), quiet: true, poll: "8s", extra: "limits: {audit: off}\n"})
		ccs, crms := make([]string, syncedRecords), make([]string, syncedRecords)
		for i := range ccs {
			ccs[i], crms[i] = r.pair(fmt.Sprintf("Name%d", i))
		}
		r.until("all are linked", r.linked(crms))
		r.until("the service is idle", r.service.Idle)
		before := r.cc.requests() + r.crm.requests()
		// All edits are there before the next poll sees the first of them.
		r.cc.do(func(now time.Time, m mocks.System) {
			for i, id := range ccs {
				if _, err := m.Edit(now, mocks.Edit{By: "maria", Origin: mocks.User, Record: id, Set: map[string]any{"title": fmt.Sprintf("T%d", i)}}); err != nil {
					b.Fatal(err)
				}
			}
		})
		arrived := r.arrivals(crms)
		r.until("the first has travelled", func() bool { return arrived() > 0 })
		began, first, used := time.Now(), arrived(), cpuTime(b)
		r.until("all have travelled", func() bool { return arrived() == syncedRecords })
		perSecond := float64(syncedRecords-first) / time.Since(began).Seconds()
		cost := (cpuTime(b) - used).Seconds() / float64(syncedRecords-first)
		exchanges := float64(r.cc.requests()+r.crm.requests()-before) / syncedRecords
		r.service.Abort()
		used = cpuTime(b)
		bare := r.bareLoop(b, ccs, crms)
		bareCost := (cpuTime(b) - used).Seconds() / (bare * part.Seconds())
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(perSecond, "records/s")
		b.ReportMetric(bare, "bare/s")
		b.ReportMetric(perSecond/bare, "ratio")
		b.ReportMetric(cost*1e6, "cpu-µs/record")
		b.ReportMetric(bareCost*1e6, "bare-cpu-µs/record")
		b.ReportMetric(bareCost/cost, "cpu-ratio")
		b.ReportMetric(exchanges, "exchanges/record")
	}
}

// linked reports whether the service has read every record once and is done.
func (r *rig) linked(crms []string) func() bool {
	return func() bool { return r.service.Idle() && r.crm.requests() > len(crms) }
}

// arrivals counts the records that hold an edit in the CRM, from the first one
// on: it looks at each once, so that it costs nothing beside what it measures.
func (r *rig) arrivals(crms []string) func() int {
	n := 0
	return func() int {
		for n < len(crms) && r.crm.peek(crms[n]).Fields["title"] != "" {
			n++
		}
		return n
	}
}

// bareLoop reads both sides and writes one, with nothing in between, as many
// at a time as the engine works on.
func (r *rig) bareLoop(b *testing.B, ccs, crms []string) float64 {
	b.Helper()
	m := r.config.Mapping.Compiled
	config := func(side mapping.Side, s *side, secret, external string) adapter.Config {
		return adapter.Config{
			BaseURL: s.server.URL, ClientID: clientID, ClientSecret: secret, Fields: m.Names(side), VersionField: m.VersionName[side],
			StatusField: m.StatusName[side], ExternalField: external, HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
		}
	}
	cc, err := genesys.New(config(mapping.CC, r.cc, ccSecret, "crm"))
	if err != nil {
		b.Fatal(err)
	}
	crm, err := restcrm.New(config(mapping.CRM, r.crm, crmSecret, "external_id"))
	if err != nil {
		b.Fatal(err)
	}
	title, _ := m.FieldIndex("title")
	var next atomic.Int64
	return rate(b, 16, func() error {
		i := int(next.Add(1)) % len(ccs)
		ctx := context.Background()
		if _, err := cc.Read(ctx, ccs[i]); err != nil {
			return err
		}
		there, err := crm.Read(ctx, crms[i])
		if err != nil {
			return err
		}
		_, err = crm.Update(ctx, crms[i], adapter.Write{
			Fields:  []adapter.FieldValue{{Index: title, Value: mapping.Native{Kind: mapping.String, Text: fmt.Sprint(next.Load())}}},
			Version: next.Load(), SetVersion: true, If: adapter.Precondition{Tag: there.Tag},
		})
		return err
	})
}

// BenchmarkLiveIdle: what a service with nothing to do costs, in percent of a
// core, with both systems polled every 30 seconds.
func BenchmarkLiveIdle(b *testing.B) {
	for b.Loop() {
		r := newRig(b, setup{store: openSQLite(b), quiet: true, poll: "30s"})
		r.pair("Lovelace")
		r.until("the service is idle", r.service.Idle)
		close(r.stop) // the test's own ticking
		r.pump.Wait()
		r.stop = make(chan struct{})
		before, began := cpuTime(b), time.Now()
		<-time.After(2 * part)
		spent, took := cpuTime(b)-before, time.Since(began)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(100*float64(spent)/float64(took), "%core")
	}
}

// cpuTime is what the process has used so far.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
