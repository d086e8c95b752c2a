package service

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

type opKey struct{}

// withOp marks what an adapter call is for: the gate is asked in its name.
func withOp(ctx context.Context, op engine.Op) context.Context {
	return context.WithValue(ctx, opKey{}, op)
}

func opOf(ctx context.Context) engine.Op {
	op, _ := ctx.Value(opKey{}).(engine.Op)
	return op
}

// exchanger asks the core's gate before every exchange with one side, bounds
// its time, and reports its end (RL-1).
type exchanger struct {
	life    *life
	side    mapping.Side
	inner   http.RoundTripper
	signals adapter.Signals
}

// RoundTrip implements http.RoundTripper.
func (x *exchanger) RoundTrip(req *http.Request) (*http.Response, error) {
	e := &exchange{life: x.life, side: x.side}
	res, err := adapter.Governed(x.inner, x.side.String(), e, x.signals).RoundTrip(req)
	if e.call != 0 {
		x.life.s.metrics.exchanged(x.side, res, err, x.life.s.opts.Clock.Now().Sub(e.admitted))
	}
	if err != nil && e.call != 0 {
		x.life.put(engine.Exchanged{Side: x.side, Call: e.call})
	}
	return res, err
}

// exchange is the adapter.Gate of one exchange.
type exchange struct {
	life     *life
	side     mapping.Side
	call     uint64 // 0 until admitted
	admitted time.Time
}

// errDenied is what a call sees that the core does not let through at all.
var errDenied = errors.New("the core holds requests to this system back")

// Admit implements adapter.Gate.
func (e *exchange) Admit(ctx context.Context) error {
	l := e.life
	call, answer := l.asked.add()
	asked := l.put(engine.Asked{Op: opOf(ctx), Side: e.side, Call: call, Urgent: adapter.IsUrgent(ctx)})
	if !asked {
		return context.Canceled
	}
	select {
	case denied := <-answer:
		if denied {
			return errDenied
		}
		e.call, e.admitted = call, l.s.opts.Clock.Now()
		return nil
	case <-ctx.Done():
		if l.asked.forget(call) {
			l.put(engine.Withdrawn{Side: e.side, Call: call})
		} else {
			// Admitted in the same moment: give the place back.
			l.put(engine.Exchanged{Side: e.side, Call: call})
		}
		return ctx.Err()
	}
}

// Report implements adapter.Gate.
func (e *exchange) Report(s adapter.Signal) {
	if s.Limited {
		e.life.s.metrics.limited(e.side)
	}
	e.life.put(engine.Exchanged{Side: e.side, Call: e.call, Signal: s, Answered: true})
}

// askers are the calls that wait for admission.
type askers struct {
	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan<- bool
}

func (a *askers) add() (call uint64, answer <-chan bool) {
	ch := make(chan bool, 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting == nil {
		a.waiting = map[uint64]chan<- bool{}
	}
	a.last++
	a.waiting[a.last] = ch
	return a.last, ch
}

// forget takes a call out, and reports whether it still waited.
func (a *askers) forget(call uint64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, waits := a.waiting[call]
	delete(a.waiting, call)
	return waits
}

// answer lets a call go on; false means that it has given up.
func (a *askers) answer(call uint64, denied bool) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	ch := a.waiting[call]
	if ch == nil {
		return false
	}
	delete(a.waiting, call)
	ch <- denied
	return true
}

// bounded is a RoundTripper whose exchanges end within a time by the service's
// clock, bodies included, and which tells what was never sent.
type bounded struct {
	inner   http.RoundTripper
	clock   Clock
	timeout time.Duration
}

var errTooSlow = errors.New("no complete answer in time")

// RoundTrip implements http.RoundTripper.
func (b *bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	stop := b.clock.AfterFunc(b.timeout, func() { cancel(errTooSlow) })
	end := func() {
		stop()
		cancel(nil)
	}
	res, err := b.inner.RoundTrip(once(req.WithContext(ctx)))
	if err != nil {
		if errors.Is(context.Cause(ctx), errTooSlow) {
			err = fmt.Errorf("%w (%s)", errTooSlow, b.timeout)
		} else if neverSent(err) {
			err = &adapter.NotSent{Err: err}
		}
		end()
		return nil, err
	}
	res.Body = &timedBody{ReadCloser: res.Body, end: end}
	return res, nil
}

// neverSent reports whether the transport knows that no byte of the request
// left: there was no connection.
func neverSent(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return true
	}
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &dns) || errors.As(err, &certificate)
}

type timedBody struct {
	io.ReadCloser
	end func()
}

// Close implements io.Closer.
func (b *timedBody) Close() error {
	err := b.ReadCloser.Close()
	b.end()
	return err
}
