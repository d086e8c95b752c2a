package mapping

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// world is the mapping of testdata/salesforce.yaml: one field of each type.
func world(t testing.TB) *Mapping {
	t.Helper()
	data, err := os.ReadFile("testdata/salesforce.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := Parse("salesforce.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func field(t testing.TB, m *Mapping, name string) int {
	t.Helper()
	i, ok := m.FieldIndex(name)
	if !ok {
		t.Fatalf("the mapping has no field %q", name)
	}
	return i
}

func str(s string) Native { return Native{String, s} }
func num(s string) Native { return Native{Number, s} }

// DM-5: a value that a system reformats is not a change.
func TestCanonicalReadsWhatSystemsReformat(t *testing.T) {
	m := world(t)
	for _, tc := range []struct {
		field string
		side  Side
		in    Native
		want  string
	}{
		{"notes", CC, str("  call back \r\nsoon\rnow "), "call back \nsoon\nnow"},
		{"notes", CC, str("Jose\u0301"), "José"},
		{"notes", CC, str("a\xffb"), "a\uFFFDb"},
		{"notes", CC, str(" \t\n"), ""},
		{"email", CRM, str(" Ada.Lovelace@Example.COM "), "ada.lovelace@example.com"},
		{"score", CRM, num("42.0"), "42"},
		{"score", CRM, num("4.2e1"), "42"},
		{"score", CC, str(" 0042 "), "42"},
		{"score", CC, num("-0"), "0"},
		{"score", CC, num("9223372036854775807"), "9223372036854775807"},
		{"score", CC, str(""), ""},
		{"balance", CRM, num("0012.500"), "12.5"},
		{"balance", CRM, num("123456789012345678901234567890.10"), "123456789012345678901234567890.1"},
		{"balance", CRM, num("1E-3"), "0.001"},
		{"balance", CRM, num("-.5"), "-0.5"},
		{"do_not_call", CC, Native{Bool, "true"}, "true"},
		{"do_not_call", CC, str("TRUE"), "true"},
		{"do_not_call", CC, num("0"), "false"},
		{"birthday", CRM, str("1815-12-10"), "1815-12-10"},
		{"birthday", CC, str("1815-12-10T00:00:00.000Z"), "1815-12-10"},
		{"birthday", CC, str("1815-12-10T00:00:00+09:00"), "1815-12-10"},
		{"last_call", CRM, str("2013-05-07T22:07:19.000+0000"), "2013-05-07T22:07:19.000Z"},
		{"last_call", CC, str("2026-03-29T03:30:00+02:00"), "2026-03-29T01:30:00.000Z"},
		{"last_call", CC, str("2026-03-29T01:30:00.1239Z"), "2026-03-29T01:30:00.123Z"},
		{"tier", CRM, str("Gold level"), "gold"},
		{"tier", CRM, str("GOLD LEVEL"), "gold"},
		{"tier", CC, str(" gold"), "gold"},
		{"tier", CC, str("platinum"), "platinum"},
		{"interests", CRM, str("music;golf;;golf"), "golf;music"},
		{"interests", CC, Native{List, `["music","golf"]`}, "golf;music"},
		{"interests", CC, Native{List, `[]`}, ""},
		{"phone", CRM, str("(415) 555-0123"), "+14155550123"},
		{"phone", CC, str("+1 415-555-0123"), "+14155550123"},
		{"phone", CC, str("+14155550123;ext=77"), "+14155550123;ext=77"},
		{"phone", CRM, str("415 555 0123 x77"), "+14155550123;ext=77"},
		{"phone", CRM, str(" ask reception "), "ask reception"},
		{"phone", CRM, str("+15550000000"), "+15550000000"}, // possible, not valid: FC-2
		{"mobile", CRM, str("+52 1 55 1234 5678"), "+525512345678"},
		{"mobile", CRM, str("+39 06 1234 5678"), "+390612345678"},
		{"mobile", CRM, str("555-0123"), "+15550123"}, // local: as Genesys rewrites it
		{"mobile", CRM, str("911"), "911"},
	} {
		got, present, err := m.Canonical(tc.side, field(t, m, tc.field), tc.in)
		if err != nil || !present || got != tc.want {
			t.Errorf("Canonical(%v, %s, %v) = %q, %v, %v; want %q", tc.side, tc.field, tc.in, got, present, err, tc.want)
		}
	}
}

// DM-6: clearing a field is a value; saying nothing of it is not.
func TestCanonicalTellsClearedFromAbsent(t *testing.T) {
	m := world(t)
	for i := range m.Fields {
		if _, present, err := m.Canonical(CC, i, Native{}); present || err != nil {
			t.Errorf("%s absent: present %v, err %v", m.Fields[i].Name, present, err)
		}
		empty, cleared := "", Native{Kind: Null}
		if m.Fields[i].Type == TypeBoolean { // a check box has no third state
			empty, cleared = "false", Native{Bool, "false"}
		}
		for _, in := range []Native{{Kind: Null}, str(""), str(" ")} {
			if v, present, err := m.Canonical(CC, i, in); v != empty || !present || err != nil {
				t.Errorf("%s %v: %q, present %v, err %v", m.Fields[i].Name, in, v, present, err)
			}
		}
		for _, value := range []string{"", empty} {
			if n, err := m.Render(CRM, i, value); n != cleared || err != nil {
				t.Errorf("%s cleared renders as %v, %v", m.Fields[i].Name, n, err)
			}
		}
	}
}

func TestCanonicalRefusesWithoutTheValue(t *testing.T) {
	m := world(t)
	for _, tc := range []struct {
		field string
		in    Native
	}{
		{"notes", num("8675309")},
		{"phone", num("8675309")},
		{"email", Native{Bool, "true"}},
		{"tier", Native{List, `["8675309"]`}},
		{"score", num("8675309.5")},
		{"score", num("9223372036854775808")},
		{"score", str("8,675,309")},
		{"score", Native{Bool, "true"}},
		{"balance", num("1e999999999")},
		{"balance", str(".")},
		{"do_not_call", str("8675309")},
		{"birthday", str("8675-30-90")},
		{"birthday", str("1815-12-10T08:67:53Z")},
		{"birthday", str("1815-12-10T00:00:00.8675309Z")},
		{"last_call", str("2026-03-29T03:30:00")}, // DM-7: no zone
		{"last_call", str("0001-01-01T00:00:00+08:00")},
		{"interests", Native{List, `["8675309;1"]`}},
		{"interests", Native{List, `[8675309]`}},
		{"interests", Native{List, `[null]`}},
	} {
		i := field(t, m, tc.field)
		_, _, err := m.Canonical(CC, i, tc.in)
		var wrong *TypeError
		if !errors.As(err, &wrong) {
			t.Errorf("Canonical(%s, %v): error %v, want a TypeError", tc.field, tc.in, err)
			continue
		}
		if wrong.Field != m.Fields[i].Native[CC] || wrong.Type != m.Fields[i].Type {
			t.Errorf("%s: TypeError names %s %v", tc.field, wrong.Field, wrong.Type)
		}
		if strings.Contains(err.Error(), "8675309") {
			t.Errorf("the error gives the value away: %v", err)
		}
	}
}

func TestRenderWritesEachSidesForm(t *testing.T) {
	m := world(t)
	for _, tc := range []struct {
		field, canonical string
		cc, crm          Native
	}{
		{"last_name", "Lovelace", str("Lovelace"), str("Lovelace")},
		{"phone", "+14155550123", str("+14155550123"), str("(415) 555-0123")},
		{"phone", "+14155550123;ext=77", str("+14155550123;ext=77"), str("(415) 555-0123 x77")},
		{"phone", "+442079460958", str("+442079460958"), str("+44 20 7946 0958")},
		{"phone", "ask reception", str("ask reception"), str("ask reception")},
		{"mobile", "+14155550123", str("+14155550123"), str("+1 415-555-0123")},
		{"tier", "gold", str("gold"), str("Gold level")},
		{"tier", "silver", str("silver"), str("silver")},
		{"do_not_call", "true", Native{Bool, "true"}, Native{Bool, "true"}},
		{"birthday", "1815-12-10", str("1815-12-10"), str("1815-12-10")},
		{"interests", "golf;music", Native{List, `["golf","music"]`}, str("golf;music")},
		{"score", "42", num("42"), num("42")},
		{"balance", "12.5", num("12.5"), num("12.5")},
		{"last_call", "2013-05-07T22:07:19.000Z", str("2013-05-07T22:07:19.000Z"), str("2013-05-07T22:07:19.000Z")},
	} {
		i := field(t, m, tc.field)
		for side, want := range [2]Native{tc.cc, tc.crm} {
			if got, err := m.Render(Side(side), i, tc.canonical); err != nil || got != want {
				t.Errorf("Render(%v, %s, %q) = %v, %v; want %v", Side(side), tc.field, tc.canonical, got, err, want)
			}
		}
	}
}

func TestRenderRefusesWhatHasNoForm(t *testing.T) {
	m := world(t)
	for _, tc := range []struct{ field, canonical, rule string }{
		{"tier", "Gold level", RulePicklist}, // would read back as gold
		{"interests", "golf;fishing", RulePicklist},
		{"score", "many", RuleType},
		{"birthday", "tomorrow", RuleType},
	} {
		_, err := m.Render(CRM, field(t, m, tc.field), tc.canonical)
		var refused *ValueError
		if !errors.As(err, &refused) || refused.Rule != tc.rule {
			t.Errorf("Render(%s, %q): %v, want a ValueError of rule %s", tc.field, tc.canonical, err, tc.rule)
		}
	}
}

// DM-1: a side without a version counts as the default.
func TestParseVersion(t *testing.T) {
	m := world(t)
	for _, tc := range []struct {
		in   Native
		want int64
		ok   bool
	}{
		{num("42"), 42, true},
		{num("42.0"), 42, true},
		{str("42"), 42, true},
		{num("-1"), -1, true}, // users may lower a stored version (DM-8)
		{Native{}, 0, false},
		{Native{Kind: Null}, 0, false},
		{str(""), 0, false},
		{str("v42"), 0, false},
		{num("42.5"), 0, false},
		{num("1e30"), 0, false},
	} {
		if v, ok := m.ParseVersion(tc.in); v != tc.want || ok != tc.ok {
			t.Errorf("ParseVersion(%v) = %d, %v; want %d, %v", tc.in, v, ok, tc.want, tc.ok)
		}
	}
}
