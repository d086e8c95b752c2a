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

// TestColumnsKeepTheirNames: a record is written and read with the names that
// the stores of this version hold. A field that is renamed or removed needs a
// migration; one that is added needs none where its absence means its zero.
func TestColumnsKeepTheirNames(t *testing.T) {
	const path = "testdata/record.json"
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

// TestOlderColumnsAreRead: a record that was written before the version of the
// engine's last write was stored holds all that it held, and knows of no such
// write: 0 says so.
func TestOlderColumnsAreRead(t *testing.T) {
	const path = "testdata/version1.json"
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := decodeRecord("cc:full", string(kept))
	if err != nil {
		t.Fatal(err)
	}
	for _, sides := range [][2]engine.Base{rec.Base, rec.Flag.Sides, rec.Failure.Sides} {
		for side := range sides {
			if b := &sides[side]; b.Wrote != 0 || b.Over != 0 || len(b.Held) == 0 {
				t.Errorf("side %d knows of a write %d over %d, and holds %q; expected no write and what it held", side, b.Wrote, b.Over, b.Held)
			}
		}
	}
	text, err := encode("a record", rec)
	if err != nil {
		t.Fatal(err)
	}
	var older bytes.Buffer
	if err := json.Compact(&older, kept); err != nil {
		t.Fatal(err)
	}
	if again := strings.ReplaceAll(text, `"Wrote":0,"Over":0,`, ""); again != older.String() {
		t.Errorf("%s is written again as\n%s", path, text)
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
