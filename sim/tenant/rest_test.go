package tenant

import (
	"testing"

	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/mocks"
)

func TestARestTenantIsProvisionedOnce(t *testing.T) {
	s, side := restTenant(t, nil)
	p := plan(t, side)
	if len(p) != 2 || s.writes() != 0 {
		t.Fatalf("%+v", p)
	}
	if done := apply(side, p); tenant.Count(done, tenant.Made) != 2 || len(done) != 2 {
		t.Fatalf("%+v", done)
	}
	if again := plan(t, side); len(again) != 0 {
		t.Fatalf("a second run plans %+v", again)
	}
	versionsAreStored(t, s, side)
}

func TestASchemaThatIsNotExtensibleIsAPersonsWork(t *testing.T) {
	s, side := restTenant(t, nil)
	s.mock.Faults().Revoked = []string{"administer"}
	p := plan(t, side)
	if tenant.Count(p, tenant.Manual) != 2 || len(p) != 2 {
		t.Fatalf("%+v", p)
	}
	contains(t, p[0].Manual, "sync_version of type integer")
}

func TestARestFieldOfAnotherTypeStaysAsItIs(t *testing.T) {
	for says, field := range map[string]mocks.Field{
		"of type String, not integer": {Name: "sync_version", Type: "string"},
		"cannot be written":           {Name: "sync_version", Type: "integer", ReadOnly: true},
		"takes 5 characters":          {Name: "sync_status", Type: "string", Length: 5},
	} {
		s, side := restTenant(t, func(c *mocks.Config) { c.Fields = []mocks.Field{field} })
		p := plan(t, side)
		if tenant.Count(p, tenant.Blocked) != 1 {
			t.Fatalf("%+v", p)
		}
		for _, o := range p {
			if o.State == tenant.Blocked {
				contains(t, o.Blocked, says)
			}
		}
		if apply(side, p); s.writes() != 0 {
			t.Errorf("it was written all the same: %q", s.seen)
		}
	}
}
