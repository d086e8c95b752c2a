package config

import (
	"crypto/tls"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/vendors"
)

func fill[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}

// complete fills every default in.
func (c *Config) complete() {
	for i, side := range [...]mapping.Side{mapping.CC, mapping.CRM} {
		s := c.Systems.Of(side)
		v, _ := vendors.Find(side, s.Kind)
		fill(&s.LoginURL, s.BaseURL)
		if s.WebhookSecret.Ref != "" {
			fill(&s.Feed, FeedWebhook)
		}
		fill(&s.Feed, FeedPoll)
		fill(&s.Channels, 8)
		fill(&s.Versioning, "trigger")
		fill(&s.Priority, i+1)
		fill(&s.ExternalField, v.External)
		fill(&s.BaseVersionField, v.BaseVersion)
		fill(&s.Concurrency, 8)
		fill(&s.Overlap, Duration(2*time.Minute))
		fill(&s.PageSize, 200)
		fill(&s.Timeout, Duration(30*time.Second))
		if s.Poll == 0 && (s.hears(v) || s.Feed == FeedChannel) {
			s.Poll = Duration(5 * time.Minute)
		}
		fill(&s.Poll, Duration(30*time.Second))
		if s.Conditional == nil {
			s.Conditional = &v.Conditional
		}
	}
	if a := c.Objects.Account; a != nil {
		for _, side := range [...]mapping.Side{mapping.CC, mapping.CRM} {
			v, _ := vendors.Find(side, c.Systems.Of(side).Kind)
			fill(&a.Of(side).ExternalField, v.AccountExternal)
			fill(&a.Of(side).BaseVersionField, c.Systems.Of(side).BaseVersionField)
		}
	}
	fill(&c.Policy.Simultaneous, "review")
	fill(&c.Policy.Granularity, "field")
	fill(&c.Policy.DeleteVsEdit, "review")
	fill(&c.Policy.WrongSide, "overwrite")
	fill(&c.Retry.Base, Duration(time.Second))
	fill(&c.Retry.Factor, 2)
	fill(&c.Retry.Cap, Duration(5*time.Minute))
	fill(&c.Retry.Jitter, 10)
	fill(&c.Retry.RetryAfterCap, Duration(15*time.Minute))
	c.Limits.complete()
	fill(&c.Listen.Webhooks, "127.0.0.1:8080")
	fill(&c.Listen.Admin, "127.0.0.1:9090")
	fill(&c.Log.Level, "info")
	fill(&c.Log.Format, "json")
	fill(&c.Tracing.Percent, 100)
}

func (l *Limits) complete() {
	fill(&l.WorkingSet, 256)
	fill(&l.PendingNotices, 1024)
	fill(&l.MassDelete, 20)
	fill(&l.MassDeleteWindow, Duration(time.Hour))
	fill(&l.OutageAfter, Duration(5*time.Minute))
	fill(&l.Audit, Duration(24*time.Hour))
	fill(&l.WebhookBytes, 1<<20)
	fill(&l.WebhookRate, 1000)
	fill(&l.WebhookBurst, 2000)
	fill(&l.AckTimeout, Duration(8*time.Second))
	fill(&l.ShutdownGrace, Duration(20*time.Second))
}

// hears reports whether the system's webhooks can be understood and trusted.
func (s *System) hears(v vendors.Vendor) bool { return v.Webhooks && s.WebhookSecret.Ref != "" }

// check refuses what no single key can tell.
func (d *decoder) check(c *Config) error {
	for _, side := range [...]mapping.Side{mapping.CC, mapping.CRM} {
		if err := d.checkSystem(side, c.Systems.Of(side)); err != nil {
			return err
		}
	}
	if c.Systems.CC.Priority == c.Systems.CRM.Priority {
		return d.failAt("systems.crm.priority", "", "found the priority %d for both systems; expected two different ones, because the lower one wins ties", c.Systems.CC.Priority)
	}
	if c.Retry.Cap < c.Retry.Base {
		return d.failAt("retry.cap", "", "found the cap %s below the base %s; expected at least as much", c.Retry.Cap, c.Retry.Base)
	}
	for _, one := range [...]setting{{"listen.webhooks", c.Listen.Webhooks}, {"listen.admin", c.Listen.Admin}} {
		if !isAddress(one.value) {
			return d.failAt(one.key, "", "found %q for %s; expected host:port, such as 127.0.0.1:8080 or :8080", short(one.value), one.key)
		}
	}
	if (c.Listen.TLSCert == "") != (c.Listen.TLSKey == "") {
		return d.failAt("listen", "give both, or neither", "found one of tls_cert and tls_key; expected both")
	}
	for _, one := range [...]setting{{"notify.url", c.Notify.URL}, {"tracing.endpoint", c.Tracing.Endpoint}} {
		if u, ok := webAddress(one.value); one.value != "" && (!ok || u.User != nil) {
			return d.failAt(one.key, "", "found no web address for %s; expected one such as https://example.com/hook", one.key)
		}
	}
	return nil
}

func (d *decoder) checkSystem(side mapping.Side, s *System) error {
	at := "systems." + side.String()
	v, ok := vendors.Find(side, s.Kind)
	if !ok {
		return d.failAt(at+".kind", "", "found the kind %s for %s; expected %s", s.Kind, side, oneOf(vendors.Kinds(side)))
	}
	for _, one := range [...]setting{{at + ".base_url", s.BaseURL}, {at + ".login_url", s.LoginURL}} {
		u, ok := webAddress(one.value)
		switch {
		case !ok || u.User != nil || u.RawQuery != "" || u.Fragment != "":
			return d.failAt(one.key, "", "found no web address for %s; expected one such as https://api.example.com", one.key)
		case u.Scheme == "http" && !isLoopback(u.Hostname()) && !s.PlainHTTP:
			return d.failAt(one.key, "or allow it with plain_http: true", "found http for %s; expected https, because the client secret would travel in clear", one.key)
		}
	}
	if *s.Conditional && !v.Conditional {
		return d.failAt(at+".conditional", "", "found conditional: true for %s; expected false, because %s has nothing that makes writes conditional", side, s.Kind)
	}
	if err := d.checkFeed(at, s, v); err != nil {
		return err
	}
	if s.Poll == Off && !s.hears(v) {
		return d.failAt(at+".poll", "", "found neither webhooks that can be checked nor polling for %s; expected one of them, because its changes would never be seen", side)
	}
	return nil
}

// checkFeed refuses a feed that cannot be had, or that would miss changes.
func (d *decoder) checkFeed(at string, s *System, v vendors.Vendor) error {
	switch {
	case s.Feed == FeedChannel && !v.Channels:
		return d.failAt(at+".feed", "", "found feed: channel for %s; expected webhook or poll, because %s has no notification channels", at, s.Kind)
	case s.Feed == FeedChannel && s.Poll == Off:
		return d.failAt(at+".poll", "leave it out for 5m", "found poll: off with feed: channel for %s; expected an interval, because a channel tells of known contacts alone and repeats nothing", at)
	case s.Feed == FeedWebhook && s.WebhookSecret.Ref == "":
		return d.failAt(at+".feed", "give webhook_secret", "found feed: webhook without webhook_secret for %s; expected both, because a webhook that cannot be checked is refused", at)
	case s.Feed == FeedPoll && s.WebhookSecret.Ref != "":
		return d.failAt(at+".feed", "remove one of them", "found feed: poll with webhook_secret for %s; expected no secret, because nothing would be checked with it", at)
	case d.at[at+".channels"] != nil && s.Feed != FeedChannel:
		return d.failAt(at+".channels", "set feed: channel", "found channels for %s with feed: %s; expected them with feed: channel alone", at, s.Feed)
	}
	return nil
}

// setting is the value of one key.
type setting struct{ key, value string }

func webAddress(text string) (*url.URL, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, false
	}
	return u, true
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 0 && n <= 65535
}

// CheckFiles refuses a certificate that cannot be used.
func (c *Config) CheckFiles() error {
	if c.Listen.TLSCert == "" {
		return nil
	}
	if _, err := tls.LoadX509KeyPair(c.Listen.TLSCert, c.Listen.TLSKey); err != nil {
		return &Error{Path: c.Path, Message: "listen.tls_cert and tls_key: " + err.Error(), Err: err}
	}
	return nil
}
