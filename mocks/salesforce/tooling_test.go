package salesforce

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/mocks"
)

const toolingRoot = root + "/tooling"

// bareWorld is an organisation as the vendor delivers it.
func bareWorld(t testing.TB) *world {
	return newWorld(t, func(c *mocks.Config) { c.Bare, c.Conditional, c.Trigger = true, false, false })
}

// made posts a setup object and returns its id.
func (w *world) made(path, body string) string {
	w.t.Helper()
	resp := w.send("POST", path, "", body)
	var got struct{ ID string }
	if resp.Status != 201 {
		w.t.Fatalf("POST %s: %d %s", path, resp.Status, resp.Body)
	}
	w.decode(resp, &got)
	return got.ID
}

func numberField(name string) string {
	return `{"FullName":"Contact.` + name + `","Metadata":{"type":"Number","label":"x","precision":18,"scale":0,"defaultValue":"0"}}`
}

// grant makes a field visible to the engine's account.
func (w *world) grant(fields ...string) {
	w.t.Helper()
	set := w.made(root+"/sobjects/PermissionSet", `{"Name":"Sync","Label":"Sync"}`)
	for _, f := range fields {
		w.made(root+"/sobjects/FieldPermissions", `{"ParentId":"`+set+`","SobjectType":"Contact","Field":"Contact.`+f+`","PermissionsRead":true,"PermissionsEdit":true}`)
	}
	w.made(root+"/sobjects/PermissionSetAssignment", `{"AssigneeId":"`+w.m.self+`","PermissionSetId":"`+set+`"}`)
}

func TestAFieldMadeThroughTheAPIIsThereOnceItIsGranted(t *testing.T) { // R: simple-salesforce issue 621
	w := bareWorld(t)
	old, err := w.m.Seed(mocks.Seed{Set: map[string]any{"LastName": "Old"}, Modified: w.now})
	if err != nil {
		t.Fatal(err)
	}
	patch := func(id string) *mocks.Response {
		return w.send("PATCH", root+"/sobjects/Contact/"+id, "", `{"Sync_Version__c":7}`)
	}
	w.refused(patch(old), 400, "INVALID_FIELD")
	w.made(toolingRoot+"/sobjects/CustomField", numberField("Sync_Version__c"))
	w.refused(patch(old), 400, "INVALID_FIELD") // nobody may see it yet
	if body := string(w.send("GET", root+"/sobjects/Contact/describe", "", "").Body); strings.Contains(body, "Sync_Version__c") {
		t.Error("describe shows a field that nobody was granted")
	}
	w.grant("Sync_Version__c")
	if resp := patch(old); resp.Status != 204 {
		t.Errorf("a write of the new field: %d %s", resp.Status, resp.Body)
	}
	if s, _ := w.m.Peek(old); s.Version != 7 {
		t.Errorf("the stored version is %d", s.Version)
	}
	var fresh struct{ ID string }
	w.decode(w.send("POST", root+"/sobjects/Contact", "", `{"LastName":"New"}`), &fresh)
	contains(t, string(w.send("GET", root+"/sobjects/Contact/"+fresh.ID, "fields=Sync_Version__c", "").Body), `"Sync_Version__c":0.0`)
	contains(t, string(w.send("GET", root+"/sobjects/Contact/describe", "", "").Body), `"name":"Sync_Version__c"`)
	clone := w.m.Clone(w.journal).(*Mock)
	clone.Faults().Revoked = []string{"Sync_Version__c"}
	if resp := patch(old); resp.Status != 204 {
		t.Error("a clone changed its original")
	}
}

// ruleBody is a rule that refuses the engine's writes on another version.
func ruleBody(user string) string {
	return fmt.Sprintf(`{"FullName":"Contact.Version","Metadata":{"active":true,"errorMessage":"stale Sync_Base_Version__c","errorConditionFormula":%q}}`,
		`AND($User.Id = "`+user[:15]+`", NOT(ISNEW()), NOT(ISBLANK(Sync_Base_Version__c)), Sync_Base_Version__c <> BLANKVALUE(PRIORVALUE(Sync_Version__c), 0))`)
}

func TestAValidationRuleRefusesStaleWrites(t *testing.T) {
	w := bareWorld(t)
	id, err := w.m.Seed(mocks.Seed{Set: map[string]any{"LastName": "Ada"}, Modified: w.now})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"Sync_Version__c", "Sync_Base_Version__c"} {
		w.made(toolingRoot+"/sobjects/CustomField", numberField(f))
	}
	w.grant("Sync_Version__c", "Sync_Base_Version__c")
	w.made(toolingRoot+"/sobjects/ValidationRule", ruleBody(w.m.self))
	write := func(base, version int) *mocks.Response {
		return w.send("PATCH", root+"/sobjects/Contact/"+id, "", fmt.Sprintf(`{"Sync_Version__c":%d,"Sync_Base_Version__c":%d}`, version, base))
	}
	if resp := write(0, 1); resp.Status != 204 {
		t.Fatalf("on the stored version: %d %s", resp.Status, resp.Body)
	}
	contains(t, w.refused(write(0, 1), 400, "FIELD_CUSTOM_VALIDATION_EXCEPTION"), "stale")
	w.edit(id, map[string]any{"Title": "x"}) // the rule does not speak of users
	if resp := write(1, 2); resp.Status != 204 {
		t.Fatalf("on the stored version: %d %s", resp.Status, resp.Body)
	}
}

func TestAUniqueFieldRefusesASecondValue(t *testing.T) {
	w := bareWorld(t)
	w.made(toolingRoot+"/sobjects/CustomField", `{"FullName":"Contact.Genesys_Contact_Id__c","Metadata":{"type":"Text","label":"x","length":64,"unique":true,"externalId":true}}`)
	w.grant("Genesys_Contact_Id__c")
	body := `{"LastName":"a","Genesys_Contact_Id__c":"g"}`
	if resp := w.send("POST", root+"/sobjects/Contact", "", body); resp.Status != 201 {
		t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	w.refused(w.send("POST", root+"/sobjects/Contact", "", body), 400, "DUPLICATE_VALUE")
	if resp := w.send("PATCH", root+"/sobjects/Contact/Genesys_Contact_Id__c/g", "", `{"Title":"x"}`); resp.Status != 200 {
		t.Errorf("an upsert: %d %s", resp.Status, resp.Body)
	}
}

func TestSetupRefusals(t *testing.T) {
	field := func(name, meta string) string { return `{"FullName":"` + name + `","Metadata":{` + meta + `}}` }
	rule := func(meta string) string { return `{"FullName":"Contact.R","Metadata":{` + meta + `}}` }
	formula := func(text string) string {
		return rule(fmt.Sprintf(`"active":true,"errorMessage":"m","errorConditionFormula":%q`, text))
	}
	const fields, rules = "/tooling/sobjects/CustomField", "/tooling/sobjects/ValidationRule"
	const text = `"type":"Text","label":"x","length":10`
	for _, c := range []struct{ name, path, body, code string }{
		{"R: a field that exists", fields, field("Contact.Tier__c", text), "DUPLICATE_DEVELOPER_NAME"},
		{"no name", fields, `{"Metadata":{}}`, "REQUIRED_FIELD_MISSING"},
		{"no metadata", fields, `{"FullName":"Contact.A__c"}`, "REQUIRED_FIELD_MISSING"},
		{"another object", fields, field("Account.A__c", text), "INVALID_TYPE"},
		{"S: no suffix", fields, field("Contact.A", text), "FIELD_INTEGRITY_EXCEPTION"},
		{"S: two underscores", fields, field("Contact.A__B__c", text), "FIELD_INTEGRITY_EXCEPTION"},
		{"unknown type", fields, field("Contact.A__c", `"type":"Colour","label":"x"`), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"},
		{"no label", fields, field("Contact.A__c", `"type":"Text","length":10`), "REQUIRED_FIELD_MISSING"},
		{"S: text without length", fields, field("Contact.A__c", `"type":"Text","label":"x"`), "NUMBER_OUTSIDE_VALID_RANGE"},
		{"S: text too long", fields, field("Contact.A__c", `"type":"Text","label":"x","length":256`), "NUMBER_OUTSIDE_VALID_RANGE"},
		{"S: number without precision", fields, field("Contact.A__c", `"type":"Number","label":"x","scale":0`), "NUMBER_OUTSIDE_VALID_RANGE"},
		{"S: 19 digits", fields, field("Contact.A__c", `"type":"Number","label":"x","precision":19,"scale":0`), "NUMBER_OUTSIDE_VALID_RANGE"},
		{"a default that is no number", fields, field("Contact.A__c", `"type":"Number","label":"x","precision":9,"scale":0,"defaultValue":"zero"`), "INVALID_TYPE_ON_FIELD_IN_RECORD"},
		{"S: a date as external id", fields, field("Contact.A__c", `"type":"Date","label":"x","externalId":true`), "FIELD_INTEGRITY_EXCEPTION"},
		{"unknown member", fields, field("Contact.A__c", text+`,"colour":"red"`), "INVALID_FIELD"},
		{"a text for a length", fields, field("Contact.A__c", `"type":"Text","label":"x","length":"10"`), "JSON_PARSER_ERROR"},
		{"not JSON", fields, `{`, "JSON_PARSER_ERROR"},
		{"no formula", rules, rule(`"active":true,"errorMessage":"m"`), "REQUIRED_FIELD_MISSING"},
		{"S: no active", rules, rule(`"errorMessage":"m","errorConditionFormula":"TRUE"`), "REQUIRED_FIELD_MISSING"},
		{"S: a long message", rules, rule(`"active":true,"errorConditionFormula":"TRUE","errorMessage":"` + strings.Repeat("x", 256) + `"`), "STRING_TOO_LONG"},
		{"another's field beside the message", rules, rule(`"active":true,"errorMessage":"m","errorConditionFormula":"TRUE","errorDisplayField":"Nope__c"`), "FIELD_INTEGRITY_EXCEPTION"},
		{"unknown field", rules, formula(`Nope__c = 1`), "FIELD_INTEGRITY_EXCEPTION"},
		{"unknown function", rules, formula(`ISNICE(LastName)`), "FIELD_INTEGRITY_EXCEPTION"},
		{"not Boolean", rules, formula(`Score__c`), "FIELD_INTEGRITY_EXCEPTION"},
		{"unlike types", rules, formula(`Score__c = "1"`), "FIELD_INTEGRITY_EXCEPTION"},
		{"an order of texts", rules, formula(`LastName < "x"`), "FIELD_INTEGRITY_EXCEPTION"},
		{"too few arguments", rules, formula(`NOT()`), "FIELD_INTEGRITY_EXCEPTION"},
		{"no end", rules, formula(`AND(TRUE`), "FIELD_INTEGRITY_EXCEPTION"},
		{"more behind the end", rules, formula(`TRUE TRUE`), "FIELD_INTEGRITY_EXCEPTION"},
		{"PRIORVALUE of a literal", rules, formula(`PRIORVALUE(1) = 1`), "FIELD_INTEGRITY_EXCEPTION"},
		{"no label of a set", "/sobjects/PermissionSet", `{"Name":"A"}`, "REQUIRED_FIELD_MISSING"},
		{"S: a permission of no set", "/sobjects/FieldPermissions", `{"ParentId":"0PS","SobjectType":"Contact","Field":"Contact.Tier__c","PermissionsRead":true}`, "INVALID_CROSS_REFERENCE_KEY"},
		{"an assignment of no set", "/sobjects/PermissionSetAssignment", `{"AssigneeId":"x","PermissionSetId":"0PS"}`, "INVALID_CROSS_REFERENCE_KEY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.refused(w.send("POST", root+c.path, "", c.body), 400, c.code)
		})
	}
}

func TestSetupNeedsItsPermissions(t *testing.T) {
	w := newWorld(t, nil)
	for permission, path := range map[string]string{
		mayCustomize: "/tooling/sobjects/CustomField", mayManage: "/sobjects/FieldPermissions", mayAssign: "/sobjects/PermissionSetAssignment",
	} {
		w.m.Faults().Revoked = []string{permission}
		contains(t, w.refused(w.send("POST", root+path, "", `{}`), 403, "INSUFFICIENT_ACCESS"), permission)
	}
	w.m.Faults().Revoked = []string{maySetup}
	w.refused(w.send("GET", toolingRoot+"/query", "q="+url.QueryEscape("SELECT Id FROM CustomField"), ""), 403, "INSUFFICIENT_ACCESS")
}

func TestSetupQueries(t *testing.T) {
	w := newWorld(t, nil)
	for q, want := range map[string]string{
		`SELECT Id, Metadata FROM CustomField WHERE TableEnumOrId = 'Contact' AND DeveloperName = 'Tier'`:                                         `"type":"Picklist"`,
		`SELECT Id FROM CustomField WHERE DeveloperName = 'Nope'`:                                                                                 `"totalSize":0`,
		`SELECT Id FROM ValidationRule WHERE EntityDefinition.QualifiedApiName = 'Contact' AND ValidationName = 'Nope' AND Active = TRUE LIMIT 1`: `"totalSize":0`,
	} {
		contains(t, string(w.send("GET", toolingRoot+"/query", "q="+url.QueryEscape(q), "").Body), want)
	}
	for q, code := range map[string]string{
		`SELECT Metadata FROM CustomField`:                      "MALFORMED_QUERY", // S: one row alone
		`SELECT Nope FROM CustomField`:                          "INVALID_FIELD",
		`SELECT Id FROM CustomField WHERE Nope = 'x'`:           "INVALID_FIELD",
		`SELECT Id FROM CustomField ORDER BY Id`:                "MALFORMED_QUERY",
		`SELECT Id FROM Contact`:                                "MALFORMED_QUERY",
		`SELECT Id FROM CustomField WHERE DeveloperName LIKE x`: "MALFORMED_QUERY",
	} {
		w.refused(w.send("GET", toolingRoot+"/query", "q="+url.QueryEscape(q), ""), 400, code)
	}
}

// FuzzFormula: a formula is taken or refused, and what was taken can be judged.
func FuzzFormula(f *testing.F) {
	for _, text := range []string{
		`AND($User.Id = "005000000000000", NOT(ISNEW()), Score__c <> BLANKVALUE(PRIORVALUE(Score__c), 0))`,
		`OR(ISCHANGED(LastName), LEFT(LastName, 2) = "ab", DoNotCall)`, `ISBLANK(Seen__c)`, `(((1 >= 1.5)))`, `NOT(`, `"`, ``, `1.2.3 = 1`,
	} {
		f.Add(text)
	}
	c := testConfig()
	s := newSchema(objects[mocks.Contact], &c)
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parseFormula(s, text)
		if (err == nil) == (parsed == nil) {
			t.Fatalf("%q: neither taken nor refused", text)
		}
		if err == nil {
			parsed.holds(&saving{user: UserID("x")})
			parsed.holds(&saving{before: &record{values: make([]string, s.slots)}, user: UserID("x")})
		}
	})
}
