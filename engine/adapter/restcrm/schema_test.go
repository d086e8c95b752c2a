package restcrm_test

import (
	"reflect"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

func TestDescribe(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("GET", v1+"/schema/contact", httpmock.NewStringResponder(200, `{"object":"contact","revision":"r7","fields":[
	 {"name":"id","type":"string","max_length":null,"required":false,"writable":false,"pattern":null,"values":null},
	 {"name":"last_name","type":"string","max_length":100,"required":true,"writable":true,"pattern":"^x","values":null},
	 {"name":"interests","type":"multipicklist","max_length":null,"required":false,"writable":true,"pattern":null,"values":["golf","music"]},
	 {"name":"score","type":"integer","max_length":null,"required":false,"writable":false,"pattern":null,"values":null},
	 {"name":"external_id","type":"string","max_length":255,"required":false,"writable":true,"pattern":null,"values":null}]}`))
	got, err := s.Describe(t.Context())
	want := adapter.Schema{Revision: "r7", Fields: []mapping.Constraint{
		{Name: "last_name", Type: mapping.TypeString, MaxLength: 100, Required: true, Writable: true, Pattern: "^x"},
		{Name: "interests", Type: mapping.TypeMultiPicklist, Writable: true, Values: []string{"golf", "music"}},
		{Name: "score", Type: mapping.TypeInteger},
		{Name: "external_id", Type: mapping.TypeString, MaxLength: 255, Writable: true},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	for name, want := range map[string]mapping.Type{
		"text": mapping.TypeString, "phone": mapping.TypePhone, "email": mapping.TypeEmail, "picklist": mapping.TypePicklist,
		"boolean": mapping.TypeBoolean, "date": mapping.TypeDate, "instant": mapping.TypeInstant, "decimal": mapping.TypeDecimal,
	} {
		mt.RegisterResponder("GET", v1+"/schema/contact", httpmock.NewStringResponder(200, `{"revision":"r","fields":[{"name":"score","type":"`+name+`"}]}`))
		if got, err := s.Describe(t.Context()); err != nil || len(got.Fields) != 1 || got.Fields[0].Type != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
