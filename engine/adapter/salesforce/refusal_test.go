package salesforce_test

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
		{"the version rule, by field", 400, `[{"errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"stale","fields":["Sync_Base_Version__c"]}]`,
			adapter.Error{Kind: adapter.Conflict, Code: "FIELD_CUSTOM_VALIDATION_EXCEPTION", Message: "stale", Field: "Sync_Base_Version__c"}},
		{"the version rule, by its words", 400, `[{"errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"Sync_Version__c has moved on","fields":[]}]`,
			adapter.Error{Kind: adapter.Conflict, Code: "FIELD_CUSTOM_VALIDATION_EXCEPTION", Message: "Sync_Version__c has moved on"}},
		{"another rule", 400, `[{"errorCode":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"gold needs a phone","fields":["Tier__c"]}]`,
			adapter.Error{Kind: adapter.Invalid, Code: "FIELD_CUSTOM_VALIDATION_EXCEPTION", Message: "gold needs a phone", Field: "Tier__c"}},
		{"too long", 400, `[{"errorCode":"STRING_TOO_LONG","message":"x","fields":["LastName"]},{"errorCode":"OTHER","message":"y","fields":["Title"]}]`,
			adapter.Error{Kind: adapter.Invalid, Code: "STRING_TOO_LONG", Message: "x", Field: "LastName"}},
		{"required", 400, `[{"errorCode":"REQUIRED_FIELD_MISSING","message":"x","fields":["LastName"]}]`,
			adapter.Error{Kind: adapter.Invalid, Code: "REQUIRED_FIELD_MISSING", Message: "x", Field: "LastName"}},
		{"a field that is gone", 400, `[{"errorCode":"INVALID_FIELD","message":"No such column 'Tier__c' on sobject of type Contact"}]`,
			adapter.Error{Kind: adapter.Drift, Code: "INVALID_FIELD", Message: "No such column 'Tier__c' on sobject of type Contact", Field: "Tier__c"}},
		{"a unique value", 400, `[{"errorCode":"DUPLICATE_VALUE","message":"x","fields":[]}]`,
			adapter.Error{Kind: adapter.Duplicate, Code: "DUPLICATE_VALUE", Message: "x"}},
		{"a duplicate rule", 400, `[{"duplicateResut":{"allowSave":true,"duplicateRule":"Contacts_DR","matchResults":[{"matchRecords":[{"record":{"attributes":{"type":"Contact"},"Id":"003A"}}],"size":1}]},"message":"x","errorCode":"DUPLICATES_DETECTED"}]`,
			adapter.Error{Kind: adapter.Invalid, Code: "DUPLICATES_DETECTED", Message: "x"}},
		{"a field that may not be edited", 400, `[{"errorCode":"INVALID_FIELD_FOR_INSERT_UPDATE","message":"Unable to create/update fields: Title. Please check the security settings of this field","fields":[]}]`,
			adapter.Error{Kind: adapter.Forbidden, Code: "INVALID_FIELD_FOR_INSERT_UPDATE", Message: "Unable to create/update fields: Title. Please check the security settings of this field", Field: "Title", Permission: "edit Contact.Title"}},
		{"no access to the record", 403, `[{"errorCode":"INSUFFICIENT_ACCESS_OR_READONLY","message":"x","fields":[]}]`,
			adapter.Error{Kind: adapter.Forbidden, Code: "INSUFFICIENT_ACCESS_OR_READONLY", Message: "x", Permission: "edit Contact"}},
		{"no API", 403, `[{"errorCode":"API_DISABLED_FOR_ORG","message":"x"}]`,
			adapter.Error{Kind: adapter.Forbidden, Code: "API_DISABLED_FOR_ORG", Message: "x", Permission: "API Enabled"}},
		{"the organisation's limit", 403, `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`,
			adapter.Error{Kind: adapter.Limited, Code: "REQUEST_LIMIT_EXCEEDED", Message: "TotalRequests Limit exceeded."}},
		{"a locked row", 400, `[{"errorCode":"UNABLE_TO_LOCK_ROW","message":"x","fields":[]}]`,
			adapter.Error{Kind: adapter.Unavailable, Code: "UNABLE_TO_LOCK_ROW", Message: "x"}},
		{"deleted", 404, `[{"errorCode":"ENTITY_IS_DELETED","message":"x","fields":[]}]`,
			adapter.Error{Kind: adapter.NotFound, Code: "ENTITY_IS_DELETED", Message: "x"}},
		{"unknown", 404, `[{"errorCode":"NOT_FOUND","message":"x"}]`, adapter.Error{Kind: adapter.NotFound, Code: "NOT_FOUND", Message: "x"}},
		{"outage", 503, `[{"errorCode":"SERVER_UNAVAILABLE","message":"x"}]`,
			adapter.Error{Kind: adapter.Unavailable, Indefinite: true, Code: "SERVER_UNAVAILABLE", Message: "x"}},
		{"session", 401, `[{"errorCode":"INVALID_SESSION_ID","message":"x"}]`,
			adapter.Error{
				Kind:    adapter.Conflict, // the reading that the update rests on is old by now
				Message: "the token expired before the write: it was replaced, and the record must be read again",
			}},
		{"no JSON", 400, `<html>`, adapter.Error{Kind: adapter.Invalid}},
		{"no array", 400, `{"errorCode":"X"}`, adapter.Error{Kind: adapter.Invalid}},
		{"nothing in the array", 400, `[]`, adapter.Error{Kind: adapter.Invalid}},
	} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt)
		mt.RegisterResponder("PATCH", rows+"/003A", httpmock.NewStringResponder(tc.status, tc.body))
		_, err := s.Update(t.Context(), "003A", write())
		tc.want.Status = tc.status
		if got := *adapter.As(err); got != tc.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tc.name, got, tc.want)
		}
	}
}

func TestSE1NoErrorHoldsASecret(t *testing.T) {
	leak := `[{"errorCode":"` + canary + `","message":"` + canary + ` 00D!T1","fields":["` + canary + `"]}]`
	for _, status := range []int{400, 401, 403, 404, 500} {
		mt := httpmock.NewMockTransport()
		s := contacts(t, mt)
		mt.RegisterResponder("GET", rows+"/003A", httpmock.NewStringResponder(status, leak))
		_, err := s.Read(t.Context(), "003A")
		if err == nil || strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "00D!T1") {
			t.Errorf("%d: %v", status, err)
		}
	}
}
