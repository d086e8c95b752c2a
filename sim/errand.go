package sim

import (
	"fmt"
	"io"
	"net/http"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
)

// errand is one effect of the core on its way through its exchanges at model
// fidelity. It is what a call of an adapter is at wire fidelity, held as data:
// a token first, then the exchange, and after a 401 both once more.
type errand struct {
	op     engine.Op
	effect engine.Effect // as the core gave it
	side   mapping.Side
	ask    *mocks.Op // what is sent, but for its numbers and the token
	first  mocks.Op  // memory for the first such ask
	slots  []int     // of the fields that it asks for
	stage  stage
	denied bool   // the core refused the exchange that was asked for
	call   uint64 // of the admitted exchange under way, 0 if none

	token   string // that the exchange is sent with
	refused string // that a 401 refused, "" before
	missing int    // the grant that it waits for
	given   *grant // what another errand's request for it brought
	spent   bool   // the other one lost its patience: it may ask for itself once
	again   bool   // the exchange is sent for the second time

	made    string           // the record that it created, and reads now
	toRead  []string         // the records that it found, and has still to read
	records []adapter.Record // that it has read
}

// stage is what an errand waits for.
type stage uint8

const (
	fetching stage = iota // the token that it asks for
	sharing               // the token that another errand asks for
	exchanging
)

// tokens are what one process knows of its token for a system.
type tokens struct {
	value  string // "" while there is none, or it was refused
	count  int    // grants so far: names the one that is being replaced
	leader engine.Op
	shared []engine.Op // errands that wait for the leader's request
}

// grant is the end of a request for a token. It is never changed.
type grant struct {
	token string
	err   *adapter.Error
}

// as makes an errand the one that is running: a crash inside it strikes when
// it rests.
func (h *host) as(e *errand) (before engine.Op) {
	before, h.running = h.running, e.op
	return before
}

// errand begins to carry out an effect.
func (h *host) errand(e *errand) {
	before := h.as(e)
	h.errands[e.op] = e
	h.acquire(e)
	h.running = before
}

// acquire gets the errand a token other than the one that was refused. All who
// need one share a request (RL-5); who comes late finds the new one there.
func (h *host) acquire(e *errand) {
	t := &h.tokens[e.side]
	if e.refused != "" && t.value == e.refused {
		t.value = ""
	}
	if t.value != "" {
		h.equipped(e, t.value)
		return
	}
	e.missing = t.count
	if t.leader != 0 {
		e.stage = sharing
		t.shared = append(t.shared, e.op)
		return
	}
	t.leader, e.stage = e.op, fetching
	h.ask(e)
}

// equipped sends the exchange with a token. A change that nothing but the
// reading before it guards is not sent a second time: the reading is old by
// then (EV-10).
func (h *host) equipped(e *errand, token string) {
	if e.again && h.unguarded(e) {
		h.conclude(e, nil, &adapter.Error{
			Kind: adapter.Conflict, Status: http.StatusUnauthorized,
			Message: "the token expired before the write: it was replaced, and the record must be read again",
		})
		return
	}
	e.token, e.stage = token, exchanging
	h.ask(e)
}

// granted ends the shared request for a token.
func (h *host) granted(e *errand, g *grant) {
	t := &h.tokens[e.side]
	shared := t.shared
	t.leader, t.shared = 0, nil
	for _, op := range shared {
		h.errands[op].given = g
		h.w.soon(happening{what: goesOn, life: h.life, id: uint64(op)})
	}
	if g.err != nil {
		h.conclude(e, nil, g.err)
		return
	}
	h.equipped(e, t.keep(e.missing, g.token))
}

// keep makes a token the current one, unless another has been stored since.
func (t *tokens) keep(missing int, token string) string {
	if t.count == missing {
		t.value = token
		t.count++
	}
	return t.value
}

// share lets an errand go on that waited for another one's request. If that
// one lost its patience, this one asks for itself, once.
func (h *host) share(e *errand) {
	g := e.given
	if g == nil {
		return
	}
	before := h.as(e)
	e.given = nil
	switch {
	case g.err == nil:
		h.equipped(e, h.tokens[e.side].keep(e.missing, g.token))
	case e.spent || !impatient(g.err):
		h.conclude(e, nil, g.err)
	default:
		e.spent = true
		h.acquire(e)
	}
	h.running = before
}

// ask asks the core's gate for one exchange (RL-1).
func (h *host) ask(e *errand) {
	h.lastAsk++
	call := h.lastAsk
	h.asking.put(call, e.op)
	h.step(engine.Asked{Op: e.op, Side: e.side, Call: call, Urgent: e.stage == fetching})
	if h.asking.get(call) != 0 {
		return
	}
	h.depart(e, call)
}

// admitErrand answers ask. An errand that is admitted while it asks goes on
// without having waited.
func (h *host) admitErrand(a engine.Admit) {
	op := h.asking.get(a.Call)
	if op == 0 || h.dies("gate") {
		return
	}
	if op == h.running {
		h.asking.drop(a.Call)
		h.errands[op].denied = a.Denied
		return
	}
	h.w.soon(admission(a))
}

// admittedErrand lets an errand go on that waited at the gate.
func (h *host) admittedErrand(call uint64, denied bool) {
	op := h.asking.get(call)
	if op == 0 {
		return
	}
	e := h.errands[op]
	before := h.as(e)
	h.asking.drop(call)
	e.denied = denied
	h.depart(e, call)
	h.running = before
}

// depart puts an admitted exchange on the wire.
func (h *host) depart(e *errand, call uint64) {
	if e.denied {
		e.denied = false
		h.exchanged(e, nil, &adapter.NotSent{Err: fmt.Errorf("%s is not admitted: %w", e.side, errDenied)}, nil)
		return
	}
	e.call = call
	m := h.w.net.parcel()
	if e.stage == fetching {
		m.op.Kind = mocks.OpToken
	} else {
		m.op = *e.ask
		if m.op.Token = h.tokens[e.side].value; m.op.Token == "" {
			m.op.Token = e.token
		}
	}
	h.w.net.launch(e, m)
}

// settled gives an errand the end of its exchange, and the core its signal.
func (h *host) settled(x *exchange, how ending) {
	e := h.errands[x.errand]
	before := h.as(e)
	switch {
	case how != endedWell:
		call := e.call
		e.call = 0
		h.step(engine.Exchanged{Side: e.side, Call: call})
		h.exchanged(e, nil, how.error(), nil)
	case h.signalInBody(x):
		h.read(e, x)
	default:
		h.report(e, x)
		h.read(e, x)
	}
	h.running = before
}

// signalInBody: Salesforce says in the body what kind of 403 it is, so that
// the core learns of it when the body is there.
func (h *host) signalInBody(x *exchange) bool {
	return x.outcome.Status == http.StatusForbidden && h.parts.kinds[x.side].bodySignal
}

// report tells the core what an answer said about limits.
func (h *host) report(e *errand, x *exchange) {
	call := e.call
	e.call = 0
	h.step(engine.Exchanged{Side: e.side, Call: call, Signal: h.signal(x), Answered: true})
}

// read takes in the body, which may come slowly or be cut.
func (h *host) read(e *errand, x *exchange) {
	w := h.w
	switch {
	case x.until <= w.agenda.now:
		var cut error
		if x.truncated {
			cut = io.ErrUnexpectedEOF
		}
		h.readWhole(e, x, cut)
	case w.agenda.now >= x.deadline:
		x.truncated = true
		h.readWhole(e, x, errTimeout)
	default:
		w.net.later(x, min(x.until, x.deadline), readsOn, 0)
	}
}

func (h *host) readWhole(e *errand, x *exchange, cut error) {
	if e.call != 0 {
		h.report(e, x)
	}
	h.exchanged(e, x, nil, cut)
}

// readErrand goes on reading a slow body.
func (h *host) readErrand(x *exchange) {
	e := h.errands[x.errand]
	if x.life != h.life || e == nil {
		return
	}
	before := h.as(e)
	h.read(e, x)
	h.running = before
}

// exchanged judges one exchange: an answer, whole or cut, or why there is none.
func (h *host) exchanged(e *errand, x *exchange, err, cut error) {
	if e.stage == fetching {
		h.granted(e, grantOf(x, err, cut))
		return
	}
	if err == nil && x.outcome.Status == http.StatusUnauthorized && !e.again {
		e.again, e.refused, e.spent = true, e.token, false
		h.acquire(e)
		return
	}
	var out *mocks.Outcome
	if err == nil && cut == nil {
		out = x.outcome
	}
	h.conclude(e, out, judge(e.ask, x, err, cut))
}

// conclude ends what the errand is about with the end of one exchange, unless
// another one belongs to it; then the core gets its event.
func (h *host) conclude(e *errand, out *mocks.Outcome, err *adapter.Error) {
	if out != nil {
		h.learn(e, out, err)
	}
	if err = h.collect(e, out, err); err == nil && len(e.toRead) > 0 {
		h.ensue(e)
		return
	}
	if h.errands[e.op] == e {
		delete(h.errands, e.op)
		defer h.forget(e)
	}
	if w, ok := e.effect.(engine.Write); ok && h.dies("written", w.Key) {
		return
	}
	h.step(eventOf(e, h.schema(e, out, err), out, err))
}

// newErrand gives memory for an errand: that of one which is over, if there is
// any.
func (h *host) newErrand() *errand {
	last := len(h.spare) - 1
	if last < 0 {
		return &errand{}
	}
	e := h.spare[last]
	h.spare = h.spare[:last]
	return e
}

// forget lets go of an errand of which nobody has the number any more. What it
// found belongs to the core.
func (h *host) forget(e *errand) {
	if h.w.shared {
		return
	}
	kept := e.records
	if _, found := e.effect.(engine.Find); found {
		kept = nil
	}
	clear(kept)
	*e = errand{records: kept[:0]}
	h.spare = append(h.spare, e)
}
