package tenant

import (
	"testing"

	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/mocks"
	dynmock "github.com/syncproof/syncproof/mocks/dynamics"
	gcmock "github.com/syncproof/syncproof/mocks/genesys"
	restmock "github.com/syncproof/syncproof/mocks/restcrm"
	sfmock "github.com/syncproof/syncproof/mocks/salesforce"
)

// What was provisioned is part of a snapshot: a tenant that takes one lacks
// nothing, and one that takes a snapshot from before lacks it again.
func TestASnapshotHoldsWhatWasProvisioned(t *testing.T) {
	var config mocks.Config
	keep := func(c *mocks.Config) { config = *c }
	for name, c := range map[string]struct {
		build func(testing.TB, func(*mocks.Config)) (*served, tenant.Side)
		fresh func() mocks.System
	}{
		"genesys":    {genesysTenant, func() mocks.System { return gcmock.New(config) }},
		"salesforce": {salesforceTenant, func() mocks.System { return sfmock.New(config) }},
		"dynamics":   {dynamicsTenant, func() mocks.System { return dynmock.New(config) }},
		"rest":       {restTenant, func() mocks.System { return restmock.New(config) }},
	} {
		t.Run(name, func(t *testing.T) {
			s, side := c.build(t, keep)
			before := snapshot(t, s.mock)
			lacks := tenant.Count(plan(t, side), tenant.Planned)
			apply(side, plan(t, side))
			after := snapshot(t, s.mock)
			restore(t, s.mock, before)
			if n := tenant.Count(plan(t, side), tenant.Planned); n != lacks {
				t.Errorf("restored to before, it lacks %d, expected %d", n, lacks)
			}
			restore(t, s.mock, after)
			if p := plan(t, side); tenant.Count(p, tenant.Planned) != 0 {
				t.Errorf("restored to after, it lacks %+v", p)
			}
			other := c.fresh()
			restore(t, other, after)
			if got := snapshot(t, other); got != after {
				t.Errorf("another tenant that took the snapshot gives\n%s\nexpected\n%s", got, after)
			}
		})
	}
}

func snapshot(t *testing.T, m mocks.System) string {
	t.Helper()
	text, err := m.(mocks.Stateful).State()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func restore(t *testing.T, m mocks.System, text string) {
	t.Helper()
	if err := m.(mocks.Stateful).SetState([]byte(text)); err != nil {
		t.Fatal(err)
	}
}
