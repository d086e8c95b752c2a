package adapter

import (
	"context"
	"fmt"
	"net/http"
)

// Gate decides when a target may be called (RL-1, RL-2). It is the core's, and
// durable: a pause outlives a restart.
type Gate interface {
	// Admit returns when an exchange may begin, or with an error if it may
	// not: then nothing is sent.
	Admit(ctx context.Context) error
	// Report tells what a response said about limits.
	Report(Signal)
}

// Governed asks the gate before every exchange with the target, requests for
// tokens included, and reports every response to it. An exchange that was not
// admitted fails with *NotSent.
func Governed(rt http.RoundTripper, target string, g Gate, s Signals) http.RoundTripper {
	return &governed{rt: rt, target: target, gate: g, signals: s}
}

type governed struct {
	rt      http.RoundTripper
	target  string
	gate    Gate
	signals Signals
}

func (t *governed) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.gate.Admit(req.Context()); err != nil {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, &NotSent{Err: fmt.Errorf("%s is not admitted: %w", t.target, err)}
	}
	res, err := t.rt.RoundTrip(refreshed(req))
	if err != nil {
		return nil, err
	}
	t.gate.Report(t.signals(res))
	return res, nil
}

type urgentKey struct{}

// Urgent marks the context of an exchange that others wait for, such as a
// token request: a gate lets it go first.
func Urgent(ctx context.Context) context.Context {
	return context.WithValue(ctx, urgentKey{}, true)
}

// IsUrgent reports whether the context was marked by Urgent.
func IsUrgent(ctx context.Context) bool { return ctx.Value(urgentKey{}) != nil }

type refreshKey struct{}

// WithRefresh marks the context of an exchange whose Authorization header may
// have become stale while it waited at the gate: current returns the header to
// send.
func WithRefresh(ctx context.Context, current func() string) context.Context {
	return context.WithValue(ctx, refreshKey{}, current)
}

// refreshed is req with a header that is not stale.
func refreshed(req *http.Request) *http.Request {
	current, _ := req.Context().Value(refreshKey{}).(func() string)
	if current == nil {
		return req
	}
	header := current()
	if header == "" || header == req.Header.Get("Authorization") {
		return req
	}
	fresh := *req
	fresh.Header = req.Header.Clone()
	fresh.Header.Set("Authorization", header)
	return &fresh
}
