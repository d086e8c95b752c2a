package console

import (
	"encoding/json"
	"maps"
	"net/http"
)

// The codes of problems. A client decides on these, never on the words.
const (
	CodeUnauthorized = "unauthorized"
	CodeNotFound     = "not_found"
	CodeMethod       = "method_not_allowed"
	CodeMediaType    = "media_type"
	CodeTooLarge     = "too_large"
	CodeBody         = "body" // not the JSON that was expected
	CodeParameter    = "parameter"
	CodeInvalid      = "invalid" // a value that no system could take
	CodeRefused      = "refused" // the engine refused: look at the record again
	CodeUndecided    = "undecided"
	CodeUnavailable  = "unavailable"
)

var statusOf = map[string]int{
	CodeUnauthorized: http.StatusUnauthorized,
	CodeNotFound:     http.StatusNotFound,
	CodeMethod:       http.StatusMethodNotAllowed,
	CodeMediaType:    http.StatusUnsupportedMediaType,
	CodeTooLarge:     http.StatusRequestEntityTooLarge,
	CodeBody:         http.StatusBadRequest,
	CodeParameter:    http.StatusBadRequest,
	CodeInvalid:      http.StatusUnprocessableEntity,
	CodeRefused:      http.StatusConflict,
	CodeUndecided:    http.StatusGatewayTimeout,
	CodeUnavailable:  http.StatusServiceUnavailable,
}

func problem(code, field, detail string) *Problem {
	status := statusOf[code]
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code, Field: field}
}

// send writes a value as JSON, whole or not at all.
func send(w http.ResponseWriter, kind string, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // cannot happen: the types of api.go hold nothing that JSON lacks
		panic(err)
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client is gone: nobody is left to tell
}

const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
)

// Codes are all codes, with the status of each.
func Codes() map[string]int { return maps.Clone(statusOf) }
