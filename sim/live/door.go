package live

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// webhookTimeout is how long the vendor waits for an answer.
const webhookTimeout = 10 * time.Second

// deliveriesMost is how many webhooks of a vendor are under way at once, as a
// sender has only so many connections. A burst of a thousand waits there, and not
// for this machine's processors, by which its acknowledgements would be judged.
const deliveriesMost = 16

// delivery is one webhook on its way to the engine, or at its endpoint.
type delivery struct {
	d        mocks.Delivery
	side     mapping.Side
	code     string // forged | replayed | repeated | ""
	extra    bool   // a repetition or forgery: the vendor does not wait for it
	toxics   []toxic
	lost     bool
	late     bool // it travels longer than the vendor waits
	answered bool // its end is in the journal
}

// dispatch sends a delivery on its way, through the faults of the webhooks and
// of the link. The lock is held.
func (w *world) dispatch(side mapping.Side, d mocks.Delivery) {
	if side == mapping.CC {
		w.genuine[d.Record], w.lastOne = d, d.Record
	}
	n := d.Notice<<8 | uint64(d.Attempt)
	times, delay := w.struck(side, n)
	leg := w.leg(side, n, webhook)
	k := delivery{d: d, side: side, toxics: w.delayed(webhook, leg.delay), lost: times == 0 || leg.lost || w.cut(side, webhook)}
	k.late = leg.delay > webhookTimeout
	now := w.clock.now()
	for i := range max(times, 1) {
		one := k
		if i > 0 {
			one.code, one.extra = "repeated", true
		}
		w.deliveries++
		w.clock.at(now+int64(delay)+int64(i)*int64(50*time.Millisecond), func() { go w.deliver(&one) })
	}
}

// struck is how often, and how late, the n-th notice arrives, as the faults of
// webhooks have it. The lock is held.
func (w *world) struck(side mapping.Side, n uint64) (times int, delay time.Duration) {
	times = 1
	for _, f := range w.webhooks {
		if f.step.On != side.String() || !w.stage.Percent(f.step.Rate, string(f.step.Verb), f.key, n) {
			continue
		}
		switch f.step.Verb {
		case scenarios.LoseWebhooks:
			times = 0
		case scenarios.DelayWebhooks:
			delay += f.step.Amount.Std()
		case scenarios.ReorderWebhooks:
			delay += time.Duration(w.stage.Below(int64(reorderSpan), "webhook", f.key, n))
		case scenarios.RepeatWebhooks:
			times = max(times, f.step.Count)
		}
	}
	return times, delay
}

// deliver takes a delivery to the engine's door and brings the answer back to
// the vendor, who waits only so long.
func (w *world) deliver(k *delivery) {
	ctx, cancel := context.WithCancel(w.net.ctx)
	defer cancel()
	if !k.lost {
		w.clock.begin()
		defer w.clock.end()
		select {
		case w.net.sending <- struct{}{}:
			defer func() { <-w.net.sending }()
		case <-ctx.Done():
		}
	}
	patience := w.clock.after(webhookTimeout, cancel)
	defer w.clock.drop(patience)
	status := 0
	if k.lost {
		<-ctx.Done()
	} else {
		status = w.post(ctx, k)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deliveries--
	if w.ended != "" || k.extra {
		return
	}
	if status == 0 {
		w.missed(k, ctx.Err() != nil)
	}
	w.stage.Mock(k.side).Answered(w.shows(k.side), k.d, status)
	w.stir(k.side)
}

// missed journals that the vendor got no answer. The lock is held.
func (w *world) missed(k *delivery, tired bool) {
	k.answered = true
	why := "refused"
	switch {
	case k.lost:
		why = "lost"
	case tired:
		why = "timeout"
	}
	w.Emit(trace.Event{
		Kind: trace.Missed, On: on(k.side), Record: k.d.Record, Notice: k.d.Notice,
		Attempt: int32(k.d.Attempt), Cause: k.d.Cause, Code: why,
	})
}

// deliveryHeader names a delivery between the vendor's side of the line and the
// door. The engine does not see it.
const deliveryHeader = "Syncproof-Delivery"

// post sends a delivery through the line to the door; 0 means no answer.
func (w *world) post(ctx context.Context, k *delivery) int {
	address, err := w.net.hooks.way(k.toxics)
	if err != nil {
		w.failed(&sim.HarnessError{Message: err.Error()})
		return 0
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+w.net.hookPath, bytes.NewReader(k.d.Body))
	if err != nil {
		return 0
	}
	req.Header = k.d.Header.Clone()
	req.Header.Set(deliveryHeader, w.net.door.expect(k))
	res, err := w.net.client.RoundTrip(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// door stands before the engine's endpoint for webhooks: it journals what is
// delivered there and what the engine answers.
type door struct {
	w        *world
	expected map[string]*delivery // by number, as text
	last     uint64
}

// expect gives a delivery its number.
func (d *door) expect(k *delivery) string {
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	d.last++
	number := strconv.FormatUint(d.last, 10)
	d.expected[number] = k
	return number
}

// ServeHTTP implements http.Handler.
func (d *door) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, mocks.MaxBody+1))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	number := r.Header.Get(deliveryHeader)
	r.Header.Del(deliveryHeader)
	d.w.mu.Lock()
	k, address := d.expected[number], d.w.net.endpoint
	delete(d.expected, number)
	d.w.mu.Unlock()
	if k == nil {
		panic(http.ErrAbortHandler)
	}
	conn, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", address)
	if err != nil {
		panic(http.ErrAbortHandler) // no process listens
	}
	op, life := d.knock(k)
	if op == 0 {
		_ = conn.Close()
		panic(http.ErrAbortHandler)
	}
	status := d.ask(r, conn, body)
	if !d.answered(k, op, life, status) {
		panic(http.ErrAbortHandler)
	}
	out.WriteHeader(status)
}

// knock journals a delivery; 0 if no process of the engine runs.
func (d *door) knock(k *delivery) (op uint64, life int) {
	w := d.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.up {
		return 0, 0
	}
	return w.Emit(trace.Event{
		Kind: trace.Deliver, On: on(k.side), Record: k.d.Record, Notice: k.d.Notice,
		Attempt: int32(k.d.Attempt), Cause: k.d.Cause, Code: k.code,
	}), w.life
}

// ask gives the engine a delivery over a connection that is there; 0 means
// that it gave no answer.
func (d *door) ask(r *http.Request, conn net.Conn, body []byte) int {
	given := false
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
		if given {
			return nil, net.ErrClosed
		}
		given = true
		return conn, nil
	}}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "http://"+d.w.net.endpoint+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		_ = conn.Close()
		return 0
	}
	req.Header = r.Header.Clone()
	req.Header.Del("Connection")
	res, err := transport.RoundTrip(req)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, answerMax))
	_ = res.Body.Close()
	return res.StatusCode
}

// answered journals the engine's answer, unless the vendor has given up or the
// process has died.
func (d *door) answered(k *delivery, op uint64, life, status int) bool {
	w := d.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if status == 0 || k.answered || life != w.life || !w.up {
		return false
	}
	k.answered = true
	w.Emit(trace.Event{
		Kind: trace.Ack, On: on(k.side), Record: k.d.Record, Notice: k.d.Notice,
		Attempt: int32(k.d.Attempt), Cause: op, Status: int16(status),
	})
	return true
}

// forge sends a delivery that is not the vendor's. The lock is held.
func (w *world) forge(step *scenarios.Step) {
	w.forged++
	var genuine *mocks.Delivery
	if d, ok := w.genuine[w.stage.Native(mapping.CC, step.Record)]; ok {
		genuine = &d
	}
	w.extra(&delivery{d: w.stage.Forgery(step, w.forged, genuine), side: mapping.CC, code: "forged", extra: true})
}

// replay sends a genuine delivery again. The lock is held.
func (w *world) replay(step *scenarios.Step) {
	id := w.lastOne
	if step.Record != "" {
		id = w.stage.Native(mapping.CC, step.Record)
	}
	d, ok := w.genuine[id]
	if !ok {
		return
	}
	for range max(step.Count, 1) {
		w.extra(&delivery{d: d, side: mapping.CC, code: "replayed", extra: true})
	}
}

// extra brings a delivery to the endpoint that the vendor has not sent.
func (w *world) extra(k *delivery) {
	w.deliveries++
	go w.deliver(k)
}
