package dynamics_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

const definition = `{"@odata.context":"x","ServerVersionStamp":"1!2","DeletedMetadata":null,"EntityMetadata":[{"LogicalName":"contact","MetadataId":"9","Attributes":[
 {"@odata.type":"#Microsoft.Dynamics.CRM.ComplexStringAttributeMetadata","LogicalName":"lastname","AttributeTypeName":{"Value":"StringType"},"RequiredLevel":{"Value":"ApplicationRequired","CanBeChanged":true},"IsValidForUpdate":true,"MaxLength":50,"FormatName":{"Value":"Text"},"Format":null},
 {"LogicalName":"telephone9","AttributeTypeName":{"Value":"StringType"},"MaxLength":50},
 {"LogicalName":"donotphone","AttributeTypeName":{"Value":"BooleanType"},"RequiredLevel":{"Value":"None"},"IsValidForUpdate":true,"OptionSet":{"TrueOption":{"Value":1},"FalseOption":{"Value":0}}},
 {"LogicalName":"new_tier","AttributeTypeName":{"Value":"PicklistType"},"RequiredLevel":null,"IsValidForUpdate":true,"OptionSet":{"Options":[{"Value":100000000,"Label":{"LocalizedLabels":[]}},{"Value":100000001}]}},
 {"LogicalName":"new_interests","AttributeTypeName":{"Value":"MultiSelectPicklistType"},"IsValidForUpdate":true,"OptionSet":{"Options":[]}},
 {"LogicalName":"new_score","AttributeTypeName":{"Value":"IntegerType"},"IsValidForUpdate":false,"RequiredLevel":{"Value":"SystemRequired"}},
 {"LogicalName":"new_syncversion","AttributeTypeName":{"Value":"IntegerType"},"IsValidForUpdate":true},
 {"LogicalName":"new_genesyscontactid","AttributeTypeName":{"Value":"StringType"},"IsValidForUpdate":true,"MaxLength":100}]}]}`

func TestDescribe(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterRegexpResponder("GET", regexpOf(api+"RetrieveMetadataChanges"), func(r *http.Request) (*http.Response, error) {
		if q := r.URL.Query().Get("@p1"); r.URL.Path != "/api/data/v9.2/RetrieveMetadataChanges(Query=@p1)" || !strings.Contains(q, `"Value":"contact"`) {
			t.Errorf("asked %s with %s", r.URL.Path, q)
		}
		return httpmock.NewStringResponse(200, definition), nil
	})
	got, err := s.Describe(t.Context())
	want := []mapping.Constraint{
		{Name: "lastname", Type: mapping.TypeString, MaxLength: 50, UTF16: true, NoChoice: true, Required: true, Writable: true},
		{Name: "donotphone", Type: mapping.TypeBoolean, Writable: true},
		{Name: "new_tier", Type: mapping.TypePicklist, Writable: true, Values: []string{"100000000", "100000001"}},
		{Name: "new_interests", Type: mapping.TypeMultiPicklist, Writable: true, Values: []string{}},
		{Name: "new_score", Type: mapping.TypeInteger},
		{Name: "new_syncversion", Type: mapping.TypeInteger, Writable: true},
		{Name: "new_genesyscontactid", Type: mapping.TypeString, MaxLength: 100, UTF16: true, NoChoice: true, Writable: true},
	}
	if err != nil || !reflect.DeepEqual(got.Fields, want) || got.Revision == "" {
		t.Errorf("\n got %+v, %v\nwant %+v", got, err, want)
	}
	// The status is not there: it is not asked for any more.
	asked := ""
	mt.RegisterRegexpResponder("GET", regexpOf(api+"contacts("), func(r *http.Request) (*http.Response, error) {
		asked = r.URL.Query().Get("$select")
		return httpmock.NewStringResponse(200, ada), nil
	})
	if _, err := s.Read(t.Context(), adaID); err != nil || asked != strings.TrimSuffix(columns, ",new_syncstatus") {
		t.Errorf("asked for %s, %v", asked, err)
	}
	again, err := s.Describe(t.Context())
	if err != nil || again.Revision != got.Revision {
		t.Errorf("the same schema is revision %s and %s, %v", got.Revision, again.Revision, err)
	}
}

func TestDescribeTypes(t *testing.T) {
	for _, tc := range []struct {
		kind string
		want mapping.Type
	}{
		{`{"Value":"MemoType"}`, mapping.TypeString},
		{`{"Value":"StringType"},"FormatName":{"Value":"Email"}`, mapping.TypeEmail},
		{`{"Value":"StringType"},"FormatName":{"Value":"Phone"}`, mapping.TypePhone},
		{`{"Value":"DateTimeType"},"Format":"DateOnly"`, mapping.TypeDate},
		{`{"Value":"DateTimeType"},"Format":"DateAndTime"`, mapping.TypeInstant},
		{`{"Value":"DecimalType"}`, mapping.TypeDecimal},
		{`{"Value":"MoneyType"}`, mapping.TypeDecimal},
		{`{"Value":"StateType"}`, mapping.TypePicklist},
		{`{"Value":"BigIntType"}`, mapping.TypeInteger},
		{`null`, mapping.TypeString},
	} {
		s := answering(t, 200, `{"EntityMetadata":[{"Attributes":[{"LogicalName":"lastname","AttributeTypeName":`+tc.kind+`}]}]}`)
		got, err := s.Describe(t.Context())
		if err != nil || len(got.Fields) != 1 || got.Fields[0].Type != tc.want {
			t.Errorf("%s: %+v, %v", tc.kind, got, err)
		}
	}
	if _, err := answering(t, 200, `{"EntityMetadata":[{"Attributes":[{"LogicalName":7}]}]}`).Describe(t.Context()); adapter.As(err).Kind != adapter.Malformed {
		t.Errorf("a name that is a number: %v", err)
	}
}
