package live

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/config"
)

// configOf is the reference engine's configuration for the scenario, at the
// addresses of the taps.
func configOf(w *world) (*config.Config, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.stage.EngineConfig()
	sc := w.sc
	c := &config.Config{
		Path: sc.Path, Seed: e.Seed,
		Mapping: config.MappingSource{Compiled: e.Mapping, Spec: w.stage.Spec()},
		Policy: config.Policy{
			Simultaneous: sc.Policy.Simultaneous, Granularity: sc.Policy.Granularity,
			DeleteVsEdit: sc.Policy.DeleteVsEdit, WrongSide: sc.Policy.WrongSide,
		},
		Retry: config.Retry{
			Base: config.Duration(e.Retry.Base), Factor: e.Retry.Factor, Cap: config.Duration(e.Retry.Cap),
			Jitter: e.Retry.JitterPercent, RetryAfterCap: config.Duration(e.Retry.RetryAfterCap),
		},
		Limits: config.Limits{
			WorkingSet: e.WorkingSet, PendingNotices: 1024, MassDelete: e.MassDelete, MassDeleteWindow: config.Duration(time.Hour),
			OutageAfter: config.Duration(5 * time.Minute), Audit: offOr(e.Audit), WebhookBytes: 1 << 20,
			WebhookRate: 1_000_000, WebhookBurst: 1_000_000, AckTimeout: config.Duration(10 * time.Second), ShutdownGrace: config.Duration(10 * time.Second),
		},
		Listen: config.Listen{Webhooks: w.net.endpoint, Admin: "127.0.0.1:0"},
	}
	for i := range e.Also {
		a := &config.Object{Mapping: config.MappingSource{Compiled: e.Also[i].Mapping}}
		for _, side := range []mapping.Side{mapping.CC, mapping.CRM} {
			own := w.stage.AdapterConfig(i+1, side, nil, nil, w.net.places())
			*a.Of(side) = config.ObjectSystem{ExternalField: own.ExternalField, BaseVersionField: own.BaseVersionField}
		}
		c.Objects.Account = a
	}
	if t := sc.Policy.Tolerance; t != nil {
		own := config.Duration(*t)
		c.Policy.Tolerance = &own
	}
	for _, side := range []mapping.Side{mapping.CC, mapping.CRM} {
		*c.Systems.Of(side) = w.systemConfig(side, &e.Systems[side])
	}
	return c, nil
}

func (w *world) systemConfig(side mapping.Side, e *engine.SystemConfig) config.System {
	spec := w.sc.System(side.String())
	a := w.stage.AdapterConfig(0, side, nil, nil, w.net.places())
	conditional := spec.Conditional != nil && *spec.Conditional
	hooks, feed := a.WebhookSecret, config.FeedWebhook
	switch {
	case w.options.Channels && side == mapping.CC:
		hooks, feed = "", config.FeedChannel
	case a.WebhookSecret == "":
		feed = config.FeedPoll
	}
	return config.System{
		Feed: feed, Channels: 8,
		Kind: spec.Kind, BaseURL: a.BaseURL, LoginURL: a.LoginURL, ClientID: config.NewText(a.ClientID),
		ClientSecret: config.NewSecret(a.ClientSecret), WebhookSecret: config.NewSecret(hooks),
		Versioning: spec.Versioning, Conditional: &conditional, Priority: spec.Priority, Automation: slices.Clone(e.Automation),
		ExternalField: a.ExternalField, BaseVersionField: a.BaseVersionField, Concurrency: e.Concurrency,
		Poll: offOr(e.Poll), Overlap: config.Duration(e.Overlap), PageSize: e.PageSize, Timeout: config.Duration(w.sc.Engine.Timeout),
	}
}

// offOr is a duration that may be off.
func offOr(d time.Duration) config.Duration {
	if d == 0 {
		return config.Off
	}
	return config.Duration(d)
}

// lostIn are the fields of a ledger's entry that a person wants back: all, or
// those with the given names.
func lostIn(entry *engine.LedgerEntry, names []string) []engine.FieldText {
	var set []engine.FieldText
	for _, l := range entry.Lost {
		if len(names) == 0 || slices.Contains(names, l.Field) {
			set = append(set, engine.FieldText{Index: l.Index, Value: l.Value})
		}
	}
	return set
}
