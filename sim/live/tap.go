package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// callHeader carries an exchange's number from the tap to the mock. It never
// leaves loopback, and no mock sees it.
const callHeader = "Syncproof-Call"

// answerMax bounds what a tap holds of one answer, in bytes.
const answerMax = 8 << 20

// connectTimeout is how long the engine tries in vain to reach a system that
// it is cut off from, where its own patience is not shorter.
const connectTimeout = 5 * time.Second

// tap is what the engine takes for one system: it journals what the engine
// sends and receives, and passes it on through a line. It never repeats a
// request, and answers nothing by itself.
type tap struct {
	w    *world
	side mapping.Side
	line *lines
}

// carried is how an exchange ended on the far side of the tap.
type carried struct {
	status int
	header http.Header
	body   []byte
	err    error
}

// ServeHTTP implements http.Handler.
func (t *tap) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if wantsSocket(r) {
		t.w.relay(out, r)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, mocks.MaxBody+1))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	t.catchUp()
	x := t.send(r)
	if x == nil {
		panic(http.ErrAbortHandler) // the process behind it is dead
	}
	result := make(chan carried, 1)
	go func() { result <- t.carry(x, r, body) }()
	end := t.await(r.Context(), x, result)
	t.w.under(func() {
		t.w.waiting[t.side]--
		if x.life == t.w.life {
			t.w.clock.hide(1)
		}
	})
	if end == nil {
		panic(http.ErrAbortHandler)
	}
	t.answer(out, x, end)
}

// Where as many requests wait for an answer as the engine may have in flight, it
// has given one of them up, and the word of that is still on its way here.
const (
	catchUpMost = 100 * time.Millisecond
	catchUpStep = time.Millisecond
)

// catchUp lets word of requests that the engine gave up arrive before the next
// one is journaled. An engine that does exceed its limit shows a moment later.
func (t *tap) catchUp() {
	limit := t.w.sc.Engine.Concurrency.CRM
	if t.side == mapping.CC {
		limit = t.w.sc.Engine.Concurrency.CC
	}
	step := time.NewTicker(catchUpStep)
	defer step.Stop()
	for range catchUpMost / catchUpStep {
		waiting := 0
		t.w.under(func() { waiting = t.w.waiting[t.side] })
		if waiting < limit {
			return
		}
		<-step.C
	}
}

// send journals a request and decides what becomes of it; nil if no process
// of the engine runs.
func (t *tap) send(r *http.Request) *exchange {
	w := t.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.up || w.ended != "" {
		return nil
	}
	w.calls++
	w.sent[t.side]++
	w.inUse[t.side]++
	w.waiting[t.side]++
	x := &exchange{call: w.calls, side: t.side, life: w.life}
	w.exchanges[x.call] = x
	w.clock.begin()
	w.clock.hide(-1)
	x.sent = w.Emit(trace.Event{
		Kind: trace.Send, On: on(t.side), Actor: trace.ActorEngine, Call: x.call, Method: r.Method, Path: r.URL.EscapedPath(),
	})
	w.depart(x, r.Method == http.MethodPost)
	return x
}

// carry takes the request through the line. It goes on whatever becomes of the
// engine: what is on the wire travels on.
func (t *tap) carry(x *exchange, r *http.Request, body []byte) carried {
	defer t.left(x)
	if x.twice {
		go t.carryOnce(x, r, body)
	}
	return t.carryOnce(x, r, body)
}

func (t *tap) carryOnce(x *exchange, r *http.Request, body []byte) carried {
	address, err := t.line.way(x.toxics)
	if err != nil {
		t.w.failed(&sim.HarnessError{Message: err.Error()})
		return carried{err: err}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	stop := context.AfterFunc(t.w.net.ctx, cancel)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, r.Method, "http://"+address+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return carried{err: err}
	}
	req.Header = r.Header.Clone()
	req.Header.Del("Connection")
	req.Header.Set(callHeader, strconv.FormatUint(x.call, 10))
	req.Host = r.Host
	res, err := t.w.net.client.RoundTrip(req)
	if err != nil {
		return carried{err: err}
	}
	defer res.Body.Close()
	c := carried{status: res.StatusCode, header: res.Header}
	c.body, c.err = io.ReadAll(io.LimitReader(res.Body, answerMax+1))
	if len(c.body) > answerMax {
		c.err = fmt.Errorf("the answer has more than %d bytes", answerMax)
	}
	return c
}

// left takes an exchange off the wire.
func (t *tap) left(x *exchange) {
	t.w.under(func() {
		t.w.inUse[t.side]--
		t.w.stalls(x)
		delete(t.w.exchanges, x.call)
	})
}

// await waits for the answer, for the engine to give up, or for a connection
// that does not come about. It journals the end and returns the answer, nil if
// there is none for this engine.
func (t *tap) await(patience context.Context, x *exchange, result <-chan carried) *carried {
	var unsent chan struct{}
	if x.unsent {
		unsent = make(chan struct{})
		wait := min(connectTimeout, t.w.sc.Engine.Timeout.Std())
		a := t.w.clock.after(wait, func() { close(unsent) })
		defer t.w.clock.drop(a)
		t.w.under(func() { t.w.stalls(x) })
	}
	for {
		select {
		case c := <-result:
			if !t.arrived(x, &c) {
				result = nil // the engine waits in vain
				continue
			}
			if c.err != nil {
				return nil
			}
			return &c
		case <-unsent:
			t.lost(x, "partition")
			return nil
		case <-patience.Done():
			t.lost(x, "")
			return nil
		case <-t.w.net.ctx.Done():
			return nil
		}
	}
}

// arrived journals what came back: an answer, or a connection that a fault
// reset; c.err is set where the engine gets nothing. It reports false where the
// engine is to wait in vain instead: what it waits for was lost on the way.
func (t *tap) arrived(x *exchange, c *carried) bool {
	w := t.w
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case x.unsent || x.lost != "":
		return false
	case x.life != w.life || !w.up || x.ended:
		c.err = errNobody
		return true
	case c.err != nil:
		if !x.reset && !w.net.faulty() {
			w.fail(&sim.HarnessError{Inconclusive: true, Message: fmt.Sprintf("the way to %s broke, and no fault was open: %v", t.side, c.err)})
		}
		t.emitLoss(x, "reset")
		return true
	}
	x.ended = true
	w.clock.owe()
	w.Emit(trace.Event{
		Kind: trace.Receive, On: on(t.side), Actor: trace.ActorEngine, Call: x.call, Cause: x.sent, Status: int16(c.status),
		Code: sim.LimitCode(c.status, c.body), RetryAfter: c.header.Get("Retry-After"), Date: c.header.Get("Date"),
	})
	return true
}

// errNobody is an answer whose asker is dead.
var errNobody = errors.New("nobody waits for the answer")

// lost journals that the engine will never get the answer.
func (t *tap) lost(x *exchange, reason string) {
	t.w.under(func() {
		if reason == "" {
			reason = x.lost
		}
		if reason == "" && x.unsent {
			reason = "partition"
		}
		if reason == "" {
			reason = "latency"
		}
		t.emitLoss(x, reason)
	})
}

func (t *tap) emitLoss(x *exchange, reason string) {
	w := t.w
	if x.ended || x.life != w.life || !w.up {
		return
	}
	x.ended = true
	w.clock.owe()
	w.clock.noted()
	w.Emit(trace.Event{Kind: trace.Lose, On: on(t.side), Actor: trace.ActorEngine, Call: x.call, Cause: x.sent, Code: reason})
}

// answer gives the engine its answer, cut short or slow if a fault has it so.
func (t *tap) answer(out http.ResponseWriter, x *exchange, c *carried) {
	header := out.Header()
	for name, values := range c.header {
		header[name] = values
	}
	header.Set("Content-Length", strconv.Itoa(len(c.body)))
	out.WriteHeader(c.status)
	half := len(c.body) / 2
	switch {
	case x.truncated && half > 0:
		_, _ = out.Write(c.body[:half])
		_ = http.NewResponseController(out).Flush()
		panic(http.ErrAbortHandler)
	case x.slow > 0:
		_, _ = out.Write(c.body[:half])
		_ = http.NewResponseController(out).Flush()
		t.pass(x.slow)
		_, _ = out.Write(c.body[half:])
	default:
		_, _ = out.Write(c.body)
	}
}

// pass lets scaled time pass.
func (t *tap) pass(d time.Duration) {
	over := make(chan struct{})
	t.w.clock.after(d, func() { close(over) })
	select {
	case <-over:
	case <-t.w.net.ctx.Done():
	}
}
