package scenarios

import "testing"

func TestDefaultMappings(t *testing.T) {
	// The vocabulary of the default world: label, type, Genesys, Salesforce, REST.
	for _, w := range [][5]string{
		{"first_name", "string", "firstName", "FirstName", "first_name"},
		{"last_name", "string", "lastName", "LastName", "last_name"},
		{"title", "string", "title", "Title", "title"},
		{"phone", "phone", "workPhone", "Phone", "phone"},
		{"mobile", "phone", "cellPhone", "MobilePhone", "mobile"},
		{"email", "email", "workEmail", "Email", "email"},
		{"city", "string", "address.city", "MailingCity", "city"},
		{"notes", "string", "notes", "Description", "notes"},
		{"tier", "picklist", "tier", "Tier__c", "tier"},
		{"do_not_call", "boolean", "do_not_call", "DoNotCall", "do_not_call"},
		{"birthday", "date", "birthday", "Birthdate", "birthday"},
		{"interests", "multipicklist", "interests", "Interests__c", "interests"},
		{"score", "integer", "score", "Score__c", "score"},
		{"sync_version", "integer", "sync_version", "Sync_Version__c", "sync_version"},
		{"sync_status", "string", "", "Sync_Status__c", "sync_status"},
	} {
		for i, kind := range []string{"salesforce", "rest"} {
			f, ok := DefaultMapping(kind).Field(w[0])
			if !ok || f.Kind() != w[1] || f.Native("cc") != w[2] || f.Native("crm") != w[3+i] {
				t.Errorf("%s in %s: got %+v; want %v", w[0], kind, f, w)
			}
		}
	}
	if n := len(DefaultMapping("salesforce").Names()); n != 13 {
		t.Errorf("%d business fields; want 13", n)
	}
	if DefaultMapping("abacus") != nil {
		t.Error("a kind without a mapping has one")
	}
}

// TestGuideMapping reads the guide's own snippet, byte for byte (DM-1, DM-4).
func TestGuideMapping(t *testing.T) {
	m, err := ParseMapping("guide.json", []byte(`{
  "object": "Contact",
  "fields": [
    {
      "crmField": "Sync_Version__c",
      "ccField": "sync_version",
      "type": "Integer",
      "default": 0,
      "direction": "Bidirectional"
    },
    {
      "crmField": "Last_Modified_Time_ISO",
      "ccField": "last_modified_iso",
      "type": "String",
      "purpose": "Audit_Timestamp"
    }
  ]
}`))
	if err != nil {
		t.Fatal(err)
	}
	if m.Fields[0].Role() != RoleVersion || m.Fields[0].Default != 0 || m.Fields[1].Role() != RoleAudit {
		t.Errorf("got %+v", m.Fields)
	}
}

func TestDefaultMappingIsTheCallersOwn(t *testing.T) {
	DefaultMapping("rest").Fields[0].Name = "changed"
	if _, ok := DefaultMapping("rest").Field("changed"); ok {
		t.Error("a caller changed the embedded mapping")
	}
}

func TestTypesInAnyCase(t *testing.T) {
	s := parse(t, `
scenario: x
mapping:
  object: Contact
  fields:
    - {crmField: Sync_Version__c, ccField: sync_version, type: integer}
    - {name: hobbies, crmField: Hobbies__c, ccField: hobbies, type: MULTIPICKLIST, direction: tocrm}
records: [{id: ada, hobbies: [b, a, b]}]`)
	f, _ := s.Field("hobbies")
	if f.Type != "MultiPicklist" || f.Direction != "ToCRM" {
		t.Errorf("not in the mapping's spelling: %+v", f)
	}
	if got := s.Records.List[0].Fields[0].Value; got != "a;b" {
		t.Errorf("a multi-picklist is %q; want it sorted, once each: a;b", got)
	}
}
