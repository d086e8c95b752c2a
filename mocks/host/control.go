package host

import (
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// Document is the OpenAPI document of the control plane.
//
//go:embed control.openapi.yaml
var Document []byte

// Lines writes events for the journal's readers, one JSON object a line.
type Lines func(w io.Writer, events []trace.Event) error

// Control is the control plane of the host, for those who hold the token. It
// belongs on a port of its own: the vendor's surface knows nothing of it.
func (h *Host) Control(token string) http.Handler {
	mux := http.NewServeMux()
	for pattern, serve := range map[string]endpoint{
		"GET /v1/status":                 h.status,
		"GET /v1/records":                h.list,
		"POST /v1/records":               h.lay,
		"GET /v1/records/{id}":           h.show,
		"POST /v1/records/{id}/save":     h.person((mocks.System).Save),
		"POST /v1/records/{id}/delete":   h.person((mocks.System).Remove),
		"POST /v1/records/{id}/undelete": h.person((mocks.System).Restore),
		"POST /v1/records/{id}/merge":    h.merge,
		"POST /v1/edits":                 h.edit,
		"GET /v1/faults":                 h.showFaults,
		"PUT /v1/faults":                 h.setFaults,
		"DELETE /v1/faults":              h.liftFaults,
		"GET /v1/settings":               h.showSettings,
		"PUT /v1/settings":               h.setSettings,
		"POST /v1/tokens/revoke":         h.revokeTokens,
		"GET /v1/clock":                  h.showClock,
		"PUT /v1/clock":                  h.setClock,
		"GET /v1/journal":                h.readJournal,
		"GET /v1/snapshot":               h.takeSnapshot,
		"PUT /v1/snapshot":               h.restoreSnapshot,
		"POST /v1/reset":                 h.reset,
		"GET /openapi.yaml":              h.document,
	} {
		mux.Handle(pattern, serve)
	}
	return guarded(token, mux)
}

// guarded lets those pass who hold the token (SE-3).
func guarded(token string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !mocks.SameSecret(given, token) || !ok || token == "" {
			w.Header().Set("WWW-Authenticate", `Bearer realm="mock control"`)
			write(w, &problem{Status: http.StatusUnauthorized, Detail: "the control token is missing or wrong: send it as Authorization: Bearer TOKEN"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// endpoint answers a request, or returns what is wrong with it.
type endpoint func(w http.ResponseWriter, r *http.Request) error

func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := e(w, r)
	var p *problem
	switch {
	case err == nil:
	case errors.As(err, &p):
		write(w, p)
	default:
		write(w, &problem{Status: http.StatusUnprocessableEntity, Detail: err.Error()})
	}
}

// problem is an error of the control plane (RFC 9457).
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Field is the member or parameter that is wrong, if it is one.
	Field string `json:"field,omitempty"`
}

func (p *problem) Error() string { return p.Detail }

func bad(field, detail string) error {
	return &problem{Status: http.StatusBadRequest, Field: field, Detail: detail}
}

func write(w http.ResponseWriter, p *problem) {
	p.Title = http.StatusText(p.Status)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	// The client may be gone; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(p)
}

func reply(w http.ResponseWriter, status int, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return &problem{Status: http.StatusInternalServerError, Detail: err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the client may be gone
	return nil
}

// read takes a request's body apart, strictly: a member that does not exist is
// a mistake of the caller (SE-2).
func read(r *http.Request, into any) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, mocks.MaxBody+1))
	if err != nil {
		return bad("", "the body could not be read: "+err.Error())
	}
	if err := mocks.ValidJSON(body); err != nil {
		return bad("", err.Error())
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return bad(wrong.Field, "a "+wrong.Value+" where "+wrong.Type.String()+" was expected")
		}
		return bad("", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

func (h *Host) document(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(Document) // the client may be gone
	return nil
}
