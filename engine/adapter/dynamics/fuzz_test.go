package dynamics_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/dynamics"
)

// keys is one answer with what provisioning and inspection read.
const keys = `{"UserId":"u1","ChangeTrackingEnabled":true,"IsOptimisticConcurrencyEnabled":false,` +
	`"value":[{"EntityKeyIndexStatus":"Active","KeyAttributes":["new_genesyscontactid"]}],"RolePrivileges":[{"PrivilegeName":"prvReadContact"}]}`

// FuzzAnswers: whatever the system answers, each call ends in a value that can
// be worked with or in an *adapter.Error, and no error repeats our secret.
func FuzzAnswers(f *testing.F) {
	for _, status := range []int{200, 400, 404, 412, 429, 500} {
		for _, body := range []string{ada, page, definition, keys, `{"value":[{"languagecode":1033}]}`, `{"error":{"code":"0x80060888","message":"Could not find a property named 'x' on type 'Microsoft.Dynamics.CRM.contact'."}}`, "", "null", `{"contactid":`} {
			f.Add(status, body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		s := answering(t, status, body)
		r, err := s.Read(t.Context(), "x1")
		typed(t, err)
		if err == nil && r.ID == "" {
			t.Fatalf("a record without an id was read from %q", body)
		}
		_, err = s.Find(t.Context(), "o1")
		typed(t, err)
		_, err = s.Describe(t.Context())
		typed(t, err)
		p, err := s.(adapter.Feed).Changes(t.Context(), "", 10)
		typed(t, err)
		if err == nil && p.Next == "" {
			t.Fatalf("a page that leads nowhere from %q", body)
		}
		for _, c := range p.Changed {
			if c.ID == "" {
				t.Fatalf("a change without an id from %q", body)
			}
		}
		_, err = s.Update(t.Context(), "x1", adapter.Write{Version: 2, SetVersion: true, Fields: []adapter.FieldValue{{Index: 0, Value: str("x")}}})
		typed(t, err)
		typed(t, s.Delete(t.Context(), "x1", adapter.Precondition{}))
		_, err = s.(adapter.Provisioner).Plan(t.Context())
		typed(t, err)
		typed(t, s.(adapter.Provisioner).Apply(t.Context(), adapter.Step{Kind: "EntityKey", Name: "contact.x"}))
		_, err = s.(adapter.Inspector).Inspect(t.Context(), false)
		typed(t, err)
	})
}

// FuzzCursor: a cursor that is not the feed's own is refused before anything
// is asked with it; one that was accepted leads to another that is accepted.
func FuzzCursor(f *testing.F) {
	for _, c := range []string{"", "contacts?$deltatoken=1", "contacts?$select=contactid&$skiptoken=delta%211", "s1||", "contacts?\r\nHost: x", "contacts?%"} {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := answering(t, 200, page).(adapter.Feed)
		p, err := s.Changes(t.Context(), adapter.Cursor(text), 10)
		if err != nil {
			if typed(t, err); adapter.As(err).Kind != adapter.Malformed {
				t.Fatalf("cursor %q: %v", text, err)
			}
			return
		}
		if _, err := s.Changes(t.Context(), p.Next, 10); err != nil {
			t.Fatalf("after cursor %q comes %q, which is refused: %v", text, p.Next, err)
		}
	})
}

// FuzzSignals: no header breaks the reading of the limits.
func FuzzSignals(f *testing.F) {
	f.Add(429, "0", "12")
	f.Add(200, "5999", "")
	f.Add(429, "-1", "Wed, 21 Oct 2015 07:28:00 GMT")
	f.Fuzz(func(t *testing.T, status int, remaining, wait string) {
		res := &http.Response{StatusCode: status, Header: http.Header{
			"X-Ms-Ratelimit-Burst-Remaining-Xrm-Requests": {remaining}, "Retry-After": {wait},
		}}
		s := dynamics.Signals(res)
		if s.Limited != (status == 429) || s.Allowed != -1 || s.Remaining < -1 || s.RetryAfter < -1 {
			t.Fatalf("%+v", s)
		}
	})
}

// FuzzWebhook: no body passes without the key, and none with it ends in
// anything but notices or an *adapter.Error.
func FuzzWebhook(f *testing.F) {
	f.Add("shared-canary-key", webhook)
	f.Add("", webhook)
	f.Add("shared-canary-key", `{"PrimaryEntityId":null}`)
	f.Fuzz(func(t *testing.T, key, body string) {
		hooks := answering(t, 200, "").(adapter.Webhooks)
		notices, err := hooks.Verify(http.Header{dynamics.WebhookHeader: {key}}, []byte(body))
		if key != "shared-canary-key" {
			if err == nil || len(notices) > 0 {
				t.Fatalf("the key %q passes", key)
			}
			return
		}
		typed(t, err)
		for _, n := range notices {
			if n.ID == "" || n.ID != strings.ToLower(n.ID) {
				t.Fatalf("a notice of %q", n.ID)
			}
		}
	})
}
