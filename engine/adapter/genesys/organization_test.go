package genesys_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
	"github.com/syncproof/syncproof/engine/mapping"
)

const organizationsURL = "https://api.cc.test/api/v2/externalcontacts/organizations"

func organizations(t *testing.T, mt *httpmock.MockTransport) adapter.System {
	t.Helper()
	contacts(t, mt) // for the token
	c := config(mt)
	c.Object, c.Fields, c.VersionField, c.StatusField = adapter.Account, []string{"name", "phoneNumber", "employeeCount", "websites"}, "", ""
	s, err := genesys.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOrganizationsHaveAttributesOfTheirOwn(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := organizations(t, mt)
	mt.RegisterResponder("GET", organizationsURL+"/o1", httpmock.NewStringResponder(200,
		`{"id":"o1","name":"Engines","phoneNumber":{"e164":"+14155550123"},"employeeCount":7,"websites":["https://e.test"],"modifyDate":"2026-03-01T10:00:00.250Z"}`))
	rec, err := s.Read(t.Context(), "o1")
	want := []mapping.Native{
		{Kind: mapping.String, Text: "Engines"}, {Kind: mapping.String, Text: "+14155550123"},
		{Kind: mapping.Number, Text: "7"}, {Kind: mapping.List, Text: `["https://e.test"]`},
	}
	for i := range want {
		if err != nil || rec.Fields[i] != want[i] {
			t.Fatalf("%+v, %v", rec, err)
		}
	}
	mt.RegisterResponder("GET", organizationsURL+"/schemas", httpmock.NewStringResponder(200, `{"entities":[]}`))
	schema, err := s.Describe(t.Context())
	if err != nil || len(schema.Fields) != 4 || !schema.Fields[0].Required || schema.Fields[2].Type != mapping.TypeInteger || schema.Fields[3].Type != mapping.TypeMultiPicklist {
		t.Errorf("%+v, %v", schema, err)
	}
	var body string
	mt.RegisterResponder("PATCH", organizationsURL+"/o1", func(r *http.Request) (*http.Response, error) {
		text, err := io.ReadAll(r.Body)
		body = string(text)
		return httpmock.NewStringResponse(200, `{"id":"o1"}`), err
	})
	if _, err := s.Update(t.Context(), "o1", adapter.Write{Fields: []adapter.FieldValue{{Index: 2, Value: want[2]}}}); err != nil || body != `{"changes":[{"field":"$.employeeCount","value":7,"action":"Update"}]}` {
		t.Errorf("%s, %v", body, err)
	}
}

// A delivery about one object holds no notice for the adapter of the other.
func TestNoticesAreOfTheAdaptersObject(t *testing.T) {
	const organization = `{"topicName":"v2.externalcontacts.organizations.o1","version":"2","eventBody":{"id":"o1","name":"Engines"},"metadata":{},"timestamp":"2026-03-01T10:00:01Z"}`
	people, firms := hooks(t), organizations(t, httpmock.NewMockTransport()).(adapter.Webhooks)
	for body, want := range map[string][2]int{changed: {1, 0}, organization: {0, 1}} {
		for i, a := range []adapter.Webhooks{people, firms} {
			if n, err := a.Verify(signed(body), []byte(body)); err != nil || len(n) != want[i] {
				t.Errorf("adapter %d of %s: %v, %v", i, body, n, err)
			}
		}
	}
}
