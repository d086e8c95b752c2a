package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Addrs is where a started service listens.
type Addrs struct {
	Webhooks string // host:port of POST /webhooks/{cc|crm}
	Admin    string // host:port of /healthz, /readyz, /metrics and what was mounted
}

// Addrs is where the service listens; empty before Start.
func (s *Service) Addrs() Addrs {
	return Addrs{Webhooks: s.servers.webhooks.addr(), Admin: s.servers.admin.addr()}
}

// Mount adds a handler to the admin listener, before Start.
func (s *Service) Mount(pattern string, h http.Handler) {
	s.servers.mounted = append(s.servers.mounted, mount{pattern, h})
}

type mount struct {
	pattern string
	handler http.Handler
}

// servers are the two listeners and what serves them.
type servers struct {
	webhooks, admin server
	mounted         []mount
}

type server struct {
	listener net.Listener
	http     *http.Server
}

func (s *server) addr() string {
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

const (
	connectionsMax = 4096
	headerBytesMax = 16 << 10
	headerTimeout  = 5 * time.Second
	bodyTimeout    = 10 * time.Second
	idleTimeout    = 2 * time.Minute
)

// listen binds both ports, or none.
func (all *servers) listen(ctx context.Context, s *Service) error {
	c := &s.opts.Config.Listen
	var lc net.ListenConfig
	var err error
	if all.webhooks.listener, err = lc.Listen(ctx, "tcp", c.Webhooks); err != nil {
		return fmt.Errorf("listen.webhooks: %w", err)
	}
	if all.admin.listener, err = lc.Listen(ctx, "tcp", c.Admin); err != nil {
		all.webhooks.listener.Close()
		return fmt.Errorf("listen.admin: %w", err)
	}
	all.webhooks.listener = limited(all.webhooks.listener, connectionsMax)
	all.admin.listener = limited(all.admin.listener, connectionsMax/16)
	return nil
}

func (all *servers) serve(s *Service) {
	hooks := http.NewServeMux()
	hooks.HandleFunc("POST /webhooks/{side}", s.webhook)
	admin := http.NewServeMux()
	admin.HandleFunc("GET /healthz", s.healthz)
	admin.HandleFunc("GET /readyz", s.readyz)
	admin.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	for _, m := range all.mounted {
		admin.Handle(m.pattern, m.handler)
	}
	errors := slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)
	all.webhooks.http = newServer(hooks, errors.Writer(), time.Minute)
	all.admin.http = newServer(admin, errors.Writer(), time.Minute)
	c := &s.opts.Config.Listen
	go s.serveOne(func() error {
		if c.TLSCert != "" {
			return all.webhooks.http.ServeTLS(all.webhooks.listener, c.TLSCert, c.TLSKey)
		}
		return all.webhooks.http.Serve(all.webhooks.listener)
	})
	go s.serveOne(func() error { return all.admin.http.Serve(all.admin.listener) })
}

// serveOne ends the service when a listener ends by itself.
func (s *Service) serveOne(serve func() error) {
	if err := serve(); !errors.Is(err, http.ErrServerClosed) {
		s.fail(fmt.Errorf("a listener ended: %w", err))
	}
}

// shutdown lets answers go out that are ready, within ctx.
func (all *servers) shutdown(ctx context.Context) {
	for _, one := range []*server{&all.webhooks, &all.admin} {
		if one.http == nil {
			continue
		}
		if one.http.Shutdown(ctx) != nil {
			_ = one.http.Close()
		}
	}
}

// close cuts every connection.
func (all *servers) close() {
	for _, one := range []*server{&all.webhooks, &all.admin} {
		if one.http != nil {
			_ = one.http.Close()
		} else if one.listener != nil {
			_ = one.listener.Close()
		}
	}
}

// healthz answers as long as the core's loop turns.
func (s *Service) healthz(w http.ResponseWriter, _ *http.Request) {
	if _, ok := lookAt(s, func(*life) bool { return true }); !ok {
		http.Error(w, "the core does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

// readyz answers 200 while webhooks are taken, and says what is under way.
func (s *Service) readyz(w http.ResponseWriter, _ *http.Request) {
	status := s.Status()
	w.Header().Set("Content-Type", "application/json")
	if !status.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(status)
}
