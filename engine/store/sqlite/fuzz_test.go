package sqlite

import (
	"errors"
	"reflect"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
	"github.com/syncproof/syncproof/engine/store/storetest"
)

// columns are the JSON columns by what they hold.
var columns = []func() any{
	func() any { return &engine.Record{} },
	func() any { return &engine.LedgerEntry{} },
	func() any { return &engine.Reviewed{} },
	func() any { return &[]*engine.Reviewed{} },
	func() any { return &engine.PutDeletes{} },
	func() any { return &engine.Told{} },
}

// FuzzColumns: no text in a column of JSON makes the reader panic. What it
// refuses is named as damage; what it takes is written and read again as the
// same.
func FuzzColumns(f *testing.F) {
	full, err := encode("a record", storetest.FullRecord())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(0), full)
	f.Fuzz(func(t *testing.T, column uint8, text string) {
		fresh := columns[int(column)%len(columns)]
		into := fresh()
		if err := decode("a row", text, into); err != nil {
			var damage *sqlfile.ContentError
			if !errors.As(err, &damage) {
				t.Errorf("got %v, want a ContentError", err)
			}
			return
		}
		again, err := encode("a row", into)
		var large *TooLargeError
		if errors.As(err, &large) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		other := fresh()
		if err := decode("a row", again, other); err != nil || !reflect.DeepEqual(into, other) {
			t.Errorf("%s is read as %+v and as %+v (%v)", again, into, other, err)
		}
	})
}
