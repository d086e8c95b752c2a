// Package tracing exports a service's spans to an OpenTelemetry collector, by
// OTLP over HTTP.
package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/syncproof/syncproof/engine/service/config"
)

// Start makes a provider that sends spans in the background; stop sends what
// is left and ends it. A collector that does not answer costs spans, nothing
// else: the queue of spans is bounded. Without an endpoint the provider is nil.
func Start(ctx context.Context, c config.Tracing, version string, log *slog.Logger) (_ trace.TracerProvider, stop func(context.Context) error, err error) {
	if c.Endpoint == "" {
		return nil, func(context.Context) error { return nil }, nil
	}
	u, err := url.Parse(c.Endpoint)
	if err != nil {
		return nil, nil, fmt.Errorf("tracing.endpoint: %w", err)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/v1/traces"
	}
	// The SDK has one handler for the whole process, and would print by itself.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces are not taken", "error", err.Error()) }))
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(u.String()))
	if err != nil {
		return nil, nil, fmt.Errorf("tracing.endpoint: %w", err)
	}
	p := sdk.NewTracerProvider(
		sdk.WithBatcher(exporter),
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(float64(c.Percent)/100))),
		sdk.WithResource(resource.NewSchemaless(attribute.String("service.name", "syncproof"), attribute.String("service.version", version))),
	)
	return p, p.Shutdown, nil
}
