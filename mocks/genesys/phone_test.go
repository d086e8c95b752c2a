package genesys

import (
	"testing"

	"github.com/syncproof/syncproof/sim/trace"
)

// What a client writes and what the server makes of it (S): display goes to
// userInput and comes back in international form, if it can be read as E.164
// with +1 as the default; if not, it stays as it is.
func TestPhonesAreRewritten(t *testing.T) {
	for _, c := range []struct {
		name, in                          string
		display, e164, country, extension any
		native                            string
	}{
		{"E.164", `{"display":"+14155550123"}`, "+1 415-555-0123", "+14155550123", "US", nil, "+14155550123"},
		{"national, by the default region", `{"display":"(415) 555-0123"}`, "+1 415-555-0123", "+14155550123", "US", nil, "+14155550123"},
		{"international", `{"display":"+44 20 7946 0018"}`, "+44 20 7946 0018", "+442079460018", "GB", nil, "+442079460018"},
		{"possible, not valid", `{"display":"+15550000000"}`, "+1 555-000-0000", "+15550000000", "US", nil, "+15550000000"},
		{"white space", `{"display":"  +14155550123 "}`, "+1 415-555-0123", "+14155550123", "US", nil, "+14155550123"},
		{"an extension of its own", `{"display":"+14155550123","extension":42}`, "+1 415-555-0123", "+14155550123", "US", 42.0, "+14155550123;ext=42"},
		{"an extension typed", `{"display":"415-555-0123 ext. 42"}`, "+1 415-555-0123", "+14155550123", "US", 42.0, "+14155550123;ext=42"},
		{"both: its own counts", `{"display":"415-555-0123 x7","extension":42}`, "+1 415-555-0123", "+14155550123", "US", 42.0, "+14155550123;ext=42"},
		{"another region", `{"display":"020 7946 0018","normalizationCountryCode":"GB"}`, "+44 20 7946 0018", "+442079460018", "GB", nil, "+442079460018"},
		{"another calling code", `{"display":"01 42 68 53 00","normalizationCountryCode":"+33"}`, "+33 1 42 68 53 00", "+33142685300", "FR", nil, "+33142685300"},
		{"too short", `{"display":"123"}`, "123", nil, nil, nil, "123"},
		{"not a number", `{"display":"ask Maria"}`, "ask Maria", nil, nil, nil, "ask Maria"},
		{"what the system sets is ignored", `{"display":"+14155550123","e164":"+1999","userInput":"x","countryCode":"FR"}`, "+1 415-555-0123", "+14155550123", "US", nil, "+14155550123"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			made := w.must("POST", "contacts", `{"workPhone":`+c.in+`}`)
			got := at(w.must("GET", "contacts/"+made["id"].(string), ""), "workPhone")
			for name, want := range map[string]any{"display": c.display, "e164": c.e164, "countryCode": c.country, "extension": c.extension} {
				if at(got, name) != want {
					t.Errorf("%s is %v, want %v", name, at(got, name), want)
				}
			}
			if at(got, "userInput") == nil {
				t.Error("userInput is not kept")
			}
			if s, _ := w.Peek(made["id"].(string)); s.Fields["workPhone"] != c.native {
				t.Errorf("native text %q, want %q", s.Fields["workPhone"], c.native)
			}
		})
	}
}

func TestPhoneThatReadsTheSameIsNoChange(t *testing.T) {
	w := newWorld(t)
	id := w.seed()
	got := w.must("PATCH", "contacts/"+id, `{"changes":[{"field":"$.workPhone","value":{"display":"(415) 555-0123"},"action":"Update"}]}`)
	if at(got, "workPhone", "userInput") != "(415) 555-0123" {
		t.Errorf("userInput is %v", at(got, "workPhone", "userInput"))
	}
	if e := w.last(trace.Commit); e.Verb != trace.Touch || len(e.Changes) != 0 {
		t.Errorf("journalled as %s %+v", e.Verb, e.Changes)
	}
}

func TestPhoneBookIsBoundedAndForgetsNothingThatMatters(t *testing.T) {
	b := newPhoneBook("")
	first := b.rewrite(phoneInput{display: "+14155550123"})
	for i := range phonesMax + 5 {
		// Unreadable ones are cheap to make.
		b.rewrite(phoneInput{display: "x", extension: string(rune('0'+i%10)) + string(rune('a'+i/10%26)) + string(rune('a'+i/260%26)) + string(rune('a'+i/6760))})
	}
	if len(b.known) != phonesMax || len(b.order) != phonesMax {
		t.Fatalf("%d kept in an order of %d", len(b.known), len(b.order))
	}
	if again := b.rewrite(phoneInput{display: "+14155550123"}); again == first || *again != *first {
		t.Errorf("after it was forgotten the same number became %+v", again)
	}
}
