package salesforce

import (
	"net/http"
	"slices"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// kinds of the codes whose meaning does not follow from the status.
var kinds = map[string]adapter.Kind{
	"REQUEST_LIMIT_EXCEEDED":                        adapter.Limited,
	"ENTITY_IS_DELETED":                             adapter.NotFound,
	"DUPLICATE_VALUE":                               adapter.Duplicate,
	"DUPLICATES_DETECTED":                           adapter.Duplicate,
	"DUPLICATE_EXTERNAL_ID":                         adapter.Duplicate,
	"INVALID_FIELD":                                 adapter.Drift,
	"INVALID_TYPE":                                  adapter.Forbidden,
	"INVALID_FIELD_FOR_INSERT_UPDATE":               adapter.Forbidden,
	"INSUFFICIENT_ACCESS":                           adapter.Forbidden,
	"INSUFFICIENT_ACCESS_OR_READONLY":               adapter.Forbidden,
	"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": adapter.Forbidden,
	"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":          adapter.Invalid,
	"API_DISABLED_FOR_ORG":                          adapter.Forbidden,
	"UNABLE_TO_LOCK_ROW":                            adapter.Unavailable,
	"SERVER_UNAVAILABLE":                            adapter.Unavailable,
}

// permissions are what Salesforce calls the right to do what a method does.
var permissions = map[string]string{
	http.MethodGet: "read", http.MethodPost: "create", http.MethodPatch: "edit", http.MethodDelete: "delete",
}

// refine reads Salesforce's error body: an array of {message, errorCode,
// fields}, of which the first counts. A 300 is an array of the rows that the
// external id matches.
func (a *Records) refine(e *adapter.Error, call *wire.Call, body []byte) {
	if e.Status == http.StatusMultipleChoices {
		e.Kind, e.Message = adapter.Duplicate, "the external id matches several records"
		return
	}
	code, message, fields := readRefusal(body)
	e.Code, e.Message = code, message
	if len(fields) > 0 {
		e.Field = fields[0]
	}
	if e.Status >= 500 || e.Status == http.StatusUnauthorized {
		return
	}
	if kind, known := kinds[code]; known {
		e.Kind = kind
	}
	switch {
	case code == "FIELD_CUSTOM_VALIDATION_EXCEPTION":
		if a.isVersionRule(message, fields) {
			e.Kind = adapter.Conflict
		}
	case code == "NOT_FOUND" && strings.Contains(message, "external ID field"):
		// Not the record is missing but the field that Create goes by.
		e.Kind, e.Field = adapter.Drift, a.layout.external
	case code == "INVALID_FIELD" && e.Field == "":
		e.Field = quotedWord(message)
	case e.Kind == adapter.Forbidden:
		if e.Field == "" && code == "INVALID_FIELD_FOR_INSERT_UPDATE" {
			e.Field = listedWord(message)
		}
		e.Permission = a.permission(code, call.Method, e.Field)
	}
}

// isVersionRule says whether a validation rule's refusal is the one that
// compares versions: it names one of the two fields.
func (a *Records) isVersionRule(message string, fields []string) bool {
	if a.base == "" {
		return false
	}
	for _, name := range []string{a.base, a.layout.names[a.layout.fields()]} {
		if name != "" && (slices.Contains(fields, name) || strings.Contains(message, name)) {
			return true
		}
	}
	return false
}

func (a *Records) permission(code, method, field string) string {
	if code == "API_DISABLED_FOR_ORG" {
		return "API Enabled"
	}
	p := permissions[method] + " " + a.object
	if field != "" {
		p += "." + field
	}
	return p
}

func readRefusal(body []byte) (code, message string, fields []string) {
	r := jsonread.New(body, jsonread.Limits{})
	if r.Kind() != '[' {
		return "", "", nil
	}
	first := true
	for ok := r.Elements(); ok; ok = r.Element() {
		if !first || r.Kind() != '{' {
			r.Skip()
			continue
		}
		first = false
		for key, ok := r.Members(); ok; key, ok = r.Member() {
			switch string(key) {
			case "errorCode":
				code = r.Str()
			case "message":
				message = r.Str()
			case "fields":
				for ok := r.Elements(); ok; ok = r.Element() {
					fields = append(fields, r.Str())
				}
			default:
				r.Skip()
			}
		}
	}
	if r.End() != nil {
		return "", "", nil
	}
	return code, message, fields
}

// quotedWord is the name in "No such column 'X' on ...", "" if there is none.
func quotedWord(message string) string {
	_, rest, _ := strings.Cut(message, "'")
	word, _, closed := strings.Cut(rest, "'")
	if !closed || !isName(word) {
		return ""
	}
	return word
}

// listedWord is the first name in "Unable to create/update fields: X, Y. ...".
func listedWord(message string) string {
	_, rest, _ := strings.Cut(message, "fields: ")
	word := rest
	if end := strings.IndexAny(rest, ",. "); end >= 0 {
		word = rest[:end]
	}
	if !isName(word) {
		return ""
	}
	return word
}
