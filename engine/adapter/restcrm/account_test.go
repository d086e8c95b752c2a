package restcrm_test

import (
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/restcrm"
)

func accounts(login *adapter.Login) func(*adapter.Config) {
	return func(c *adapter.Config) {
		c.Object, c.Login = adapter.Account, login
		c.Fields = []string{"name", "website"}
	}
}

func TestAccountsHavePathsOfTheirOwn(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt, accounts(nil))
	got := sent(t, mt, "PATCH", v1+"/accounts/a1", tagged(200, `{"id":"a1","name":"Engines"}`))
	if _, err := s.Update(t.Context(), "a1", adapter.Write{Fields: []adapter.FieldValue{{Index: 0, Value: str("Engines")}}}); err != nil {
		t.Fatal(err)
	}
	if body := got.body; body != `{"name":"Engines"}` {
		t.Errorf("sent %s", body)
	}
	mt.RegisterResponder("GET", v1+"/changes?limit=5&object=account", httpmock.NewStringResponder(200,
		`{"changes":[{"sequence":1,"id":"a1","deleted":false,"updated_by":"x"}],"next_cursor":"c","more":false}`))
	page, err := s.(adapter.Feed).Changes(t.Context(), "", 5)
	if err != nil || len(page.Changed) != 1 || page.Changed[0].ID != "a1" {
		t.Errorf("%+v, %v", page, err)
	}
	mt.RegisterResponder("DELETE", v1+"/accounts/a1", httpmock.NewStringResponder(403, `{"code":"forbidden","status":403,"detail":"x","field":null}`))
	if e := adapter.As(s.Delete(t.Context(), "a1", adapter.Precondition{})); e.Permission != "delete account" {
		t.Errorf("%+v", e)
	}
}

// TestRL5AdaptersOfOneLoginShareItsToken: a system sees one token and one
// refresh, however many objects the engine reads there.
func TestRL5AdaptersOfOneLoginShareItsToken(t *testing.T) {
	mt := httpmock.NewMockTransport()
	login := &adapter.Login{}
	people := contacts(t, mt, func(c *adapter.Config) { c.Login = login })
	firms := contacts(t, mt, accounts(login))
	mt.RegisterResponder("GET", v1+"/contacts/k1", tagged(200, ada))
	mt.RegisterResponder("GET", v1+"/accounts/a1", httpmock.NewStringResponder(401, `{}`).Then(tagged(200, `{"id":"a1"}`)))
	for range 2 {
		for id, s := range map[string]adapter.System{"k1": people, "a1": firms} {
			if _, err := s.Read(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := mt.GetCallCountInfo()["POST https://crm.test/oauth/token"]; n != 2 {
		t.Errorf("%d tokens were asked for, want the first and one in the place of the refused", n)
	}
	c := config(mt)
	c.ClientID, c.Login = "another", login
	if _, err := restcrm.New(c); err == nil || !strings.Contains(err.Error(), "one account") {
		t.Errorf("another account's adapter shares the token: %v", err)
	}
}
