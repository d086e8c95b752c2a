package sim

import (
	"strconv"
	"testing"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// TestNarrowQuotaDrains: twenty records wait for a system that answers ten
// requests a minute. As many readings as may be in flight would fill every
// minute, and the writes that they lead to would all be refused (RL-3).
func TestNarrowQuotaDrains(t *testing.T) {
	const records, within = 20, 45 * time.Minute
	timeline := ""
	head := "systems:\n  cc: {kind: genesys}\n" +
		"  crm: {kind: salesforce, versioning: none, latency: 500ms, quota: {requests: 10, per: 1m, retry_after: 5}}\nrecords:\n"
	for i := range records {
		head += "  - {id: r" + strconv.Itoa(i) + "}\n"
		timeline += "  - {at: 10s, edit: r" + strconv.Itoa(i) + ", on: cc, as: agent, set: {title: x}}\n"
	}
	for _, fidelity := range []Fidelity{Model, Wire} {
		t.Run(map[Fidelity]string{Model: "model", Wire: "wire"}[fidelity], func(t *testing.T) {
			all := runWith(t, parse(t, head, timeline), Options{Fidelity: fidelity}).Events
			if last := end(t, all); time.Duration(last.At) > within {
				t.Errorf("idle at %v, want within %v", time.Duration(last.At), within)
			}
			carried := map[string]bool{}
			for _, e := range find(all, trace.Commit, trace.CRM, byEngine) {
				carried[e.Record] = true
			}
			if len(carried) != records {
				t.Errorf("%d records were written, want %d", len(carried), records)
			}
		})
	}
}
