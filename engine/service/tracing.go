package service

import (
	"context"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// tracer makes the spans of a service: a webhook, its notice's time in the
// queue, the work on the record, and each call of that work. Work is linked to
// the webhooks that led to it through the record, because a notice, and not a
// request, is what it answers. Spans hold references, never values (SE-1).
type tracer struct {
	spans trace.Tracer // nil for none

	mu      sync.Mutex
	notices map[engine.Ref]noticeSpan
}

// noticeSpan is a notice that waits in the queue.
type noticeSpan struct {
	webhook trace.SpanContext
	at      time.Time
}

// noticesMax bounds the notices whose webhooks are remembered; beyond it they
// are forgotten, and the work that they lead to has no link.
const noticesMax = 10_000

func newTracer(p trace.TracerProvider, version string) *tracer {
	t := &tracer{}
	if p != nil {
		t.spans = p.Tracer("github.com/syncproof/syncproof/engine/service", trace.WithInstrumentationVersion(version))
		t.notices = map[engine.Ref]noticeSpan{}
	}
	return t
}

func refAttribute(ref engine.Ref) attribute.KeyValue {
	return attribute.String("syncproof.ref", ref.String())
}

func sideAttribute(side mapping.Side) attribute.KeyValue {
	return attribute.String("syncproof.side", side.String())
}

// webhook begins the span of a delivery; answered ends it.
func (t *tracer) webhook(ctx context.Context, side mapping.Side) (_ context.Context, answered func(status int)) {
	if t.spans == nil {
		return ctx, func(int) {}
	}
	ctx, span := t.spans.Start(ctx, "webhook", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(sideAttribute(side)))
	return ctx, func(status int) {
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, http.StatusText(status))
		}
		span.End()
	}
}

// noticed remembers from which webhook a notice came.
func (t *tracer) noticed(ctx context.Context, ref engine.Ref, at time.Time) {
	if t.spans == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.notices) >= noticesMax {
		clear(t.notices)
	}
	t.notices[ref] = noticeSpan{webhook: trace.SpanContextFromContext(ctx), at: at}
}

func (t *tracer) takeNotice(ref engine.Ref) (noticeSpan, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, ok := t.notices[ref]
	delete(t.notices, ref)
	return n, ok
}

// worklog holds the spans of the works under way in one life. It belongs to
// the life's loop.
type worklog struct {
	t     *tracer
	clock Clock
	open  map[string]work // by record key
}

type work struct {
	ctx  context.Context
	span trace.Span
}

func newWorklog(t *tracer, c Clock) *worklog {
	return &worklog{t: t, clock: c, open: map[string]work{}}
}

// taken begins the work on what the queue gave out.
func (w *worklog) taken(items []engine.Item) {
	if w.t.spans == nil {
		return
	}
	for i := range items {
		item := &items[i]
		options := []trace.SpanStartOption{trace.WithNewRoot(), trace.WithAttributes(
			attribute.String("syncproof.record", item.Key), refAttribute(item.Ref), attribute.Int("syncproof.attempt", item.Attempt))}
		for _, ref := range refsOf(item) {
			n, ok := w.t.takeNotice(ref)
			if !ok {
				continue
			}
			options = append(options, trace.WithLinks(trace.Link{SpanContext: n.webhook}))
			_, queued := w.t.spans.Start(trace.ContextWithSpanContext(context.Background(), n.webhook), "queue",
				trace.WithTimestamp(n.at), trace.WithAttributes(refAttribute(ref)))
			queued.End(trace.WithTimestamp(w.clock.Now()))
		}
		w.ended(item.Key)
		ctx, span := w.t.spans.Start(context.Background(), "work", options...)
		w.open[item.Key] = work{ctx, span}
	}
}

// refsOf are the references under which notices may have led to an item.
func refsOf(item *engine.Item) []engine.Ref {
	refs := []engine.Ref{item.Ref}
	if item.Record != nil {
		for side, id := range item.Record.ID {
			if ref := (engine.Ref{Side: mapping.Side(side), ID: id}); id != "" && ref != item.Ref {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

// asked ends the works that a batch takes from the queue or puts back.
func (w *worklog) asked(b engine.Batch) {
	if w.t.spans == nil {
		return
	}
	for _, op := range b.Ops {
		switch op := op.(type) {
		case engine.Append:
			if open, ok := w.open[op.Entry.Key]; ok {
				open.span.AddEvent("decision", trace.WithAttributes(
					attribute.String("syncproof.rule", op.Entry.Rule), attribute.String("syncproof.status", op.Entry.Status.String())))
			}
		case engine.Done:
			w.ended(op.Key)
		case engine.Requeue:
			if open, ok := w.open[op.Key]; ok {
				open.span.SetStatus(codes.Error, "put back for a later try")
			}
			w.ended(op.Key)
		}
	}
}

func (w *worklog) ended(key string) {
	if open, ok := w.open[key]; ok {
		open.span.End()
		delete(w.open, key)
	}
}

// close ends every span that is open, with the life.
func (w *worklog) close() {
	for key := range w.open {
		w.ended(key)
	}
}

// call begins the span of one adapter call; end ends it.
func (w *worklog) call(ctx context.Context, side mapping.Side, verb, key string) (_ context.Context, end func(error)) {
	if w.t.spans == nil {
		return ctx, func(error) {}
	}
	if open, ok := w.open[key]; ok {
		ctx = trace.ContextWithSpan(ctx, open.span)
	}
	ctx, span := w.t.spans.Start(ctx, verb+" "+side.String(), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(sideAttribute(side)))
	return ctx, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, adapter.As(err).Kind.String())
		}
		span.End()
	}
}
