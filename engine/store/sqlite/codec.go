package sqlite

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
)

// maxJSON bounds one value of a column, in bytes.
const maxJSON = 4 << 20

// TooLargeError is a record, ledger entry or decision that no row takes.
type TooLargeError struct {
	What  string // the kind of value and its key
	Bytes int
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s has %d bytes as JSON, at most %d are kept", e.What, e.Bytes, maxJSON)
}

// encode is a value as the JSON of a column. The names are those of the Go
// fields: testdata/record.json holds them, and version1.json those of stores that
// are older than some of the fields.
func encode(what string, v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	if b.Len() > maxJSON {
		return "", &TooLargeError{What: what, Bytes: b.Len()}
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// decode reads what encode wrote. A member that no field takes is damage: it
// would be lost with the next write.
func decode(what, text string, v any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return &sqlfile.ContentError{What: fmt.Sprintf("%s cannot be read: %v", what, err)}
	}
	return nil
}

func decodeRecord(key, text string) (*engine.Record, error) {
	rec := &engine.Record{}
	if err := decode("the record "+key, text, rec); err != nil {
		return nil, err
	}
	return rec, nil
}

func sideOf(name string) (mapping.Side, error) {
	switch name {
	case mapping.CC.String():
		return mapping.CC, nil
	case mapping.CRM.String():
		return mapping.CRM, nil
	}
	return 0, fmt.Errorf("side %q is neither of the two", name)
}
