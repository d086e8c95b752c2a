package serve

import (
	"slices"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/syncproof/syncproof/engine/service"
)

// TestTraces: from a webhook over the queue to the work that it led to, and
// that work's reads and writes.
func TestTraces(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	provider := sdk.NewTracerProvider(sdk.WithSyncer(spans))
	r := newRig(t, setup{poll: "1h", vary: func(o *service.Options) { o.Traces = provider }})
	cc, crm := r.pair("Lovelace")
	r.edit(r.cc, cc, map[string]any{"title": "Miss"})
	r.until("the pair is linked", func() bool { return r.crm.peek(crm).Fields["title"] == "Miss" && r.service.Idle() })
	spans.Reset()
	r.edit(r.cc, cc, map[string]any{"title": "Countess"})
	r.until("the edit has travelled", func() bool { return r.crm.peek(crm).Fields["title"] == "Countess" })
	r.until("the service is idle", r.service.Idle)
	r.service.Abort()
	named := func(name string) []tracetest.SpanStub {
		return slices.DeleteFunc(slices.Clone(spans.GetSpans()), func(s tracetest.SpanStub) bool { return s.Name != name })
	}
	webhooks, queues, writes := named("webhook"), named("queue"), named("update crm")
	if len(webhooks) == 0 || len(queues) == 0 || len(writes) == 0 {
		t.Fatalf("%d webhooks, %d times in the queue, %d writes", len(webhooks), len(queues), len(writes))
	}
	if queues[0].Parent.SpanID() != webhooks[0].SpanContext.SpanID() {
		t.Error("the time in the queue is not the webhook's")
	}
	work := slices.IndexFunc(named("work"), func(s tracetest.SpanStub) bool {
		return s.SpanContext.SpanID() == writes[0].Parent.SpanID()
	})
	if work < 0 {
		t.Fatal("the write belongs to no work")
	}
	if links := named("work")[work].Links; len(links) != 1 || links[0].SpanContext.TraceID() != webhooks[0].SpanContext.TraceID() {
		t.Errorf("the work is linked to %v", links)
	}
	for _, s := range spans.GetSpans() {
		for _, a := range s.Attributes {
			if a.Value.AsString() == "Countess" || a.Value.AsString() == "Lovelace" {
				t.Errorf("the span %s shows a value in %s", s.Name, a.Key)
			}
		}
	}
}
