package sim

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// door is one webhook delivery that the engine has not answered yet.
type door struct {
	d        mocks.Delivery
	s        *system
	op       uint64
	answered bool
	extra    bool // a repetition or forgery: the vendor does not wait for it
}

// webhookTimeout is how long the vendor waits for an answer (vendors.md).
const webhookTimeout = 10 * time.Second

// stir takes what a system wants to do after something happened in it: the
// webhooks that became due, and its next appointment.
func (w *World) stir(s *system) {
	for _, d := range s.mock.Deliveries(s.now(w)) {
		w.dispatch(s, d)
	}
	at, ok := s.mock.NextDue()
	if !ok {
		return
	}
	when := max(s.clock.when(w.agenda.now, at), w.agenda.now+1)
	if s.wakeAt != 0 && s.wakeAt <= when {
		return
	}
	s.wakeAt = when
	w.at(when, func() {
		if s.wakeAt != when {
			return
		}
		s.wakeAt = 0
		s.mock.Advance(s.now(w))
		w.stir(s)
	})
}

// dispatch sends a delivery on its way, through the faults of the webhooks
// and of the link.
func (w *World) dispatch(s *system, d mocks.Delivery) {
	w.host.remember(s, d)
	times, delay := 1, int64(0)
	l := &w.net.links[s.side]
	n := d.Notice<<8 | uint64(d.Attempt)
	for _, f := range w.webhookFaults {
		if f.step.On != s.side.String() || !w.rand.percent(f.step.Rate, string(f.step.Verb), f.key, n) {
			continue
		}
		switch f.step.Verb {
		case scenarios.LoseWebhooks:
			times = 0
		case scenarios.DelayWebhooks:
			delay += int64(f.step.Amount)
		case scenarios.ReorderWebhooks:
			delay += w.rand.below(int64(reorderSpan), "webhook", f.key, n)
		case scenarios.RepeatWebhooks:
			times = max(times, f.step.Count)
		}
	}
	leg, fate := l.fate(w, n, webhook)
	if times == 0 || fate == lost || l.cut(w, webhook) {
		w.net.flying++
		w.at(w.agenda.now+int64(webhookTimeout), func() {
			w.net.flying--
			w.missed(s, d, "lost")
		})
		return
	}
	slow := leg > int64(webhookTimeout) // the vendor gives up while it travels
	if slow {
		w.net.flying++
		w.at(w.agenda.now+delay+int64(webhookTimeout), func() {
			w.net.flying--
			w.missed(s, d, "timeout")
		})
	}
	for i := range times {
		code := ""
		if i > 0 {
			code = "repeated"
		}
		w.net.flying++
		w.at(w.agenda.now+leg+delay+int64(i)*int64(50*time.Millisecond), func() {
			w.net.flying--
			w.knock(&door{d: d, s: s, extra: slow || i > 0}, code)
		})
	}
}

func (w *World) missed(s *system, d mocks.Delivery, why string) {
	w.Emit(trace.Event{
		Kind: trace.Missed, On: traceSystem(s.side), Record: d.Record, Notice: d.Notice,
		Attempt: int32(d.Attempt), Cause: d.Cause, Code: why,
	})
	s.mock.Answered(s.now(w), d, 0)
	w.stir(s)
}

// knock brings a delivery to the engine's endpoint.
func (w *World) knock(k *door, code string) {
	h := w.host
	if !h.up {
		if !k.extra {
			w.missed(k.s, k.d, "refused")
		}
		return
	}
	k.op = w.Emit(trace.Event{
		Kind: trace.Deliver, On: traceSystem(k.s.side), Record: k.d.Record, Notice: k.d.Notice,
		Attempt: int32(k.d.Attempt), Cause: k.d.Cause, Code: code,
	})
	h.lastDoor++
	token := h.lastDoor
	h.doors[token] = k
	if !k.extra {
		w.net.flying++ // until it is answered or missed, whatever becomes of the process
	}
	life := h.life
	w.at(w.agenda.now+int64(webhookTimeout), func() {
		if h.life == life && !k.answered {
			delete(h.doors, token)
		}
		if !k.answered && !k.extra {
			k.answered = true
			w.net.flying--
			w.missed(k.s, k.d, "timeout")
		}
	})
	h.ingest(k, token)
}

// ingest is what the engine's endpoint does with a delivery: authenticity
// first (EV-1), then the notices, then the core.
func (h *host) ingest(k *door, token uint64) {
	hooks, ok := h.clients[k.s.side].(adapter.Webhooks)
	if !ok {
		h.acknowledge(engine.Acknowledge{Token: token, Status: http.StatusNotFound})
		return
	}
	notices, err := hooks.Verify(k.d.Header, k.d.Body)
	switch {
	case errors.Is(err, adapter.ErrUnauthentic):
		h.acknowledge(engine.Acknowledge{Token: token, Status: http.StatusUnauthorized})
	case err != nil:
		h.acknowledge(engine.Acknowledge{Token: token, Status: http.StatusBadRequest})
	case len(notices) == 0:
		h.acknowledge(engine.Acknowledge{Token: token, Status: http.StatusOK})
	default:
		for i, n := range notices {
			each := token
			if i < len(notices)-1 {
				each = 0 // the last one, durable after the others, answers for all
			}
			h.soon(engine.Noticed{Ref: engine.Ref{Side: k.s.side, ID: n.ID}, Token: each, Into: n.MergedInto})
		}
	}
}

// acknowledge answers a delivery.
func (h *host) acknowledge(e engine.Acknowledge) {
	k := h.doors[e.Token]
	if k == nil {
		return
	}
	delete(h.doors, e.Token)
	if k.answered {
		return
	}
	k.answered = true
	w := h.w
	if e.Status/100 == 2 {
		delete(w.sights[k.s.side].hidden, k.d.Record) // what is acknowledged will be read
	}
	w.Emit(trace.Event{
		Kind: trace.Ack, On: traceSystem(k.s.side), Record: k.d.Record, Notice: k.d.Notice,
		Attempt: int32(k.d.Attempt), Cause: k.op, Status: int16(e.Status),
	})
	if k.extra {
		return
	}
	w.at(w.agenda.now+int64(w.net.links[k.s.side].latency), func() {
		w.net.flying--
		k.s.mock.Answered(k.s.now(w), k.d, e.Status)
		w.stir(k.s)
	})
}

// remember keeps the last genuine delivery of each record, for replays.
func (h *host) remember(s *system, d mocks.Delivery) {
	if s.side == mapping.CC && h.w.keepsDeliveries {
		h.w.genuine[d.Record] = d
		h.w.lastGenuine = d.Record
	}
}

// forge sends a delivery that is not the vendor's.
func (w *World) forge(step *scenarios.Step) {
	s := w.systems[mapping.CC]
	id := w.nativeOf(mapping.CC, step.Record)
	w.notices++
	body := []byte(`{"id":"forged-` + strconv.FormatUint(w.notices, 10) + `","topicName":"v2.externalcontacts.contacts.` + id +
		`","version":"2","eventBody":{"id":"` + id + `"},"metadata":{"CorrelationId":"forged"},"timestamp":"2020-01-01T00:00:00.000Z"}`)
	header := http.Header{"Content-Type": {"application/json"}}
	switch step.What {
	case "no-signature":
	case "altered":
		if d, ok := w.genuine[id]; ok {
			header, body = d.Header, append([]byte(nil), d.Body...)
			body[len(body)-2] ^= 1
		} else {
			header.Set("X-Hub-Signature-256", "sha256=AAAA")
		}
	default:
		header.Set("X-Hub-Signature-256", "sha256=iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcQ=")
	}
	w.knock(&door{d: mocks.Delivery{Notice: forgedNotice + w.notices, Attempt: 1, Record: id, Header: header, Body: body}, s: s, extra: true}, "forged")
}

// forgedNotice numbers deliveries that no system sent.
const forgedNotice = 1 << 40

// replay sends a genuine delivery again.
func (w *World) replay(step *scenarios.Step) {
	id := w.lastGenuine
	if step.Record != "" {
		id = w.nativeOf(mapping.CC, step.Record)
	}
	d, ok := w.genuine[id]
	if !ok {
		return
	}
	for range max(step.Count, 1) {
		w.knock(&door{d: d, s: w.systems[mapping.CC], extra: true}, "replayed")
	}
}
