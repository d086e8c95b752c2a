package sim

import (
	"testing"

	"github.com/syncproof/syncproof/sim/trace"
)

// TestPreludeMeetsTheQuota: the pages that were read before the run are more
// than a window of the quota allows.
func TestPreludeMeetsTheQuota(t *testing.T) {
	const head = "systems:\n" +
		"  cc: {kind: genesys, page_size: 1, quota: {requests: 3, per: 1m}}\n" +
		"  crm: {kind: rest, page_size: 1, quota: {requests: 3, per: 1m}}\n" +
		"records: 10\n"
	all := events(t, parse(t, head, "  - {at: 10s, edit: r1, on: cc, as: agent, set: {notes: VIP}}\n"))
	end(t, all)
	if got := stored(all, trace.CRM, "notes"); got != "VIP" && got != `"VIP"` {
		t.Errorf("the CRM holds %q", got)
	}
}
