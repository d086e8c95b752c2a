package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/mocks"
	mockgenesys "github.com/syncproof/syncproof/mocks/genesys"
	"github.com/syncproof/syncproof/mocks/host"
	"github.com/syncproof/syncproof/sim/trace"
)

// tenant is a Genesys mock as `syncproof mock genesys` runs it, behind a relay
// that sees the channels' messages, behind a Toxiproxy. Polls are an hour apart:
// what travels came by a channel, or because a channel was down.
type tenant struct {
	*rig
	control *httptest.Server
	relay   *relay
	line    *toxiproxy.Proxy
}

const controlToken = "canary-control-token"

func newTenant(t *testing.T, offset string, vary func(*service.Options)) *tenant {
	t.Helper()
	m, spec, err := mapping.Parse("mapping", mappingOf(t, "rest"))
	if err != nil {
		t.Fatal(err)
	}
	c := mockConfig(mapping.CC, m, spec)
	n := &tenant{relay: &relay{}}
	front := httptest.NewServer(n.relay)
	t.Cleanup(front.Close)
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	n.line = toxiproxy.NewProxy(server, "cc", "127.0.0.1:0", strings.TrimPrefix(front.URL, "http://"))
	if err := server.Collection.Add(n.line, true); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Collection.Remove("cc") })
	c.BaseURL = "http://" + n.line.Listen
	h := host.New(host.Options{Kind: "genesys", On: trace.CC, New: func(j mocks.Journal) mocks.System {
		c.Journal = j
		return mockgenesys.New(c)
	}, Lines: func(w io.Writer, events []trace.Event) error { return nil }})
	vendor := httptest.NewServer(h.Vendor())
	t.Cleanup(vendor.Close)
	n.relay.to(vendor.URL)
	n.control = httptest.NewServer(h.Control(controlToken))
	t.Cleanup(n.control.Close)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); h.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	if offset != "" {
		n.plane(t, "PUT", "/v1/clock", map[string]any{"offset": offset}, nil)
	}
	n.rig = newRig(t, setup{front: c.BaseURL, feed: "channel", poll: "1h", quiet: true, vary: func(o *service.Options) {
		o.Ping = 200 * time.Millisecond
		if vary != nil {
			vary(o)
		}
	}})
	return n
}

// plane asks the control plane.
func (n *tenant) plane(t testing.TB, method, path string, body, into any) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, n.control.URL+path, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+controlToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && into != nil {
		err = json.Unmarshal(answer, into)
	}
	if err != nil || res.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s, %v", method, path, res.StatusCode, answer, err)
	}
}

// contact is one as the mock holds it.
type contact struct {
	ID       string            `json:"id"`
	External string            `json:"external"`
	Fields   map[string]string `json:"fields"`
}

// edit is an agent's.
func (n *tenant) edit(id, title string) {
	n.t.Helper()
	n.plane(n.t, "POST", "/v1/edits", map[string]any{"as": "agent", "by": "maria", "record": id, "set": map[string]any{"title": title}}, nil)
}

func (n *tenant) contacts() []contact {
	var page struct{ Records []contact }
	n.plane(n.t, "GET", "/v1/records", nil, &page)
	return page.Records
}

// customer makes one in the CRM, and waits until a channel listens to its
// contact.
func (n *tenant) customer(name string) (cc, crm string) {
	n.t.Helper()
	n.crm.do(func(now time.Time, m mocks.System) {
		var err error
		if crm, err = m.Edit(now, mocks.Edit{By: "sam", Origin: mocks.User, Set: map[string]any{"last_name": name}}); err != nil {
			n.t.Fatal(err)
		}
	})
	if err := n.service.Renew(n.t.Context()); err != nil { // the CRM is polled
		n.t.Fatal(err)
	}
	n.until("the customer is a contact", func() bool {
		for _, c := range n.contacts() {
			if c.External == crm {
				cc = c.ID
			}
		}
		return cc != ""
	})
	n.until("a channel tells of the contact", func() bool { return n.standing().Records > 0 && n.relay.connections() > 0 })
	n.until("nothing is under way", n.service.Idle)
	return cc, crm
}

func (n *tenant) standing() service.Channels { return n.service.Status().Channels["cc"] }

func (n *tenant) connected() bool { return n.standing().Connected == 1 }

func (n *tenant) arrives(crm, title string) {
	n.t.Helper()
	n.until("the agent's edit "+title+" is in the CRM", func() bool { return n.crm.peek(crm).Fields["title"] == title })
}

// relay passes exchanges and channels on, and can change or add messages.
type relay struct {
	mu     sync.Mutex
	api    http.Handler
	vendor string
	open   []*websocket.Conn
	opened int
	change func(message []byte) []byte // of a notice, once
}

func (r *relay) to(vendor string) {
	at, _ := url.Parse(vendor)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.api, r.vendor = httputil.NewSingleHostReverseProxy(at), "ws"+strings.TrimPrefix(vendor, "http")
}

// ServeHTTP implements http.Handler.
func (r *relay) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	api, vendor := r.api, r.vendor
	r.mu.Unlock()
	if q.Header.Get("Upgrade") == "" {
		api.ServeHTTP(w, q)
		return
	}
	far, res, err := websocket.Dial(q.Context(), vendor+q.URL.Path, nil)
	if err != nil {
		http.Error(w, "refused", res.StatusCode)
		return
	}
	defer func() { _ = far.CloseNow() }()
	near, err := websocket.Accept(w, q, nil)
	if err != nil {
		return
	}
	defer func() { _ = near.CloseNow() }()
	r.mu.Lock()
	r.open, r.opened = append(r.open, near), r.opened+1
	r.mu.Unlock()
	go func() {
		defer func() { _ = far.CloseNow() }()
		r.pass(q.Context(), near, far)
	}()
	r.pass(q.Context(), far, near)
}

func (r *relay) pass(ctx context.Context, from, to *websocket.Conn) {
	for {
		_, message, err := from.Read(ctx)
		if err != nil {
			var end websocket.CloseError
			if errors.As(err, &end) {
				_ = to.Close(end.Code, end.Reason)
			}
			return
		}
		r.mu.Lock()
		if r.change != nil && bytes.Contains(message, []byte("v2.externalcontacts")) {
			message, r.change = r.change(message), nil
		}
		r.mu.Unlock()
		if to.Write(ctx, websocket.MessageText, message) != nil {
			return
		}
	}
}

func (r *relay) connections() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.opened
}

// say pushes a message that the vendor has not sent.
func (r *relay) say(t testing.TB, message string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.open[len(r.open)-1].Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

func (r *relay) spoil(change func([]byte) []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.change = change
}

// hold connects to a channel, past the relay's own count, until the test ends.
func (r *relay) hold(t testing.TB, address string) {
	t.Helper()
	r.mu.Lock()
	vendor := r.vendor
	r.mu.Unlock()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := websocket.Dial(t.Context(), vendor+at.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
}
