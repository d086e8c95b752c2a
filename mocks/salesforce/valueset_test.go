package salesforce

import (
	"slices"
	"strings"
	"testing"
)

func picklist(valueSet string) string {
	return `{"FullName":"Contact.Shoe__c","Metadata":{"type":"Picklist","label":"Shoe","valueSet":` + valueSet + `}}`
}

func TestAPicklistIsMadeThroughTheAPI(t *testing.T) {
	for restricted, code := range map[string]string{"true": "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "false": ""} {
		w := newWorld(t, nil)
		w.made(toolingRoot+"/sobjects/CustomField", picklist(`{"restricted":`+restricted+`,"valueSetDefinition":{"sorted":false,"value":[{"valueName":"left","label":"Left","default":false},{"valueName":"right"}]}}`))
		w.grant("Shoe__c")
		w.create(`{"LastName":"L","Shoe__c":"left"}`)
		resp := w.send("POST", root+"/sobjects/Contact", "", `{"LastName":"L","Shoe__c":"both"}`)
		if code != "" {
			w.refused(resp, 400, code)
		} else if resp.Status != 201 {
			t.Errorf("a picklist that is not restricted: %d %s", resp.Status, resp.Body)
		}
		text, err := w.m.State()
		if err != nil {
			t.Fatal(err)
		}
		fresh := New(*w.m.config)
		if err := fresh.SetState(text); err != nil {
			t.Fatal(err)
		}
		c := fresh.made.named("Shoe__c")
		if c == nil || !slices.Equal(c.values, []string{"left", "right"}) || c.open == (restricted == "true") {
			t.Errorf("the snapshot's field is %+v", c)
		}
	}
}

func TestValueSetsAreStrict(t *testing.T) {
	many := `{"valueName":"a"}`
	for i := range valuesMax {
		many += `,{"valueName":"` + strings.Repeat("a", 2+i%200) + formatInt(int64(i)) + `"}`
	}
	for _, c := range []struct{ name, body, code string }{
		{"S: none", `{"FullName":"Contact.Shoe__c","Metadata":{"type":"Picklist","label":"Shoe"}}`, "REQUIRED_FIELD_MISSING"},
		{"of another type", `{"FullName":"Contact.Shoe__c","Metadata":{"type":"Checkbox","label":"Shoe","valueSet":{}}}`, "FIELD_INTEGRITY_EXCEPTION"},
		{"no definition", picklist(`{"restricted":true}`), "REQUIRED_FIELD_MISSING"},
		{"a set that others share", picklist(`{"valueSetName":"Shoes"}`), "INVALID_FIELD"},
		{"no value", picklist(`{"valueSetDefinition":{"value":[]}}`), "FIELD_INTEGRITY_EXCEPTION"},
		{"S: too many", picklist(`{"valueSetDefinition":{"value":[` + many + `]}}`), "FIELD_INTEGRITY_EXCEPTION"},
		{"no list", picklist(`{"valueSetDefinition":{"value":"left"}}`), "REQUIRED_FIELD_MISSING"},
		{"no name", picklist(`{"valueSetDefinition":{"value":[{"label":"left"}]}}`), "REQUIRED_FIELD_MISSING"},
		{"no object", picklist(`{"valueSetDefinition":{"value":["left"]}}`), "JSON_PARSER_ERROR"},
		{"twice", picklist(`{"valueSetDefinition":{"value":[{"valueName":"left"},{"valueName":"left"}]}}`), "DUPLICATE_VALUE"},
		{"unknown member", picklist(`{"valueSetDefinition":{"value":[{"valueName":"left","colour":"red"}]}}`), "INVALID_FIELD"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.refused(w.send("POST", toolingRoot+"/sobjects/CustomField", "", c.body), 400, c.code)
		})
	}
}
