package serve

import "testing"

func TestAnEditTravelsBothWays(t *testing.T) {
	for _, kind := range []string{"rest", "salesforce"} {
		t.Run(kind, func(t *testing.T) {
			r := newRig(t, setup{kind: kind})
			cc, crm := r.pair("Lovelace")
			title := map[string]string{"rest": "title", "salesforce": "Title"}[kind]
			r.edit(r.cc, cc, map[string]any{"title": "Countess"})
			r.until("the contact center's edit is in the CRM", func() bool { return r.crm.peek(crm).Fields[title] == "Countess" })
			r.until("the service is idle", r.service.Idle)
			r.edit(r.crm, crm, map[string]any{title: "Analyst"})
			r.until("the CRM's edit is in the contact center", func() bool { return r.cc.peek(cc).Fields["title"] == "Analyst" })
			r.until("both sides hold one version", func() bool { return r.cc.peek(cc).Version == r.crm.peek(crm).Version })
		})
	}
}
