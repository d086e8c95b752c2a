package salesforce_test

import (
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
)

const accountRows = data + "/sobjects/Account"

func account(c *adapter.Config) {
	c.Object, c.BaseVersionField, c.ExternalField = adapter.Account, "", "Genesys_Organization_Id__c"
	c.Fields = []string{"Name"}
}

func TestUpdatesOfAccountsRestOnTheirETag(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt, account)
	if c := s.Capabilities(); c.Conditional != adapter.ByTag || !c.UpdatesOnly {
		t.Errorf("%+v", c)
	}
	mt.RegisterResponder("GET", accountRows+"/001A", httpmock.NewStringResponder(200, `{"Id":"001A","Name":"Engines"}`).
		HeaderSet(http.Header{"Etag": {`"x=--gzip"`}}))
	rec, err := s.Read(t.Context(), "001A")
	if err != nil || rec.Tag != `"x=--gzip"` {
		t.Fatalf("%+v, %v", rec, err)
	}
	var match []string
	mt.RegisterResponder("PATCH", accountRows+"/001A", func(r *http.Request) (*http.Response, error) {
		match = append(match, r.Header.Get("If-Match"))
		return httpmock.NewStringResponse(412, `[{"errorCode":"PRECONDITION_FAILED","message":"x"}]`), nil
	})
	w := write(adapter.FieldValue{Index: 0, Value: str("Looms")})
	w.If.Tag = rec.Tag
	if _, err := s.Update(t.Context(), "001A", w); adapter.As(err).Kind != adapter.Conflict || len(match) != 1 || match[0] != rec.Tag {
		t.Errorf("%v, If-Match %q", err, match)
	}
	mt.RegisterResponder("DELETE", accountRows+"/001A", func(r *http.Request) (*http.Response, error) {
		if got := r.Header.Get("If-Match"); got != "" {
			t.Errorf("a deletion says If-Match: %s, which the vendor does not support", got)
		}
		return httpmock.NewStringResponse(204, ""), nil
	})
	if err := s.Delete(t.Context(), "001A", w.If); err != nil {
		t.Error(err)
	}
}

// What an external id finds comes with the tag that a write can rest on.
func TestFoundAccountsAreReadForTheirETag(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt, account)
	mt.RegisterResponder("GET", data+"/query", httpmock.NewStringResponder(200, `{"done":true,"records":[{"Id":"001A","Name":"Engines"},{"Id":"001B"},{"Id":"001C"}]}`))
	mt.RegisterResponder("GET", accountRows+"/001A", httpmock.NewStringResponder(200, `{"Id":"001A"}`).HeaderSet(http.Header{"Etag": {`"a"`}}))
	mt.RegisterResponder("GET", accountRows+"/001B", httpmock.NewStringResponder(404, `[{"errorCode":"ENTITY_IS_DELETED","message":"x"}]`))
	mt.RegisterResponder("GET", accountRows+"/001C", httpmock.NewStringResponder(500, ``))
	found, err := s.Find(t.Context(), "g-1")
	if err != nil || len(found) != 2 || found[0].Tag != `"a"` || found[1].ID != "001C" || found[1].Tag != "" {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestContactsAndRuledAccountsHaveNoTags(t *testing.T) {
	for name, change := range map[string]func(*adapter.Config){
		"a contact": func(*adapter.Config) {},
		"a rule":    func(c *adapter.Config) { account(c); c.BaseVersionField = "Sync_Base_Version__c" },
	} {
		if c := contacts(t, httpmock.NewMockTransport(), change).Capabilities(); c.Conditional != adapter.ByVersion || c.UpdatesOnly {
			t.Errorf("%s: %+v", name, c)
		}
	}
	bare := contacts(t, httpmock.NewMockTransport(), account, func(c *adapter.Config) { c.NoTags = true })
	if c := bare.Capabilities(); c.Conditional != adapter.Unconditional {
		t.Errorf("%+v", c)
	}
}
