package scenarios

import (
	"errors"
	"testing"
)

// FuzzParse: whatever the bytes, Parse returns a scenario that round-trips or
// one *Error, and never panics.
func FuzzParse(f *testing.F) {
	err := walkLibrary(func(_ string, data []byte) error {
		f.Add(data)
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	_, bad := badCases(f)
	for _, c := range bad {
		f.Add([]byte(c.text))
	}
	for _, v := range Verbs() {
		f.Add([]byte("scenario: x\nrecords: [{id: ada}]\ntimeline: [{at: 1s, " + string(v) + ": ada, on: cc}]"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("fuzz.yaml", data)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Message == "" {
				t.Fatalf("%T is not an *Error with a message: %v", err, err)
			}
			return
		}
		roundTrip(t, s)
	})
}

// FuzzParseDuration: what is accepted is written in one way that means the same.
func FuzzParseDuration(f *testing.F) {
	for _, text := range []string{"30m", "1h30m", "250ms", "2d", "1d12h", "-2s", "off", "0s", "400d", "1.5h", "1d-2h", "9223372036s"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		if d.Std() > maxDuration || d.Std() < -maxDuration {
			t.Fatalf("%q is %d, beyond the longest", text, d)
		}
		if again, err := ParseDuration(d.String()); err != nil || again != d {
			t.Fatalf("%q is written %s, which reads back as %s (%v)", text, d, again, err)
		}
	})
}

// FuzzParsePPM: the same of drifts.
func FuzzParsePPM(f *testing.F) {
	for _, text := range []string{"50ppm", "-50ppm", "0ppm", "+7ppm", "1000001ppm", "ppm", "50"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePPM(text)
		if err != nil {
			return
		}
		if again, err := ParsePPM(p.String()); err != nil || again != p {
			t.Fatalf("%q is written %s, which reads back as %s (%v)", text, p, again, err)
		}
	})
}

// FuzzParseMapping: a mapping or one *Error that says where; and what the engine
// gets to see of it has a name for every field, and one version.
func FuzzParseMapping(f *testing.F) {
	for _, name := range []string{"mappings/genesys-rest.yaml", "mappings/genesys-salesforce.yaml"} {
		data, err := mappingFiles.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"object": "Contact", "fields": [{"crmField": "Sync_Version__c", "ccField": "sync_version", "type": "Integer", "default": 0}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseMapping("fuzz.yaml", data)
		if err != nil {
			placed(t, err)
			return
		}
		versions := 0
		for _, field := range m.Fields {
			if field.Label() == "" {
				t.Fatalf("accepted a field without a name: %+v", field)
			}
			if field.Role() == RoleVersion {
				versions++
			}
		}
		if versions != 1 {
			t.Fatalf("accepted %d version fields", versions)
		}
	})
}

// FuzzParseRequirements: the table of requirements, or one *Error that says where.
func FuzzParseRequirements(f *testing.F) {
	f.Add([]byte("- {id: CR-7, rule: the lower id wins, source: guide}\n"))
	f.Add([]byte("- {id: A-1, rule: x, source: field report}\n- {id: A-1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := parseRequirements("fuzz.yaml", data); err != nil {
			placed(t, err)
		}
	})
}

// placed fails unless the error says what is wrong, and where; both parts of
// the place are 0 for the file as a whole.
func placed(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Message == "" || (e.Line < 1) != (e.Column < 1) {
		t.Fatalf("%T is not an *Error with a place and a message: %v", err, err)
	}
}
