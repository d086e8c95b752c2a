package service

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store"
)

// Service is one engine, driven live. Make it with New, begin with Start, end
// with Shutdown, or with Abort.
type Service struct {
	opts       Options
	log        *slog.Logger
	metrics    *metrics
	tracer     *tracer
	recorder   *recording
	transports [2]http.RoundTripper
	limiters   [2]*rate.Limiter
	waiting    atomic.Int64 // deliveries at the endpoint
	doors      *answers[int]
	replies    *answers[engine.Reply]
	teller     *teller
	servers    servers

	mu      sync.Mutex
	now     *life         // nil before the start
	changed chan struct{} // closed when now changes
	lives   int           // begun; guarded by reload after the start
	reload  sync.Mutex    // one life follows the other

	stop     atomic.Bool // no new deliveries
	dead     chan struct{}
	deadOnce sync.Once
	trouble  atomic.Pointer[string] // of the store, nil for none
	failure  atomic.Pointer[error]
}

var (
	errNotRunning = errors.New("the service is not running")
	errStarted    = errors.New("the service was started before")
)

// New makes a service; nothing happens before Start.
func New(o Options) (*Service, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	c := o.Config
	s := &Service{
		opts: o, log: o.Log, metrics: newMetrics(o.Version), tracer: newTracer(o.Traces, o.Version), changed: make(chan struct{}), dead: make(chan struct{}),
		doors: newAnswers[int](), replies: newAnswers[engine.Reply](),
	}
	if console, ok := o.Store.(store.Console); ok {
		s.metrics.registry.MustRegister(&storeMetrics{s: s, console: console})
	}
	if o.Recorder != nil {
		s.recorder = &recording{s: s, to: o.Recorder}
	}
	for i := range s.transports {
		s.transports[i] = newTransport(c.Systems.Of(mapping.Side(i)).Concurrency)
		s.limiters[i] = rate.NewLimiter(rate.Limit(c.Limits.WebhookRate), c.Limits.WebhookBurst)
	}
	return s, nil
}

// Start binds the listeners, takes up what the store holds, and begins to
// work. When it returns nil the service is ready. It may be called once.
func (s *Service) Start(ctx context.Context) error {
	if s.current() != nil || s.stopping() {
		return errStarted
	}
	if err := s.servers.listen(ctx, s); err != nil {
		return err
	}
	var sinks []Sink
	if s.opts.Sink != nil {
		sinks = append(sinks, s.opts.Sink)
	}
	if s.opts.Config.Notify.URL != "" {
		sinks = append(sinks, newOutbound(&s.opts.Config.Notify))
	}
	s.teller = newTeller(s, sinks)
	l, err := s.beginLife(s.opts.Config)
	if err != nil {
		s.teller.stop()
		s.servers.close()
		return err
	}
	s.swap(l)
	s.servers.serve(s)
	s.log.Info("ready", "webhooks", s.servers.webhooks.addr(), "admin", s.servers.admin.addr(), "version", s.opts.Version)
	return nil
}

// Shutdown ends the service: deliveries that come are answered 503, records
// that are worked on are finished as far as ctx and limits.shutdown_grace
// allow, and what was acknowledged stays durable.
func (s *Service) Shutdown(ctx context.Context) error {
	if s.stop.Swap(true) {
		return nil
	}
	s.reload.Lock()
	defer s.reload.Unlock()
	l := s.current()
	if l == nil {
		s.die(nil)
		return nil
	}
	s.log.Info("stopping")
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := s.opts.Clock.AfterFunc(l.config.Limits.ShutdownGrace.Std(), cancel)
	defer stop()
	if err := l.drain(ctx); err != nil {
		s.log.Warn("records were being worked on when the time was over: the next start takes them up")
	}
	s.die(nil)
	s.servers.shutdown(ctx)
	s.teller.stop()
	s.closeIdle()
	s.log.Info("stopped")
	return nil
}

// Abort ends the service as the death of its process would: nothing more is
// done when it returns, connections are cut, and the store is left as it is.
func (s *Service) Abort() {
	s.stop.Store(true)
	s.die(nil)
	s.servers.close()
	if l := s.current(); l != nil {
		l.kill() // a reload that waits for it ends with it
	}
	s.reload.Lock()
	defer s.reload.Unlock()
	if l := s.current(); l != nil {
		l.kill()
		s.teller.stop()
	}
	s.closeIdle()
}

// Done is closed when the service has ended, by itself or by being stopped.
func (s *Service) Done() <-chan struct{} { return s.dead }

// Err is why the service ended by itself, nil if it did not.
func (s *Service) Err() error {
	if err := s.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// Decide gives the core a person's word on a record and waits for its answer
// (CR-10, CR-11, FC-1); the Token of r is the service's to set. When ctx ends first the
// decision may still be carried out.
func (s *Service) Decide(ctx context.Context, r engine.Reviewed) (engine.Reply, error) {
	return s.ask(ctx, func(token uint64) engine.Event {
		r.Token = token
		return r
	})
}

// Approve lets a paused mass delete go on (CR-13), and waits until that is
// durable.
func (s *Service) Approve(ctx context.Context) (engine.Reply, error) {
	return s.ask(ctx, func(token uint64) engine.Event { return engine.Approved{Token: token} })
}

// ask gives the core an event under a token of its own and waits for the reply.
func (s *Service) ask(ctx context.Context, event func(token uint64) engine.Event) (engine.Reply, error) {
	token, answer := s.replies.await()
	defer s.replies.forget(token)
	if s.stopping() || s.current() == nil {
		return engine.Reply{}, errNotRunning
	}
	if why := s.deliver(ctx, nil, []engine.Event{event(token)}); why != "" {
		return engine.Reply{}, errors.Join(errNotRunning, ctx.Err())
	}
	select {
	case reply := <-answer:
		return reply, nil
	case <-ctx.Done():
		return engine.Reply{}, ctx.Err()
	case <-s.dead:
		return engine.Reply{}, errNotRunning
	}
}

// life is the current one, and a channel that is closed when another follows.
func (s *Service) life() (*life, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now, s.changed
}

func (s *Service) current() *life {
	l, _ := s.life()
	return l
}

func (s *Service) swap(l *life) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = l
	close(s.changed)
	s.changed = make(chan struct{})
	s.metrics.lives.Inc()
}

func (s *Service) stopping() bool { return s.stop.Load() }

// die marks the service as ended; err is why, if it ended by itself.
func (s *Service) die(err error) {
	s.deadOnce.Do(func() {
		if err != nil {
			s.failure.Store(&err)
		}
		close(s.dead)
	})
}

// fail ends the service by itself: it cannot go on.
func (s *Service) fail(err error) {
	s.log.Error("the service cannot go on", "error", err.Error())
	s.stop.Store(true)
	s.die(err)
}

// storeTrouble notes whether the store takes what it is given.
func (s *Service) storeTrouble(err error) {
	if err == nil {
		if s.trouble.Swap(nil) != nil {
			s.metrics.storeUp.Set(1)
			s.log.Info("the store works again")
		}
		return
	}
	text := err.Error()
	s.trouble.Store(&text)
	s.metrics.storeUp.Set(0)
}

func (s *Service) ackTimeout() time.Duration {
	return s.current().config.Limits.AckTimeout.Std()
}

func (s *Service) closeIdle() {
	for _, t := range s.transports {
		if t, ok := t.(*http.Transport); ok {
			t.CloseIdleConnections()
		}
	}
}
