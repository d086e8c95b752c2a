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

// delivery is one webhook on its way to the engine, or at its endpoint.
type delivery struct {
	d        mocks.Delivery
	side     mapping.Side
	op       uint64 // of its Deliver event
	code     string // forged | replayed | repeated | ""
	answered bool
	extra    bool // a repetition or forgery: the vendor does not wait for it
	pending  int  // what the agenda holds of it
}

// deliver gives a delivery its number.
func (w *World) deliver(k *delivery) (id uint64) {
	w.lastDelivery++
	w.deliveries[w.lastDelivery] = k
	return w.lastDelivery
}

// later puts something that happens to a delivery.
func (w *World) later(id uint64, at int64, what what, n uint64) {
	w.deliveries[id].pending++
	w.at(at, happening{what: what, life: w.host.life, id: id, n: n})
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
	w.at(when, happening{what: stirs, id: uint64(s.side), n: uint64(when)})
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
		w.later(w.deliver(&delivery{d: d, side: s.side}), w.agenda.now+int64(webhookTimeout), missesLost, 0)
		return
	}
	slow := leg > int64(webhookTimeout) // the vendor gives up while it travels
	if slow {
		w.net.flying++
		w.later(w.deliver(&delivery{d: d, side: s.side}), w.agenda.now+delay+int64(webhookTimeout), missesSlow, 0)
	}
	for i := range times {
		code := ""
		if i > 0 {
			code = "repeated"
		}
		w.net.flying++
		id := w.deliver(&delivery{d: d, side: s.side, code: code, extra: slow || i > 0})
		w.later(id, w.agenda.now+leg+delay+int64(i)*int64(50*time.Millisecond), knocks, 0)
	}
}

func (w *World) missed(k *delivery, why string) {
	s, d := w.systems[k.side], k.d
	w.Emit(trace.Event{
		Kind: trace.Missed, On: traceSystem(s.side), Record: d.Record, Notice: d.Notice,
		Attempt: int32(d.Attempt), Cause: d.Cause, Code: why,
	})
	s.mock.Answered(s.now(w), d, 0)
	w.stir(s)
}

// knock brings a delivery to the engine's endpoint.
func (w *World) knock(id uint64, k *delivery) {
	h := w.host
	if !h.up {
		if !k.extra {
			w.missed(k, "refused")
		}
		return
	}
	k.op = w.Emit(trace.Event{
		Kind: trace.Deliver, On: traceSystem(k.side), Record: k.d.Record, Notice: k.d.Notice,
		Attempt: int32(k.d.Attempt), Cause: k.d.Cause, Code: k.code,
	})
	h.doors[id] = true
	if !k.extra {
		w.net.flying++ // until it is answered or missed, whatever becomes of the process
	}
	w.later(id, w.agenda.now+int64(webhookTimeout), tires, 0)
	h.ingest(k, id)
}

// tire ends the vendor's patience with a delivery that got no answer.
func (w *World) tire(id uint64, life int, k *delivery) {
	if k.answered {
		return
	}
	if w.host.life == life {
		delete(w.host.doors, id)
	}
	if !k.extra {
		k.answered = true
		w.net.flying--
		w.missed(k, "timeout")
	}
}

// ingest is what the engine's endpoint does with a delivery: authenticity
// first (EV-1), then the notices, then the core.
func (h *host) ingest(k *delivery, token uint64) {
	if _, ok := h.clients[k.side].(adapter.Webhooks); !ok {
		h.acknowledge(engine.Acknowledge{Token: token, Status: http.StatusNotFound})
		return
	}
	notices, err := h.verified(k)
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
			n.Token = each
			h.soon(n)
		}
	}
}

// verified lets the adapters check a delivery, each of which finds the notices
// of its own object, or reads one that is held as data.
func (h *host) verified(k *delivery) ([]engine.Noticed, error) {
	names, d := h.w.names, &k.d
	if d.Header == nil {
		object := int(d.Object)
		ref := engine.Ref{Side: k.side, ID: names.Qualify(object, d.Record)}
		return []engine.Noticed{{Ref: ref, Into: names.Qualify(object, d.MergedInto)}}, nil
	}
	var all []engine.Noticed
	for object := range names {
		notices, err := h.clients[placeOf(object, k.side)].(adapter.Webhooks).Verify(d.Header, d.Body)
		if err != nil {
			return nil, err
		}
		for _, n := range notices {
			ref := engine.Ref{Side: k.side, ID: names.Qualify(object, n.ID)}
			all = append(all, engine.Noticed{Ref: ref, Into: names.Qualify(object, n.MergedInto)})
		}
	}
	return all, nil
}

// acknowledge answers a delivery.
func (h *host) acknowledge(e engine.Acknowledge) {
	w := h.w
	k := w.deliveries[e.Token]
	if !h.doors[e.Token] {
		return
	}
	delete(h.doors, e.Token)
	if k.answered {
		return
	}
	k.answered = true
	if e.Status/100 == 2 {
		delete(w.sights[placeOf(int(k.d.Object), k.side)].hidden, k.d.Record) // what is acknowledged will be read
	}
	w.Emit(trace.Event{
		Kind: trace.Ack, On: traceSystem(k.side), Record: k.d.Record, Notice: k.d.Notice,
		Attempt: int32(k.d.Attempt), Cause: k.op, Status: int16(e.Status),
	})
	if k.extra {
		return
	}
	w.later(e.Token, w.agenda.now+int64(w.net.links[k.side].latency), answers, uint64(e.Status))
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
	w.notices++
	id := w.nativeOf(mapping.CC, step.Record)
	var genuine *mocks.Delivery
	if d, ok := w.genuine[id]; ok {
		genuine = &d
	}
	w.knockAtOnce(&delivery{d: forgery(step, id, w.notices, genuine), side: mapping.CC, code: "forged", extra: true})
}

// forgery is a delivery that is not the vendor's: unsigned, signed with another
// key, or altered from the last genuine one.
func forgery(step *scenarios.Step, id string, number uint64, genuine *mocks.Delivery) mocks.Delivery {
	body := []byte(`{"id":"forged-` + strconv.FormatUint(number, 10) + `","topicName":"v2.externalcontacts.contacts.` + id +
		`","version":"2","eventBody":{"id":"` + id + `"},"metadata":{"CorrelationId":"forged"},"timestamp":"2020-01-01T00:00:00.000Z"}`)
	header := http.Header{"Content-Type": {"application/json"}}
	switch step.What {
	case "no-signature":
	case "altered":
		if genuine != nil {
			header, body = genuine.Header, append([]byte(nil), genuine.Body...)
			body[len(body)-2] ^= 1
		} else {
			header.Set("X-Hub-Signature-256", "sha256=AAAA")
		}
	default:
		header.Set("X-Hub-Signature-256", "sha256=iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcQ=")
	}
	return mocks.Delivery{Notice: forgedNotice + number, Attempt: 1, Record: id, Header: header, Body: body}
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
		w.knockAtOnce(&delivery{d: d, side: mapping.CC, code: "replayed", extra: true})
	}
}

// knockAtOnce brings a delivery to the endpoint that no network has carried.
func (w *World) knockAtOnce(k *delivery) {
	id := w.deliver(k)
	w.knock(id, k)
	if k.pending == 0 {
		delete(w.deliveries, id)
	}
}
