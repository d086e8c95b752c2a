package serve

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/memory"
	"github.com/syncproof/syncproof/engine/store/sqlite"
)

// The benchmarks of the live driver compare rates within one run: each plays
// its parts one after the other for a fixed time and reports their ratio. Run
// them with make bench-live.
const (
	part        = 3 * time.Second
	connections = 64
)

// stuck is a network on which nothing moves: the engine's own work stands
// still, and only the intake is measured.
type stuck struct{}

func (stuck) RoundTrip(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

func openSQLite(tb testing.TB) *sqlite.Store {
	tb.Helper()
	s, err := sqlite.Open(tb.Context(), filepath.Join(tb.TempDir(), "store.db"))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// intake is a service of which only the intake works.
func intake(b *testing.B, s store.Store) *rig {
	r := newRig(b, setup{
		store: s, poll: "1h", extra: "limits: {webhook_rate: 1000000, webhook_burst: 1000000, shutdown_grace: 0s}\n",
		vary: func(o *service.Options) {
			o.Transport = func(mapping.Side, http.RoundTripper) http.RoundTripper { return stuck{} }
		},
	})
	return r
}

// knocker sends signed webhooks over its own connections.
type knocker struct {
	client *http.Client
	url    string
	last   atomic.Uint64
}

func newKnocker(r *rig) *knocker {
	return &knocker{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024, MaxIdleConns: 1024}}, url: *r.door.Load()}
}

// knock sends a notice of a contact that nobody has heard of yet.
func (k *knocker) knock(ctx context.Context) error {
	return k.send(ctx, fmt.Sprintf("%08d-0000-4000-8000-000000000000", k.last.Add(1)))
}

func (k *knocker) send(ctx context.Context, id string) error {
	body := []byte(`{"topicName":"v2.externalcontacts.contacts.` + id + `","version":"2","eventBody":{"id":"` + id + `"}}`)
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write(body)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, k.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("X-Hub-Signature-256", "sha256="+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	res, err := k.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %d", res.StatusCode)
	}
	return nil
}

// rate is how often a second several workers together manage to do something.
func rate(b *testing.B, workers int, do func() error) float64 {
	b.Helper()
	var done atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range workers {
		group.Go(func() {
			for time.Since(began) < part {
				if err := do(); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	return float64(done.Load()) / time.Since(began).Seconds()
}

// syncTime is the median time of one small append and fsync on the disk of a folder.
func syncTime(b *testing.B, folder string) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(folder, "sync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	times := make([]time.Duration, 200)
	for i := range times {
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
	return times[len(times)/2]
}

// BenchmarkLiveAcks: durable acknowledgements a second, against the lower of
// the same handler without durability and the store's own group commit; and
// how long one takes at half that load, in fsyncs, and beside the store alone
// at that pace.
func BenchmarkLiveAcks(b *testing.B) {
	for b.Loop() {
		volatile := intake(b, memory.Open())
		k := newKnocker(volatile)
		plain := rate(b, connections, func() error { return k.knock(b.Context()) })
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
		acks := rate(b, connections, func() error { return k.knock(b.Context()) })
		p50, p99 := latencies(b, k.knock, acks/2)
		_, alone := latencies(b, commit, acks/2)
		if err := raw.Close(); err != nil {
			b.Fatal(err)
		}
		fsync := syncTime(b, b.TempDir())
		durable.service.Abort()
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(acks, "acks/s")
		b.ReportMetric(plain, "volatile/s")
		b.ReportMetric(commits, "commits/s")
		b.ReportMetric(acks/min(plain, commits), "ratio")
		b.ReportMetric(float64(p50)/1e6, "p50-ms")
		b.ReportMetric(float64(p99)/1e6, "p99-ms")
		b.ReportMetric(float64(p99)/float64(fsync), "p99/fsync")
		b.ReportMetric(float64(alone)/1e6, "store-p99-ms")
		b.ReportMetric(float64(p99)/float64(alone), "p99/store-p99")
	}
}

// latencies are those of what is begun at a steady pace.
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
			group.Go(func() {
				at := time.Now()
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
