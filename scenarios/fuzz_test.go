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
