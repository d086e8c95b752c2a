package genesys_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
	"github.com/syncproof/syncproof/engine/mapping"
)

const schemas = `{"total":3,"entities":[
 {"id":"s0","version":9,"enabled":false,"jsonSchema":{"properties":{"notes":{},"interests":{},"score":{},"sync_version":{}}}},
 {"id":"s1","version":2,"enabled":true,"jsonSchema":{"properties":{"notes":{"type":"string"}}}},
 {"id":"s2","version":5,"enabled":true,"name":"sync","jsonSchema":{"$schema":"x","required":["score","unmapped"],"properties":{
   "notes":{"allOf":[{"$ref":"#/definitions/longtext"}],"title":"Notes","minLength":0,"maxLength":4000},
   "interests":{"allOf":[{"$ref":"#/definitions/tag"}],"items":{"enum":["golf","music"]}},
   "score":{"allOf":[{"$ref":"#/definitions/integer"}],"minimum":0},
   "sync_version":{"type":"integer"},
   "unmapped":{"allOf":[{"$ref":"#/definitions/enum"}],"enum":["a"]}}}}]}`

func TestDescribe(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("GET", api+"contacts/schemas", httpmock.NewStringResponder(200, schemas))
	got, err := s.Describe(t.Context())
	want := adapter.Schema{Revision: "s2/5", Fields: []mapping.Constraint{
		{Name: "firstName", Type: mapping.TypeString, MaxLength: 1000, Writable: true},
		{Name: "workPhone", Type: mapping.TypePhone, Writable: true},
		{Name: "address.city", Type: mapping.TypeString, MaxLength: 100, Writable: true},
		{Name: "notes", Type: mapping.TypeString, MaxLength: 4000, Writable: true},
		{Name: "interests", Type: mapping.TypeMultiPicklist, Values: []string{"golf", "music"}, Writable: true},
		{Name: "score", Type: mapping.TypeInteger, Required: true, Writable: true},
		{Name: "sync_version", Type: mapping.TypeInteger, Writable: true},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestFC3ARemovedFieldIsMissingFromTheSchema(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	mt.RegisterResponder("GET", api+"contacts/schemas", httpmock.NewStringResponder(200,
		`{"entities":[{"id":"s1","version":2,"jsonSchema":{"properties":{"sync_version":{"type":"integer"}}}}]}`))
	got, err := s.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got.Fields {
		if c.Name == "notes" {
			t.Error("notes is still described")
		}
	}
	if got.Revision != "s1/2" || len(got.Fields) != 4 {
		t.Errorf("%+v", got)
	}
}

// TestFC3AFieldThatIsGoneIsNotAClear: a custom field that a contact does not
// show is empty only while the schema has it.
func TestFC3AFieldThatIsGoneIsNotAClear(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt)
	show := func(schema string) (adapter.Record, error) {
		mt.RegisterResponder("GET", api+"contacts/c1", httpmock.NewStringResponder(200,
			`{"id":"c1","schema":`+schema+`,"customFields":{"interests":[],"score":1,"sync_version":41}}`))
		return s.Read(t.Context(), "c1")
	}
	asked := func() int { return mt.GetCallCountInfo()["GET "+api+"contacts/schemas"] }

	rec, err := show(`{"id":"s2","version":5}`)
	if err != nil || rec.Fields[notes] != null || asked() != 1 {
		t.Errorf("notes is %v, %v, after %d descriptions", rec.Fields[notes], err, asked())
	}
	if rec, err = show(`{"id":"s2","version":4}`); err != nil || rec.Fields[notes] != null || asked() != 1 {
		t.Errorf("beside an older version notes is %v, %v, after %d descriptions", rec.Fields[notes], err, asked())
	}
	if rec, err = show(`{"id":"s9","version":1}`); err != nil || rec.Fields[notes].Kind != mapping.Absent || asked() != 1 {
		t.Errorf("beside another schema notes is %v, %v, after %d descriptions", rec.Fields[notes], err, asked())
	}

	mt.RegisterResponder("GET", api+"contacts/schemas", httpmock.NewStringResponder(200,
		strings.NewReplacer(`"version":5`, `"version":6`, `"notes":{"allOf"`, `"remarks":{"allOf"`).Replace(schemas)))
	for range 2 {
		_, err = show(`{"id":"s2","version":6}`)
		if e := adapter.As(err); err == nil || e.Kind != adapter.Drift || e.Field != "notes" || e.Indefinite || asked() != 1 {
			t.Errorf("after the rename: %v, after %d descriptions", err, asked())
		}
	}
	mt.RegisterResponder("PATCH", api+"contacts/c1", httpmock.NewStringResponder(200, `{"id":"c1","schema":{"id":"s2","version":6},"customFields":{"sync_version":42}}`))
	if rec, err = s.Update(t.Context(), "c1", write()); err != nil || rec.Fields[notes].Kind != mapping.Absent || rec.Fields[score] != null {
		t.Errorf("a write that was done: %+v, %v", rec, err)
	}
}

func TestCoreTypes(t *testing.T) {
	for core, want := range map[string]mapping.Type{
		"text": mapping.TypeString, "longtext": mapping.TypeString, "url": mapping.TypeString, "identifier": mapping.TypeString,
		"enum": mapping.TypePicklist, "date": mapping.TypeDate, "datetime": mapping.TypeInstant, "integer": mapping.TypeInteger,
		"number": mapping.TypeDecimal, "checkbox": mapping.TypeBoolean, "tag": mapping.TypeMultiPicklist,
	} {
		for _, property := range []string{`{"allOf":[{"$ref":"#/definitions/` + core + `"}]}`, `{"$ref":"#/definitions/` + core + `"}`} {
			mt := httpmock.NewMockTransport()
			mt.RegisterResponder("POST", "https://login.cc.test/oauth/token", httpmock.NewStringResponder(200, `{"access_token":"T1"}`))
			mt.RegisterResponder("GET", api+"contacts/schemas", httpmock.NewStringResponder(200,
				`{"entities":[{"id":"s1","version":1,"enabled":true,"jsonSchema":{"properties":{"f":`+property+`}}}]}`))
			c := config(mt)
			c.Fields = []string{"f"}
			s, err := genesys.New(c)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Describe(t.Context())
			if err != nil || len(got.Fields) != 1 || got.Fields[0].Type != want {
				t.Errorf("%s: %+v, %v, expected type %d", property, got, err, want)
			}
		}
	}
}
