package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
)

// network is everything of a live world that listens: for each system a mock,
// the lines to it and the tap before it, and the door with the line to it.
type network struct {
	w        *world
	ctx      context.Context
	cancel   context.CancelFunc
	client   *http.Transport // one connection for each exchange, so that a toxic strikes it alone
	lines    [2]*lines
	hooks    *lines
	pushes   *lines // to the channels
	door     *door
	taps     [2]string // the systems' addresses, as the engine knows them
	endpoint string    // host:port of the engine's webhooks
	hookPath string
	servers  []*http.Server
	sending  chan struct{} // holds a token for each webhook that is under way
}

// newNetwork binds all addresses. Nothing is served before serve.
func newNetwork(ctx context.Context, w *world, p proxies) (*network, error) {
	n := &network{w: w, sending: make(chan struct{}, deliveriesMost), hookPath: "/webhooks/cc", client: &http.Transport{DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10}}
	n.ctx, n.cancel = context.WithCancel(ctx)
	n.door = &door{w: w, expected: map[string]*delivery{}}
	for i := range n.lines {
		side := mapping.Side(i)
		address, err := n.listen(&backend{w, side})
		if err != nil {
			return nil, err
		}
		n.lines[i] = newLines(p, side.String(), address)
		if side == mapping.CC {
			n.pushes = newLines(p, "channels", address)
		}
		if n.taps[i], err = n.listen(&tap{w: w, side: side, line: n.lines[i]}); err != nil {
			return nil, err
		}
	}
	address, err := n.listen(n.door)
	if err != nil {
		return nil, err
	}
	n.hooks = newLines(p, "webhooks", address)
	return n, nil
}

// listen serves a handler on a loopback address of its own. Every wait for a
// peer is bounded; how long an answer takes is for the world to say.
func (n *network) listen(h http.Handler) (address string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("no address on loopback: %w", err)
	}
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(io.Discard, "", 0), BaseContext: func(net.Listener) context.Context { return n.ctx },
	}
	n.servers = append(n.servers, s)
	go func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			n.w.failed(&sim.HarnessError{Message: "a server of the harness ended: " + err.Error()})
		}
	}()
	return l.Addr().String(), nil
}

// places are the systems' addresses, as the mocks show them and the engine
// uses them: the taps'.
func (n *network) places() sim.Places {
	var p sim.Places
	for i, address := range n.taps {
		p.URL[i] = "http://" + address
		p.Login[i] = p.URL[i]
	}
	p.Webhook = "http://" + n.endpoint + n.hookPath
	return p
}

// wall stops one direction between the engine and a system.
func (n *network) wall(side mapping.Side, id uint64, d direction) error {
	if d != webhook {
		return n.lines[side].wall(id, d.stream())
	}
	if side == mapping.CC {
		return errors.Join(n.hooks.wall(id, d.stream()), n.pushes.wall(id, response.stream()))
	}
	return nil
}

// breach takes a partition's walls down.
func (n *network) breach(side mapping.Side, id uint64) error {
	err := n.lines[side].breach(id)
	if side == mapping.CC {
		err = errors.Join(err, n.hooks.breach(id), n.pushes.breach(id))
	}
	return err
}

// faulty reports whether a fault may have broken a connection. The world's
// lock is held.
func (n *network) faulty() bool {
	for _, open := range n.w.open {
		for _, f := range open {
			if f.step.Verb == scenarios.Partition || f.step.Verb == scenarios.Reset {
				return true
			}
		}
	}
	return n.ctx.Err() != nil
}

// close ends everything that listens, and what is under way with it.
func (n *network) close() {
	n.cancel()
	for _, s := range n.servers {
		_ = s.Close()
	}
	for _, l := range []*lines{n.lines[0], n.lines[1], n.hooks, n.pushes} {
		if l != nil {
			_ = l.close()
		}
	}
	n.client.CloseIdleConnections()
}
