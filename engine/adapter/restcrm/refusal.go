package restcrm

import (
	"net/http"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// kinds of the codes whose meaning does not follow from the status.
var kinds = map[string]adapter.Kind{
	"unknown_field":     adapter.Drift,
	"external_id_taken": adapter.Duplicate,
	"invalid_cursor":    adapter.Malformed,
}

// verbs are what the contract calls the right to do what a method does.
var verbs = map[string]string{
	http.MethodGet: "read", http.MethodPost: "create", http.MethodPut: "create",
	http.MethodPatch: "update", http.MethodDelete: "delete",
}

// refine reads a problem document (RFC 9457): title, detail, and the
// contract's own code and field.
func (a *Records) refine(e *adapter.Error, call *wire.Call, body []byte) {
	var code, field, title, detail string
	r := jsonread.New(body, jsonread.Limits{})
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "code":
			code = r.Str()
		case "field":
			field = r.Str()
		case "title":
			title = r.Str()
		case "detail":
			detail = r.Str()
		default:
			r.Skip()
		}
	}
	if r.End() != nil {
		return
	}
	e.Code, e.Field = code, field
	if e.Message = detail; detail == "" {
		e.Message = title
	}
	if kind, known := kinds[code]; known && e.Status < 500 {
		e.Kind = kind
	}
	if e.Kind == adapter.Forbidden {
		e.Permission = verbs[call.Method] + " " + a.object.name
		if field != "" {
			e.Permission += "." + field
		}
	}
}
