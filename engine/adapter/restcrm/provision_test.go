package restcrm_test

import (
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/restcrm"
)

func TestAFieldIsAddedOnTheRevisionThatWasRead(t *testing.T) {
	mt := httpmock.NewMockTransport()
	mt.RegisterRegexpResponder("POST", regexp.MustCompile("/oauth/token$"), httpmock.NewStringResponder(200, `{"access_token":"T1"}`))
	mt.RegisterRegexpResponder("GET", regexp.MustCompile("/v1/schema/contact$"), httpmock.NewStringResponder(200,
		`{"object":"contact","revision":"7","extensible":true,"fields":[{"name":"external_id","type":"string","max_length":255,"writable":true}]}`))
	var sent []string
	mt.RegisterRegexpResponder("POST", regexp.MustCompile("/v1/schema/contact/fields$"), func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		sent = append(sent, string(body))
		if len(sent) == 2 {
			return httpmock.NewStringResponse(409, `{"code":"field_exists","status":409,"detail":"x","field":"s"}`), err
		}
		return httpmock.NewStringResponse(201, `{}`), err
	})
	s, err := restcrm.New(adapter.Config{
		BaseURL: "https://crm.test", ClientID: "e", ClientSecret: "canary", HTTP: &http.Client{Transport: mt},
		Fields: []string{"last_name"}, VersionField: "v", StatusField: "s",
	})
	if err != nil {
		t.Fatal(err)
	}
	p := s.(adapter.Provisioner)
	plan, err := p.Plan(t.Context())
	if err != nil || len(plan) != 2 {
		t.Fatalf("%+v, %v", plan, err)
	}
	for _, step := range plan {
		if err := p.Apply(t.Context(), step); err != nil {
			t.Errorf("%s: %v", step.Name, err)
		}
	}
	want := []string{
		`{"revision":"7","field":{"name":"v","type":"integer","default":0}}`,
		`{"revision":"7","field":{"name":"s","type":"string","max_length":40}}`,
	}
	if len(sent) != 2 || sent[0] != want[0] || sent[1] != want[1] {
		t.Errorf("sent %q, expected %q", sent, want)
	}
}
