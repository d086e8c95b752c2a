package service

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
)

// roundTrip is a network that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func request(ctx context.Context, t *testing.T) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://system.test/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// slowBody blocks until its request is given up.
type slowBody struct{ ctx context.Context }

func (b slowBody) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

func (slowBody) Close() error { return nil }

func TestAnExchangeEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := &bounded{clock: Wall(), timeout: 30 * time.Second, inner: roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})}
		began := time.Now()
		if _, err := silent.RoundTrip(request(t.Context(), t)); !errors.Is(err, errTooSlow) || time.Since(began) != 30*time.Second {
			t.Errorf("a silent system: %v after %s", err, time.Since(began))
		}
		dripping := &bounded{clock: Wall(), timeout: 30 * time.Second, inner: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: slowBody{r.Context()}}, nil
		})}
		began = time.Now()
		res, err := dripping.RoundTrip(request(t.Context(), t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(res.Body); err == nil || time.Since(began) != 30*time.Second {
			t.Errorf("a body that does not end: %v after %s", err, time.Since(began))
		}
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestEV7: only what certainly never left is definite.
func TestEV7WhatWasNeverSent(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		sent bool
	}{
		"no connection": {&net.OpError{Op: "dial", Err: errors.New("refused")}, false},
		"no address":    {&net.DNSError{Name: "system.test"}, false},
		"a reset":       {&net.OpError{Op: "read", Err: errors.New("reset")}, true},
		"an early end":  {io.ErrUnexpectedEOF, true},
	} {
		b := &bounded{clock: Wall(), timeout: time.Minute, inner: roundTrip(func(*http.Request) (*http.Response, error) { return nil, tt.err })}
		_, err := b.RoundTrip(request(t.Context(), t))
		var unsent *adapter.NotSent
		if errors.As(err, &unsent) == tt.sent {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// gated is a life of which only the inbox is there.
func gated(t *testing.T) (*life, *exchange) {
	s, err := New(Options{Config: testConfig(t, ""), Store: &failing{}})
	if err != nil {
		t.Fatal(err)
	}
	l := &life{s: s, inbox: newMailbox[input]()}
	return l, &exchange{life: l}
}

func (l *life) taken() (events []engine.Event) {
	for _, in := range l.inbox.take(nil) {
		events = append(events, in.event)
	}
	return events
}

func TestRL1ACallWaitsForItsAdmission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, e := gated(t)
		ended := make(chan error, 1)
		go func() { ended <- e.Admit(withOp(t.Context(), 7)) }()
		synctest.Wait()
		asked := l.taken()[0].(engine.Asked)
		if asked.Op != 7 || len(ended) != 0 {
			t.Fatalf("asked %+v", asked)
		}
		l.carryOut(engine.Admit{Call: asked.Call})
		if err := <-ended; err != nil || e.call != asked.Call {
			t.Errorf("admitted with %v, call %d", err, e.call)
		}
		e.Report(adapter.Signal{Limited: true})
		if got := l.taken()[0].(engine.Exchanged); got.Call != asked.Call || !got.Answered || !got.Signal.Limited {
			t.Errorf("reported %+v", got)
		}
	})
}

func TestACallThatIsDeniedOrGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, e := gated(t)
		ended := make(chan error, 1)
		go func() { ended <- e.Admit(t.Context()) }()
		synctest.Wait()
		l.carryOut(engine.Admit{Call: l.taken()[0].(engine.Asked).Call, Denied: true})
		if err := <-ended; !errors.Is(err, errDenied) {
			t.Errorf("denied: %v", err)
		}

		ctx, cancel := context.WithCancel(t.Context())
		go func() { ended <- e.Admit(ctx) }()
		synctest.Wait()
		call := l.taken()[0].(engine.Asked).Call
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("given up: %v", err)
		}
		if got := l.taken(); len(got) != 1 || got[0] != (engine.Withdrawn{Call: call}) {
			t.Fatalf("given up: %+v", got)
		}
		// The core admits it before it hears of that: the place comes back.
		l.carryOut(engine.Admit{Call: call})
		if got := l.taken(); len(got) != 1 || got[0] != (engine.Exchanged{Call: call}) {
			t.Errorf("admitted too late: %+v", got)
		}
	})
}

func TestTheMailboxKeepsOrderAndRefusesWhenClosed(t *testing.T) {
	m := newMailbox[int]()
	m.put(1, 2)
	m.put(3)
	if m.closeIfEmpty() {
		t.Error("it closed with something in it")
	}
	if got := m.take(nil); len(got) != 3 || got[0] != 1 || got[2] != 3 {
		t.Errorf("took %d", got)
	}
	if !m.closeIfEmpty() || m.put(4) || m.len() != 0 {
		t.Error("a closed mailbox takes something")
	}
}

// TestAFailingSinkIsTriedForTwoMinutes, and then given up.
func TestAFailingSinkIsTriedForTwoMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Options{Config: testConfig(t, ""), Store: &failing{}})
		if err != nil {
			t.Fatal(err)
		}
		sink := &refusing{}
		s.teller = newTeller(s, []Sink{sink})
		began := time.Now()
		s.teller.tell(engine.Message{ID: "a", Text: strings.Repeat("x", 10)})
		synctest.Wait()
		for !s.teller.quiet() {
			<-time.After(time.Second)
			synctest.Wait()
		}
		if sink.tries != tellTries || time.Since(began) < 2*time.Minute || time.Since(began) > 3*time.Minute {
			t.Errorf("%d tries in %s", sink.tries, time.Since(began))
		}
		s.teller.stop()
	})
}

type refusing struct{ tries int }

func (r *refusing) Tell(context.Context, engine.Message) error {
	r.tries++
	return errors.New("no")
}
