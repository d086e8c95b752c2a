package tenant

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/mocks"
)

var statuses = []string{"PENDING", "IN_SYNC", "RESOLVED", "OVERWRITTEN", "FLAGGED", "FAILED"}

var tiers = mocks.Field{Name: "tier", Type: "picklist", Values: []string{"gold", "silver"}}

// options are those of a doctor that may probe.
func options() tenant.Options {
	return tenant.Options{Probe: true, Statuses: statuses, Tolerance: time.Second}
}

// trouble are the lines that are not ok: level, check, finding and remedy.
func trouble(lines []tenant.Line) []string {
	var out []string
	for _, l := range lines {
		if l.Level != adapter.OK {
			out = append(out, strings.Join([]string{string(l.Level), l.Check, l.Found, l.Remedy}, " | "))
		}
	}
	return out
}

func examine(side tenant.Side) []tenant.Line {
	return tenant.Inspect(context.Background(), []tenant.Side{side}, options())
}

// broken is one row of a table of broken tenants: it has exactly these lines
// that are not ok, each of which contains its text.
type broken struct {
	name   string
	config func(*mocks.Config)
	spoil  func(*served, *tenant.Side)
	lines  []string
}

// examined provisions each tenant, breaks it, and compares the trouble.
func examined(t *testing.T, build func(testing.TB, func(*mocks.Config)) (*served, tenant.Side), cases []broken) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, side := build(t, func(m *mocks.Config) {
				tier := tiers
				if m.BaseVersionField != "" {
					tier.Name = "Tier__c"
				}
				m.Fields = []mocks.Field{tier}
				if c.config != nil {
					c.config(m)
				}
			})
			if done := apply(side, plan(t, side)); tenant.Count(done, tenant.Failed) != 0 {
				t.Fatalf("%+v", done)
			}
			if c.spoil != nil {
				c.spoil(s, &side)
			}
			got := trouble(examine(side))
			if len(got) != len(c.lines) {
				t.Fatalf("%d lines, expected %d:\n%s", len(got), len(c.lines), strings.Join(got, "\n"))
			}
			for i, want := range c.lines {
				contains(t, got[i], want)
				if !strings.Contains(got[i], "| ") || strings.HasSuffix(got[i], "| ") {
					t.Errorf("no remedy in %q", got[i])
				}
			}
			if s.stored() != 0 {
				t.Error("the doctor left a record behind")
			}
		})
	}
}

// stored counts the records.
func (s *served) stored() (n int) {
	s.mock.Each(func(mocks.Snapshot) bool { n++; return true })
	return n
}

func revoke(permissions ...string) func(*served, *tenant.Side) {
	return func(s *served, _ *tenant.Side) { s.mock.Faults().Revoked = permissions }
}

func drift(d mocks.Drift) func(*served, *tenant.Side) {
	return func(s *served, _ *tenant.Side) { s.mock.Faults().Drift = []mocks.Drift{d} }
}

// common are broken in the same way whatever the vendor is.
func common() []broken {
	return []broken{
		{name: "unreachable", spoil: func(s *served, _ *tenant.Side) { s.server.Close() }, lines: []string{"fail | reach | "}},
		{name: "a failure of its own", spoil: func(s *served, _ *tenant.Side) { s.mock.Faults().Error = &mocks.ServerError{Status: 503} }, lines: []string{"fail | reach | "}},
		{name: "polling off", spoil: func(_ *served, side *tenant.Side) { side.Poll = 0 }, lines: []string{"warn | feed | "}},
	}
}

func TestBrokenSalesforceTenants(t *testing.T) {
	examined(t, salesforceTenant, append(common(), []broken{
		{name: "sound"},
		{name: "no read", spoil: revoke("read"), lines: []string{"fail | permission | may not read Contact | give", "fail | feed | changes cannot be listed"}},
		{name: "no create", spoil: revoke("create"), lines: []string{"fail | permission | may not create Contact | give"}},
		{name: "no edit", spoil: revoke("update"), lines: []string{"fail | permission | may not edit Contact"}},
		{name: "no delete", spoil: revoke("delete"), lines: []string{"fail | permission | may not delete Contact"}},
		{name: "a trigger that is there", config: func(c *mocks.Config) { c.Trigger = true }, spoil: func(_ *served, side *tenant.Side) { side.Trigger = true }},
		{name: "a trigger that nobody declared", config: func(c *mocks.Config) { c.Trigger = true }, lines: []string{"warn | versioning | none is declared, and there is trigger SyncVersion"}},
		{name: "no trigger", spoil: func(_ *served, side *tenant.Side) { side.Trigger = true }, lines: []string{"fail | versioning | declared as trigger, and no active"}},
		{name: "no view of setup", spoil: revoke("View Setup and Configuration"), lines: []string{"warn | setup | the definitions"}},
		{name: "a hidden field", spoil: revoke("Phone"), lines: []string{"fail | field | Phone is mapped as Phone, not in the schema"}},
		{name: "a retyped field", spoil: drift(mocks.Drift{Field: "Phone", Retype: "boolean"}), lines: []string{"fail | field | Phone is mapped as Phone, described as Boolean"}},
		{name: "a picklist value gone", spoil: drift(mocks.Drift{Field: "Tier__c", Values: []string{"gold"}}), lines: []string{"fail | field | Tier__c has no value silver, but gold | add the value"}},
		{name: "no version", spoil: drift(mocks.Drift{Field: "Sync_Version__c", Remove: true}), lines: []string{"fail | version | Sync_Version__c does not exist, or the account cannot see it | run `syncproof provision`"}},
		{name: "the version is a text", spoil: drift(mocks.Drift{Field: "Sync_Version__c", Retype: "string"}), lines: []string{"fail | version | Sync_Version__c is of type String and no number"}},
		{name: "a short status", spoil: drift(mocks.Drift{Field: "Sync_Status__c", Length: 6}), lines: []string{"fail | status | Sync_Status__c takes 6 characters, too few for PENDING"}},
		{name: "the status is a number", spoil: drift(mocks.Drift{Field: "Sync_Status__c", Retype: "number"}), lines: []string{"fail | status | Sync_Status__c is of type"}},
		{name: "an external id gone", spoil: drift(mocks.Drift{Field: "Genesys_Contact_Id__c", Remove: true}), lines: []string{"fail | external id | Genesys_Contact_Id__c does not exist"}},
		{name: "the daily limit used up", spoil: func(s *served, _ *tenant.Side) { left := 6; s.mock.Faults().DailyRemaining = &left }, lines: []string{"fail | limits | "}},
		{name: "polling that eats the limit", config: func(c *mocks.Config) { c.Quota = mocks.Quota{Requests: 1000, Per: 24 * time.Hour, Headers: true} }, lines: []string{"fail | limits | "}},
	}...))
}

func TestBrokenGenesysTenants(t *testing.T) {
	// external_field is the name of a source, whose id the vendor gave.
	const byName = "fail | external id | external_field is the name of an external source"
	cases := slices.Concat(common()[2:], []broken{
		{name: "a trigger is declared", spoil: func(_ *served, side *tenant.Side) { side.Trigger = true }, lines: []string{"warn | versioning | declared as trigger; no API"}},
		{name: "sound but for the source's id"},
		{name: "no create", spoil: revoke("externalContacts:contact:add"), lines: []string{"fail | permission | may not create contacts | give the account externalContacts:contact:add"}},
		{name: "no edit", spoil: revoke("externalContacts:contact:edit"), lines: []string{"fail | permission | may not edit contacts | give the account externalContacts:contact:edit"}},
		{name: "no delete", spoil: revoke("externalContacts:contact:delete"), lines: []string{"fail | permission | may not delete contacts | give the account externalContacts:contact:delete"}},
		{name: "a custom field gone", spoil: drift(mocks.Drift{Field: "tier", Remove: true}), lines: []string{"fail | field | tier is mapped as Picklist, not in the schema"}},
		{name: "the version is a text", spoil: drift(mocks.Drift{Field: "sync_version", Retype: "string"}), lines: []string{"fail | version | sync_version is of type String"}},
		{name: "a short status", spoil: drift(mocks.Drift{Field: "sync_status", Length: 6}), lines: []string{"fail | status | sync_status takes 6 characters"}},
	})
	for i := range cases {
		at := 0
		for at < len(cases[i].lines) && !strings.HasPrefix(cases[i].lines[at], "warn") && !strings.HasPrefix(cases[i].lines[at], "fail | feed") {
			at++
		}
		cases[i].lines = slices.Insert(cases[i].lines, at, byName)
	}
	cases = append(cases, common()[:2]...)
	cases = append(cases, broken{name: "no view of the schema", spoil: revoke("externalContacts:customFields:view"), lines: []string{"fail | permission | "}})
	examined(t, genesysTenant, cases)
}

func TestBrokenRestTenants(t *testing.T) {
	noTags := func(c *mocks.Config) { c.Conditional = false }
	const empty = "warn | conditional | the CRM has no contact to look at"
	cases := slices.Concat(common()[2:], []broken{
		{name: "a trigger is declared", spoil: func(_ *served, side *tenant.Side) { side.Trigger = true }, lines: []string{"warn | versioning | declared as trigger; no API"}},
		{name: "sound"},
		{name: "no create", spoil: revoke("create"), lines: []string{"fail | permission | may not create contacts | give the account create contact"}},
		{name: "no update", spoil: revoke("update"), lines: []string{"fail | permission | may not update contacts | give the account update contact"}},
		{name: "no delete", spoil: revoke("delete"), lines: []string{"fail | permission | may not delete contacts"}},
		{name: "no status", spoil: drift(mocks.Drift{Field: "sync_status", Remove: true}), lines: []string{"fail | status | sync_status does not exist"}},
		{name: "tags or not, there is no contact", config: noTags},
	})
	for i := range cases {
		at := 0
		for at < len(cases[i].lines) && !strings.HasPrefix(cases[i].lines[at], "warn") {
			at++
		}
		cases[i].lines = slices.Insert(cases[i].lines, at, empty)
	}
	examined(t, restTenant, append(cases, common()[:2]...))
}

func TestWrongCredentialsAreOneLine(t *testing.T) {
	for name, build := range map[string]func(testing.TB, func(*mocks.Config)) (*served, tenant.Side){"genesys": genesysTenant, "salesforce": salesforceTenant, "rest": restTenant} {
		_, side := build(t, func(c *mocks.Config) { c.ClientSecret = "another" })
		got := trouble(examine(side))
		if len(got) != 1 || !strings.HasPrefix(got[0], "fail | token | ") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestASalesforceRuleThatSomebodyChanged(t *testing.T) {
	for says, body := range map[string]string{
		"is not active":       `{"FullName":"Contact.Syncproof_Base_Version","Metadata":{"active":false,"errorMessage":"m","errorConditionFormula":"FALSE"}}`,
		"has another formula": `{"FullName":"Contact.Syncproof_Base_Version","Metadata":{"active":true,"errorMessage":"m","errorConditionFormula":"ISBLANK(LastName)"}}`,
		"there is no valid":   "",
	} {
		s, side := salesforceTenant(t, func(c *mocks.Config) {
			c.Fields = []mocks.Field{{Name: "Tier__c", Type: "picklist", Values: tiers.Values}}
		})
		p := plan(t, side)
		apply(side, p[:len(p)-1]) // all but the rule, which re-planning calls lacking
		if body != "" {
			s.post(t, "/services/data/v62.0/tooling/sobjects/ValidationRule", body)
		}
		got := trouble(examine(side))
		if len(got) != 1 || !strings.HasPrefix(got[0], "fail | conditional | ") {
			t.Fatalf("%q", got)
		}
		contains(t, got[0], says)
		again := plan(t, side)
		if body != "" && tenant.Count(again, tenant.Blocked) != 1 {
			t.Errorf("provisioning would change it: %+v", again)
		}
	}
}

// post sends a request of the administrator's.
func (s *served) post(t *testing.T, path, body string) {
	t.Helper()
	form := strings.NewReader("grant_type=client_credentials&client_id=syncproof-engine&client_secret=s3cret")
	res, err := http.Post(s.server.URL+"/services/oauth2/token", "application/x-www-form-urlencoded", form)
	if err != nil {
		t.Fatal(err)
	}
	token := member(t, res, "access_token")
	req, _ := http.NewRequest(http.MethodPost, s.server.URL+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err = http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusCreated {
		t.Fatal(res, err)
	}
	_ = res.Body.Close()
}

func TestWebhookReachability(t *testing.T) {
	_, side := genesysTenant(t, func(c *mocks.Config) { c.Fields = []mocks.Field{tiers} })
	side.Config.WebhookSecret = "hook"
	for want, post := range map[string]func(context.Context, string) (int, error){
		"ok":                       func(context.Context, string) (int, error) { return 401, nil },
		"answered 200 to an unsig": func(context.Context, string) (int, error) { return 200, nil },
		"cannot be reached":        func(context.Context, string) (int, error) { return 0, errors.New("refused") },
	} {
		o := options()
		o.PublicURL, o.Post = "https://sync.example/", post
		for _, l := range tenant.Inspect(context.Background(), []tenant.Side{side}, o) {
			if l.Check == "webhook" {
				contains(t, string(l.Level)+" "+l.Found, want)
				contains(t, l.Found, "https://sync.example/webhooks/cc")
			}
		}
	}
}

func TestWithoutProbingNothingButReadsIsSent(t *testing.T) {
	for name, build := range map[string]func(testing.TB, func(*mocks.Config)) (*served, tenant.Side){"genesys": genesysTenant, "salesforce": salesforceTenant, "rest": restTenant} {
		s, side := build(t, nil)
		o := options()
		o.Probe = false
		tenant.Inspect(context.Background(), []tenant.Side{side}, o)
		if s.writes() != 0 {
			t.Errorf("%s: %q", name, s.seen)
		}
	}
}
