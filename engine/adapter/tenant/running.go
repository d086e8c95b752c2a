package tenant

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
)

// feed asks for the first changes, as polling does.
func (s *Side) feed(ctx context.Context) adapter.Finding {
	f, has := s.System.(adapter.Feed)
	if !has {
		return adapter.Finding{Check: "feed", Level: adapter.Warn, Found: s.Kind + " has no list of changes", Remedy: "without it a lost notice is not healed"}
	}
	if _, err := f.Changes(ctx, "", 10); err != nil {
		return adapter.Finding{Check: "feed", Level: adapter.Fail, Found: "changes cannot be listed: " + adapter.As(err).Error(), Remedy: "let the account list the object's records"}
	}
	if s.Poll == 0 {
		return adapter.Finding{Check: "feed", Level: adapter.Warn, Found: "changes can be listed, and polling is off", Remedy: "set poll: a lost notice is healed by nothing else"}
	}
	return ok("feed", "changes can be listed; polled every %s", s.Poll)
}

// windows are the lengths of the vendors' request limits: Genesys Cloud counts
// in minutes, Salesforce in days, Dataverse in five minutes, the REST CRM's
// contract in minutes.
var windows = map[string]time.Duration{
	"genesys": time.Minute, "salesforce": 24 * time.Hour, "dynamics": 5 * time.Minute, "rest": time.Minute,
}

// limits compares what the headers say of the limits with what is configured.
func (s *Side) limits(feeds int) adapter.Finding {
	if s.Meter == nil {
		return adapter.Finding{Check: "limits", Level: adapter.Warn, Found: "not measured"}
	}
	signal, heard := s.Meter.Limits()
	window := windows[s.Kind]
	if !heard || signal.Allowed < 0 || window == 0 {
		return adapter.Finding{Check: "limits", Level: adapter.Warn, Found: "no answer told what is allowed", Remedy: "look the limit up with the vendor: the engine learns it from refusals only"}
	}
	f := adapter.Finding{Check: "limits", Found: fmt.Sprintf("%d of %d requests in %s are left", signal.Remaining, signal.Allowed, short(window))}
	polls := 0
	if s.Poll > 0 {
		polls = feeds * int(window/s.Poll)
	}
	switch {
	case signal.Remaining == 0:
		f.Level, f.Remedy = adapter.Fail, "wait for the window to end, and look who uses the limit up"
	case polls > signal.Allowed:
		f.Level = adapter.Fail
		f.Remedy = fmt.Sprintf("polling alone would need %d: lengthen poll, now %s", polls, s.Poll)
	case polls*2 > signal.Allowed:
		f.Level = adapter.Warn
		f.Remedy = fmt.Sprintf("polling alone takes %d, more than half: lengthen poll, now %s", polls, s.Poll)
	case s.Concurrency > signal.Allowed:
		f.Level = adapter.Warn
		f.Remedy = fmt.Sprintf("concurrency %d is more than the limit: lower it", s.Concurrency)
	case signal.Remaining*10 < signal.Allowed:
		f.Level, f.Remedy = adapter.Warn, "less than a tenth is left: look who uses the limit up"
	default:
		f.Level = adapter.OK
	}
	return f
}

func short(d time.Duration) string {
	switch d {
	case 24 * time.Hour:
		return "24 hours"
	case 5 * time.Minute:
		return "5 minutes"
	}
	return "a minute"
}

// Clocks that are off by so much stop tokens and certificates from working.
const clockFar = 5 * time.Minute

// clock compares the system's clock with ours. The engine decides by the
// systems' times alone, so that only a gross difference is one to act on.
func (s *Side) clock() adapter.Finding {
	if s.Meter == nil || !s.Meter.Clock().Known {
		return adapter.Finding{Check: "clock", Level: adapter.Warn, Found: "no answer had a Date header"}
	}
	o := s.Meter.Clock()
	f := ok("clock", "%s this machine's, to within %s", ahead(o.Ahead), round(o.Error))
	if o.Ahead.Abs()-o.Error > clockFar {
		f.Level, f.Remedy = adapter.Fail, "set this machine's clock by a time service, and look at the system's"
	}
	return f
}

func ahead(d time.Duration) string {
	if d < 0 {
		return round(-d).String() + " behind"
	}
	return round(d).String() + " ahead of"
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }

// apart compares the two systems' clocks with each other: where both versions
// are equal, the later edit wins (CR-5).
func apart(a, b *Meter, tolerance time.Duration) (adapter.Finding, bool) {
	if a == nil || b == nil || !a.Clock().Known || !b.Clock().Known {
		return adapter.Finding{}, false
	}
	x, y := a.Clock(), b.Clock()
	diff, uncertain := (x.Ahead - y.Ahead).Abs(), x.Error+y.Error
	f := ok("clock", "the two systems' clocks differ by %s, to within %s", round(diff), round(uncertain))
	if tolerance > 0 && diff-uncertain > tolerance {
		f.Level = adapter.Warn
		f.Remedy = fmt.Sprintf("edits of one record within that time can be decided for the wrong side: correct the clocks, or raise tolerance above %s", round(diff))
	}
	return f, true
}

// versioning compares the declaration with what can be seen (DM-8). Whether
// what is there moves the version rightly shows a test edit alone.
func (s *Side) versioning(ctx context.Context) adapter.Finding {
	test := "edit a mapped field of a test record and see that " + s.Config.VersionField + " grows by one; save it unchanged and see that it does not"
	names, visible := s.automations(ctx)
	seen := strings.Join(names, ", ")
	switch {
	case s.Trigger && !visible:
		return adapter.Finding{Check: "versioning", Level: adapter.Warn, Found: "declared as trigger; no API shows whether it works", Remedy: test}
	case s.Trigger && len(names) == 0:
		return adapter.Finding{
			Check: "versioning", Level: adapter.Fail, Found: "declared as trigger, and no active trigger or flow runs for the object",
			Remedy: "install the version trigger, or set versioning: none",
		}
	case s.Trigger:
		return ok("versioning", "declared as trigger, and there is %s", seen)
	case len(names) > 0:
		return adapter.Finding{
			Check: "versioning", Level: adapter.Warn, Found: "none is declared, and there is " + seen,
			Remedy: "if it moves " + s.Config.VersionField + ", set versioning: trigger",
		}
	}
	return ok("versioning", "none is declared: edits here count as one version each")
}

// automations are what the system shows; ok is false where it shows nothing.
func (s *Side) automations(ctx context.Context) (names []string, ok bool) {
	a, can := s.System.(adapter.Automated)
	if !can {
		return nil, false
	}
	names, err := a.Automations(ctx)
	return names, err == nil
}

// webhook posts to the engine's own endpoint from here: a delivery without a
// signature must be refused with 401 (EV-1).
func (s *Side) webhook(ctx context.Context, o Options) (adapter.Finding, bool) {
	if _, hears := s.System.(adapter.Webhooks); !hears || s.Config.WebhookSecret == "" {
		return adapter.Finding{}, false
	}
	f := adapter.Finding{Check: "webhook", Level: adapter.Warn}
	if o.PublicURL == "" || o.Post == nil {
		f.Found, f.Remedy = "a secret is configured, and where the engine is reached was not said", "give --public-url"
		return f, true
	}
	url := strings.TrimSuffix(o.PublicURL, "/") + "/webhooks/" + s.Name
	status, err := o.Post(ctx, url)
	switch {
	case err != nil:
		f.Level, f.Found, f.Remedy = adapter.Fail, url+" cannot be reached: "+err.Error(), "start the engine, and check the public name, the proxy and the certificate"
	case status == http.StatusUnauthorized:
		return ok("webhook", "%s refuses an unsigned delivery with 401", url), true
	default:
		f.Level, f.Found = adapter.Fail, fmt.Sprintf("%s answered %d to an unsigned delivery, not 401", url, status)
		f.Remedy = "see what answers there: it is not the engine, or something before it changes the answer"
	}
	return f, true
}
