package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/config"
)

// Finding is what one look at a part of the configured world came to.
type Finding struct {
	What string `json:"what"` // cc, crm, ...
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

// Ping asks both systems for a token and for the schema of each object, and
// compares it with the object's mapping. It changes nothing.
func Ping(ctx context.Context, c *config.Config) []Finding {
	var findings []Finding
	for _, o := range objectsOf(c) {
		for _, side := range [...]mapping.Side{mapping.CC, mapping.CRM} {
			sys := c.Systems.Of(side)
			text, err := ping(ctx, c, o, side)
			f := Finding{What: side.String(), OK: err == nil, Text: sys.Kind + " at " + sys.BaseURL + ": " + text}
			if o != adapter.Contact {
				f.What += " " + o.String()
			}
			if err != nil {
				f.Text += err.Error()
			}
			findings = append(findings, f)
		}
	}
	return findings
}

func ping(ctx context.Context, c *config.Config, o adapter.Object, side mapping.Side) (string, error) {
	transport := newTransport(1)
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: &bounded{inner: transport, clock: Wall(), timeout: c.Systems.Of(side).Timeout.Std()}}
	system, _, err := builtin(c, side, adapterConfig(c, o, side, client, &flight{}, nil))
	if err != nil {
		return "", err
	}
	schema, err := system.Describe(ctx)
	if err != nil {
		return "", err
	}
	var problems []string
	for _, p := range mappingOf(c, o).Compiled.Drift(side, schema.Fields) {
		problems = append(problems, p.String())
	}
	if len(problems) > 0 {
		return "", fmt.Errorf("it answers, but does not fit the mapping: %s", strings.Join(problems, "; "))
	}
	fits := fmt.Sprintf("it answers, and its %d fields fit the mapping", len(schema.Fields))
	if c.Systems.Of(side).Feed == config.FeedChannel {
		if err := pingChannel(ctx, system, c.Systems.Of(side).Timeout.Std()); err != nil {
			return "", fmt.Errorf("%s, but feed: channel does not work: %w; allow the service to reach the websocket, or set feed: webhook or poll", fits, err)
		}
		return fits + "; a notification channel can be had and connected to", nil
	}
	if _, hears := system.(adapter.Webhooks); hears && c.Systems.Of(side).WebhookSecret.Value() == "" {
		return fits + "; without webhook_secret its webhooks are refused, and polling alone shows its changes", nil
	}
	return fits, nil
}

// pingChannel makes a channel and connects to it. It tells of nothing, and ends
// by itself.
func pingChannel(ctx context.Context, system adapter.System, timeout time.Duration) error {
	with, can := system.(adapter.Channels)
	if !can {
		return errors.New("this kind of system has no notification channels")
	}
	channel, err := with.OpenChannel(ctx)
	if err != nil {
		return err
	}
	conn, err := dialChannel(ctx, channel.Address, timeout)
	if err != nil {
		return err
	}
	return conn.CloseNow()
}
