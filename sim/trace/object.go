package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// misread is what is wrong with a piece of a line: at is where it begins, in
// bytes.
type misread struct {
	at              int
	found, expected string
}

// readObject reads a JSON object into a struct, by the names of its tags, and
// nothing else: every key must be known and there once, and null is a value for
// pointers alone. at is where text begins in its line.
func readObject(text []byte, at int, into any) *misread {
	dec := json.NewDecoder(bytes.NewReader(text))
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return &misread{at, beginning(text), "a JSON object"}
	}
	target := reflect.ValueOf(into).Elem()
	seen := uint64(0) // by field
	for dec.More() {
		from := at + skipped(text, int(dec.InputOffset()))
		key, err := dec.Token()
		if err != nil {
			return broken(from, err)
		}
		i, known := fields[target.Type()][key.(string)] // in an object a key is a string, or an error
		switch {
		case !known:
			return &misread{from, fmt.Sprintf("the key %.40q", key), "a key that this version knows"}
		case seen>>i&1 == 1:
			return &misread{from, fmt.Sprintf("the key %q twice", key), "each key once"}
		}
		seen |= 1 << i
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return broken(at+int(dec.InputOffset()), err)
		}
		begins := at + int(dec.InputOffset()) - len(raw)
		if bad := readValue(raw, begins, target.Field(i)); bad != nil {
			bad.found += fmt.Sprintf(" as %q", key)
			return bad
		}
	}
	if _, err := dec.Token(); err != nil {
		return broken(at+int(dec.InputOffset()), err)
	}
	if rest := text[dec.InputOffset():]; len(bytes.TrimSpace(rest)) > 0 {
		return &misread{at + int(dec.InputOffset()), "more after the object", "one object a line"}
	}
	return nil
}

// readValue reads one value into a field.
func readValue(raw json.RawMessage, at int, field reflect.Value) *misread {
	if changes, ok := field.Addr().Interface().(*[]LineChange); ok {
		return readChanges(raw, at, changes)
	}
	isNull := string(raw) == "null"
	if isNull && field.Kind() == reflect.Pointer {
		return nil
	}
	if isNull || json.Unmarshal(raw, field.Addr().Interface()) != nil {
		return &misread{at, beginning(raw), wanted(field.Type())}
	}
	return nil
}

func readChanges(raw json.RawMessage, at int, into *[]LineChange) *misread {
	var each []json.RawMessage
	if string(raw) == "null" || json.Unmarshal(raw, &each) != nil {
		return &misread{at, beginning(raw), "a list of changes"}
	}
	for _, one := range each {
		var c LineChange
		if bad := readObject(one, at, &c); bad != nil {
			bad.at = at // the list's: where in it stands in the message
			return bad
		}
		*into = append(*into, c)
	}
	return nil
}

// wanted is what a field takes, in a person's words.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return wanted(t.Elem()) + " or null"
	case reflect.Slice:
		return "a list of texts"
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Uint64:
		return "a whole number from 0"
	default:
		return fmt.Sprintf("a whole number of %d bits", t.Bits())
	}
}

// fields are the indexes of the fields by their names in JSON.
var fields = map[reflect.Type]map[string]int{
	reflect.TypeFor[Line]():       fieldsOf(reflect.TypeFor[Line]()),
	reflect.TypeFor[LineChange](): fieldsOf(reflect.TypeFor[LineChange]()),
}

func fieldsOf(t reflect.Type) map[string]int {
	all := map[string]int{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		all[name] = i
	}
	return all
}

// skipped is where the next key begins.
func skipped(text []byte, at int) int {
	for at < len(text) && strings.IndexByte(" \t\r,", text[at]) >= 0 {
		at++
	}
	return at
}

func broken(at int, err error) *misread {
	return &misread{at, "broken JSON (" + err.Error() + ")", "an event as a JSON object"}
}

// beginning quotes the first bytes of a text.
func beginning(text []byte) string {
	const most = 40
	if len(text) == 0 {
		return "nothing"
	}
	return fmt.Sprintf("%.*q", most, text)
}
