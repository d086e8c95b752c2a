package dynamics_test

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/dynamics"
)

// page is in the form of the developer guide's example.
const page = `{"@odata.context":"https://org.crm.test/api/data/v9.2/$metadata#contacts(contactid)/$delta",
 "@odata.deltaLink":"https://org.crm.test/api/data/v9.2/contacts?$select=contactid&$deltatoken=919058%2108%2f22%2f2017%2008%3a21%3a20",
 "value":[{"@odata.etag":"W/\"915244\"","contactid":"a"},
  {"@odata.context":"https://org.crm.test/api/data/v9.2/$metadata#contacts/$deletedEntity","id":"b","reason":"deleted"}]}`

func TestChanges(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt).(adapter.Feed)
	asked, prefer := "", ""
	answer := strings.Replace(page, "deltaLink", "nextLink", 1)
	mt.RegisterRegexpResponder("GET", regexpOf(api+"contacts?"), func(r *http.Request) (*http.Response, error) {
		asked, prefer = r.URL.RawQuery, r.Header.Get("Prefer")
		return httpmock.NewStringResponse(200, answer), nil
	})
	const next = "contacts?$select=contactid&$deltatoken=919058%2108%2f22%2f2017%2008%3a21%3a20"
	want := adapter.Page{Next: next, More: true, Changed: []adapter.Change{{ID: "a", Stamp: `W/"915244"`}, {ID: "b", Deleted: true}}}
	got, err := s.Changes(t.Context(), "", 10)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v, %v\nwant %+v", got, err, want)
	}
	if asked != "$select=contactid" || prefer != "odata.track-changes,odata.maxpagesize=10" {
		t.Errorf("asked %s, preferred %s", asked, prefer)
	}
	answer, want.More = page, false
	got, err = s.Changes(t.Context(), got.Next, 1<<20)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the next:\n got %+v, %v\nwant %+v", got, err, want)
	}
	if "contacts?"+asked != next || prefer != "odata.maxpagesize=5000" {
		t.Errorf("asked %s, preferred %s", asked, prefer)
	}
}

// TestExpiredTokenBeginsAnew: the service keeps changes for seven days, and
// says then that everything is to be read again.
func TestExpiredTokenBeginsAnew(t *testing.T) {
	s := answering(t, 400, `{"error":{"code":"0x80044352","message":"Version stamp associated with the client has expired. Please perform a full sync."}}`).(adapter.Feed)
	got, err := s.Changes(t.Context(), "contacts?$deltatoken=1", 10)
	if err != nil || !reflect.DeepEqual(got, adapter.Page{More: true}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := s.Changes(t.Context(), "", 10); adapter.As(err).Kind != adapter.Invalid {
		t.Errorf("where there is no token: %v", err)
	}
}

func TestBadPages(t *testing.T) {
	for name, body := range map[string]string{
		"no link":              `{"value":[]}`,
		"a link elsewhere":     `{"value":[],"@odata.deltaLink":"https://evil.test/contacts?$deltatoken=1"}`,
		"a link to no list":    `{"value":[],"@odata.deltaLink":"https://x/api/data/v9.2/accounts?$deltatoken=1"}`,
		"a link with a break":  `{"value":[],"@odata.deltaLink":"https://x/api/data/v9.2/contacts?a\nb"}`,
		"a change without id":  strings.Replace(page, `,"contactid":"a"`, "", 1),
		"a change without tag": strings.Replace(page, `"@odata.etag":"W/\"915244\"",`, "", 1),
		"a deletion without":   strings.Replace(page, `"id":"b",`, "", 1),
		"no JSON":              "<html>",
	} {
		_, err := answering(t, 200, body).(adapter.Feed).Changes(t.Context(), "", 10)
		if e := adapter.As(err); err == nil || e.Kind != adapter.Malformed || e.Indefinite {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSignals(t *testing.T) {
	for _, tc := range []struct {
		name            string
		status          int
		remaining, wait string
		want            adapter.Signal
	}{
		{"nothing", 200, "", "", adapter.Signal{RetryAfter: -1, Remaining: -1}},
		{"what is left", 200, "5999", "", adapter.Signal{RetryAfter: -1, Remaining: 5999}},
		{"the limit", 429, "0", "12", adapter.Signal{Limited: true, RetryAfter: 12 * time.Second}},
		{"the limit without a time", 429, "x", "", adapter.Signal{Limited: true, RetryAfter: -1, Remaining: -1}},
		{"403 is none", 403, "", "", adapter.Signal{RetryAfter: -1, Remaining: -1}},
	} {
		res := &http.Response{StatusCode: tc.status, Header: http.Header{}}
		res.Header.Set("x-ms-ratelimit-burst-remaining-xrm-requests", tc.remaining)
		res.Header.Set("x-ms-ratelimit-time-remaining-xrm-requests", "1,200.00")
		res.Header.Set("Retry-After", tc.wait)
		tc.want.Allowed, tc.want.Reset = -1, -1
		if got := dynamics.Signals(res); got != tc.want {
			t.Errorf("%s: %+v, expected %+v", tc.name, got, tc.want)
		}
	}
}

const webhook = `{"BusinessUnitId":"x","Depth":1,"InputParameters":[{"key":"Target","value":{"PrimaryEntityId":"evil"}}],"MessageName":"Update",
 "OperationCreatedOn":"\/Date(1506409448000-0700)\/","PrimaryEntityId":"6D81597F-0F9F-E711-8122-000D3AA2331C","PrimaryEntityName":"contact","UserId":"y"}`

func TestVerify(t *testing.T) {
	hooks := answering(t, 200, "").(adapter.Webhooks)
	key := func(k string) http.Header { return http.Header{dynamics.WebhookHeader: {k}} }
	got, err := hooks.Verify(key("shared-canary-key"), []byte(webhook))
	if err != nil || !reflect.DeepEqual(got, []adapter.Notice{{ID: "6d81597f-0f9f-e711-8122-000d3aa2331c"}}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, h := range []http.Header{nil, {}, key(""), key("shared-canary-keY"), key("shared-canary-key ")} {
		// A body that cannot be read is not looked at before its key.
		if _, err := hooks.Verify(h, []byte("{")); !errors.Is(err, adapter.ErrUnauthentic) {
			t.Errorf("%v: %v", h, err)
		}
	}
	for _, body := range []string{"", "{", "[]", "{}", `{"PrimaryEntityId":"a"}`, `{"PrimaryEntityName":"contact"}`, `{"PrimaryEntityId":"a","PrimaryEntityId":"b","PrimaryEntityName":"contact"}`} {
		if _, err := hooks.Verify(key("shared-canary-key"), []byte(body)); err == nil || adapter.As(err).Kind != adapter.Malformed {
			t.Errorf("%s: %v", body, err)
		}
	}
	other := strings.Replace(webhook, `"PrimaryEntityName":"contact"`, `"PrimaryEntityName":"account"`, 1)
	if got, err := hooks.Verify(key("shared-canary-key"), []byte(other)); err != nil || len(got) != 0 {
		t.Errorf("another table: %+v, %v", got, err)
	}
	mt := httpmock.NewMockTransport()
	unset := contacts(t, mt, func(c *adapter.Config) { c.WebhookSecret = "" }).(adapter.Webhooks)
	if _, err := unset.Verify(key(""), []byte(webhook)); !errors.Is(err, adapter.ErrUnauthentic) {
		t.Errorf("without a key of its own: %v", err)
	}
}
