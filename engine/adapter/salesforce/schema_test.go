package salesforce_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/mapping"
)

const describe = `{"name":"Contact","fields":[
 {"name":"Unmapped","type":"string","length":9},
 {"name":"Sync_Version__c","type":"double","length":0,"precision":18,"scale":0,"nillable":true,"createable":true,"updateable":true,"defaultedOnCreate":false},
 {"name":"LastName","type":"string","length":80,"nillable":false,"createable":true,"updateable":true,"defaultedOnCreate":false},
 {"name":"DoNotCall","type":"boolean","length":0,"nillable":false,"createable":true,"updateable":true,"defaultedOnCreate":true},
 {"name":"Interests__c","type":"multipicklist","length":4099,"nillable":true,"createable":true,"updateable":true,"restrictedPicklist":true,
  "picklistValues":[{"active":true,"value":"golf"},{"active":false,"value":"polo"},{"active":true,"value":"music"}]},
 {"name":"Score__c","type":"double","scale":2,"nillable":true,"updateable":false},
 {"name":"Genesys_Contact_Id__c","type":"string","length":255,"nillable":true,"createable":true,"updateable":true,"externalId":true}]}`

func TestDescribe(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("GET", rows+"/describe", httpmock.NewStringResponder(200, describe))
	got, err := s.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []mapping.Constraint{
		{Name: "LastName", Type: mapping.TypeString, MaxLength: 80, UTF16: true, Required: true, Writable: true},
		{Name: "DoNotCall", Type: mapping.TypeBoolean, Writable: true},
		{Name: "Interests__c", Type: mapping.TypeMultiPicklist, Writable: true, Values: []string{"golf", "music"}},
		{Name: "Score__c", Type: mapping.TypeDecimal},
		{Name: "Sync_Version__c", Type: mapping.TypeInteger, Writable: true},
		{Name: "Genesys_Contact_Id__c", Type: mapping.TypeString, MaxLength: 255, UTF16: true, Writable: true},
	}
	if !reflect.DeepEqual(got.Fields, want) {
		t.Errorf("got %+v\nwant %+v", got.Fields, want)
	}
	again, _ := s.Describe(t.Context())
	mt.RegisterResponder("GET", rows+"/describe", httpmock.NewStringResponder(200, strings.Replace(describe, `"length":80`, `"length":40`, 1)))
	changed, _ := s.Describe(t.Context())
	if got.Revision == "" || again.Revision != got.Revision || changed.Revision == got.Revision {
		t.Errorf("revisions %q, %q, and %q after a change", got.Revision, again.Revision, changed.Revision)
	}
}

func TestAnUnrestrictedPicklistTakesAnyValue(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("GET", rows+"/describe", httpmock.NewStringResponder(200, strings.Replace(describe, `"restrictedPicklist":true`, `"restrictedPicklist":false`, 1)))
	got, err := s.Describe(t.Context())
	if err != nil || got.Fields[2].Values != nil {
		t.Errorf("%+v, %v", got.Fields, err)
	}
}
