package salesforce

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/mocks"
)

const duplicateSettings = `{"duplicate_rules":[
	{"name":"Contacts_DR","matching_rule":"Contacts_MR","fields":["Email"],"on_create":"block","on_edit":"alert"},
	{"name":"Names","fields":["FirstName","LastName"],"message":"A namesake."}]}`

// namesakes is a world with a contact and rules against another like it.
func namesakes(t *testing.T) (w *world, ada, bob string) {
	w = newWorld(t, nil)
	w.set(duplicateSettings)
	ada = w.seed("ada", 1, "", map[string]any{"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.com"})
	bob = w.seed("bob", 1, "b-1", map[string]any{"FirstName": "Bob", "LastName": "Babbage", "Email": "bob@example.com"})
	return w, ada, bob
}

const insist = "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true"

func TestDuplicateRules(t *testing.T) {
	const contacts = root + "/sobjects/Contact"
	for _, c := range []struct {
		name, method, path, body, header string
		status                           int
		rule                             string
	}{
		{"S: a block", "POST", contacts, `{"LastName":"X","Email":"ADA@example.com"}`, "", 400, "Contacts_DR"},
		{"S: a block against who insists", "POST", contacts, `{"LastName":"X","Email":"ada@example.com"}`, insist, 400, "Contacts_DR"},
		{"S: an alert", "POST", contacts, `{"FirstName":"ada","LastName":"lovelace"}`, "", 400, "Names"},
		{"S: an alert against who insists", "POST", contacts, `{"FirstName":"ada","LastName":"lovelace"}`, insist, 201, ""},
		{"S: a header before its time", "POST", "/services/data/v51.0/sobjects/Contact", `{"FirstName":"ada","LastName":"lovelace"}`, insist, 400, "Names"},
		{"in one field alone", "POST", contacts, `{"FirstName":"Ada","LastName":"X"}`, "", 201, ""},
		{"an empty field", "POST", contacts, `{"LastName":"X"}`, "", 201, ""},
		{"an edit", "PATCH", contacts + "/BOB", `{"Email":"ada@example.com"}`, "", 400, "Contacts_DR"},
		{"an edit by who insists", "PATCH", contacts + "/BOB", `{"Email":"ada@example.com"}`, insist, 204, ""},
		{"an edit of something else", "PATCH", contacts + "/BOB", `{"Title":"Dr"}`, "", 204, ""},
		{"the same again", "PATCH", contacts + "/BOB", `{"Email":"bob@example.com"}`, "", 204, ""},
		{"an upsert that makes", "PATCH", contacts + "/Genesys_Contact_Id__c/new", `{"LastName":"X","Email":"ada@example.com"}`, "", 400, "Contacts_DR"},
		{"an upsert that edits", "PATCH", contacts + "/Genesys_Contact_Id__c/b-1", `{"Email":"ada@example.com"}`, "", 400, "Contacts_DR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, ada, bob := namesakes(t)
			resp := w.send(c.method, strings.Replace(c.path, "BOB", bob, 1), "", c.body, "Sforce-Duplicate-Rule-Header", c.header)
			if c.rule == "" {
				if resp.Status != c.status {
					t.Errorf("%d %s, want %d", resp.Status, resp.Body, c.status)
				}
				return
			}
			w.refused(resp, http.StatusBadRequest, "DUPLICATES_DETECTED")
			// The spelling is the vendor's (R).
			var errs []struct {
				DuplicateResut struct {
					AllowSave                              bool
					DuplicateRule, DuplicateRuleEntityType string
					MatchResults                           []struct {
						EntityType, MatchEngine, Rule string
						Size                          int
						Success                       bool
						MatchRecords                  []struct{ Record map[string]any }
					}
				}
			}
			w.decode(resp, &errs)
			got := errs[0].DuplicateResut
			if got.DuplicateRule != c.rule || got.DuplicateRuleEntityType != "Contact" || len(got.MatchResults) != 1 || got.MatchResults[0].Size != 1 {
				t.Fatalf("got %s", resp.Body)
			}
			match := got.MatchResults[0]
			if record := match.MatchRecords[0].Record; record["Id"] != ada || len(record) != 2 || !match.Success {
				t.Errorf("the duplicate is shown as %v", record)
			}
			if blocks := c.rule == "Contacts_DR" && c.method == "POST" || strings.Contains(c.path, "/new"); got.AllowSave == blocks {
				t.Errorf("allowSave is %t", got.AllowSave)
			}
		})
	}
}

func TestTheWholeDuplicateIsShownToWhoAsks(t *testing.T) { // S
	w, ada, _ := namesakes(t)
	resp := w.send("POST", root+"/sobjects/Contact", "", `{"LastName":"X","Email":"ada@example.com"}`, "Sforce-Duplicate-Rule-Header", "includeRecordDetails=true")
	contains(t, string(resp.Body), `"Id":"`+ada+`"`)
	contains(t, string(resp.Body), `"Email":"ada@example.com"`)
	contains(t, string(resp.Body), `"errorMessage":"`+duplicateMessage+`"`)
	contains(t, string(resp.Body), `"rule":"Contacts_MR"`)
}

func TestDuplicatesInACollection(t *testing.T) {
	w, _, _ := namesakes(t)
	const body = `{"records":[{"attributes":{"type":"Contact"},"LastName":"X","Email":"ada@example.com"},{"attributes":{"type":"Contact"},"LastName":"Y","Email":"y@example.com"},` +
		`{"attributes":{"type":"Contact"},"LastName":"Z","Email":"y@example.com"}]}`
	var results []struct {
		Success bool
		Errors  []struct{ StatusCode, Message string }
	}
	w.decode(w.send("POST", root+"/composite/sobjects", "", body), &results)
	want := []bool{false, true, false} // the third is like the second
	for i, r := range results {
		if r.Success != want[i] || !r.Success && r.Errors[0].StatusCode != "DUPLICATES_DETECTED" {
			t.Errorf("record %d: %+v", i, r)
		}
	}
}

func TestPeopleAndDuplicateRules(t *testing.T) {
	w, _, bob := namesakes(t)
	edit := func(record string, set map[string]any) error {
		_, err := w.m.Edit(w.now, mocks.Edit{By: "maria", Origin: mocks.User, Record: record, Set: set})
		return err
	}
	if err := edit("", map[string]any{"LastName": "X", "Email": "ada@example.com"}); err == nil || !strings.Contains(err.Error(), "DUPLICATES_DETECTED") {
		t.Errorf("a block in a page: %v", err)
	}
	if err := edit(bob, map[string]any{"Email": "ada@example.com"}); err != nil {
		t.Errorf("an alert in a page: %v", err)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	w := newWorld(t, nil)
	w.set(duplicateSettings)
	before, err := w.m.Settings()
	if err != nil {
		t.Fatal(err)
	}
	for text, says := range map[string]string{
		`{`:                          "JSON",
		`{"else":1}`:                 "else",
		`{"change_events":["Lead"]}`: `"Lead" is no object`,
		`{"change_events":["Contact","Contact"]}`:                                               "twice",
		`{"duplicate_rules":[{"name":"1x","fields":["Email"]}]}`:                                "a name begins with a letter",
		`{"duplicate_rules":[{"name":"A","fields":[]}]}`:                                        "fields says in which",
		`{"duplicate_rules":[{"name":"A","fields":["Shoe"]}]}`:                                  `no field "Shoe"`,
		`{"duplicate_rules":[{"name":"A","fields":["Email"],"on_edit":"warn"}]}`:                `not "warn"`,
		`{"duplicate_rules":[{"name":"A","fields":["Email"]},{"name":"A","fields":["Phone"]}]}`: "there are two",
		`{"fields":[{"field":"Shoe"}]}`:                                                         `no field "Shoe"`,
		`{"fields":[{"field":"Read_Only__c","required":true}]}`:                                 "can be written",
		`{"fields":[{"field":"Title","length":129}]}`:                                           "from 1 to 128",
		`{"fields":[{"field":"Score__c","length":3}]}`:                                          "no length to set",
		`{"fields":[{"field":"Score__c","values":["1"]}]}`:                                      "no values to choose from",
		`{"fields":[{"field":"Title","values":[""]}]}`:                                          "not empty",
		`{"fields":[{"field":"Title","open":true}]}`:                                            "there are none",
		`{"fields":[{"field":"DoNotCall","required":true}]}`:                                    "checkbox",
		`{"change_events":["` + strings.Repeat(`Contact","`, settingsMax) + `Contact"]}`:        "at most 100",
	} {
		if err := w.m.SetSettings([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
	if after, err := w.m.Settings(); err != nil || string(after) != string(before) {
		t.Errorf("what was refused has changed something: %s, %v", after, err)
	}
}

func TestFieldsThatAreNarrowed(t *testing.T) {
	w := newWorld(t, nil)
	w.set(`{"fields":[{"field":"Email","required":true},{"field":"Title","length":5},{"field":"Department","values":["Sales","IT"]},{"field":"Tier__c","required":true,"values":["gold","tin"],"open":true}]}`)
	const contacts = root + "/sobjects/Contact"
	var errs []struct{ Fields []string }
	resp := w.send("POST", contacts, "", `{"FirstName":"Ada"}`)
	contains(t, w.refused(resp, 400, "REQUIRED_FIELD_MISSING"), "[LastName, Email, Tier__c]") // S
	if w.decode(resp, &errs); !slices.Equal(errs[0].Fields, []string{"LastName", "Email", "Tier__c"}) {
		t.Errorf("the fields are %v", errs[0].Fields)
	}
	const good = `{"LastName":"L","Email":"a@example.com","Tier__c":"copper"`
	contains(t, w.refused(w.send("POST", contacts, "", good+`,"Title":"Doctor"}`), 400, "STRING_TOO_LONG"), "max length=5")
	contains(t, w.refused(w.send("POST", contacts, "", good+`,"Department":"HR"}`), 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"), "HR")
	id := w.create(good + `,"Title":"Dr","Department":"IT"}`)
	w.refused(w.send("PATCH", contacts+"/"+id, "", `{"Email":null}`), 400, "REQUIRED_FIELD_MISSING")

	var described struct {
		Fields []struct {
			Name, Type                   string
			Length                       int
			Nillable, RestrictedPicklist bool
			PicklistValues               []struct{ Value string }
		}
	}
	w.decode(w.send("GET", contacts+"/describe", "", ""), &described)
	seen := 0
	for _, f := range described.Fields {
		switch f.Name {
		case "Email":
			seen++
			if f.Nillable {
				t.Error("Email is described as nillable")
			}
		case "Title":
			seen++
			if f.Length != 5 {
				t.Errorf("Title is described with %d characters", f.Length)
			}
		case "Department", "Tier__c":
			seen++
			if f.Type != "picklist" || f.RestrictedPicklist != (f.Name == "Department") || len(f.PicklistValues) != 2 {
				t.Errorf("%s is described as %+v", f.Name, f)
			}
		}
	}
	if seen != 4 {
		t.Errorf("%d of 4 fields are described", seen)
	}
	var page struct {
		Records []struct{ Metadata json.RawMessage }
	}
	w.decode(w.send("GET", root+"/tooling/query", "q=SELECT+Metadata+FROM+CustomField+WHERE+DeveloperName='Tier'", ""), &page)
	contains(t, string(page.Records[0].Metadata), `"required":true`)
	contains(t, string(page.Records[0].Metadata), `"restricted":false`)
	w.set(`{}`)
	w.create(`{"LastName":"Free","Title":"Doctor","Department":"HR"}`)
}

func FuzzSettings(f *testing.F) {
	f.Add(duplicateSettings)
	f.Add(`{"change_events":["Contact"],"fields":[{"field":"Title","length":5,"values":["A"],"open":true}]}`)
	f.Add(`{"fields":[{"field":"Email","required":true}]`)
	f.Fuzz(func(t *testing.T, text string) {
		w := newWorld(t, nil)
		if w.m.SetSettings([]byte(text)) != nil {
			return
		}
		once, err := w.m.Settings()
		if err != nil {
			t.Fatal(err)
		}
		if err := w.m.SetSettings(once); err != nil {
			t.Fatalf("%s is shown as %s, which is refused: %v", text, once, err)
		}
		if twice, err := w.m.Settings(); err != nil || string(twice) != string(once) {
			t.Errorf("%s is shown as %s, then as %s, %v", text, once, twice, err)
		}
		w.send("POST", root+"/sobjects/Contact", "", `{"LastName":"L","Email":"a@example.com"}`)
	})
}
