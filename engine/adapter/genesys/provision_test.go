package genesys_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
)

// provisioned plans and applies against recorded answers, and returns the plan
// and what was written.
func provisioned(t *testing.T, schemas, one, sources string) (plan []adapter.Step, wrote []string) {
	t.Helper()
	mt := httpmock.NewMockTransport()
	mt.RegisterResponder("POST", "https://login.cc.test/oauth/token", httpmock.NewStringResponder(200, `{"access_token":"T1"}`))
	mt.RegisterResponder("GET", api+"contacts/schemas", httpmock.NewStringResponder(200, schemas))
	mt.RegisterResponder("GET", api+"contacts/schemas/s2", httpmock.NewStringResponder(200, one))
	mt.RegisterResponder("GET", api+"externalsources", httpmock.NewStringResponder(200, sources))
	take := func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		wrote = append(wrote, r.Method+" "+strings.TrimPrefix(r.URL.String(), api)+" "+string(body))
		return httpmock.NewStringResponse(200, `{}`), err
	}
	for _, path := range []string{"contacts/schemas", "externalsources"} {
		mt.RegisterResponder("POST", api+path, take)
	}
	mt.RegisterResponder("PUT", api+"contacts/schemas/s2", take)
	c := config(mt)
	c.Fields, c.StatusField = []string{"firstName"}, "sync_status"
	s, err := genesys.New(c)
	if err != nil {
		t.Fatal(err)
	}
	p := s.(adapter.Provisioner)
	if plan, err = p.Plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, step := range plan {
		if step.Manual == "" && step.Blocked == "" {
			if err := p.Apply(t.Context(), step); err != nil {
				t.Fatal(err)
			}
		}
	}
	return plan, wrote
}

const (
	versionProperty = `"sync_version":{"allOf":[{"$ref":"#/definitions/integer"}],"title":"sync_version","description":"Kept by syncproof. Do not edit.","minimum":0,"maximum":999999999}`
	statusProperty  = `"sync_status":{"allOf":[{"$ref":"#/definitions/text"}],"title":"sync_status","description":"Kept by syncproof. Do not edit.","minLength":0,"maxLength":40}`
)

func TestTheFirstSchemaIsMade(t *testing.T) {
	_, wrote := provisioned(t, `{"entities":[],"total":0}`, ``, `{"entities":[]}`)
	const head = `POST contacts/schemas {"name":"Syncproof","appliesTo":["CONTACT"],"enabled":true,"jsonSchema":{"$schema":"http://json-schema.org/draft-04/schema#","description":"Fields that syncproof keeps","properties":{`
	want := []string{
		head + versionProperty + `},"title":"Syncproof"}}`, head + statusProperty + `},"title":"Syncproof"}}`,
		`POST externalsources {"name":"crm","active":true}`,
	}
	if !slices.Equal(wrote, want) {
		t.Errorf("sent\n%s\nexpected\n%s", strings.Join(wrote, "\n"), strings.Join(want, "\n"))
	}
}

func TestASchemaIsExtendedOnItsVersion(t *testing.T) {
	const one = `{"id":"s2","name":"Ours","version":5,"enabled":true,"appliesTo":["CONTACT"],"createdBy":{"id":"u"},
	  "jsonSchema":{"$schema":"http://json-schema.org/draft-04/schema#","title":"Ours","required":["tier"],"additionalProperties":false,
	  "properties":{"tier":{"allOf":[{"$ref":"#/definitions/enum"}],"title":"Tier","enum":["a","b"],"_enumProperties":{"a":{"title":"A"}}},` + statusProperty + `}}}`
	plan, wrote := provisioned(t, `{"entities":[`+one+`]}`, one, `{"entities":[{"id":"crm","name":"The CRM"}]}`)
	want := []string{`PUT contacts/schemas/s2 {"id":"s2","name":"Ours","version":5,"appliesTo":["CONTACT"],"enabled":true,"jsonSchema":{` +
		`"$schema":"http://json-schema.org/draft-04/schema#","additionalProperties":false,"properties":{` + statusProperty + `,` + versionProperty +
		`,"tier":{"allOf":[{"$ref":"#/definitions/enum"}],"title":"Tier","enum":["a","b"],"_enumProperties":{"a":{"title":"A"}}}},"required":["tier"],"title":"Ours"}}`}
	if !slices.Equal(wrote, want) {
		t.Errorf("sent\n%s\nexpected\n%s", strings.Join(wrote, "\n"), strings.Join(want, "\n"))
	}
	if at := len(plan) - 1; plan[at].Kind != "webhook" || plan[at].Manual == "" {
		t.Errorf("the webhook is no step for a person: %+v", plan)
	}
}

func TestASourceIsKnownByItsId(t *testing.T) {
	plan, wrote := provisioned(t, `{"entities":[]}`, ``, `{"entities":[{"id":"e-1","name":"crm"}]}`)
	at := slices.IndexFunc(plan, func(s adapter.Step) bool { return s.Kind == "externalSource" })
	if at < 0 || !strings.Contains(plan[at].Manual, "e-1") || slices.ContainsFunc(wrote, func(s string) bool { return strings.Contains(s, "externalsources") }) {
		t.Errorf("%+v, sent %q", plan, wrote)
	}
}
