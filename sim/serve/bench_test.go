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
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/sqlite"
)

// The benchmarks of the live driver compare rates within one run: each plays
// its parts one after the other for a fixed time and reports their ratio. Run
// them with make bench-live.
const (
	part        = 3 * time.Second
	connections = 256
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
	return &knocker{client: &http.Client{Transport: &http.Transport{MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections, MaxIdleConns: connections}}, url: *r.door.Load()}
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
