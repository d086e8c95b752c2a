package service

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
	"github.com/syncproof/syncproof/engine/service/config"
	"github.com/syncproof/syncproof/engine/service/vendors"
)

// builtin is the adapter of a side's configured kind.
func builtin(c *config.Config, side mapping.Side, a adapter.Config) (adapter.System, adapter.Signals, error) {
	kind := c.Systems.Of(side).Kind
	v, ok := vendors.Find(side, kind)
	if !ok {
		return nil, nil, fmt.Errorf("systems.%s.kind: there is no %q", side, kind)
	}
	s, err := v.New(a)
	return s, v.Signals, err
}

// objectsOf are the objects that a configuration keeps in step, contacts first.
func objectsOf(c *config.Config) []adapter.Object {
	if c.Objects.Account == nil {
		return []adapter.Object{adapter.Contact}
	}
	return []adapter.Object{adapter.Contact, adapter.Account}
}

// Also are the objects beside contacts that a configuration keeps in step.
func Also(c *config.Config) []engine.Object {
	var all []engine.Object
	for _, o := range objectsOf(c)[1:] {
		all = append(all, engine.Object{Name: o.String(), Mapping: mappingOf(c, o).Compiled})
	}
	return all
}

// mappingOf is the mapping of one object.
func mappingOf(c *config.Config, o adapter.Object) *config.MappingSource {
	if o == adapter.Account {
		return &c.Objects.Account.Mapping
	}
	return &c.Mapping
}

// ownOf is what is an object's own in one system.
func ownOf(c *config.Config, o adapter.Object, side mapping.Side) config.ObjectSystem {
	if o == adapter.Account {
		return *c.Objects.Account.Of(side)
	}
	sys := c.Systems.Of(side)
	return config.ObjectSystem{ExternalField: sys.ExternalField, BaseVersionField: sys.BaseVersionField}
}

// adapterConfig is what the adapter of one object on one side is built from.
// Those of one side share the client, f and login.
func adapterConfig(c *config.Config, o adapter.Object, side mapping.Side, client *http.Client, f adapter.Flight, login *adapter.Login) adapter.Config {
	sys, m, own := c.Systems.Of(side), mappingOf(c, o).Compiled, ownOf(c, o, side)
	a := adapter.Config{
		BaseURL: sys.BaseURL, LoginURL: sys.LoginURL, ClientID: sys.ClientID.Value(), ClientSecret: sys.ClientSecret.Value(),
		HTTP: client, Flight: f, Login: login, Object: o, Fields: m.Names(side), VersionField: m.VersionName[side], StatusField: m.StatusName[side],
		ExternalField: own.ExternalField, WebhookSecret: sys.WebhookSecret.Value(),
	}
	for i := range m.Fields {
		a.Types = append(a.Types, m.Fields[i].Type)
	}
	conditional := sys.Conditional != nil && *sys.Conditional
	if conditional {
		a.BaseVersionField = own.BaseVersionField
	}
	a.NoTags = !conditional
	return a
}

// coreConfig is what one life of the core runs by.
func coreConfig(c *config.Config) engine.Config {
	e := engine.Config{
		Mapping: c.Mapping.Compiled, Also: Also(c), Policy: policyOf(&c.Policy),
		Retry: engine.Retry{
			Base: c.Retry.Base.Std(), Factor: c.Retry.Factor, Cap: c.Retry.Cap.Std(),
			JitterPercent: c.Retry.Jitter, RetryAfterCap: c.Retry.RetryAfterCap.Std(),
		},
		WorkingSet: c.Limits.WorkingSet, PendingNotices: c.Limits.PendingNotices,
		MassDelete: c.Limits.MassDelete, MassDeleteWindow: c.Limits.MassDeleteWindow.Std(),
		OutageAfter: c.Limits.OutageAfter.Std(), Audit: c.Limits.Audit.Std(), Seed: c.Seed,
	}
	for i := range e.Systems {
		sys, s := c.Systems.Of(mapping.Side(i)), &e.Systems[i]
		s.Traits.Priority = sys.Priority
		if sys.Versioning == "trigger" {
			s.Traits.Versioning = resolve.Trigger
		}
		s.Automation, s.Concurrency, s.Poll = sys.Automation, sys.Concurrency, sys.Poll.Std()
		s.PageSize, s.Overlap = sys.PageSize, sys.Overlap.Std()
	}
	return e
}

func policyOf(p *config.Policy) resolve.Policy {
	out := resolve.Policy{Tolerance: -1}
	if p.Tolerance != nil {
		out.Tolerance = p.Tolerance.Std()
	}
	switch p.Simultaneous {
	case "merge":
		out.Simultaneous = resolve.MergeFields
	case "hierarchy":
		out.Simultaneous = resolve.Hierarchy
	}
	if p.Granularity == "record" {
		out.Granularity = resolve.ByRecord
	}
	switch p.DeleteVsEdit {
	case "delete":
		out.DeleteVsEdit = resolve.DeleteWins
	case "restore":
		out.DeleteVsEdit = resolve.RestoreWins
	}
	if p.WrongSide == "review" {
		out.WrongSide = resolve.ReviewWrongSide
	}
	return out
}

// longestDelay bounds what a retry or a pause can ask: what the disk holds
// beyond it was written under a wrong clock.
func longestDelay(c *config.Config) time.Duration {
	return max(c.Retry.Cap.Std(), c.Retry.RetryAfterCap.Std()) * 5 / 4
}

// newTransport holds the connections to one side.
func newTransport(concurrency int) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConns:           concurrency,
		MaxIdleConnsPerHost:    concurrency,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
	}
}

// flight shares one token refresh among all that wait for it (RL-5).
type flight struct{ group singleflight.Group }

// Do implements adapter.Flight.
func (f *flight) Do(key string, fn func() (string, error)) (string, error) {
	v, err, _ := f.group.Do(key, func() (any, error) { return fn() })
	text, _ := v.(string)
	return text, err
}
