package service

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store"
)

// sideOf reads a side as it stands in a path.
func sideOf(name string) (mapping.Side, bool) {
	switch name {
	case "cc":
		return mapping.CC, true
	case "crm":
		return mapping.CRM, true
	}
	return 0, false
}

// webhook is the endpoint POST /webhooks/{side}. A delivery's authenticity is
// checked before anything is read of it (EV-1), and it is answered 200 only
// when its notices are durable (EV-2); that waits for no other system (EV-3).
func (s *Service) webhook(w http.ResponseWriter, r *http.Request) {
	side, ok := sideOf(r.PathValue("side"))
	if !ok {
		http.Error(w, "there is no such webhook: the sides are cc and crm", http.StatusNotFound)
		return
	}
	began := s.opts.Clock.Now()
	ctx, answered := s.tracer.webhook(r.Context(), side)
	status, why := s.receive(ctx, side, w, r)
	answered(status)
	s.metrics.delivered(side, status, s.opts.Clock.Now().Sub(began))
	switch {
	case status == http.StatusOK:
		w.WriteHeader(http.StatusOK)
		return
	case status == http.StatusServiceUnavailable, status == http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "1")
	}
	s.log.LogAttrs(ctx, levelOf(status), "webhook refused", attrs("side", side.String(), "status", strconv.Itoa(status), "why", why)...)
	http.Error(w, why, status)
}

// receive takes one delivery in; the status is its answer.
func (s *Service) receive(ctx context.Context, side mapping.Side, w http.ResponseWriter, r *http.Request) (status int, why string) {
	if s.stopping() {
		return http.StatusServiceUnavailable, "the service is stopping"
	}
	now := s.current()
	if now == nil {
		return http.StatusServiceUnavailable, "the service is starting"
	}
	if !s.limiters[side].AllowN(s.opts.Clock.Now(), 1) {
		return http.StatusTooManyRequests, "more deliveries a second than limits.webhook_rate allows"
	}
	defer s.waiting.Add(-1)
	if s.waiting.Add(1) > int64(2*now.config.Limits.PendingNotices) {
		return http.StatusServiceUnavailable, "too many deliveries wait for their answer"
	}
	if _, ok := now.systems[0][side].(adapter.Webhooks); !ok {
		return http.StatusNotFound, "this kind of system sends no webhooks that the service understands"
	}
	body, status, why := readBody(w, r, int64(now.config.Limits.WebhookBytes))
	if status != 0 {
		return status, why
	}
	notices, err := now.verify(side, r.Header, body)
	switch {
	case errors.Is(err, adapter.ErrUnauthentic):
		return http.StatusUnauthorized, "the signature is missing or wrong"
	case err != nil:
		return http.StatusBadRequest, "the body is not a notice: " + adapter.As(err).Error()
	case len(notices) == 0:
		return http.StatusOK, ""
	}
	for _, n := range notices {
		if len(n.Ref.ID) > store.MaxText || len(n.Into) > store.MaxText {
			return http.StatusBadRequest, "the body names a record by an id that is too long"
		}
	}
	return s.take(ctx, notices)
}

// verify lets the adapter of each object check a delivery and find in it the
// notices of its own; what is not authentic for one is so for all.
func (l *life) verify(side mapping.Side, h http.Header, body []byte) ([]engine.Noticed, error) {
	var all []engine.Noticed
	for object := range l.names {
		hooks, ok := l.systems[object][side].(adapter.Webhooks)
		if !ok {
			continue
		}
		notices, err := hooks.Verify(h, body)
		if err != nil {
			return nil, err
		}
		for _, n := range notices {
			ref := engine.Ref{Side: side, ID: l.names.Qualify(object, n.ID)}
			all = append(all, engine.Noticed{Ref: ref, Into: l.names.Qualify(object, n.MergedInto)})
		}
	}
	return all, nil
}

// readBody reads a bounded body (SE-2); a status other than 0 refuses it.
func readBody(w http.ResponseWriter, r *http.Request, most int64) (body []byte, status int, why string) {
	tooLarge := "the body has more than " + strconv.FormatInt(most, 10) + " bytes"
	if r.ContentLength > most {
		return nil, http.StatusRequestEntityTooLarge, tooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, http.StatusRequestEntityTooLarge, tooLarge
	case err != nil:
		return nil, http.StatusBadRequest, "the body did not arrive whole"
	}
	return body, 0, ""
}

// take gives the core the notices of one delivery and waits until they are
// durable. The last one, durable after the others, answers for all.
func (s *Service) take(ctx context.Context, notices []engine.Noticed) (status int, why string) {
	token, answer := s.doors.await()
	defer s.doors.forget(token)
	events := make([]engine.Event, len(notices))
	for i, e := range notices {
		if i == len(notices)-1 {
			e.Token = token
		}
		events[i] = e
		s.tracer.noticed(ctx, e.Ref, s.opts.Clock.Now())
	}
	late := make(chan struct{})
	stop := s.opts.Clock.AfterFunc(s.ackTimeout(), func() { close(late) })
	defer stop()
	if why := s.deliver(ctx, late, events); why != "" {
		return http.StatusServiceUnavailable, why
	}
	select {
	case status := <-answer:
		if status != http.StatusOK {
			return status, "more notices wait for their durability than limits.pending_notices allows"
		}
		return status, ""
	case <-late:
	case <-ctx.Done():
	case <-s.dead:
	}
	return http.StatusServiceUnavailable, "the notice is not durable yet"
}

// deliver puts events into the life of the core that takes them; where one
// ends and the next begins, that is the next one.
func (s *Service) deliver(ctx context.Context, late <-chan struct{}, events []engine.Event) (why string) {
	for {
		l, changed := s.life()
		if l != nil && l.put(events...) {
			return ""
		}
		select {
		case <-changed:
		case <-late:
			return "the service loads its configuration"
		case <-ctx.Done():
			return "the delivery was given up"
		case <-s.dead:
			return "the service is stopping"
		}
	}
}
