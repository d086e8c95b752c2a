package sim

import (
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// carried is the part of an exchange that model fidelity adds: the request and
// the answer as data.
type carried struct {
	errand     engine.Op
	life       int       // of the process that sent it
	asked      *mocks.Op // nil at wire fidelity
	outcome    *mocks.Outcome
	date       string // of the answer
	retryAfter time.Duration
	truncated  bool
	until      int64   // true time at which the rest of the body is there, 0 for at once
	whole      *parcel // that it is part of, nil at wire fidelity
}

// parcel is all the memory that one exchange takes at model fidelity.
type parcel struct {
	exchange
	op      mocks.Op
	outcome mocks.Outcome
}

// parcel gives memory for an exchange: that of one which is over, if there
// is any.
func (n *network) parcel() *parcel {
	last := len(n.spare) - 1
	if last < 0 {
		return &parcel{}
	}
	m := n.spare[last]
	n.spare = n.spare[:last]
	return m
}

// forget lets go of an exchange of which nothing more will come.
func (n *network) forget(x *exchange) {
	n.exchanges.drop(x.call)
	if m := x.whole; m != nil && !n.w.shared {
		*m = parcel{}
		n.spare = append(n.spare, m)
	}
}

// launch puts an errand's exchange on the wire.
func (n *network) launch(e *errand, m *parcel) {
	o := &m.op
	method, path := n.w.host.parts.kinds[e.place()].line(o)
	n.calls++
	n.links[e.side].sent++
	x := &m.exchange
	x.call, x.number, x.side, x.post = n.calls, n.links[e.side].sent, e.side, method == http.MethodPost
	x.errand, x.life, x.asked, x.whole = e.op, n.w.host.life, o, m
	x.sent = n.w.Emit(trace.Event{
		Kind: trace.Send, On: traceSystem(e.side), Actor: trace.ActorEngine, Call: x.call, Method: method, Path: path,
	})
	o.Call, o.Cause = x.call, x.sent
	n.flying++
	n.links[e.side].inUse++
	n.depart(x)
}

// do lets the system answer an exchange that is held as data.
func (n *network) do(s *system, now time.Time, x *exchange) {
	out := s.direct.Do(now, x.asked)
	if x.outcome != nil {
		return
	}
	if n.w.shared {
		x.outcome = new(mocks.Outcome) // its memory may be another world's as well
	} else {
		x.outcome = &x.whole.outcome
	}
	if *x.outcome, x.date = out, out.Date; x.date == "" {
		x.date = mocks.HTTPDate(now) // nothing was sent, and the answer is the adapter's own
	}
	x.retryAfter = retryAfterOf(out.RetryAfter, x.date)
}

// bring draws what happens to the body of an answer.
func (n *network) bring(x *exchange) {
	w, l := n.w, &n.links[x.side]
	if _, hit := l.hits(w, scenarios.Truncate, x.number); hit && x.outcome.Status != http.StatusNoContent {
		x.truncated = true
	}
	if f, hit := l.hits(w, scenarios.SlowBody, x.number); hit {
		x.until = w.agenda.now + int64(f.step.Amount)
	}
}

// receive journals that the client has an answer.
func (n *network) receive(x *exchange) {
	code := ""
	if x.outcome.Status == http.StatusForbidden && x.outcome.Code == limitExceeded && !x.truncated {
		code = limitExceeded
	}
	n.w.Emit(trace.Event{
		Kind: trace.Receive, On: traceSystem(x.side), Actor: trace.ActorEngine, Call: x.call, Cause: x.sent,
		Status: int16(x.outcome.Status), Code: code, RetryAfter: x.outcome.RetryAfter, Date: x.date,
	})
}

// waitsFor reports whether the errand of an exchange still waits for its end.
func (h *host) waitsFor(x *exchange) bool {
	return x.life == h.life && h.errands[x.errand] != nil
}
