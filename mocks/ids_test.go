package mocks

import (
	"regexp"
	"testing"
)

func TestIDsAreTheSameForTheSameSeed(t *testing.T) {
	a, b, other := NewIDs(1), NewIDs(1), NewIDs(2)
	for range 10 {
		x := a.UUID()
		if y := b.UUID(); x != y {
			t.Fatalf("seed 1 gave %s and %s", x, y)
		}
		if y := other.UUID(); x == y {
			t.Fatalf("seeds 1 and 2 both gave %s", x)
		}
	}
}

func TestIDForms(t *testing.T) {
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	salesforce := regexp.MustCompile(`^003[0-9A-Za-z]{15}$`)
	ids := NewIDs(3)
	seen := make(map[string]bool)
	for range 2000 {
		for form, id := range map[*regexp.Regexp]string{uuid: ids.UUID(), salesforce: ids.Salesforce("003")} {
			if !form.MatchString(id) || seen[id] {
				t.Fatalf("%q is malformed or repeats", id)
			}
			seen[id] = true
		}
	}
}

// The first pair is public; the others follow from the rule by hand.
func TestSalesforceSuffix(t *testing.T) {
	for id, want := range map[string]string{
		"001A0000006Vm9r": "IAC",
		"a0B000000000000": "EAA",
		"000000000000000": "AAA",
		"AAAAAAAAAAAAAAA": "555",
		"short":           "",
	} {
		if got := SalesforceSuffix(id); got != want {
			t.Errorf("SalesforceSuffix(%s) = %q, want %q", id, got, want)
		}
	}
}
