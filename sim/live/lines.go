package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	client "github.com/Shopify/toxiproxy/v2/client"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// toxic is one of Toxiproxy's, always at toxicity 1: what strikes a message is
// drawn by the seed, not by Toxiproxy's own randomness.
type toxic struct {
	kind   string // latency | timeout | reset_peer
	stream string // upstream | downstream
	key    string // its attribute's name, and value in milliseconds
	value  int64
}

func (t toxic) String() string { return fmt.Sprintf("%s_%s_%d", t.kind, t.stream, t.value) }

// proxies is a Toxiproxy: the one in this process, or one that runs elsewhere.
type proxies interface {
	open(name, upstream string) (address string, err error)
	add(name string, t toxic) error
	close(name string) error
}

// line is one Toxiproxy proxy: a way to an address with certain toxics.
type line struct {
	name    string
	address string
}

// lines are the ways to one address. Each combination of toxics that strikes
// some message has a line of its own, made when it is first needed: so what
// happens to one message does not depend on what happens to another.
type lines struct {
	proxies  proxies
	name     string
	upstream string

	mu    sync.Mutex
	ways  map[string]line
	walls []wall // of partitions that are open: on every line
}

// wall stops everything in one direction, as a dead link does: connections
// stay open and carry nothing.
type wall struct {
	id     uint64
	stream string
}

func (w wall) toxic() toxic { return toxic{kind: "timeout", stream: w.stream, key: "timeout"} }

func newLines(p proxies, name, upstream string) *lines {
	return &lines{proxies: p, name: name, upstream: upstream, ways: map[string]line{}}
}

// way is the address of a line with exactly these toxics, and the walls.
func (l *lines) way(toxics []toxic) (string, error) {
	var b strings.Builder
	for _, t := range toxics {
		b.WriteString("." + t.String())
	}
	key := b.String()
	l.mu.Lock()
	defer l.mu.Unlock()
	if w, ok := l.ways[key]; ok {
		return w.address, nil
	}
	w := line{name: l.name + key}
	address, err := l.proxies.open(w.name, l.upstream)
	if err != nil {
		return "", fmt.Errorf("a line through Toxiproxy to %s: %w", l.name, err)
	}
	w.address = address
	l.ways[key] = w
	for _, t := range toxics {
		if err := l.proxies.add(w.name, t); err != nil {
			return "", fmt.Errorf("toxic %s on the line to %s: %w", t, l.name, err)
		}
	}
	return w.address, l.block(w)
}

// block puts the walls on a line.
func (l *lines) block(w line) error {
	for _, x := range l.walls {
		if err := l.proxies.add(w.name, x.toxic()); err != nil && !there(err) {
			return fmt.Errorf("a partition of %s: %w", l.name, err)
		}
	}
	return nil
}

// there reports whether a line has the same toxic already.
func there(err error) bool { return strings.Contains(err.Error(), "already exists") }

// wall stops one direction, on lines that are there and on those to come.
func (l *lines) wall(id uint64, stream string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.walls = append(l.walls, wall{id, stream})
	for _, w := range l.ways {
		if err := l.block(w); err != nil {
			return err
		}
	}
	return nil
}

// breach takes a partition's walls down, and with them the connections that
// met them. All lines are made anew.
func (l *lines) breach(id uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.walls = slices.DeleteFunc(l.walls, func(w wall) bool { return w.id == id })
	return l.drop()
}

// close takes all lines down.
func (l *lines) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.drop()
}

func (l *lines) drop() error {
	var first error
	for _, w := range l.ways {
		if err := l.proxies.close(w.name); err != nil && first == nil {
			first = err
		}
	}
	l.ways = map[string]line{}
	return first
}

// embedded is a Toxiproxy in this process.
type embedded struct{ server *toxiproxy.ApiServer }

func newEmbedded() *embedded {
	return &embedded{toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())}
}

func (e *embedded) open(name, upstream string) (string, error) {
	p := toxiproxy.NewProxy(e.server, name, "127.0.0.1:0", upstream)
	if err := e.server.Collection.Add(p, true); err != nil {
		return "", err
	}
	return p.Listen, nil
}

func (e *embedded) add(name string, t toxic) error {
	p, err := e.server.Collection.Get(name)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{
		"name": t.String(), "type": t.kind, "stream": t.stream, "toxicity": 1.0, "attributes": map[string]any{t.key: t.value},
	})
	if err != nil {
		return err
	}
	_, err = p.Toxics.AddToxicJson(bytes.NewReader(body))
	return err
}

func (e *embedded) close(name string) error { return e.server.Collection.Remove(name) }

// remote is a Toxiproxy that runs elsewhere, by the address of its interface.
// Its lines listen on the host of that address.
type remote struct {
	client *client.Client
	host   string
	prefix string
}

// newRemote finds a running Toxiproxy; prefix keeps the names of several
// worlds apart.
func newRemote(address, prefix string) (*remote, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("the address of Toxiproxy is %q, expected host:port: %w", address, err)
	}
	c := client.NewClient(address)
	if _, err := c.Proxies(); err != nil {
		return nil, fmt.Errorf("no Toxiproxy answers at %s: %w", address, err)
	}
	return &remote{client: c, host: host, prefix: prefix}, nil
}

func (r *remote) open(name, upstream string) (string, error) {
	p, err := r.client.CreateProxy(r.prefix+name, net.JoinHostPort(r.host, "0"), upstream)
	if err != nil {
		return "", err
	}
	return p.Listen, nil
}

func (r *remote) add(name string, t toxic) error {
	_, err := r.client.AddToxic(&client.ToxicOptions{
		ProxyName: r.prefix + name, ToxicName: t.String(), ToxicType: t.kind, Stream: t.stream, Toxicity: 1,
		Attributes: client.Attributes{t.key: t.value},
	})
	return err
}

func (r *remote) close(name string) error {
	p, err := r.client.Proxy(r.prefix + name)
	if err != nil {
		return err
	}
	return p.Delete()
}
