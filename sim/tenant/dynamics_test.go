package tenant

import (
	"net/http"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/dynamics"
	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/mocks"
)

func TestADynamicsTenantIsProvisionedOnce(t *testing.T) {
	s, side := dynamicsTenant(t, nil)
	p := plan(t, side)
	if got := strings.Join(kinds(p), " "); got != "Attribute Attribute Attribute EntityKey" {
		t.Fatalf("the plan is %q", got)
	}
	if s.writes() != 0 {
		t.Fatalf("a plan wrote: %q", s.seen)
	}
	if done := apply(side, p); tenant.Count(done, tenant.Made) != 4 || len(done) != 4 {
		t.Fatalf("%+v", done)
	}
	if again := plan(t, side); len(again) != 0 {
		t.Fatalf("a second run plans %+v", again)
	}
	if lines := trouble(examine(side)); len(lines) != 1 || !strings.Contains(lines[0], "no answer told what is allowed") {
		t.Errorf("what was provisioned is in trouble: %q", lines)
	}
	recordsAreKept(t, side)
}

// recordsAreKept creates a record twice under one external id, and reads back
// what the engine's own columns hold.
func recordsAreKept(t *testing.T, side tenant.Side) {
	t.Helper()
	w := adapter.Write{External: "c1", Version: 41, SetVersion: true, Status: "IN_SYNC"}
	first, err := side.System.Create(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	second, err := side.System.Create(t.Context(), w)
	if err != nil || second.ID != first.ID || second.External != "c1" || second.Version.Text != "41" || second.Status.Text != "IN_SYNC" {
		t.Errorf("%+v, %v; the first was %s", second, err, first.ID)
	}
	_, err = side.System.Update(t.Context(), first.ID, adapter.Write{Version: 42, SetVersion: true, If: adapter.Precondition{Tag: `W/"1"`}})
	if adapter.As(err).Kind != adapter.Conflict {
		t.Errorf("a write on a stale tag: %v", err)
	}
}

// TestAnInterruptedRunGoesOnInDynamics: each request is lost once, before or
// after it was carried out.
func TestAnInterruptedRunGoesOnInDynamics(t *testing.T) {
	for stop := range 4 {
		s, side := dynamicsTenant(t, nil)
		p := plan(t, side)
		writes := 0
		s.hook(func(r *http.Request) bool {
			if r.Method == http.MethodPost && !strings.HasSuffix(r.URL.Path, "/token") {
				writes++
			}
			return writes <= stop
		})
		if done := apply(side, p); tenant.Count(done, tenant.Made) != stop || tenant.Count(done, tenant.Failed) != 1 {
			t.Fatalf("stopped after %d: %+v", stop, done)
		}
		s.hook(nil)
		// What is planned of what was made already is no error: somebody was faster.
		if done := apply(side, p); tenant.Count(done, tenant.Made) != 4 {
			t.Fatalf("stopped after %d, and the whole plan again: %+v", stop, done)
		}
		if left := plan(t, side); len(left) != 0 {
			t.Fatalf("stopped after %d, and then: %+v", stop, left)
		}
	}
}

func TestADynamicsColumnOfAnotherTypeStaysAsItIs(t *testing.T) {
	for says, field := range map[string]mocks.Field{
		"of type String, no whole number": {Name: "new_syncversion", Type: "string"},
		"of type Decimal, no whole":       {Name: "new_syncversion", Type: "decimal"},
		"cannot be written":               {Name: "new_syncversion", Type: "integer", ReadOnly: true},
		"of type Integer, no text":        {Name: "new_syncstatus", Type: "integer"},
		"takes 5 characters":              {Name: "new_syncstatus", Type: "string", Length: 5},
		"takes 30 characters":             {Name: "new_genesyscontactid", Type: "string", Length: 30},
	} {
		s, side := dynamicsTenant(t, func(c *mocks.Config) { c.Fields = []mocks.Field{field} })
		p := plan(t, side)
		if tenant.Count(p, tenant.Blocked) != 1 {
			t.Fatalf("%+v", p)
		}
		for _, o := range p {
			if o.State == tenant.Blocked {
				contains(t, o.Blocked, says)
				contains(t, o.Blocked, field.Name)
			}
		}
		if apply(side, p); s.writes() != 0 {
			t.Errorf("it was written all the same: %q", s.seen)
		}
	}
}

func TestAMissingPrivilegeIsNamed(t *testing.T) {
	for _, privilege := range []string{"prvCreateAttribute", "prvCreateEntityKey"} {
		s, side := dynamicsTenant(t, nil)
		p := plan(t, side)
		s.mock.Faults().Revoked = []string{privilege}
		done := apply(side, p)
		if tenant.Count(done, tenant.Failed) != 1 {
			t.Fatalf("%s: %+v", privilege, done)
		}
		for _, o := range done {
			if o.State == tenant.Failed {
				contains(t, o.Error, privilege)
			}
		}
	}
}

func TestDoctorOfDynamics(t *testing.T) {
	const limits = "no answer told what is allowed"
	revoke := func(what string) func(*served, *tenant.Side) {
		return func(s *served, _ *tenant.Side) { s.mock.Faults().Revoked = []string{what} }
	}
	examined(t, dynamicsTenant, []broken{
		{name: "sound", lines: []string{limits}},
		{name: "no right to create", spoil: revoke("create"), lines: []string{"prvCreateContact", limits}},
		{name: "no right to edit", spoil: revoke("update"), lines: []string{"prvWriteContact", limits}},
		{name: "no right to delete", spoil: revoke("delete"), lines: []string{"prvDeleteContact", limits}},
		{name: "a mapped column gone", spoil: func(s *served, _ *tenant.Side) {
			s.mock.Faults().Drift = []mocks.Drift{{Field: "telephone1", Remove: true}}
		}, lines: []string{"fail | field | telephone1", limits}},
		{name: "the version is a text", spoil: func(s *served, _ *tenant.Side) {
			s.mock.Faults().Drift = []mocks.Drift{{Field: "new_syncversion", Retype: "string"}}
		}, lines: []string{"fail | version | new_syncversion is of type String", limits}},
		{name: "the status is short", spoil: func(s *served, _ *tenant.Side) {
			s.mock.Faults().Drift = []mocks.Drift{{Field: "new_syncstatus", Length: 4}}
		}, lines: []string{"new_syncstatus takes 4 characters, too few for PENDING", limits}},
	})
}

// TestDoctorNamesAMissingKey: a tenant that was not provisioned.
func TestDoctorNamesAMissingKey(t *testing.T) {
	_, side := dynamicsTenant(t, nil)
	text := strings.Join(trouble(examine(side)), "\n")
	for _, want := range []string{
		"fail | version | new_syncversion does not exist",
		"fail | status | new_syncstatus does not exist",
		"fail | external id | there is no alternate key over new_genesyscontactid | run `syncproof provision`",
	} {
		contains(t, text, want)
	}
}

// TestTheAccountTableIsProvisionedByItself: columns and key of one table are
// none of the other's.
func TestTheAccountTableIsProvisionedByItself(t *testing.T) {
	s, contacts := dynamicsTenant(t, func(c *mocks.Config) {
		c.Account = &mocks.ObjectConfig{
			VersionField: "new_syncversion", StatusField: "new_syncstatus", ExternalField: "new_genesysorganizationid", Conditional: true, Bare: true,
		}
	})
	accounts := s.side(t, "crm", "dynamics", dynamics.New, dynamics.Signals, adapter.Config{
		Object: adapter.Account, Fields: []string{"name", "telephone1"},
		VersionField: "new_syncversion", StatusField: "new_syncstatus", ExternalField: "new_genesysorganizationid",
	})
	p := plan(t, accounts)
	if got := strings.Join(kinds(p), " "); got != "Attribute Attribute Attribute EntityKey" {
		t.Fatalf("the plan is %q", got)
	}
	if done := apply(accounts, p); tenant.Count(done, tenant.Made) != 4 {
		t.Fatalf("%+v", done)
	}
	if left := plan(t, accounts); len(left) != 0 {
		t.Errorf("a second run plans %+v", left)
	}
	if left := plan(t, contacts); len(left) != 4 {
		t.Errorf("what contacts lack is %+v", left)
	}
	found, err := accounts.System.(adapter.Inspector).Inspect(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Level != adapter.OK {
			t.Errorf("%+v", f)
		}
	}
	s.mock.Faults().Revoked = []string{"account.delete"}
	found, err = accounts.System.(adapter.Inspector).Inspect(t.Context(), false)
	if err != nil || found[0].Level != adapter.Fail || !strings.Contains(found[0].Remedy, "prvDeleteAccount") {
		t.Errorf("%+v, %v", found, err)
	}
}
