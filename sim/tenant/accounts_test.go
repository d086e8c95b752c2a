package tenant

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/dynamics"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
	"github.com/syncproof/syncproof/engine/adapter/restcrm"
	"github.com/syncproof/syncproof/engine/adapter/salesforce"
	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
)

// vendor is a tenant without the engine's fields on either object.
type vendor struct {
	kind    string
	build   func(testing.TB, func(*mocks.Config)) (*served, tenant.Side)
	adapter func(adapter.Config) (adapter.System, error)
	// name and phone are an account's fields, external is its external id.
	name, phone, external string
	// steps are those of accounts, after those of contacts.
	steps []string
}

var vendors = []vendor{
	{"genesys", genesysTenant, genesys.New, "name", "phoneNumber", "crm", []string{"customField", "customField"}},
	{"salesforce", salesforceTenant, salesforce.New, "Name", "Phone", "Genesys_Organization_Id__c", []string{
		"CustomField", "CustomField", "CustomField", "CustomField",
		"FieldPermissions", "FieldPermissions", "FieldPermissions", "FieldPermissions", "ValidationRule",
	}},
	{"rest", restTenant, restcrm.New, "name", "phone", "external_id", []string{"field", "field"}},
	{"dynamics", dynamicsTenant, dynamics.New, "name", "telephone1", "new_genesysorganizationid", []string{"Attribute", "Attribute", "Attribute", "EntityKey"}},
}

// both are the sides of a tenant that keeps accounts beside contacts.
func (v *vendor) both(t *testing.T) (*served, []tenant.Side) {
	t.Helper()
	s, contacts := v.build(t, func(c *mocks.Config) {
		c.Account = &mocks.ObjectConfig{
			VersionField: c.VersionField, StatusField: c.StatusField, ExternalField: v.external,
			Conditional: c.Conditional, BaseVersionField: c.BaseVersionField, Bare: true,
		}
	})
	login := &adapter.Login{}
	sides := []tenant.Side{contacts, contacts}
	accounts := &sides[1]
	accounts.Object, accounts.Config.Object = adapter.Account, adapter.Account
	accounts.Config.Fields, accounts.Config.ExternalField = []string{v.name, v.phone}, v.external
	accounts.Mapping = v.accounts(t, accounts.Config)
	for i := range sides {
		sides[i].Config.Login = login
		system, err := v.adapter(sides[i].Config)
		if err != nil {
			t.Fatal(err)
		}
		sides[i].System = system
	}
	return s, sides
}

// accounts is a mapping of accounts with this vendor's names.
func (v *vendor) accounts(t *testing.T, c adapter.Config) *mapping.Mapping {
	t.Helper()
	cc := [...]string{"name", "phoneNumber", "sync_version", "sync_status"}
	m, err := mapping.New(mapping.Spec{Object: "account", Fields: []mapping.FieldSpec{
		{CRMField: v.name, CCField: cc[0], Type: "String"},
		{CRMField: v.phone, CCField: cc[1], Type: "Phone"},
		{CRMField: c.VersionField, CCField: cc[2], Type: "Integer", Purpose: "Version"},
		{CRMField: c.StatusField, CCField: cc[3], Type: "String", Purpose: "Status"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestBothObjectsAreProvisionedOnce: what accounts lack is made beside what
// contacts lack, what belongs to the tenant once, and then nothing is left and
// doctor is content with either.
func TestBothObjectsAreProvisionedOnce(t *testing.T) {
	for _, v := range vendors {
		t.Run(v.kind, func(t *testing.T) {
			s, sides := v.both(t)
			p, err := tenant.Plan(t.Context(), sides)
			if err != nil {
				t.Fatal(err)
			}
			of := slices.DeleteFunc(slices.Clone(p), func(o tenant.Outcome) bool { return o.Object != "account" })
			if !slices.Equal(kinds(of), v.steps) {
				t.Errorf("accounts lack %q, expected %q", kinds(of), v.steps)
			}
			if s.writes() != 0 {
				t.Fatalf("a plan wrote: %q", s.seen)
			}
			done := tenant.Apply(t.Context(), sides, p, func(tenant.Outcome) {})
			if tenant.Count(done, tenant.Failed, tenant.Skipped) != 0 || tenant.Count(done, tenant.Made) != tenant.Count(p, tenant.Planned) {
				t.Fatalf("%+v", done)
			}
			again, err := tenant.Plan(t.Context(), sides)
			if err != nil || tenant.Count(again, tenant.Planned, tenant.Blocked) != 0 {
				t.Fatalf("a second run plans %+v, %v", again, err)
			}
		})
	}
}

// TestDoctorLooksAtAccounts: a tenant that is provisioned for contacts alone
// lacks the engine's fields on accounts, and nothing is said twice that
// concerns the system.
func TestDoctorLooksAtAccounts(t *testing.T) {
	for _, v := range vendors {
		t.Run(v.kind, func(t *testing.T) {
			_, sides := v.both(t)
			apply(sides[0], plan(t, sides[0]))
			lines := tenant.Inspect(t.Context(), sides, options())
			seen := map[string]int{}
			for _, l := range lines {
				seen[l.Object+" "+l.Check]++
				if l.Object == "account" && (l.Check == "version" || l.Check == "status") && l.Level != adapter.Fail {
					t.Errorf("accounts have no %s field, and it is %s: %s", l.Check, l.Level, l.Found)
				}
			}
			for check, want := range map[string]int{
				" version": 1, "account version": 1, "account status": 1, " feed": 1, "account feed": 1,
				" limits": 1, "account limits": 0, " clock": 1, "account clock": 0,
			} {
				if seen[check] != want {
					t.Errorf("%d lines of%q, expected %d", seen[check], check, want)
				}
			}
		})
	}
}

// TestAClosedDoorIsOneLine: where nobody gets in, accounts have no line.
func TestAClosedDoorIsOneLine(t *testing.T) {
	for _, v := range vendors {
		s, sides := v.both(t)
		s.hook(func(*http.Request) bool { return false })
		lines := tenant.Inspect(t.Context(), sides, options())
		if len(lines) != 1 || lines[0].Check != "reach" || lines[0].Object != "" {
			t.Errorf("%s: %q", v.kind, trouble(lines))
		}
	}
}

// TestPollsOfBothObjectsCount: each object's feed takes its share of the limit.
func TestPollsOfBothObjectsCount(t *testing.T) {
	_, sides := vendors[0].both(t)
	for i := range sides {
		sides[i].Poll /= 100 // 100 polls a minute, of 300 requests
	}
	limits := func(sides []tenant.Side) string {
		lines := tenant.Inspect(t.Context(), sides, options())
		return strings.Join(trouble(slices.DeleteFunc(lines, func(l tenant.Line) bool { return l.Check != "limits" })), "\n")
	}
	if got := limits(sides[:1]); got != "" {
		t.Errorf("with contacts alone: %s", got)
	}
	contains(t, limits(sides), "polling alone takes 200, more than half")
}
