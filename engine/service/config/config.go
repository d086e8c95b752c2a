// Package config is the configuration of the service: what a file may say,
// its defaults, its JSON Schema, and the references by which secrets are
// found. A file that means nothing is refused with its line and column; a
// secret written into it is refused as well (SE-1).
package config

import (
	"log/slog"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
)

// Config is one service's configuration. Parse fills every default in.
type Config struct {
	Path    string        `yaml:"-" json:"-"` // of the file, for messages
	Systems Systems       `yaml:"systems"`
	Mapping MappingSource `yaml:"mapping"`
	Objects Objects       `yaml:"objects"`
	Policy  Policy        `yaml:"policy"`
	Retry   Retry         `yaml:"retry"`
	Limits  Limits        `yaml:"limits"`
	Listen  Listen        `yaml:"listen"`
	Store   Store         `yaml:"store"`
	Notify  Notify        `yaml:"notify"`
	Console Console       `yaml:"console"`
	Log     Log           `yaml:"log"`
	Tracing Tracing       `yaml:"tracing"`
	// Seed keys the jitter of retries and pauses; any will do.
	Seed uint64 `yaml:"-"`
}

// Systems are the two sides.
type Systems struct {
	CC  System `yaml:"cc"`
	CRM System `yaml:"crm"`
}

// Of is one side's system.
func (s *Systems) Of(side mapping.Side) *System {
	if side == mapping.CC {
		return &s.CC
	}
	return &s.CRM
}

// System is one side.
type System struct {
	Kind             string   `yaml:"kind"`
	BaseURL          string   `yaml:"base_url"`
	LoginURL         string   `yaml:"login_url"` // default BaseURL
	ClientID         Text     `yaml:"client_id"`
	ClientSecret     Secret   `yaml:"client_secret"`
	WebhookSecret    Secret   `yaml:"webhook_secret"`
	Feed             string   `yaml:"feed"`       // webhook | channel | poll
	Channels         int      `yaml:"channels"`   // notification channels at most
	Versioning       string   `yaml:"versioning"` // trigger | none
	Conditional      *bool    `yaml:"conditional"`
	Priority         int      `yaml:"priority"`
	Automation       []string `yaml:"automation"`
	ExternalField    string   `yaml:"external_field"`
	BaseVersionField string   `yaml:"base_version_field"`
	Concurrency      int      `yaml:"concurrency"`
	Poll             Duration `yaml:"poll"` // Off for never
	Overlap          Duration `yaml:"overlap"`
	PageSize         int      `yaml:"page_size"`
	Timeout          Duration `yaml:"timeout"`    // of one request
	PlainHTTP        bool     `yaml:"plain_http"` // to hosts that are not this machine
}

// What tells of a system's changes, beside polling.
const (
	FeedWebhook = "webhook" // the system posts to the service
	FeedChannel = "channel" // the service holds websockets to it
	FeedPoll    = "poll"    // nothing: polling alone
)

// MappingSource is a mapping: a file of its own, or written in place.
type MappingSource struct {
	File     string           // "" if it stands in place
	Spec     mapping.Spec     `yaml:"-"`
	Compiled *mapping.Mapping `yaml:"-"`
}

// Objects are those that are kept in step beside contacts (DM-11).
type Objects struct {
	Account *Object `yaml:"account"`
}

// Object is one object beside contacts. All that is a system's own, such as its
// limits and its polling interval, it shares with them.
type Object struct {
	Mapping MappingSource `yaml:"mapping"`
	CC      ObjectSystem  `yaml:"cc"`
	CRM     ObjectSystem  `yaml:"crm"`
}

// Of is what is the object's own on one side.
func (o *Object) Of(side mapping.Side) *ObjectSystem {
	if side == mapping.CC {
		return &o.CC
	}
	return &o.CRM
}

// ObjectSystem is what is an object's own in one system.
type ObjectSystem struct {
	ExternalField    string `yaml:"external_field"`
	BaseVersionField string `yaml:"base_version_field"`
}

// Policy is what the operator chose of the rules that leave a choice.
type Policy struct {
	Tolerance    *Duration `yaml:"tolerance"`
	Simultaneous string    `yaml:"simultaneous"`
	Granularity  string    `yaml:"granularity"`
	DeleteVsEdit string    `yaml:"delete_vs_edit"`
	WrongSide    string    `yaml:"wrong_side"`
}

// Retry is the backoff schedule (EV-3) and the bound of Retry-After (RL-1).
type Retry struct {
	Base          Duration `yaml:"base"`
	Factor        int      `yaml:"factor"`
	Cap           Duration `yaml:"cap"`
	Jitter        int      `yaml:"jitter"` // percent
	RetryAfterCap Duration `yaml:"retry_after_cap"`
}

// Limits bound what the service holds and waits for.
type Limits struct {
	WorkingSet       int      `yaml:"working_set"`
	PendingNotices   int      `yaml:"pending_notices"`
	MassDelete       int      `yaml:"mass_delete"`
	MassDeleteWindow Duration `yaml:"mass_delete_window"`
	OutageAfter      Duration `yaml:"outage_after"`
	Audit            Duration `yaml:"audit"` // Off for never
	WebhookBytes     int      `yaml:"webhook_bytes"`
	WebhookRate      int      `yaml:"webhook_rate"` // a second
	WebhookBurst     int      `yaml:"webhook_burst"`
	AckTimeout       Duration `yaml:"ack_timeout"`
	ShutdownGrace    Duration `yaml:"shutdown_grace"`
}

// Listen says where the service is reached.
type Listen struct {
	Webhooks string `yaml:"webhooks"` // host:port
	Admin    string `yaml:"admin"`    // host:port, loopback by default (SE-3)
	TLSCert  string `yaml:"tls_cert"` // of the webhooks' listener, "" for plain HTTP behind a proxy
	TLSKey   string `yaml:"tls_key"`
}

// Store says where the durable state lives.
type Store struct {
	Path string `yaml:"path"`
}

// Notify says who is told of what a person must know (EV-11); the log and the
// metrics always are.
type Notify struct {
	URL    string `yaml:"url"`    // outbound webhook, "" for none
	Secret Secret `yaml:"secret"` // signs it
}

// Console is the review console, on the admin listener; off without a token.
type Console struct {
	Token Secret `yaml:"token"`
}

// Log says what is logged.
type Log struct {
	Level  string `yaml:"level"`  // debug | info | warn | error
	Format string `yaml:"format"` // json | text
}

// SlogLevel is the level as package log/slog knows it.
func (l Log) SlogLevel() slog.Level {
	var level slog.Level
	if level.UnmarshalText([]byte(l.Level)) != nil {
		return slog.LevelInfo
	}
	return level
}

// Tracing exports OpenTelemetry spans; off without an endpoint.
type Tracing struct {
	Endpoint string `yaml:"endpoint"` // OTLP over HTTP
	Percent  int    `yaml:"percent"`  // of traces
}

// Duration is a length of time, as a configuration file writes it: "30s",
// "1h30m", "2d", or "off".
type Duration time.Duration

// Off is a Duration written "off".
const Off Duration = -1

// Std is d as the standard library's type; Off is 0.
func (d Duration) Std() time.Duration {
	if d == Off {
		return 0
	}
	return time.Duration(d)
}
