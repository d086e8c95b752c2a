package salesforce_test

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/salesforce"
)

const none = `{"size":0,"totalSize":0,"done":true,"records":[]}`

// tenant answers every setup query with the rows of the object that it asks
// for, and takes what is posted.
func tenant(t *testing.T, rowsOf map[string]string) (adapter.System, *[]string) {
	t.Helper()
	mt := httpmock.NewMockTransport()
	posted := &[]string{}
	mt.RegisterResponder("POST", "https://crm.test/services/oauth2/token", httpmock.NewStringResponder(200,
		`{"access_token":"T1","instance_url":"https://eu7.test","id":"https://login.test/id/00D000000000001/005Aa00000000AbIAI"}`))
	mt.RegisterResponder("GET", rows+"/describe", httpmock.NewStringResponder(200, rowsOf["describe"]))
	query := func(r *http.Request) (*http.Response, error) {
		q := r.URL.Query().Get("q")
		for object, answer := range rowsOf {
			if strings.Contains(q, " FROM "+object+" ") {
				return httpmock.NewStringResponse(200, answer), nil
			}
		}
		return httpmock.NewStringResponse(200, none), nil
	}
	mt.RegisterRegexpResponder("GET", compile(data+`/(tooling/)?query\?`), query)
	mt.RegisterRegexpResponder("POST", compile(data+`/(tooling/)?sobjects/`), func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		*posted = append(*posted, strings.TrimPrefix(r.URL.Path, "/services/data/v62.0")+" "+string(body))
		return httpmock.NewStringResponse(201, `{"id":"1","success":true,"errors":[]}`), err
	})
	c := config(mt)
	c.StatusField, c.ExternalField, c.BaseVersionField = "Sync_Status__c", "Genesys_Contact_Id__c", "Sync_Base_Version__c"
	s, err := salesforce.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s, posted
}

func TestProvisioningSendsWhatTheVendorDocuments(t *testing.T) {
	s, posted := tenant(t, map[string]string{
		"describe":      `{"fields":[]}`,
		"PermissionSet": `{"records":[{"attributes":{"type":"PermissionSet"},"Id":"0PS000000000001AAA"}]}`,
	})
	p := s.(adapter.Provisioner)
	steps, err := p.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		if err := p.Apply(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
	const kept = `"description":"Kept by syncproof. Do not edit.","required":false`
	grant := func(field string) string {
		return `/sobjects/FieldPermissions {"ParentId":"0PS000000000001AAA","SobjectType":"Contact","Field":"Contact.` + field + `","PermissionsRead":true,"PermissionsEdit":true}`
	}
	want := []string{
		`/tooling/sobjects/CustomField {"FullName":"Contact.Sync_Version__c","Metadata":{"type":"Number","label":"Sync Version",` + kept + `,"precision":18,"scale":0,"defaultValue":"0"}}`,
		`/tooling/sobjects/CustomField {"FullName":"Contact.Sync_Status__c","Metadata":{"type":"Text","label":"Sync Status",` + kept + `,"length":40}}`,
		`/tooling/sobjects/CustomField {"FullName":"Contact.Genesys_Contact_Id__c","Metadata":{"type":"Text","label":"Genesys Contact Id",` + kept + `,"length":64,"externalId":true,"unique":true,"caseSensitive":false}}`,
		`/tooling/sobjects/CustomField {"FullName":"Contact.Sync_Base_Version__c","Metadata":{"type":"Number","label":"Sync Base Version",` + kept + `,"precision":18,"scale":0}}`,
		grant("Sync_Version__c"), grant("Sync_Status__c"), grant("Genesys_Contact_Id__c"), grant("Sync_Base_Version__c"),
		`/sobjects/PermissionSetAssignment {"AssigneeId":"005Aa00000000AbIAI","PermissionSetId":"0PS000000000001AAA"}`,
		`/tooling/sobjects/ValidationRule {"FullName":"Contact.Syncproof_Base_Version","Metadata":{"active":true,` +
			`"description":"Kept by syncproof: refuses its writes to a record that has changed.",` +
			`"errorConditionFormula":"AND($User.Id = \"005Aa00000000Ab\", NOT(ISNEW()), NOT(ISBLANK(Sync_Base_Version__c)), Sync_Base_Version__c <> BLANKVALUE(PRIORVALUE(Sync_Version__c), 0))",` +
			`"errorMessage":"Sync_Base_Version__c is not the stored Sync_Version__c: the record has changed since it was read"}}`,
	}
	if !slices.Equal(*posted, want) {
		t.Errorf("sent\n%s\nexpected\n%s", strings.Join(*posted, "\n"), strings.Join(want, "\n"))
	}
}

func TestWhatSomebodyElseMadeMeanwhileIsNoError(t *testing.T) {
	for code, tolerated := range map[string]bool{"DUPLICATE_DEVELOPER_NAME": true, "DUPLICATE_VALUE": true, "FIELD_INTEGRITY_EXCEPTION": false} {
		mt := httpmock.NewMockTransport()
		mt.RegisterResponder("POST", "https://crm.test/services/oauth2/token", httpmock.NewStringResponder(200, `{"access_token":"T1","id":"https://x/id/00D/005000000000001"}`))
		mt.RegisterRegexpResponder("POST", compile("tooling/sobjects/CustomField"), httpmock.NewStringResponder(400, `[{"message":"no","errorCode":"`+code+`","fields":[]}]`))
		s, err := salesforce.New(config(mt))
		if err != nil {
			t.Fatal(err)
		}
		err = s.(adapter.Provisioner).Apply(t.Context(), adapter.Step{Kind: "CustomField", Name: "Contact.Sync_Version__c"})
		if (err == nil) != tolerated {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// A formula that the vendor gives back with other white space is the same.
func TestTheRuleIsComparedWithoutWhiteSpace(t *testing.T) {
	rule := func(formula, active string) map[string]string {
		return map[string]string{
			"describe":       `{"retrieveable":true,"queryable":true,"createable":true,"updateable":true,"deletable":true,"fields":[]}`,
			"ValidationRule": `{"records":[{"Id":"03d","Metadata":{"active":` + active + `,"errorConditionFormula":"` + formula + `"}}]}`,
		}
	}
	const same = `AND( $User.Id = \"005Aa00000000Ab\",\r\n NOT( ISNEW() ),NOT(ISBLANK( Sync_Base_Version__c )), Sync_Base_Version__c <> BLANKVALUE( PRIORVALUE( Sync_Version__c ), 0) )`
	for text, c := range map[string]struct {
		formula, active string
		level           adapter.Level
	}{
		"the same":       {same, "true", adapter.OK},
		"not active":     {same, "false", adapter.Fail},
		"another user":   {strings.Replace(same, "00Ab", "00Xy", 1), "true", adapter.Fail},
		"another number": {strings.Replace(same, ", 0)", ", 1)", 1), "true", adapter.Fail},
	} {
		s, posted := tenant(t, rule(c.formula, c.active))
		found, err := s.(adapter.Inspector).Inspect(t.Context(), true)
		at := slices.IndexFunc(found, func(f adapter.Finding) bool { return f.Check == "conditional" })
		if err != nil || at < 0 || found[at].Level != c.level || len(*posted) != 0 {
			t.Errorf("%s: %+v, %v, sent %q", text, found, err, *posted)
		}
	}
}

func compile(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }
