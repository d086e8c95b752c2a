package mapping_test

import (
	"fmt"

	"github.com/syncproof/syncproof/engine/mapping"
)

const contacts = `
object: Contact
fields:
  - {crmField: Sync_Version__c, ccField: sync_version, type: Integer, default: 0}
  - {name: phone, ccField: workPhone, crmField: Phone, type: Phone, region: US, crmFormat: "(###) ###-####"}
`

func ExampleParse() {
	m, _, err := mapping.Parse("contacts.yaml", []byte(contacts))
	fmt.Println(m.Names(mapping.CRM), err)

	_, _, err = mapping.Parse("typo.yaml", []byte("object: Contact\nfields:\n  - { crmfield: Phone }\n"))
	fmt.Println(err)
	// Output:
	// [Phone] <nil>
	// typo.yaml:3:7: unknown key "crmfield"; did you mean "crmField"?
}

// The CRM's mask and the contact center's E.164 are one value, so neither
// system's rewriting of it is a change.
func ExampleMapping_Render() {
	m, _, _ := mapping.Parse("contacts.yaml", []byte(contacts))
	const phone = 0

	value, _, _ := m.Canonical(mapping.CRM, phone, mapping.Native{Kind: mapping.String, Text: "(415) 555-0123 x77"})
	fmt.Println(value)
	for _, side := range []mapping.Side{mapping.CC, mapping.CRM} {
		native, _ := m.Render(side, phone, value)
		fmt.Println(side, native.Text)
	}
	// Output:
	// +14155550123;ext=77
	// cc +14155550123;ext=77
	// crm (415) 555-0123 x77
}

func ExampleMapping_Check() {
	m, _, _ := mapping.Parse("contacts.yaml", []byte(contacts))
	schema := []mapping.Constraint{{Name: "Phone", Type: mapping.TypePhone, MaxLength: 14, Writable: true}}

	problem := m.Check(mapping.CRM, schema, 0, mapping.Native{Kind: mapping.String, Text: "(415) 555-0123 x77"})
	fmt.Println(problem)
	// Output:
	// field Phone breaks rule length: a text of 18 characters (digits 12, letters 1, spaces 2, other 3)
}

func ExampleMapping_Drift() {
	m, _, _ := mapping.Parse("contacts.yaml", []byte(contacts))
	for _, problem := range m.Drift(mapping.CRM, []mapping.Constraint{{Name: "Sync_Version__c", Type: mapping.TypeInteger}, {Name: "Phone2", Type: mapping.TypePhone}}) {
		fmt.Println(problem)
	}
	// Output:
	// field Phone breaks rule missing: mapped as Phone, not in the schema; did you mean "Phone2"?
}

func ExampleParseEvent() {
	event, err := mapping.ParseEvent([]byte(`{
		"event": {
			"source": "genesys_cloud",
			"action": "contact_update",
			"payload": {"id": "1234567890", "version": 42, "timestamp": "2023-10-27T10:00:00Z"}
		}
	}`))
	fmt.Println(event.ID, event.Version, err)
	// Output:
	// 1234567890 42 <nil>
}
