package mapping

import (
	"errors"
	"strings"
	"testing"
)

// schema is what a strict CRM might describe for testdata/salesforce.yaml.
func schema() []Constraint {
	return []Constraint{
		{Name: "FirstName", Type: TypeString, MaxLength: 40, Writable: true},
		{Name: "LastName", Type: TypeString, MaxLength: 80, Required: true, Writable: true},
		{Name: "Title", Type: TypeString, MaxLength: 128},
		{Name: "Phone", Type: TypePhone, MaxLength: 40, Writable: true, Pattern: `^\(\d{3}\) \d{3}-\d{4}( x\d+)?$`},
		{Name: "MobilePhone", Type: TypePhone, MaxLength: 40, Writable: true, Pattern: `(?=only PCRE knows this)`},
		{Name: "Email", Type: TypeEmail, MaxLength: 80, Writable: true},
		{Name: "Description", Type: TypeString, MaxLength: 32000, Writable: true},
		{Name: "Tier__c", Type: TypePicklist, Writable: true, Values: []string{"Bronze level", "silver", "Gold level"}},
		{Name: "DoNotCall", Type: TypeBoolean, Writable: true},
		{Name: "Birthdate", Type: TypeDate, Writable: true},
		{Name: "Interests__c", Type: TypeMultiPicklist, Writable: true, Values: []string{"golf", "music", "sailing"}},
		{Name: "Score__c", Type: TypeInteger, Writable: true},
		{Name: "Balance__c", Type: TypeDecimal, Writable: true},
		{Name: "Last_Call__c", Type: TypeInstant, Writable: true},
	}
}

// FC-1: what cannot be valid is named before it is sent.
func TestCheck(t *testing.T) {
	m := world(t)
	target := schema()
	index := Index(target)
	for _, tc := range []struct {
		field string
		in    Native
		rule  string // "" if it may be sent
	}{
		{"city", str("Turin"), RuleMissing},
		{"title", str("Dr"), RuleWritable},
		{"title", Native{Kind: Null}, RuleWritable},
		{"title", Native{}, ""},
		{"last_name", Native{Kind: Null}, RuleRequired},
		{"last_name", Native{}, RuleRequired},
		{"last_name", str(" \n"), RuleRequired},
		{"last_name", str("Lovelace"), ""},
		{"first_name", Native{Kind: Null}, ""},
		{"first_name", num("5"), RuleType},
		{"first_name", str(strings.Repeat("é", 40)), ""},
		{"first_name", str(strings.Repeat("é", 41)), RuleLength},
		{"notes", str(strings.Repeat("x", 4001)), RuleLength}, // the mapping's own
		{"phone", str("(415) 555-0123 x77"), ""},
		{"phone", str("+14155550123"), RulePattern},
		{"mobile", str("ask reception"), ""}, // a pattern that RE2 cannot read judges nothing
		{"email", str("ada@example.com"), ""},
		{"email", str("ada@localhost"), RuleType},
		{"email", str("ada@@example.com"), RuleType},
		{"email", str("ada at example.com"), RuleType},
		{"email", str("ada@example..com"), RuleType},
		{"tier", str("Gold level"), ""},
		{"tier", str("gold"), RulePicklist},
		{"tier", str("platinum"), RulePicklist},
		{"do_not_call", Native{Bool, "true"}, ""},
		{"do_not_call", str("true"), RuleType},
		{"birthday", str("1815-12-10"), ""},
		{"birthday", str("1815-02-30"), RuleType},
		{"interests", str("golf;music"), ""},
		{"interests", str("golf;chess"), RulePicklist},
		{"score", num("42"), ""},
		{"score", str("42"), RuleType},
		{"score", num("1e300"), RuleType},
		{"balance", num("12.5"), ""},
		{"last_call", str("2026-03-29T01:30:00Z"), ""},
		{"last_call", str("2026-03-29"), RuleType},
	} {
		i := field(t, m, tc.field)
		plain, indexed := m.Check(CRM, target, i, tc.in), m.CheckIn(CRM, index, i, tc.in)
		if (plain == nil) != (indexed == nil) || plain != nil && *plain != *indexed {
			t.Errorf("%s %v: Check %v, CheckIn %v", tc.field, tc.in, plain, indexed)
		}
		switch {
		case plain == nil && tc.rule != "", plain != nil && plain.Rule != tc.rule:
			t.Errorf("Check(%s, %v) = %v, want rule %q", tc.field, tc.in, plain, tc.rule)
		case plain != nil && plain.Field != m.Fields[i].Native[CRM]:
			t.Errorf("Check(%s) names %q", tc.field, plain.Field)
		}
	}
}

func TestCheckListAgainstSchema(t *testing.T) {
	m := world(t)
	target := []Constraint{{Name: "interests", Type: TypeMultiPicklist, MaxLength: 5, Writable: true, Values: []string{"golf", "sailing", "fishing"}}}
	for _, tc := range []struct{ text, rule string }{
		{`["golf"]`, ""},
		{`["golf","sailing"]`, RuleLength},
		{`["music"]`, RulePicklist},
		{`["golf;music"]`, RuleType},
	} {
		got := m.Check(CC, target, field(t, m, "interests"), Native{List, tc.text})
		if (got == nil) != (tc.rule == "") || got != nil && got.Rule != tc.rule {
			t.Errorf("Check(%s) = %v, want rule %q", tc.text, got, tc.rule)
		}
	}
}

// Salesforce counts UTF-16 units, others count code points.
func TestCheckLengthUnits(t *testing.T) {
	m := compiled(t, FieldSpec{CCField: "x", CRMField: "X", Type: "String"})
	for _, tc := range []struct {
		utf16 bool
		text  string
		rule  string
	}{
		{false, "😀😀", ""},
		{false, "😀😀😀", RuleLength},
		{true, "😀", ""},
		{true, "é😀", RuleLength},
		{true, "éé", ""},
	} {
		got := m.Check(CRM, []Constraint{{Name: "X", Type: TypeString, MaxLength: 2, UTF16: tc.utf16, Writable: true}}, 0, str(tc.text))
		if (got == nil) != (tc.rule == "") || got != nil && got.Rule != tc.rule {
			t.Errorf("UTF16 %v, Check(%q) = %v, want rule %q", tc.utf16, tc.text, got, tc.rule)
		}
	}
}

// FC-3: where choices are numbers on the wire, a text that was a choice takes none.
func TestCheckChoiceInAText(t *testing.T) {
	m := compiled(t, FieldSpec{CCField: "x", CRMField: "X", Type: "Picklist", Values: []string{"gold"}})
	for _, numbered := range []bool{false, true} {
		got := m.Check(CRM, []Constraint{{Name: "X", Type: TypeString, NoChoice: numbered, Writable: true}}, 0, str("gold"))
		if refused := got != nil && got.Rule == RuleType; refused != numbered {
			t.Errorf("numbered choices %v: Check = %v", numbered, got)
		}
	}
}

// FC-2: possible numbers are accepted by default, valid is an option.
func TestCheckPhoneOption(t *testing.T) {
	target := []Constraint{{Name: "Phone", Type: TypePhone, Writable: true}}
	for _, tc := range []struct{ option, text, rule string }{
		{"", "+15550000000", ""},
		{"possible", "+15550000000", ""},
		{"valid", "+15550000000", RuleType},
		{"valid", "ask reception", RuleType},
		{"valid", "+14155550123", ""},
		{"valid", "+442079460958;ext=1", ""},
		{"valid", "", ""},
	} {
		m := compiled(t, FieldSpec{CCField: "p", CRMField: "Phone", Type: "Phone", Phone: tc.option})
		got := m.Check(CRM, target, 0, str(tc.text))
		if (got == nil) != (tc.rule == "") || got != nil && got.Rule != tc.rule {
			t.Errorf("phone: %s, Check(%q) = %v, want rule %q", tc.option, tc.text, got, tc.rule)
		}
	}
}

func TestCheckOwnPattern(t *testing.T) {
	m := compiled(t, FieldSpec{CCField: "z", CRMField: "Z", Type: "String", Pattern: `^\d{5}$`})
	target := []Constraint{{Name: "Z", Type: TypeString, Writable: true}}
	if got := m.Check(CRM, target, 0, str("94103")); got != nil {
		t.Errorf("Check = %v", got)
	}
	if got := m.Check(CRM, target, 0, str("9410")); got == nil || got.Rule != RulePattern {
		t.Errorf("Check = %v, want rule pattern", got)
	}
}

// A problem tells a value's shape and never the value.
func TestProblemHidesTheValue(t *testing.T) {
	m := world(t)
	got := m.Check(CRM, schema(), field(t, m, "phone"), str("+44 20 7946 0958"))
	const want = "field Phone breaks rule pattern: a text of 16 characters (digits 12, spaces 3, other 1)"
	if got == nil || got.String() != want {
		t.Errorf("got %v, want %s", got, want)
	}
	_, err := m.Render(CRM, field(t, m, "tier"), "secret")
	var refused *ValueError
	if !errors.As(err, &refused) || strings.Contains(err.Error(), "secret") {
		t.Errorf("Render = %v", err)
	}
}

// FC-3: what the schema no longer has, or cannot carry any more, is named.
func TestDrift(t *testing.T) {
	m := world(t)
	healthy := append(schema(),
		Constraint{Name: "MailingCity", Type: TypeString},
		Constraint{Name: "Sync_Version__c", Type: TypeDecimal},
		Constraint{Name: "Sync_Status__c", Type: TypePicklist})
	if got := m.Drift(CRM, healthy); got != nil {
		t.Fatalf("a healthy schema drifts: %v", got)
	}
	change := func(name string, f func(*Constraint)) []Constraint {
		cs := append([]Constraint(nil), healthy...)
		for i := range cs {
			if cs[i].Name == name {
				f(&cs[i])
			}
		}
		return cs
	}
	retype := func(to Type) func(*Constraint) { return func(c *Constraint) { c.Type = to } }
	for _, tc := range []struct {
		name        string
		target      []Constraint
		field, rule string
		shape       string
	}{
		{"renamed", change("Tier__c", func(c *Constraint) { c.Name = "Tier2__c" }), "Tier__c", RuleMissing, `did you mean "Tier2__c"?`},
		{"removed", change("Description", func(c *Constraint) { c.Name = "" }), "Description", RuleMissing, "mapped as String, not in the schema"},
		{"text to number", change("FirstName", retype(TypeInteger)), "FirstName", RuleType, "described as Integer"},
		{"number to text", change("Score__c", retype(TypeString)), "Score__c", RuleType, "mapped as Integer"},
		{"decimal to integer", change("Balance__c", retype(TypeInteger)), "Balance__c", RuleType, "described as Integer"},
		{"check box to text", change("DoNotCall", retype(TypeString)), "DoNotCall", RuleType, "described as String"},
		{"date to instant", change("Birthdate", retype(TypeInstant)), "Birthdate", RuleType, "described as Instant"},
		{"list to number", change("Interests__c", retype(TypeDecimal)), "Interests__c", RuleType, "described as Decimal"},
		{"numbered choice to text", change("Tier__c", func(c *Constraint) { c.Type, c.Values, c.NoChoice = TypeString, nil, true }), "Tier__c", RuleType, "described as String"},
		{"version", change("Sync_Version__c", func(c *Constraint) { c.Name = "Sync_Vers__c" }), "Sync_Version__c", RuleMissing, "mapped as Integer"},
		{"status", change("Sync_Status__c", retype(TypeBoolean)), "Sync_Status__c", RuleType, "described as Boolean"},
	} {
		got := m.Drift(CRM, tc.target)
		if len(got) != 1 || got[0].Field != tc.field || got[0].Rule != tc.rule || !strings.Contains(got[0].Shape, tc.shape) {
			t.Errorf("%s: Drift = %v, want field %s rule %s with %q", tc.name, got, tc.field, tc.rule, tc.shape)
		}
	}
	for _, harmless := range [][]Constraint{
		change("FirstName", retype(TypeEmail)),
		change("Score__c", retype(TypeDecimal)),
		change("Birthdate", retype(TypeString)),
		change("Tier__c", func(c *Constraint) { c.Type, c.Values = TypeString, nil }),
		change("FirstName", func(c *Constraint) { c.NoChoice = true }),
		change("Interests__c", retype(TypeString)), // a semicolon string stays one
	} {
		if got := m.Drift(CRM, harmless); got != nil {
			t.Errorf("harmless change drifts: %v", got)
		}
	}
}

func TestDriftNamesEverythingInOrder(t *testing.T) {
	m := world(t)
	got := m.Drift(CRM, nil)
	if len(got) != len(m.Fields)+2 || got[0].Field != "FirstName" || got[len(got)-1].Field != "Sync_Status__c" {
		t.Errorf("Drift of an empty schema = %v", got)
	}
}

func TestIndexFinds(t *testing.T) {
	l := Index([]Constraint{{Name: "a", MaxLength: 1}, {Name: "a", MaxLength: 2}})
	if c, ok := l.Find("a"); !ok || c.MaxLength != 1 {
		t.Errorf("Find = %v, %v", c, ok)
	}
	if _, ok := l.Find("b"); ok {
		t.Error("Find finds what is not there")
	}
}
