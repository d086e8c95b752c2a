package tenant

import (
	"net/http"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/mocks"
)

// A change that was made and whose answer was lost has failed for that run,
// and is there for the next, which makes nothing twice.
func TestALostAnswerIsNoReasonToMakeAnythingTwice(t *testing.T) {
	for name, build := range map[string]func(testing.TB, func(*mocks.Config)) (*served, tenant.Side){"genesys": genesysTenant, "salesforce": salesforceTenant, "rest": restTenant} {
		t.Run(name, func(t *testing.T) {
			s, side := build(t, nil)
			p := plan(t, side)
			s.mock.Faults().Error = &mocks.ServerError{Status: http.StatusServiceUnavailable, AfterCommit: true, Left: 1, Methods: []string{http.MethodPost, http.MethodPut}}
			done := apply(side, p)
			if done[0].State != tenant.Failed || tenant.Count(done, tenant.Skipped) != len(p)-1 {
				t.Fatalf("%+v", done)
			}
			contains(t, done[0].Error, "run again")
			rest := plan(t, side)
			if got := tenant.Count(rest, tenant.Planned); got != tenant.Count(p, tenant.Planned)-1 {
				t.Fatalf("the next run plans %d changes, of %d the first was made: %+v", got, len(p), rest)
			}
			if done := apply(side, rest); tenant.Count(done, tenant.Failed) != 0 {
				t.Fatalf("%+v", done)
			}
			if again := plan(t, side); tenant.Count(again, tenant.Planned, tenant.Blocked) != 0 {
				t.Fatalf("%+v", again)
			}
		})
	}
}
