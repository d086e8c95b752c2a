package genesys_test

import (
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
)

func TestRefusalsAreTyped(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status int
		body   string
		want   adapter.Error
	}{
		{"permission as a parameter", 403, `{"code":"missing.permissions","message":"Unable.","messageParams":{"permissions":"externalContacts:contact:edit"}}`,
			adapter.Error{Kind: adapter.Forbidden, Code: "missing.permissions", Message: "Unable.", Permission: "externalContacts:contact:edit"}},
		{"permission in the words", 403, `{"code":"missing.any.permissions","message":"You are missing the following permission(s): externalContacts:customFields:edit."}`,
			adapter.Error{Kind: adapter.Forbidden, Code: "missing.any.permissions", Message: "You are missing the following permission(s): externalContacts:customFields:edit.", Permission: "externalContacts:customFields:edit"}},
		{"a value", 400, `{"code":"invalid.value","message":"too long","details":[{"fieldName":"$.workEmail"}]}`,
			adapter.Error{Kind: adapter.Invalid, Code: "invalid.value", Message: "too long", Field: "workEmail"}},
		{"a value, by parameter", 400, `{"code":"invalid.value","messageParams":{"field":"customFields.notes"}}`,
			adapter.Error{Kind: adapter.Invalid, Code: "invalid.value", Field: "notes"}},
		{"a value, nested", 400, `{"code":"bad.request","errors":[{"code":"x","details":[{"fieldName":"title"}]}]}`,
			adapter.Error{Kind: adapter.Invalid, Code: "bad.request", Field: "title"}},
		{"a custom field that is gone", 400, `{"code":"field.not.found","messageParams":{"field":"notes"}}`,
			adapter.Error{Kind: adapter.Drift, Code: "field.not.found", Field: "notes"}},
		{"the schema moved on", 409, `{"code":"schema.version.mismatch"}`,
			adapter.Error{Kind: adapter.Drift, Code: "schema.version.mismatch"}},
		{"conflict", 409, `{"code":"general.conflict"}`, adapter.Error{Kind: adapter.Conflict, Code: "general.conflict"}},
		{"identifier in use", 409, `{"code":"duplicate.value"}`, adapter.Error{Kind: adapter.Duplicate, Code: "duplicate.value"}},
		{"limit", 429, `{"code":"too.many.requests"}`, adapter.Error{Kind: adapter.Limited, Code: "too.many.requests"}},
		{"outage", 503, `{"code":"service.unavailable"}`, adapter.Error{Kind: adapter.Unavailable, Indefinite: true, Code: "service.unavailable"}},
		{"no JSON", 502, `<html>`, adapter.Error{Kind: adapter.Unavailable, Indefinite: true}},
		{"gone", 404, `{"code":"not.found","message":3}`, adapter.Error{Kind: adapter.NotFound, Code: "not.found"}},
	} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt)
		mt.RegisterResponder("PATCH", api+"contacts/c1", httpmock.NewStringResponder(tc.status, tc.body))
		_, err := s.Update(t.Context(), "c1", write())
		tc.want.Status = tc.status
		if got := *adapter.As(err); got != tc.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tc.name, got, tc.want)
		}
	}
}

func TestAConflictOnCreateIsADuplicate(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("POST", api+"contacts", httpmock.NewStringResponder(409, `{"code":"general.conflict"}`))
	if _, err := s.Create(t.Context(), write()); adapter.As(err).Kind != adapter.Duplicate {
		t.Error(err)
	}
}

func TestAStaleSchemaIsAskedForAgain(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("POST", api+"contacts", httpmock.NewStringResponder(409, `{"code":"schema.version.mismatch"}`).
		Then(httpmock.NewStringResponder(201, ada)))
	if _, err := s.Create(t.Context(), write()); adapter.As(err).Kind != adapter.Drift {
		t.Error(err)
	}
	if _, err := s.Create(t.Context(), write()); err != nil {
		t.Error(err)
	}
	if n := mt.GetCallCountInfo()["GET "+api+"contacts/schemas"]; n != 2 {
		t.Errorf("the schema was asked for %d times, expected 2", n)
	}
}

func TestSE1NoErrorHoldsASecret(t *testing.T) {
	leak := `{"code":"` + canary + `","message":"` + canary + ` Bearer T1 c3luY3Byb29mLWVuZ2luZTpjYW5hcnktc2VjcmV0LWNj ` + hookCanary + `","details":[{"fieldName":"` + canary + `"}]}`
	for _, status := range []int{400, 401, 403, 404, 409, 429, 500} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt)
		mt.RegisterResponder("GET", api+"contacts/c1", httpmock.NewStringResponder(status, leak))
		_, err := s.Read(t.Context(), "c1")
		for _, word := range []string{"canary-secret", "Y2FuYXJ5LXNlY3JldA", "c3luY3Byb29m", "Bearer T1"} {
			if err == nil || strings.Contains(err.Error(), word) {
				t.Errorf("%d: %v", status, err)
			}
		}
	}
}
