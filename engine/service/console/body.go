package console

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Bounds of a request (SE-2).
const (
	bodyMax  = 1 << 20 // bytes
	depthMax = 8
	nameMax  = 100 // characters of who decides
	keysMax  = 1000
)

// body reads a request's body, as one JSON document of at most bodyMax bytes.
func body(r *http.Request) (*jsonread.Reader, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != typeJSON {
		return nil, problem(CodeMediaType, "", "the body must be "+typeJSON)
	}
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, bodyMax))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, problem(CodeTooLarge, "", "the body has more than "+strconv.Itoa(bodyMax)+" bytes")
	case err != nil:
		return nil, problem(CodeBody, "", "the body ends too early")
	}
	return jsonread.New(text, jsonread.Limits{Bytes: bodyMax, Depth: depthMax}), nil
}

// members reads an object whose keys are known; every other key is refused.
func members(r *jsonread.Reader, known map[string]func()) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		read := known[string(key)]
		if read == nil {
			r.Refuse("unknown key " + strconv.Quote(shortened(string(key))))
			return
		}
		read()
	}
}

// finish ends the reading of a body.
func finish(r *jsonread.Reader) error {
	if err := r.End(); err != nil {
		return problem(CodeBody, "", "the body is not as expected: "+err.Error())
	}
	return nil
}

func shortened(s string) string {
	const most = 40
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// texts reads a list of strings.
func texts(r *jsonread.Reader) (list []string) {
	for ok := r.Elements(); ok; ok = r.Element() {
		if len(list) == keysMax {
			r.Refuse("a list of more than " + strconv.Itoa(keysMax) + " elements")
			return nil
		}
		list = append(list, r.Str())
	}
	return list
}

// natives reads an object of values by field.
func natives(r *jsonread.Reader) map[string]mapping.Native {
	all := map[string]mapping.Native{}
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		name := string(key)
		all[name] = wire.Native(r)
	}
	return all
}

// count reads a number that is not negative.
func count(r *jsonread.Reader) int {
	n := r.Int()
	if n < 0 || n > 1<<31 {
		r.Refuse("expected a number between 0 and 2147483648")
		return 0
	}
	return int(n)
}

// person checks the name of who decides: it goes into the ledger and the log.
func person(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return problem(CodeInvalid, "by", "say who decides, in `by`")
	case utf8.RuneCountInString(name) > nameMax:
		return problem(CodeInvalid, "by", "the name in `by` has more than "+strconv.Itoa(nameMax)+" characters")
	case strings.ContainsFunc(name, func(c rune) bool { return !unicode.IsPrint(c) }):
		return problem(CodeInvalid, "by", "the name in `by` holds a character that cannot be printed")
	}
	return nil
}
