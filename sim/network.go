package sim

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// network carries HTTP exchanges and webhooks between the engine and the
// systems, with the latency and the faults of the scenario. It reads real
// requests and answers with real responses; there is no socket.
type network struct {
	w         *World
	calls     uint64
	links     [2]link // engine to cc, engine to crm
	flying    int     // exchanges and deliveries under way
	exchanges numbered[*exchange]
	spare     []*parcel // memory of exchanges that are over
}

// link is the state of the path between the engine and one system.
type link struct {
	side    mapping.Side
	faults  []linkFault
	sent    uint64 // exchanges begun, by which randomness is keyed
	inUse   int    // exchanges under way
	latency time.Duration
	jitter  time.Duration
}

// linkFault is one open fault window on a link.
type linkFault struct {
	id    uint64
	step  *scenarios.Step
	since int64
	key   uint64 // of its randomness
}

// connectTimeout is how long a connection attempt into a partition takes
// before the client gives up, where the request's own timeout is not shorter.
const connectTimeout = 5 * time.Second

// exchange is one HTTP request and its answer under way.
type exchange struct {
	call     uint64
	number   uint64 // among those of its link
	side     mapping.Side
	task     *task // nil once the process that sent it is dead
	sent     uint64
	post     bool // a request that nothing on the way repeats
	request  mocks.Request
	http     *http.Request
	answer   *mocks.Response // on its way back
	response *http.Response
	err      error
	carried
	done     bool  // the client has the outcome
	left     bool  // nothing of it is on the wire any more
	deadline int64 // when the client gives up
	timed    bool  // giving up is in the agenda
	pending  int   // what the agenda holds of it
}

// later puts something that happens to an exchange.
func (n *network) later(x *exchange, at int64, what what, how uint64) {
	x.pending++
	n.exchanges.put(x.call, x)
	n.w.at(at, happening{what: what, id: x.call, n: how})
}

// RoundTrip is the http.RoundTripper of one adapter: it hands the request to
// the network and waits, as a coroutine, for what comes back.
type transport struct {
	net  *network
	side mapping.Side
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	current := t.net.w.host.tasks.current
	if current == nil || current.killed {
		return nil, &adapter.NotSent{Err: errKilled}
	}
	x, err := t.net.send(current, t.side, req)
	if err != nil {
		return nil, err
	}
	for !x.done {
		if !current.park() {
			x.task = nil
			return nil, errKilled
		}
	}
	return x.response, x.err
}

// send puts a request on the wire.
func (n *network) send(t *task, side mapping.Side, req *http.Request) (*exchange, error) {
	body, err := readAll(req)
	if err != nil {
		return nil, &adapter.NotSent{Err: err}
	}
	n.calls++
	n.links[side].sent++
	x := &exchange{call: n.calls, number: n.links[side].sent, side: side, task: t, http: req, post: req.Method == http.MethodPost}
	var query url.Values
	if req.URL.RawQuery != "" {
		query = req.URL.Query()
	}
	x.request = mocks.Request{
		Method: req.Method, Path: req.URL.EscapedPath(), Query: query, Header: req.Header, Body: body, Call: x.call,
	}
	if x.request.Header.Get("Host") == "" && req.URL.Host != "" {
		x.http.Host = req.URL.Host
	}
	x.sent = n.w.Emit(trace.Event{
		Kind: trace.Send, On: traceSystem(side), Actor: trace.ActorEngine, Call: x.call,
		Method: req.Method, Path: x.request.Path,
	})
	x.request.Cause = x.sent
	n.flying++
	n.links[side].inUse++
	n.depart(x)
	return x, nil
}

func readAll(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer req.Body.Close()
	if req.ContentLength > 0 {
		body := make([]byte, req.ContentLength)
		_, err := io.ReadFull(req.Body, body)
		return body, err
	}
	return io.ReadAll(req.Body)
}

// depart decides what becomes of the request on its way to the system.
func (n *network) depart(x *exchange) {
	w, l := n.w, &n.links[x.side]
	timeout := int64(w.sc.Engine.Timeout)
	x.deadline = w.agenda.now + timeout
	if l.cut(w, towardsSystem) {
		wait := min(timeout, int64(connectTimeout))
		n.later(x, w.agenda.now+wait, ends, uint64(endedUnsent))
		return
	}
	delay, fate := l.fate(w, x.number, towardsSystem)
	n.patience(x, w.agenda.now+delay)
	switch fate {
	case lost:
		n.timeout(x, endedByLoss)
		return
	case reset:
		n.later(x, w.agenda.now+delay, ends, uint64(endedByReset))
		return
	}
	n.later(x, w.agenda.now+delay, arrives, uint64(fate))
	if _, hit := l.hits(w, scenarios.Duplicate, x.number); hit && !x.post {
		n.later(x, w.agenda.now+delay+int64(l.latency)/4, arrivesTwice, 0)
	}
}

// handle lets the system answer one request.
func (n *network) handle(x *exchange) {
	s := n.w.systems[x.side]
	now := s.now(n.w)
	s.mock.Advance(now)
	s.mock.Faults().InProgress = n.links[x.side].inUse
	n.w.host.noteShown(x)
	if x.asked != nil {
		n.do(s, now, x)
	} else {
		x.take(s.mock.Handle(now, &x.request))
	}
	n.w.stir(s)
}

// take keeps the first answer: what a copy of the request is answered gets lost.
func (x *exchange) take(r *mocks.Response) {
	if x.answer == nil {
		x.answer = r
	}
}

// arrive lets the system handle the request, and sends the answer back.
func (n *network) arrive(x *exchange, fate fate) {
	w, l := n.w, &n.links[x.side]
	if l.cut(w, towardsSystem) {
		n.timeout(x, endedByPartition)
		return
	}
	n.handle(x)
	if fate == resetAfter {
		n.patience(x, w.agenda.now+int64(l.latency))
		n.later(x, w.agenda.now+int64(l.latency), ends, uint64(endedByReset))
		return
	}
	delay, back := l.fate(w, x.number, towardsEngine)
	if back == lost || l.cut(w, towardsEngine) {
		n.timeout(x, endedByLoss)
		return
	}
	n.patience(x, w.agenda.now+delay)
	n.later(x, w.agenda.now+delay, returns, 0)
}

// deliver gives the answer to the client, body faults included.
func (n *network) deliver(x *exchange) {
	w, l := n.w, &n.links[x.side]
	if l.cut(w, towardsEngine) {
		n.timeout(x, endedByPartition)
		return
	}
	if !n.awaited(x) {
		n.close(x)
		return
	}
	if x.asked != nil {
		n.bring(x)
		n.finish(x, endedWell)
		return
	}
	r := x.answer
	body := &responseBody{data: r.Body, net: n, x: x}
	if _, hit := l.hits(w, scenarios.Truncate, x.number); hit && len(r.Body) > 0 {
		body.data, body.cut = r.Body[:len(r.Body)/2], true
	}
	if f, hit := l.hits(w, scenarios.SlowBody, x.number); hit {
		body.until = w.agenda.now + int64(f.step.Amount)
	}
	x.response = &http.Response{
		StatusCode: r.Status, Status: http.StatusText(r.Status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.Header, Body: body, ContentLength: int64(len(r.Body)), Request: x.http,
	}
	n.finish(x, endedWell)
}

// awaited reports whether the client still waits for the outcome: its process
// lives, and it has not given up.
func (n *network) awaited(x *exchange) bool {
	switch {
	case x.done:
		return false
	case x.asked != nil:
		return n.w.host.waitsFor(x)
	default:
		return x.task != nil && !x.task.killed
	}
}

// patience lets the client give up at its deadline if what comes next for it
// comes later than that. What is on the wire travels on: the system may still
// handle the request, and its answer meets nobody.
func (n *network) patience(x *exchange, next int64) {
	if next <= x.deadline || x.timed {
		return
	}
	x.timed = true
	n.later(x, x.deadline, givesUp, 0)
}

// timeout ends an exchange of which nothing travels any more: the client
// waits in vain until its patience is over.
func (n *network) timeout(x *exchange, how ending) {
	n.later(x, x.deadline, ends, uint64(how))
}

// finish ends the exchange on the wire and for the client.
func (n *network) finish(x *exchange, how ending) {
	n.close(x)
	n.settle(x, how)
}

// settle resumes the client with the outcome, if it still waits for one.
func (n *network) settle(x *exchange, how ending) {
	if !n.awaited(x) {
		return
	}
	x.err, x.done = how.error(), true
	on, r := traceSystem(x.side), x.response
	switch {
	case x.err != nil:
		x.response = nil
		n.w.Emit(trace.Event{Kind: trace.Lose, On: on, Actor: trace.ActorEngine, Call: x.call, Cause: x.sent, Code: how.reason()})
	case x.asked != nil:
		n.receive(x)
	default:
		n.w.Emit(trace.Event{
			Kind: trace.Receive, On: on, Actor: trace.ActorEngine, Call: x.call, Cause: x.sent, Status: int16(r.StatusCode),
			Code: limitCode(r), RetryAfter: r.Header.Get("Retry-After"), Date: r.Header.Get("Date"),
		})
	}
	if x.asked != nil {
		n.w.host.settled(x, how)
		return
	}
	n.w.host.tasks.resume(x.task)
}

// limitCode names the limit signal that is not a 429, so that the journal
// shows it without the body.
func limitCode(r *http.Response) string {
	if b, ok := r.Body.(*responseBody); ok {
		return limitCodeOf(r.StatusCode, b.data)
	}
	return ""
}

func limitCodeOf(status int, body []byte) string {
	if status == http.StatusForbidden && bytes.Contains(body, []byte(limitExceeded)) {
		return limitExceeded
	}
	return ""
}

// limitExceeded is Salesforce's code of a limit signal.
const limitExceeded = "REQUEST_LIMIT_EXCEEDED"

// close takes the exchange off the wire, once.
func (n *network) close(x *exchange) {
	if x.left {
		return
	}
	x.left = true
	n.flying--
	n.links[x.side].inUse--
}

// responseBody is an answer's body: at once, cut short, or slow.
type responseBody struct {
	data  []byte
	cut   bool
	until int64 // true time at which the rest is there, 0 for at once
	net   *network
	x     *exchange
}

func (b *responseBody) Read(p []byte) (int, error) {
	w := b.net.w
	for b.until > w.agenda.now {
		t := w.host.tasks.current
		if t == nil {
			return 0, errKilled
		}
		b.net.later(b.x, min(b.until, b.x.deadline), readsOn, 0)
		if !t.park() {
			return 0, errKilled
		}
		if w.agenda.now >= b.x.deadline && b.until > w.agenda.now {
			return 0, errTimeout
		}
	}
	if len(b.data) == 0 {
		if b.cut {
			return 0, io.ErrUnexpectedEOF
		}
		return 0, io.EOF
	}
	n := copy(p, b.data)
	b.data = b.data[n:]
	return n, nil
}

func (b *responseBody) Close() error { return nil }

// timeoutError is the net.Error that a client's deadline gives.
type timeoutError struct{}

func (timeoutError) Error() string   { return "the request timed out" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }
func (timeoutError) Is(target error) bool {
	return target == context.DeadlineExceeded
}

// reason is the name of the fault behind an ending.
func (how ending) reason() string {
	return [...]string{"", "partition", "reset", "loss", "partition", "latency"}[how]
}

// error is what the client sees of an ending, nil of a good one.
func (how ending) error() error {
	switch how {
	case endedWell:
		return nil
	case endedUnsent:
		return errUnsent
	case endedByReset:
		return errReset
	default:
		return errTimeout
	}
}

var (
	errUnsent            = &adapter.NotSent{Err: &net.OpError{Op: "dial", Net: "tcp", Err: timeoutError{}}}
	errTimeout net.Error = timeoutError{}
	errReset             = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)
