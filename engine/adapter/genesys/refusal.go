package genesys

import (
	"net/http"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// refusal is what an ErrorBody says.
type refusal struct {
	code, message, field, permission string
}

// refine reads Genesys' ErrorBody: {message, code, status, messageParams,
// details: [{fieldName}], errors: [ErrorBody]}.
func (a *Records) refine(e *adapter.Error, call *wire.Call, body []byte) {
	r := jsonread.New(body, jsonread.Limits{})
	said := readRefusal(r)
	if r.End() != nil {
		return
	}
	e.Code, e.Message = said.code, said.message
	switch e.Kind {
	case adapter.Forbidden:
		if e.Permission = said.permission; e.Permission == "" {
			e.Permission = permissionIn(said.message)
		}
	case adapter.Invalid, adapter.Conflict:
		e.Field = a.nativeName(said.field)
		a.sharpen(e, call)
	}
}

// sharpen tells apart what shares a status.
func (a *Records) sharpen(e *adapter.Error, call *wire.Call) {
	code := strings.ToLower(e.Code)
	_, isCustom := a.layout.customs[e.Field]
	switch {
	case strings.Contains(code, "schema"):
		// The schema has moved on since it was described.
		a.keep(knownSchema{})
		e.Kind = adapter.Drift
	case isCustom && (strings.Contains(code, "unknown") || strings.Contains(code, "not.found") || strings.Contains(code, "unrecognized")):
		a.keep(knownSchema{})
		e.Kind = adapter.Drift
	case strings.Contains(code, "duplicate"),
		e.Kind == adapter.Conflict && call.Method == http.MethodPost:
		e.Kind = adapter.Duplicate
	}
}

// nativeName turns a field as errors name it ($.customFields.notes) into the
// native name.
func (a *Records) nativeName(field string) string {
	field = strings.TrimPrefix(field, "$.")
	return strings.TrimPrefix(field, "customFields.")
}

func readRefusal(r *jsonread.Reader) (said refusal) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "code":
			said.code = text(r)
		case "message":
			said.message = text(r)
		case "messageParams":
			said.readParams(r)
		case "details":
			for ok := r.Elements(); ok; ok = r.Element() {
				if field := member(r, "fieldName"); said.field == "" {
					said.field = field
				}
			}
		case "errors":
			for ok := r.Elements(); ok; ok = r.Element() {
				if inner := readRefusal(r); said.field == "" {
					said.field = inner.field
				}
			}
		default:
			r.Skip()
		}
	}
	return said
}

func (said *refusal) readParams(r *jsonread.Reader) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "permission", "permissions":
			said.permission = text(r)
		case "field", "fieldName":
			said.field = text(r)
		default:
			r.Skip()
		}
	}
}

// text reads a string, or skips what is none: error bodies are read leniently.
func text(r *jsonread.Reader) string {
	if r.Kind() == '"' {
		return r.Str()
	}
	r.Skip()
	return ""
}

func member(r *jsonread.Reader, name string) (value string) {
	if r.Kind() != '{' {
		r.Skip()
		return ""
	}
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) == name {
			value = text(r)
		} else {
			r.Skip()
		}
	}
	return value
}

// permissionIn finds the first word of the form domain:entity:action.
func permissionIn(message string) string {
	for _, word := range strings.FieldsFunc(message, func(c rune) bool {
		return c == ' ' || c == ',' || c == '[' || c == ']'
	}) {
		if word = strings.TrimRight(word, ".;"); strings.Count(word, ":") == 2 && !strings.HasSuffix(word, ":") {
			return word
		}
	}
	return ""
}
