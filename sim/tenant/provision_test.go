package tenant

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/mocks"
)

func kinds(all []tenant.Outcome) (list []string) {
	for i := range all {
		list = append(list, all[i].Kind)
	}
	return list
}

func TestASalesforceTenantIsProvisionedOnce(t *testing.T) {
	s, side := salesforceTenant(t, nil)
	p := plan(t, side)
	want := []string{"CustomField", "CustomField", "CustomField", "CustomField", "PermissionSet",
		"FieldPermissions", "FieldPermissions", "FieldPermissions", "FieldPermissions", "PermissionSetAssignment", "ValidationRule"}
	if !slices.Equal(kinds(p), want) {
		t.Fatalf("the plan is %q", kinds(p))
	}
	if s.writes() != 0 {
		t.Fatalf("a plan wrote: %q", s.seen)
	}
	done := apply(side, p)
	if tenant.Count(done, tenant.Made) != len(want) || len(done) != len(want) {
		t.Fatalf("%+v", done)
	}
	if again := plan(t, side); len(again) != 0 {
		t.Fatalf("a second run plans %+v", again)
	}
	staleWritesAreRefused(t, s, side)
}

// staleWritesAreRefused writes through the adapter on a version that is not
// the stored one.
func staleWritesAreRefused(t *testing.T, s *served, side tenant.Side) {
	t.Helper()
	version := int64(41)
	id, err := s.mock.Seed(mocks.Seed{Set: map[string]any{"LastName": "Ada"}, Version: &version, Modified: now})
	if err != nil {
		t.Fatal(err)
	}
	write := func(base, version int64) error {
		_, err := side.System.Update(context.Background(), id, adapter.Write{Version: version, SetVersion: true, If: adapter.Precondition{Version: base}})
		return err
	}
	if err := write(40, 42); adapter.As(err).Kind != adapter.Conflict {
		t.Errorf("a write on version 40 of 41: %v", err)
	}
	if err := write(41, 42); err != nil {
		t.Errorf("a write on the stored version: %v", err)
	}
	// The same write, delivered a second time, rests on a version that has passed.
	if err := write(41, 42); adapter.As(err).Kind != adapter.Conflict {
		t.Errorf("a write delivered again: %v", err)
	}
	if _, err := s.mock.Edit(now, mocks.Edit{By: "maria", Origin: mocks.User, Record: id, Set: map[string]any{"Title": "x"}}); err != nil {
		t.Errorf("a person's edit: %v", err)
	}
}

func TestAnInterruptedRunGoesOn(t *testing.T) {
	for stop := range 11 {
		s, side := salesforceTenant(t, nil)
		p := plan(t, side)
		writes := 0
		s.hook(func(r *http.Request) bool {
			if r.Method == http.MethodPost && r.URL.Path != "/services/oauth2/token" {
				writes++
			}
			return writes <= stop
		})
		done := apply(side, p)
		if tenant.Count(done, tenant.Made) != stop || tenant.Count(done, tenant.Failed) != 1 || tenant.Count(done, tenant.Skipped) != 10-stop {
			t.Fatalf("stopped after %d: %+v", stop, done)
		}
		s.hook(nil)
		rest := plan(t, side)
		if len(rest) != 11-stop {
			t.Fatalf("stopped after %d, what is left: %q", stop, kinds(rest))
		}
		if done := apply(side, rest); tenant.Count(done, tenant.Made) != 11-stop {
			t.Fatalf("stopped after %d: %+v", stop, done)
		}
		if again := plan(t, side); len(again) != 0 {
			t.Fatalf("stopped after %d, and then: %+v", stop, again)
		}
	}
}

func TestAFieldOfAnotherTypeStaysAsItIs(t *testing.T) {
	for name, c := range map[string]struct {
		field mocks.Field
		says  string
	}{
		"a text for the version":   {mocks.Field{Name: "Sync_Version__c", Type: "string"}, "of type Text, not Number"},
		"decimals for the version": {mocks.Field{Name: "Sync_Version__c", Type: "decimal"}, "4 decimal places"},
		"a number for the status":  {mocks.Field{Name: "Sync_Status__c", Type: "integer"}, "of type Number, not Text"},
		"a short status":           {mocks.Field{Name: "Sync_Status__c", Type: "string", Length: 5}, "takes 5 characters"},
		"no external id":           {mocks.Field{Name: "Genesys_Contact_Id__c", Type: "string", Length: 64}, "no external id"},
	} {
		t.Run(name, func(t *testing.T) {
			s, side := salesforceTenant(t, func(c2 *mocks.Config) {
				c2.Fields = append(c2.Fields, c.field)
				if name == "no external id" {
					c2.ExternalField = "Other__c"
				}
			})
			p := plan(t, side)
			if tenant.Count(p, tenant.Blocked) != 1 {
				t.Fatalf("%+v", p)
			}
			for _, o := range p {
				if o.State == tenant.Blocked {
					contains(t, o.Blocked, c.says)
					contains(t, o.Blocked, c.field.Name)
				}
			}
			apply(side, p)
			if s.writes() != 0 {
				t.Errorf("it was written all the same: %q", s.seen)
			}
		})
	}
}

func TestAMissingRightIsNamed(t *testing.T) {
	s, side := salesforceTenant(t, nil)
	p := plan(t, side)
	s.mock.Faults().Revoked = []string{"Customize Application"}
	done := apply(side, p)
	if tenant.Count(done, tenant.Failed) != 1 || done[0].State != tenant.Failed {
		t.Fatalf("%+v", done)
	}
	contains(t, done[0].Error, "Customize Application")
	s.mock.Faults().Revoked = []string{"View Setup and Configuration"}
	_, err := tenant.Plan(context.Background(), []tenant.Side{side})
	if adapter.As(err).Kind != adapter.Forbidden {
		t.Errorf("%v", err)
	}
}
