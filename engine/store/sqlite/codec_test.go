package sqlite

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store/storetest"
)

var update = flag.Bool("update", false, "write testdata anew: only for a new version of the schema")

// TestColumnsKeepTheirNames: what version 1 wrote is read by this release, and
// written the same. A field that is renamed or removed needs a migration.
func TestColumnsKeepTheirNames(t *testing.T) {
	const path = "testdata/version1.json"
	text, err := encode("a record", storetest.FullRecord())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		var b bytes.Buffer
		if err := json.Indent(&b, []byte(text), "", "  "); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, append(b.Bytes(), '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := decodeRecord("cc:full", string(kept))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(rec, storetest.FullRecord()) {
		t.Errorf("%s is read as something else", path)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, kept); err != nil {
		t.Fatal(err)
	}
	if compact.String() != text {
		t.Errorf("a record is not written as in %s, but as\n%s", path, text)
	}
}

func TestDecodeRefusesWhatItWouldLose(t *testing.T) {
	if _, err := decodeRecord("cc:a", `{"Key":"cc:a","Nickname":"x"}`); err == nil || !strings.Contains(err.Error(), `the record cc:a cannot be read: json: unknown field "Nickname"`) {
		t.Errorf("got %v", err)
	}
}

func TestEncodeIsBounded(t *testing.T) {
	var large *TooLargeError
	_, err := encode("the record cc:a", &engine.Record{Key: strings.Repeat("x", maxJSON)})
	if !errors.As(err, &large) || large.What != "the record cc:a" {
		t.Errorf("got %v, want a TooLargeError", err)
	}
}
